import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { FakeWebSocket, START_MS, makeClient, makeConnected, message, numbered } from "./support.mjs"

const last = () => FakeWebSocket.last
const count = () => FakeWebSocket.all.length

describe("a client that connects", () => {
  test("goes from IDLE to CONNECTING to CONNECTED, and reports each", () => {
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
      session_id: "s", job_id: "7", topics: "jobs,engines", since: "e1:9", fresh: "1",
    })
  })

  test("uses wss on a page that came over https", () => {
    makeClient({ url: "https://telltale.example/" }).client.connect()
    assert.equal(last().url.protocol, "wss:")
  })

  test("gives up an attempt after 10 s", () => {
    const { client, heard, clock } = makeClient()
    client.connect()
    clock.tick(9_999)
    assert.equal(client.state, "CONNECTING")
    clock.tick(1)
    assert.equal(client.state, "DISCONNECTED")
    assert.equal(heard.errors[0].code, "CONNECTION_LOST")
    assert.equal(last().closedWith, 1000)
  })

  test("ignores a second connect()", () => {
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

  test("starts over at 1 s after a success", () => {
    const { heard, clock } = makeConnected()
    for (const delay of [1_000, 2_000]) { last().drop(); clock.tick(delay) }
    last().accept()
    last().drop()
    assert.deepEqual(heard.reconnecting.at(-1), { attempt: 1, delay: 1_000 })
  })

  for (const [chance, delay] of [[0, 900], [0.75, 1_050]]) {
    test(`lengthens or shortens the delay by chance ${chance}`, () => {
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
    assert.equal(count(), 2, "the scheduled attempt is replaced, not added")
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

  test("stays CLOSED once disconnected, without timers or listeners", () => {
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

describe("sockets that are replaced", () => {
  test("are closed, and their events are ignored", () => {
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

  test("leave at most one timer", () => {
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

  test("ends with anything that arrives", () => {
    const { client, clock } = makeConnected()
    for (let minutes = 0; minutes < 10; minutes += 1) {
      clock.tick(50_000)
      last().deliver(message("pong", {}))
    }
    assert.equal(client.state, "CONNECTED")
  })

  test("does not count in a hidden tab; a tab that is shown after too much of it reconnects at once", () => {
    const { client, heard, life, clock } = makeConnected()
    last().deliver(numbered(1))
    life.hidden = true
    clock.tick(300_000)
    assert.equal(client.state, "CONNECTED")
    life.hidden = false
    life.wake()
    assert.equal(client.state, "RECONNECTING")
    assert.equal(last().url.searchParams.get("since"), "e1:1")
    assert.equal(heard.errors[0].message, "nothing heard for 300 s")
    assert.equal(client.heardAtMs, START_MS, "what is shown was current then")
  })

  test("that is short makes a tab send a ping when it is shown", () => {
    const { client, life, clock } = makeConnected()
    clock.tick(20_000)
    life.wake()
    assert.equal(client.state, "CONNECTED")
    assert.equal(last().sent.at(-1).type, "ping")
  })

  test("begins when the server was last heard by its own clock, which may stand still while the machine sleeps", () => {
    let serverMs = START_MS
    const { client, clock } = makeConnected({ serverClock: { now: () => serverMs, observe: ms => { serverMs = ms } } })
    assert.equal(client.heardAtMs, START_MS)
    serverMs += 7_000
    last().deliver(numbered(1))
    assert.equal(client.heardAtMs, START_MS + 7_000)
    last().deliver({ ...message("ping"), timestamp: new Date(START_MS + 9_000).toISOString() })
    assert.equal(client.heardAtMs, START_MS + 9_000)
    clock.sleep(3_600_000)
    serverMs += 100
    assert.equal(client.heardAtMs, START_MS + 9_000)
  })

  test("while the machine sleeps makes it resume at once", () => {
    const { client, clock } = makeConnected()
    last().deliver(numbered(1))
    clock.tick(1_000)
    clock.sleep(3_600_000)
    clock.tick(5_000)
    assert.equal(client.state, "RECONNECTING")
    assert.equal(last().url.searchParams.get("since"), "e1:1")
  })

  test("from the beginning makes the next attempt use the other transport", () => {
    const { client, clock } = makeConnected()
    clock.tick(60_000)
    assert.equal(client.state, "DISCONNECTED")
    clock.tick(1_000)
    assert.equal(client.transportKind, "sse")
  })
})

describe("the other transport", () => {
  test("is tried if WebSocket has never connected", async () => {
    const asked = []
    const { client, clock } = makeClient({
      fetch: (url, { headers }) => { asked.push([url, headers.Accept]); return new Promise(() => {}) },
    })
    client.connect()
    last().drop()
    clock.tick(1_000)
    assert.equal(client.transportKind, "sse")
    await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(asked, [["http://127.0.0.1:8000/v1/realtime", "text/event-stream"]])
  })

  test("is not tried if WebSocket has worked", () => {
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

  test("is tried if the first can't even be made", () => {
    const made = []
    const other = { kind: "other", open() {}, send: () => false, close() {}, onEvent() {} }
    const { client, heard, clock } = makeClient({
      transports: [() => { made.push("first"); throw new Error("no") }, () => { made.push("other"); return other }],
    })
    client.connect()
    assert.deepEqual([client.state, heard.errors[0].message], ["DISCONNECTED", "Error: no"])
    clock.tick(1_000)
    assert.deepEqual([client.state, client.transportKind, made], ["RECONNECTING", "other", ["first", "other"]])
  })
})
