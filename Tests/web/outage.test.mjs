// How soon a page is live and right after its server was away: the real connection against a server that comes and goes,
// over connections that are refused, or that hang and are sent again as TCP does.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { LiveConnection } from "../../web/js/realtime/live-connection.js"
import { STANDARD_SCHEDULE } from "../../web/js/realtime/retry-schedule.js"
import { FakeClock, FakeLife, message, numbered, seeded } from "./support.mjs"

const STEP_MS = 50
const LATENCY_MS = 20
/** When TCP sends the first packet of a connection again, if nothing answers (RFC 6298 §2). */
const SENT_AGAIN_MS = [1_000, 3_000, 7_000]
const settle = () => new Promise(resolve => setImmediate(resolve))

class OutageWorld {
  clock = new FakeClock()
  isUp = true
  told = 0
  shown = 0
  state = ""
  isGone = false
  isPolling = false
  requests = []
  attempts = []
  transports = new Set()

  constructor({ seed = 1, hangs = false, blocked = [], canRead = true, isOver = false, schedule }) {
    this.hangs = hangs
    this.blocked = blocked
    const clock = this.clock
    this.connection = new LiveConnection({
      url: "http://127.0.0.1/", jobId: "7", since: "e1:0", clock, schedule, life: new FakeLife(), random: seeded(seed),
      serverClock: { now: clock.now, observe() {} }, logger: { debug() {}, warn() {} },
      transports: ["websocket", "sse"].map(kind => () => new WorldTransport(kind, this)),
      fetch: (_, { signal }) => this.answer(signal).then(() => ({ status: 200 })),
    }, {
      onConnection: action => {
        if (action.type === "local:connection") [this.state, this.isGone] = [action.state, action.isGone]
        if (action.type === "local:polling") this.isPolling = action.isPolling
      },
      onMessage: ({ payload }) => { this.shown = payload.progress },
      onSnapshot() {},
      poll: canRead ? signal => this.answer(signal).then(() => true) : undefined,
      isOver: () => isOver,
    })
    this.connection.start()
  }

  /** Calls back when the server would answer a connection that begins now; `refuse` if it refuses. */
  reach(accept, refuse) {
    const turns = this.hangs ? [0, ...SENT_AGAIN_MS] : [0]
    const look = () => {
      if (this.isUp) this.clock.setTimeout(accept, LATENCY_MS)
      else if (!this.hangs) refuse()
      else if (turns.length > 0) next()
    }
    const beganAt = this.clock.now()
    const next = () => this.clock.setTimeout(look, beganAt + turns.shift() - this.clock.now())
    next()
  }

  answer(signal) {
    this.requests.push(this.clock.now())
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason))
      this.reach(resolve, () => reject(new Error("refused")))
    })
  }

  tell() {
    this.told += 1
    for (const each of this.transports) each.push(numbered(this.told))
  }

  async pass(ms) {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.clock.tick(STEP_MS)
      await settle()
    }
  }

  /** The server is killed, comes back, and has new messages. Returns how long the page took from there. */
  async outage(ms) {
    this.isUp = false
    for (const each of this.transports) each.cut()
    await this.pass(ms)
    this.tell()
    this.isUp = true
    return this.untilLive()
  }

  get isLive() {
    return this.state === "CONNECTED" && this.shown === this.told
  }

  async untilLive() {
    const beganAt = this.clock.now()
    while (!this.isLive && this.clock.now() - beganAt < 120_000) await this.pass(STEP_MS)
    return this.clock.now() - beganAt
  }
}

class WorldTransport {
  #world
  #listener = null

  constructor(kind, world) {
    this.kind = kind
    this.#world = world
  }

