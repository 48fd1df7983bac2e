import assert from "node:assert/strict"
import { describe, mock, test } from "node:test"
import { StreamPosition } from "../../web/js/realtime/stream-position.js"
import { FakeWebSocket, makeClient, makeConnected, message, numbered } from "./support.mjs"

const last = () => FakeWebSocket.last

describe("messages", () => {
  test("are passed on only in CONNECTED", () => {
    const { client, heard } = makeClient()
    client.connect()
    last().deliver(numbered(1))
    assert.equal(heard.messages.length, 0)
    last().accept()
    last().deliver(numbered(1))
    assert.equal(heard.messages.length, 1)
    client.disconnect()
    last().deliver(numbered(2))
    assert.equal(heard.messages.length, 1)
  })

  test("that are invalid are logged and skipped, and the connection stays", () => {
    const { client, heard } = makeConnected()
    const bad = [
      ["{", "MSG_INVALID_JSON"],
      ["[1]", "MSG_INVALID_JSON"],
      ["null", "MSG_INVALID_JSON"],
      [{ payload: {}, timestamp: "" }, "MSG_MISSING_FIELD"],
      [{ type: "progress", timestamp: "" }, "MSG_MISSING_FIELD"],
      [{ type: "progress", payload: [], timestamp: "" }, "MSG_MISSING_FIELD"],
      [{ type: "progress", payload: {} }, "MSG_MISSING_FIELD"],
    ]
    heard.log.length = 0
    for (const [value] of bad) last().deliver(value)
    assert.deepEqual(heard.errors.map(error => error.code), bad.map(([, code]) => code))
    assert.equal(heard.log.length, bad.length)
    assert.equal(heard.messages.length, 0)
    assert.equal(client.state, "CONNECTED")
  })

  test("of an unknown type are skipped, and are not an error", () => {
    const { heard } = makeConnected()
    heard.log.length = 0
    last().deliver(message("from_the_future"))
    assert.deepEqual([heard.messages, heard.errors], [[], []])
    assert.deepEqual(heard.log, ["realtime: skipped a message of unknown type from_the_future"])
  })

  test("that confirm a subscription are neither passed on nor skipped as unknown", () => {
    const { client, heard } = makeConnected()
    client.subscribe(["jobs"])
    heard.log.length = 0
    for (const type of ["subscribed", "unsubscribed"]) last().deliver(message(type, { topics: ["jobs"] }))
    assert.deepEqual([heard.messages, heard.errors, heard.log], [[], [], []])
  })

  test("of type ping are answered with their own time, and not passed on", () => {
    const { heard } = makeConnected()
    const ping = message("ping", { interval_seconds: 30 })
    last().deliver(ping)
    assert.deepEqual(last().sent, [message("pong", { timestamp: ping.timestamp })])
    assert.deepEqual(heard.messages, [])
  })

  test("reach every listener, even if one throws", () => {
    const { client, heard } = makeClient()
    const report = mock.method(console, "error", () => {})
    client.onMessage(() => { throw new Error("mine") })
    client.onMessage(received => heard.messages.push(received))
    client.connect()
    last().accept()
    last().deliver(numbered(1))
    assert.equal(heard.messages.length, 2)
    assert.equal(report.mock.callCount(), 1)
    report.mock.restore()
  })

  test("do not reach a listener that has unsubscribed", () => {
    const { client } = makeClient()
    const heard = []
    const stop = client.onMessage(received => heard.push(received))
    client.connect()
    last().accept()
    last().deliver(numbered(1))
    stop()
    last().deliver(numbered(2))
    assert.equal(heard.length, 1)
  })

  test("from the page get a timestamp, and are sent only while connected", () => {
    const { client } = makeClient()
    assert.equal(client.send({ type: "ping" }), false)
    client.connect()
    last().accept()
    assert.equal(client.send({ type: "subscribe", payload: { topics: ["log:7"] } }), true)
    assert.deepEqual(last().sent, [message("subscribe", { topics: ["log:7"] })])
  })

  test("come from topics added later, after a reconnection too", () => {
    const { client, clock } = makeConnected({ topics: ["jobs"] })
    client.subscribe(["engines", "log:7"])
    client.unsubscribe(["log:7"])
    assert.deepEqual(last().sent.map(({ type }) => type), ["subscribe", "unsubscribe"])
    last().drop()
    clock.tick(1_000)
    assert.equal(last().url.searchParams.get("topics"), "jobs,engines")
  })
})

