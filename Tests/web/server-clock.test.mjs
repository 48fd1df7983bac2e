import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setClock } from "../../web/js/page.js"
import { ServerClock, serverClock } from "../../web/js/server-clock.js"
import { countingSleep } from "../../web/js/realtime/sleep-aware-timer.js"
import { FakeWebSocket, START_MS, makeConnected, message } from "./support.mjs"

const SERVER_MS = Date.parse("2026-02-04T12:00:00Z")

/** A clock whose monotonic source the test moves. */
function makeClock({ guess = 0 } = {}) {
  const time = { ms: 5_000 }
  return { time, clock: new ServerClock(() => time.ms, guess) }
}

describe("the server's clock", () => {
  test("counts on from what the server said, whatever the visitor's clock says", () => {
    for (const offMs of [-600_000, 600_000, 86_400_000]) {
      const { clock, time } = makeClock({ guess: SERVER_MS + offMs })
      clock.observe(SERVER_MS)
      time.ms += 7_000
      assert.equal(clock.now(), SERVER_MS + 7_000)
    }
  })

  test("is the visitor's as long as no server has said anything", () => {
    const { clock } = makeClock({ guess: SERVER_MS })
    clock.observe(null)
    assert.equal(clock.now(), SERVER_MS + 5_000)
  })

  test("knows when something was said before it was read", () => {
    const { clock } = makeClock()
    clock.observe(SERVER_MS, 2_000)
    assert.equal(clock.now(), SERVER_MS + 3_000)
  })

  test("takes the observation that arrived soonest, and does not go back for one that came late", () => {
    const { clock, time } = makeClock()
    clock.observe(SERVER_MS)
    time.ms += 1_000
    clock.observe(SERVER_MS + 1_000 - 800)
    assert.equal(clock.now(), SERVER_MS + 1_000)
    clock.observe(SERVER_MS + 1_000 + 300)
    assert.equal(clock.now(), SERVER_MS + 1_300)
  })

  test("follows a server whose clock is set, forward or back", () => {
    const { clock } = makeClock()
    for (const ms of [SERVER_MS, SERVER_MS + 40 * 86_400_000, SERVER_MS, SERVER_MS - 3_600_000]) {
      clock.observe(ms)
      assert.equal(clock.now(), ms)
    }
  })

  test("is corrected when the machine has slept and the monotonic clock stood still", () => {
    const { clock, time } = makeClock()
    clock.observe(SERVER_MS)
    time.ms += 1_000
    clock.observe(SERVER_MS + 3_600_000)
    assert.equal(clock.now(), SERVER_MS + 3_600_000)
  })

  test("learns when a page was rendered, and nothing from a page of the browser's cache", () => {
    setClock({ asOf: SERVER_MS, isCached: true })
    assert.ok(Math.abs(serverClock.now() - Date.now()) < 1_000)
    setClock({ asOf: SERVER_MS, isCached: false })
    assert.ok(Math.abs(serverClock.now() - SERVER_MS) < 1_000)
  })

  test("learns from each ping of a connection, and is the time of what the page sends", () => {
    const observed = []
    makeConnected({ serverClock: { now: () => START_MS + 9_000, observe: ms => observed.push(ms) } })
    FakeWebSocket.last.deliver({ ...message("ping"), timestamp: "2026-02-04T15:30:07.000Z" })
    FakeWebSocket.last.deliver({ ...message("ping"), timestamp: "nonsense" })
    assert.deepEqual(observed, [Date.parse("2026-02-04T15:30:07.000Z"), null])
    assert.equal(FakeWebSocket.last.sent[0].timestamp, new Date(START_MS + 9_000).toISOString())
  })
})

describe("the clock of a connection", () => {
  /** The browser's two clocks, in milliseconds; the machine's sleep stops the monotonic one. */
  function makeSources() {
    const at = { monotonic: 100, wall: SERVER_MS }
    const now = countingSleep(() => at.monotonic, () => at.wall)
    const pass = (ms, wallMs = ms) => { at.monotonic += ms; at.wall += wallMs }
    return { now, pass }
  }

  test("counts what the monotonic clock counts, however the visitor's clock drifts", () => {
    const { now, pass } = makeSources()
    for (let second = 0; second < 600; second += 1) {
      pass(1_000, 1_010)
      now()
    }
    assert.equal(now(), 600_000)
  })

  test("counts sleep, during which the monotonic clock may stand still", () => {
    const { now, pass } = makeSources()
    pass(1_000)
    pass(0, 3_600_000)
    assert.equal(now(), 3_601_000)
  })

  test("does not go back with the visitor's clock", () => {
    const { now, pass } = makeSources()
    pass(1_000)
    now()
    pass(2_000, -600_000)
    assert.equal(now(), 3_000)
    pass(1_000)
    assert.equal(now(), 4_000)
  })
})
