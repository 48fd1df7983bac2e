import assert from "node:assert/strict"
import { describe, mock, test } from "node:test"
import { StreamPosition } from "../../web/js/stream-position.js"
import { FakeWebSocket, makeClient, makeConnected, message, numbered } from "./support.mjs"

const last = () => FakeWebSocket.last
const count = () => FakeWebSocket.all.length

describe("a client that connects", () => {
  test("is IDLE until told, then CONNECTING, then CONNECTED, and says so", () => {
    const { client, heard } = makeClient()
    assert.equal(client.state, "IDLE")
    assert.equal(count(), 0)
    client.connect()
    assert.equal(client.state, "CONNECTING")
    assert.equal(client.isConnected(), false)
    last().accept()
    assert.equal(client.isConnected(), true)
    assert.deepEqual(heard.states, ["CONNECTING", "CONNECTED"])
    assert.deepEqual(heard.connection, [true])
    assert.deepEqual(heard.log, [
      "realtime: IDLE → CONNECTING (connect)", "realtime: CONNECTING → CONNECTED (opened)",
    ])
  })

  test("puts session, job, topics and cursor into the address", () => {
    makeConnected({ sessionId: "s", jobId: "7", topics: ["jobs", "engines"], since: "e1:9" })
    const { url, protocol } = last()
    assert.equal(url.origin + url.pathname, "ws://127.0.0.1:8000/v1/realtime")
    assert.equal(protocol, "telltale.v1")
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      session_id: "s", job_id: "7", topics: "jobs,engines", since: "e1:9",
    })
  })

  test("speaks wss where the page came by https", () => {
    makeClient({ url: "https://telltale.example/" }).client.connect()
    assert.equal(last().url.protocol, "wss:")
  })

  test("gives up on an attempt after 10 s", () => {
    const { client, heard, clock } = makeClient()
    client.connect()
    clock.tick(9_999)
    assert.equal(client.state, "CONNECTING")
    clock.tick(1)
    assert.equal(client.state, "DISCONNECTED")
    assert.equal(heard.errors[0].code, "CONNECTION_LOST")
    assert.equal(last().closedWith, 1000)
  })

  test("does nothing when told to connect twice", () => {
    const { client } = makeConnected()
    client.connect()
    assert.equal(count(), 1)
  })
})

describe("a client that lost its connection", () => {
  test("waits 1, 2, 4, 8, 16 s and is CLOSED after the fifth failed attempt", () => {
    const { client, heard, clock } = makeConnected()
    last().drop()
    for (const [index, delay] of [1_000, 2_000, 4_000, 8_000, 16_000].entries()) {
      assert.deepEqual(heard.reconnecting.at(-1), { attempt: index + 1, delay })
      assert.equal(client.state, "DISCONNECTED")
      clock.tick(delay - 1)
      assert.equal(client.state, "DISCONNECTED")
      clock.tick(1)
      assert.equal(client.state, "RECONNECTING")
      last().drop()
    }
    assert.equal(client.state, "CLOSED")
    assert.equal(count(), 6)
    assert.deepEqual(heard.connection, [true, false])
    clock.tick(600_000)
    client.connect()
    assert.equal(count(), 6)
  })

  test("begins again at 1 s after a success", () => {
    const { heard, clock } = makeConnected()
    for (const delay of [1_000, 2_000]) { last().drop(); clock.tick(delay) }
    last().accept()
    last().drop()
    assert.deepEqual(heard.reconnecting.at(-1), { attempt: 1, delay: 1_000 })
  })

  for (const [chance, delay] of [[0, 900], [0.75, 1_050]]) {
    test(`stretches or shortens the delay by chance ${chance}`, () => {
      const { heard } = makeConnected({ random: () => chance })
      last().drop()
      assert.equal(heard.reconnecting[0].delay, delay)
    })
  }

  test("reports the close code and a reason", () => {
    const { heard } = makeConnected()
    last().drop(4002, "")
    assert.deepEqual(heard.errors, [{ code: 4002, message: "this page could not keep up" }])
  })

  for (const code of [1008, 4000, 4003, 4005]) {
    test(`is CLOSED at once by ${code}`, () => {
      const { client, clock } = makeConnected()
      last().drop(code)
      assert.equal(client.state, "CLOSED")
      clock.tick(600_000)
      assert.equal(count(), 1)
    })
  }

  test("waits 30 s after 4001, even when woken", () => {
    const { client, life, clock } = makeConnected({ random: () => 0 })
    last().drop(4001)
    life.wake()
    clock.tick(29_999)
    assert.equal(client.state, "DISCONNECTED")
    clock.tick(1)
    assert.equal(client.state, "RECONNECTING")
  })

  test("tries at once when the network or the visitor is back", () => {
    const { client, life, clock } = makeConnected()
    last().drop()
    life.wake()
    assert.equal(client.state, "RECONNECTING")
    clock.tick(1_000)
    assert.equal(count(), 2, "the planned attempt is superseded, not added")
  })

  test("tries at once when the machine wakes from sleep", () => {
    const { client, clock } = makeConnected()
    for (const delay of [1_000, 2_000, 4_000]) { last().drop(); clock.tick(delay) }
    last().drop()
    clock.tick(1_000)
    clock.sleep(3_600_000)
    clock.tick(4_000)
    assert.equal(client.state, "RECONNECTING")
  })

  test("stays CLOSED once disconnected, with no timer and no ear left", () => {
    const { client, life, heard, clock } = makeConnected()
    last().drop()
    client.disconnect()
    assert.equal(client.state, "CLOSED")
    clock.tick(600_000)
    life.wake()
    assert.equal(count(), 1)
    assert.equal(life.listeners.size, 0)
    assert.equal(heard.states.at(-1), "CLOSED")
  })
})