describe("the cursor", () => {
  test("is the id of the last message applied, and is sent as since", () => {
    const { client, clock } = makeConnected()
    last().deliver(numbered(1))
    last().deliver(numbered(2))
    assert.equal(client.cursor, "e1:2")
    last().drop()
    clock.tick(1_000)
    assert.equal(last().url.searchParams.get("since"), "e1:2")
  })

  test("counts as a resumption only after a connection, not when a page has just been loaded with it", () => {
    const { clock } = makeConnected({ since: "e1:3" })
    assert.equal(last().url.searchParams.get("fresh"), "1")
    last().drop()
    clock.tick(1_000)
    assert.equal(last().url.searchParams.get("since"), "e1:3")
    assert.equal(last().url.searchParams.get("fresh"), null)
  })

  test("counts as a resumption for a client that takes over the position of an earlier one", () => {
    const position = new StreamPosition("e1:3")
    makeConnected({ position }).client.disconnect()
    makeConnected({ position })
    assert.equal(last().url.searchParams.get("since"), "e1:3")
    assert.equal(last().url.searchParams.get("fresh"), null)
  })

  test("does not change with messages without a number", () => {
    const { client, heard } = makeConnected()
    last().deliver(numbered(1))
    last().deliver(message("frame", { frame_id: 1 }))
    last().deliver(message("frame", { frame_id: 2 }))
    assert.equal(client.cursor, "e1:1")
    assert.equal(heard.messages.length, 3)
  })

  test("is known from the first ping of a new connection, before any message", () => {
    const { client } = makeConnected()
    last().deliver(message("ping", { cursor: "e1:40" }))
    assert.equal(client.cursor, "e1:40")
  })

  test("stays as it is when the greeting names a later position before the replay", () => {
    const { client } = makeConnected({ since: "e1:3" })
    last().deliver(message("ping", { cursor: "e1:40" }))
    assert.equal(client.cursor, "e1:3")
  })

  test("survives many reconnections, with and without messages", () => {
    const { client, heard, clock } = makeConnected()
    for (let seq = 1; seq <= 20; seq += 1) {
      if (seq % 3 !== 0) last().deliver(numbered(seq))
      last().drop()
      clock.tick(1_000)
      last().accept()
      if (seq % 3 === 0) last().deliver(numbered(seq))
    }
    assert.deepEqual(heard.messages.map(({ seq }) => seq), Array.from({ length: 20 }, (_, index) => index + 1))
    assert.equal(client.cursor, "e1:20")
  })
})