  open(query) {
    const world = this.#world
    world.attempts.push(world.clock.now())
    const since = Number(query.get("since").split(":")[1])
    const fail = () => this.#emit({ kind: "closed", code: 1006, reason: "" })
    if (world.blocked.includes(this.kind)) {
      world.clock.setTimeout(fail, LATENCY_MS)
      return
    }
    world.reach(() => {
      if (this.#listener === null) return
      world.transports.add(this)
      this.#emit({ kind: "opened" })
      this.push(message("ping", { interval_seconds: 30, cursor: `e1:${since}`, catching_up: true }))
      for (let seq = since + 1; seq <= world.told; seq += 1) this.push(numbered(seq))
      this.push(message("ping", { interval_seconds: 30, caught_up: true }))
    }, fail)
  }

  onEvent(listener) { this.#listener = listener }
  send() { return true }
  push(each) { this.#emit({ kind: "text", text: JSON.stringify(each) }) }
  cut() { this.#emit({ kind: "closed", code: 1006, reason: "" }) }

  close() {
    this.#world.transports.delete(this)
    this.#listener = null
  }

  #emit(event) { this.#listener?.(event) }
}

describe("a page is live and right within 5 s of its server's return", () => {
  for (const seconds of [0.5, 3, 20, 60, 300]) {
    for (const [what, options] of [
      ["", {}],
      [", if connections hang instead of being refused", { hangs: true }],
      [", over event streams", { blocked: ["websocket"] }],
      [", if it can't read its state with requests", { canRead: false }],
      [", if its job has ended", { isOver: true }],
      [", if connections hang and its job has ended", { hangs: true, isOver: true }],
    ]) {
      test(`after ${seconds} s${what}`, async () => {
        for (let seed = 1; seed <= (seconds > 60 ? 2 : 8); seed += 1) {
          const world = new OutageWorld({ seed, ...options })
          await world.untilLive()
          const took = await world.outage(seconds * 1_000 + seed * 130)
          assert.ok(took <= 5_000, `seed ${seed}: ${took} ms`)
          assert.equal(world.isPolling, false)
          world.connection.stop()
          // What hangs ends by itself.
          await world.pass(8_000)
          assert.equal(world.clock.pendingTimers, 0)
        }
      })
    }
  }

  test("again and again", async () => {
    const world = new OutageWorld({ seed: 5 })
    await world.untilLive()
    for (const seconds of [1, 40, 2, 7, 25, 0.2, 33]) {
      const took = await world.outage(seconds * 1_000)
      assert.ok(took <= 5_000, `after ${seconds} s: ${took} ms`)
    }
    world.connection.stop()
  })
})

describe("a page whose server is away", () => {
  const gaps = times => times.slice(1).map((at, index) => at - times[index])

  test("asks no more often than every 3.2 s, no less often than every 4 s, beside the schedule", async () => {
    for (const hangs of [false, true]) {
      const world = new OutageWorld({ seed: 3, hangs })
      await world.untilLive()
      world.attempts.length = 0
      await world.outage(300_000)
      const waits = gaps(world.requests.slice(2, -2))
      assert.ok(waits.length > 60)
      assert.ok(Math.min(...waits) >= 3_150 && Math.max(...waits) <= 4_050 + 2 * STEP_MS, `${Math.min(...waits)}, ${Math.max(...waits)}`)
      world.connection.stop()
    }
  })

  test("tries after 1, 2, 4, 8 and 16 s as documented, and then when a request is answered", async () => {
    const world = new OutageWorld({ seed: 3 })
    await world.untilLive()
    const lostAt = world.clock.now()
    world.attempts.length = 0
    await world.outage(120_000)
    const tried = world.attempts.map(at => (at - lostAt) / 1_000)
    assert.equal(tried.length, 6)
    for (const [index, delay] of [1, 2, 4, 8, 16].entries()) {
      const waited = tried[index] - (tried[index - 1] ?? 0)
      assert.ok(waited >= delay * 0.9 - 0.1 && waited <= delay * 1.1 + 0.1, `attempt ${index + 1}: ${waited} s`)
    }
    world.connection.stop()
  })

  test("sends no request if it is back within the first attempts", async () => {
    const world = new OutageWorld({ seed: 3 })
    await world.untilLive()
    await world.outage(500)
    assert.deepEqual(world.requests, [])
    world.connection.stop()
  })
})

describe("a page that gets no stream, though its server answers", () => {
  test("polls, and tries the streams no more often than its schedule says", async () => {
    const world = new OutageWorld({ seed: 2, blocked: ["websocket", "sse"] })
    await world.pass(10_000)
    assert.equal(world.isPolling, true)
    await world.pass(290_000)
    assert.equal(world.isPolling, true)
    // Each client tries at once and after five delays, 31 s in all, then rests for 30 s; and one for the first answer.
    assert.ok(world.attempts.length <= 6 * 5 + 2, `${world.attempts.length} attempts in 5 min`)
    world.blocked = []
    assert.ok(await world.untilLive() <= 31_000 * 1.1)
    world.connection.stop()
  })

  test("tries as often as its schedule says, if it is given one", async () => {
    const world = new OutageWorld({
      seed: 2, blocked: ["websocket", "sse"], schedule: { ...STANDARD_SCHEDULE, delaysMs: [100], retryWhilePollingMs: 1_000 },
    })
    await world.pass(60_000)
    assert.ok(world.attempts.length > 50, `${world.attempts.length} attempts in 1 min`)
    world.connection.stop()
  })

  for (const [what, retryWhilePollingMs] of [["", 30_000], [" while its client is CLOSED", Infinity]]) {
    test(`reports and asks no more once its subject is gone${what}`, async () => {
      const world = new OutageWorld({
        blocked: ["websocket", "sse"], schedule: { ...STANDARD_SCHEDULE, delaysMs: [100], retryWhilePollingMs },
      })
      await world.pass(20_000)
      assert.equal(world.isPolling, true)
      world.connection.giveUp()
      assert.deepEqual([world.state, world.isGone, world.isPolling], ["CLOSED", true, false])
      const before = [world.requests.length, world.attempts.length]
      await world.pass(60_000)
      assert.deepEqual([world.requests.length, world.attempts.length], before)
      assert.equal(world.clock.pendingTimers, 0)
    })
  }

  test("reports nothing more after it was stopped", async () => {
    const world = new OutageWorld({ blocked: ["websocket", "sse"] })
    await world.pass(1_000)
    world.connection.stop()
    world.connection.giveUp()
    assert.equal(world.isGone, false)
  })
})