describe("sockets that are superseded", () => {
  test("are closed, and what they still say is ignored", () => {
    const { client, heard, clock } = makeConnected()
    last().drop()
    clock.tick(1_000)
    const late = last()
    clock.tick(10_000)
    assert.equal(late.closedWith, 1000)
    clock.tick(2_000)
    assert.equal(count(), 3)
    late.accept()
    assert.equal(client.state, "RECONNECTING")
    last().accept()
    late.deliver(numbered(1))
    late.drop()
    assert.equal(client.state, "CONNECTED")
    assert.deepEqual(heard.messages, [])
  })

  test("leave one timer at most", () => {
    const { client, clock, life } = makeClient()
    const steps = [
      () => client.connect(), () => clock.tick(10_000), () => clock.tick(1_000), () => last().accept(),
      () => clock.tick(40_000), () => life.wake(), () => last().drop(), () => life.wake(), () => last().drop(),
    ]
    for (const step of steps) {
      step()
      assert.equal(clock.pendingTimers, 1, client.state)
    }
    client.disconnect()
    assert.equal(clock.pendingTimers, 0)
  })
})

describe("messages", () => {
  test("count only in CONNECTED", () => {
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

  test("that are no good are logged and skipped, and the connection stays", () => {
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
    last().deliver(message("from_the_future"))
    assert.deepEqual(heard.errors.map(error => error.code), bad.map(([, code]) => code))
    assert.equal(heard.log.length, bad.length + 1)
    assert.equal(heard.messages.length, 0)
    assert.equal(client.state, "CONNECTED")
  })

  test("a ping is answered at once with its own time, and goes no further", () => {
    const { heard } = makeConnected()
    const ping = message("ping", { interval_seconds: 30 })
    last().deliver(ping)
    assert.deepEqual(last().sent, [message("pong", { timestamp: ping.timestamp })])
    assert.deepEqual(heard.messages, [])
  })

  test("a listener that throws does not keep the others from hearing", () => {
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

  test("are no longer heard after unsubscribing", () => {
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

  test("of ours get a timestamp, and go out only while connected", () => {
    const { client } = makeClient()
    assert.equal(client.send({ type: "ping" }), false)
    client.connect()
    last().accept()
    assert.equal(client.send({ type: "subscribe", payload: { topics: ["log:7"] } }), true)
    assert.deepEqual(last().sent, [message("subscribe", { topics: ["log:7"] })])
  })

  test("topics added later are asked for again after a reconnection", () => {
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
  test("is the id of the last message applied, and is handed back as since", () => {
    const { client, clock } = makeConnected()
    last().deliver(numbered(1))
    last().deliver(numbered(2))
    assert.equal(client.cursor, "e1:2")
    last().drop()
    clock.tick(1_000)
    assert.equal(last().url.searchParams.get("since"), "e1:2")
  })

  test("is not touched by messages without a number", () => {
    const { client, heard } = makeConnected()
    last().deliver(numbered(1))
    last().deliver(message("frame", { frame_id: 1 }))
    last().deliver(message("log", { line: "x" }))
    assert.equal(client.cursor, "e1:1")
    assert.equal(heard.messages.length, 3)
  })

  test("is known from the first ping of a fresh connection, before any message", () => {
    const { client } = makeConnected()
    last().deliver(message("ping", { cursor: "e1:40" }))
    assert.equal(client.cursor, "e1:40")
  })

  test("stays where it is when a resumed connection names a later position before its replay", () => {
    const { client } = makeConnected({ since: "e1:3" })
    last().deliver(message("ping", { cursor: "e1:40" }))
    assert.equal(client.cursor, "e1:3")
  })

  test("survives many reconnections, idle ones too", () => {
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

  test("with a hole make it resume at once from before the hole", () => {
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

  test("with a hole that a resume does not fill are replaced by a snapshot", () => {
    const { client, heard, clock } = makeConnected()
    last().deliver(numbered(1))
    last().deliver(numbered(4))
    last().accept()
    last().deliver(numbered(4))
    assert.equal(client.state, "DISCONNECTED", "the second time there is no haste")
    clock.tick(1_000)
    assert.equal(last().url.searchParams.get("since"), null)
    last().accept()
    assert.equal(heard.snapshots, 2)
    last().deliver(numbered(4))
    last().deliver(numbered(5))
    assert.deepEqual(heard.messages.map(({ seq }) => seq), [1, 4, 5])
  })

  test("with holes without end make it come back ever more slowly, and never give up", () => {
    const { client, heard, clock } = makeConnected()
    for (let seq = 1; seq < 60; seq += 2) {
      last().deliver(numbered(seq))
      if (client.state === "DISCONNECTED") clock.tick(heard.reconnecting.at(-1).delay)
      if (client.state === "RECONNECTING") last().accept()
    }
    assert.ok(client.isConnected())
    assert.deepEqual(heard.reconnecting.slice(-3).map(({ delay }) => delay), [16_000, 16_000, 16_000])
  })

  test("stay in order over the next client of the same page", () => {
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
  test("is announced by a fresh connection and not by a resumed one", () => {
    const { heard, clock } = makeConnected()
    assert.equal(heard.snapshots, 1)
    last().deliver(numbered(1))
    last().drop()
    clock.tick(1_000)
    last().accept()
    assert.equal(heard.snapshots, 1)
  })

  test("follows REPLAY_GAP: numbers and cursor begin anew", () => {
    const { client, heard } = makeConnected({ since: "old:9" })
    last().deliver(numbered(50))
    last().deliver(message("error", { error: "The cursor is too old", details: { error_code: "REPLAY_GAP" } }))
    assert.equal(heard.snapshots, 1)
    assert.equal(client.cursor, null)
    assert.deepEqual(heard.errors, [{ code: "REPLAY_GAP", message: "The cursor is too old" }])
    last().deliver(numbered(2))
    assert.deepEqual(heard.messages.map(({ seq }) => seq), [50, 2])
  })

  test("of a job counts when all of it has come, and its position with it", () => {
    const { client, heard } = makeConnected({ jobId: "7" })
    last().deliver(message("metadata", { plugin: "p" }))
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 2 }))
    last().deliver(message("job_status", { job_id: "7", status: "running" }))
    assert.deepEqual([heard.messages.length, heard.snapshots, client.cursor], [1, 0, null])
    last().deliver(message("progress", { job_id: "7", progress: 5 }))
    assert.deepEqual([heard.messages.length, heard.snapshots, client.cursor], [3, 1, "e1:9"])
  })

  test("that was cut off is asked for again, and nothing of it is shown", () => {
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

  test("an error of a job is a message like any other", () => {
    const { heard } = makeConnected()
    last().deliver(message("error", { error: "Crashed", job_id: "7", details: { error_code: "PLUGIN_CRASH" } }))
    assert.equal(heard.messages.length, 1)
    assert.equal(heard.errors.length, 0)
  })
})

describe("a client has caught up", () => {
  test("with the greeting where nothing was missed, and once a connection", () => {
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

  test("when all of a snapshot is shown", () => {
    const { heard } = makeConnected({ jobId: "7" })
    last().deliver(message("ping", { cursor: "e1:9", snapshot_messages: 1 }))
    assert.equal(heard.caughtUp, 0)
    last().deliver(message("progress", { job_id: "7", progress: 5 }))
    assert.equal(heard.caughtUp, 1)
  })

  test("when all of a snapshot is shown that came in place of a promised replay", () => {
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

  test("of one connection only", () => {
    const { client } = makeConnected({ since: "e1:4" })
    last().deliver(message("ping", { cursor: "e1:4" }))
    assert.equal(client.isCaughtUp, true)
    last().drop()
    assert.equal(client.isCaughtUp, false)
  })
})

describe("silence", () => {
  test("of 30 s sends a ping, of 60 s is a loss", () => {
    const { client, heard, clock } = makeConnected()
    clock.tick(29_999)
    assert.deepEqual(last().sent, [])
    clock.tick(1)
    assert.deepEqual(last().sent.map(({ type }) => type), ["ping"])
    clock.tick(29_999)
    assert.equal(client.state, "CONNECTED")
    clock.tick(1)
    assert.equal(client.state, "DISCONNECTED")
    assert.equal(heard.errors[0].message, "nothing heard for 60 s")
  })

  test("is broken by anything that arrives", () => {
    const { client, clock } = makeConnected()
    for (let minutes = 0; minutes < 10; minutes += 1) {
      clock.tick(50_000)
      last().deliver(message("pong", {}))
    }
    assert.equal(client.state, "CONNECTED")
  })

  test("is no verdict in a hidden tab, and one that is seen again after too much of it comes back at once", () => {
    const { client, heard, life, clock } = makeConnected()
    last().deliver(numbered(1))
    const heardAt = clock.now()
    life.hidden = true
    clock.tick(300_000)
    assert.equal(client.state, "CONNECTED")
    life.hidden = false
    life.wake()
    assert.equal(client.state, "RECONNECTING")
    assert.equal(last().url.searchParams.get("since"), "e1:1")
    assert.equal(heard.errors[0].message, "nothing heard for 300 s")
    assert.equal(client.heardAt, heardAt, "what is shown is as of then")
  })

  test("that is short is asked about when the tab is seen again", () => {
    const { client, life, clock } = makeConnected()
    clock.tick(20_000)
    life.wake()
    assert.equal(client.state, "CONNECTED")
    assert.equal(last().sent.at(-1).type, "ping")
  })

  test("over a sleep makes it come back with its cursor at once", () => {
    const { client, clock } = makeConnected()
    last().deliver(numbered(1))
    clock.tick(1_000)
    clock.sleep(3_600_000)
    clock.tick(5_000)
    assert.equal(client.state, "RECONNECTING")
    assert.equal(last().url.searchParams.get("since"), "e1:1")
  })

  test("without a single word makes the next attempt use the other transport", () => {
    const { client, clock } = makeConnected()
    clock.tick(60_000)
    assert.equal(client.state, "DISCONNECTED")
    clock.tick(1_000)
    assert.equal(client.transportKind, "sse")
  })
})

describe("the other transport", () => {
  test("is tried where WebSocket has never connected", async () => {
    const asked = []
    const { client, clock } = makeClient({
      fetch: (url, { headers }) => { asked.push([url, headers.Accept]); return new Promise(() => {}) },
    })
    client.connect()
    last().drop()
    clock.tick(1_000)
    assert.equal(client.transportKind, "sse")
    assert.deepEqual(asked, [["http://127.0.0.1:8000/v1/realtime", "text/event-stream"]])
  })

  test("is not tried where WebSocket has worked", () => {
    const { client, clock } = makeConnected()
    last().drop()
    clock.tick(1_000)
    last().drop()
    clock.tick(2_000)
    assert.equal(client.transportKind, "websocket")
  })

  test("that throws when opened counts as a loss", () => {
    const Throwing = class { constructor() { throw new Error("no") } }
    const { client, heard } = makeClient({ WebSocket: Throwing })
    client.connect()
    assert.equal(client.state, "DISCONNECTED")
    assert.deepEqual(heard.states, ["CONNECTING", "DISCONNECTED"])
  })
})