describe("numbers", () => {
  test("that were applied already are ignored", () => {
    const { heard } = makeConnected()
    for (const seq of [1, 2, 2, 1, 3]) last().deliver(numbered(seq))
    assert.deepEqual(heard.messages.map(({ seq }) => seq), [1, 2, 3])
  })

  test("are counted by topic", () => {
    const { heard } = makeConnected()
    last().deliver(numbered(5, { topic: "job:7" }))
    last().deliver(numbered(1, { topic: "jobs" }))
    last().deliver(numbered(6, { topic: "job:7" }))
    assert.equal(heard.messages.length, 3)
  })

  test("of an unknown type count: the next message leaves no hole", () => {
    const { client, heard } = makeConnected()
    last().deliver(numbered(1))
    last().deliver(numbered(2, { type: "from_the_future" }))
    assert.equal(client.cursor, "e1:2")
    last().deliver(numbered(3))
    assert.deepEqual(heard.messages.map(({ seq }) => seq), [1, 3])
    assert.equal(client.state, "CONNECTED")
  })

  test("with a hole make the client resume at once from before the hole", () => {
    const { client, heard } = makeConnected()
    last().deliver(numbered(1))
    last().deliver(numbered(4))
    assert.equal(client.state, "RECONNECTING")
    assert.equal(last().url.searchParams.get("since"), "e1:1")
    last().accept()
    for (const seq of [2, 3, 4, 5]) last().deliver(numbered(seq))
    assert.deepEqual(heard.messages.map(({ seq }) => seq), [1, 2, 3, 4, 5])
    assert.equal(client.state, "CONNECTED")
  })

  test("with a hole that a replay does not fill lead to a snapshot", () => {
    const { client, heard, clock } = makeConnected()
    last().deliver(numbered(1))
    last().deliver(numbered(4))
    last().accept()
    last().deliver(numbered(4))
    assert.equal(client.state, "DISCONNECTED", "the second time it waits")
    clock.tick(1_000)
    assert.equal(last().url.searchParams.get("since"), null)
    last().accept()
    assert.equal(heard.snapshots, 2)
    last().deliver(numbered(4))
    last().deliver(numbered(5))
    assert.deepEqual(heard.messages.map(({ seq }) => seq), [1, 4, 5])
  })

  test("with endless holes make it reconnect more and more slowly, and never give up", () => {
    const { client, heard, clock } = makeConnected()
    for (let seq = 1; seq < 60; seq += 2) {
      last().deliver(numbered(seq))
      if (client.state === "DISCONNECTED") clock.tick(heard.reconnecting.at(-1).delay)
      if (client.state === "RECONNECTING") last().accept()
    }
    assert.ok(client.isConnected())
    assert.deepEqual(heard.reconnecting.slice(-3).map(({ delay }) => delay), [16_000, 16_000, 16_000])
  })

  test("stay in order with the next client of the same page", () => {
    const position = new StreamPosition()
    const first = makeConnected({ position })
    last().deliver(numbered(1))
    last().deliver(numbered(2))
    first.client.disconnect()
    const { heard } = makeConnected({ position })
    assert.equal(last().url.searchParams.get("since"), "e1:2")
    for (const seq of [2, 3]) last().deliver(numbered(seq))
    assert.deepEqual(heard.messages.map(({ seq }) => seq), [3])
  })
})

describe("a snapshot", () => {
  test("is announced by a new connection and not by a resumed one", () => {
    const { heard, clock } = makeConnected()
    assert.equal(heard.snapshots, 1)
    last().deliver(numbered(1))
    last().drop()
    clock.tick(1_000)
    last().accept()
    assert.equal(heard.snapshots, 1)
  })

  test("follows REPLAY_GAP: numbers and cursor start over", () => {
    const { client, heard } = makeConnected({ since: "old:9" })
    last().deliver(numbered(50))
    last().deliver(message("error", { error: "The cursor is too old", details: { error_code: "REPLAY_GAP" } }))
    assert.equal(heard.snapshots, 1)
    assert.equal(client.cursor, null)
    assert.deepEqual(heard.errors, [{ code: "REPLAY_GAP", message: "The cursor is too old" }])
    last().deliver(numbered(2))
    assert.deepEqual(heard.messages.map(({ seq }) => seq), [50, 2])
  })

  test("of a job is applied when it is whole, together with its position", () => {
    const { client, heard } = makeConnected({ jobId: "7" })
    last().deliver(message("metadata", { plugin: "p" }))
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 2 }))
    last().deliver(message("job_status", { job_id: "7", status: "running" }))
    assert.deepEqual([heard.messages.length, heard.snapshots, client.cursor], [1, 0, null])
    last().deliver(message("progress", { job_id: "7", progress: 5 }))
    assert.deepEqual([heard.messages.length, heard.snapshots, client.cursor], [3, 1, "e1:9"])
  })

  test("that was cut off is requested again, and nothing of it is shown", () => {
    const { heard, clock } = makeConnected({ jobId: "7" })
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 2 }))
    last().deliver(message("job_status", { job_id: "7", status: "running" }))
    last().drop()
    clock.tick(1_000)
    last().accept()
    assert.equal(last().url.searchParams.get("since"), null)
    last().deliver(message("ping", { cursor: "e1:10", snapshot_messages: 1 }))
    last().deliver(message("job_status", { job_id: "7", status: "failed" }))
    assert.deepEqual(heard.messages.map(({ payload }) => payload.status), ["failed"])
    assert.equal(heard.snapshots, 1)
  })

  test("counts messages of unknown types, and does not pass them on", () => {
    const { client, heard } = makeConnected({ jobId: "7" })
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 2 }))
    last().deliver(message("from_the_future"))
    last().deliver(message("progress", { job_id: "7", progress: 5 }))
    assert.deepEqual([heard.messages.map(({ type }) => type), client.cursor], [["progress"], "e1:9"])
  })

  test("does not count frames, which may arrive in the middle of it and are shown after it", () => {
    const { client, heard } = makeConnected({ jobId: "7" })
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 2 }))
    last().deliver(message("frame", { job_id: "7", frame_id: 1 }))
    last().deliver(message("job_status", { job_id: "7", status: "running" }))
    last().deliver(message("subscribed", { topics: ["jobs"] }))
    assert.deepEqual([heard.messages.length, client.cursor], [0, null])
    last().deliver(message("progress", { job_id: "7", progress: 5 }))
    assert.deepEqual(heard.messages.map(({ type }) => type), ["frame", "job_status", "progress"])
    assert.deepEqual([client.cursor, client.isCaughtUp], ["e1:9", true])
  })

  test("of topics is applied when it is whole, if the server sends it", () => {
    const { client, heard } = makeConnected({ topics: ["boards"], isSnapshotSent: true })
    assert.equal(heard.snapshots, 0)
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 1 }))
    last().deliver(message("progress", { progress: 5 }))
    assert.deepEqual([heard.snapshots, heard.messages.length, client.cursor], [1, 1, "e1:9"])
  })

  test("and an error of a job are passed on like any message", () => {
    const { heard } = makeConnected()
    last().deliver(message("error", { error: "Crashed", job_id: "7", details: { error_code: "PLUGIN_CRASH" } }))
    assert.equal(heard.messages.length, 1)
    assert.equal(heard.errors.length, 0)
  })
})

describe("a client has caught up", () => {
  test("with the greeting if nothing was missed, once per connection", () => {
    const { heard } = makeConnected({ since: "e1:4" })
    last().deliver(message("metadata", { plugin: "p", metadata: {} }))
    assert.equal(heard.caughtUp, 0)
    last().deliver(message("ping", { cursor: "e1:4" }))
    last().deliver(message("ping"))
    assert.equal(heard.caughtUp, 1)
  })

  test("at the end of the replay that the greeting promised, not with a heartbeat before", () => {
    const { client, heard, clock } = makeConnected({ since: "e1:4" })
    for (const round of [1, 2]) {
      last().deliver(message("ping", { cursor: "e1:4", catching_up: true }))
      last().deliver(numbered(4 + round))
      last().deliver(message("ping"))
      assert.equal(heard.caughtUp, round - 1)
      last().deliver(message("ping", { caught_up: true }))
      assert.equal(heard.caughtUp, round)
      last().drop()
      clock.tick(1_000)
      last().accept()
    }
    assert.equal(client.isConnected(), true)
  })

  test("when a snapshot has been applied", () => {
    const { heard } = makeConnected({ jobId: "7" })
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 1 }))
    assert.equal(heard.caughtUp, 0)
    last().deliver(message("progress", { job_id: "7", progress: 5 }))
    assert.equal(heard.caughtUp, 1)
  })

  test("when a snapshot has been applied that replaced a promised replay", () => {
    const { client, heard } = makeConnected({ jobId: "7", since: "e1:4" })
    last().deliver(message("ping", { cursor: "e1:4", catching_up: true }))
    last().deliver(message("error", { error: "The cursor is too old", details: { error_code: "REPLAY_GAP" } }))
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 1 }))
    assert.deepEqual([heard.caughtUp, client.isCaughtUp], [0, false])
    last().deliver(message("progress", { job_id: "7", progress: 5 }))
    assert.deepEqual([heard.caughtUp, client.isCaughtUp], [1, true])
    last().deliver(message("ping"))
    assert.equal(heard.caughtUp, 1)
  })

  test("for one connection only", () => {
    const { client } = makeConnected({ since: "e1:4" })
    last().deliver(message("ping", { cursor: "e1:4" }))
    assert.equal(client.isCaughtUp, true)
    last().drop()
    assert.equal(client.isCaughtUp, false)
  })
})

