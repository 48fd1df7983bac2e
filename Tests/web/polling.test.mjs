import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { POLL_INTERVAL_MAX_MS, POLL_TIMEOUT_MS, Polling } from "../../web/js/realtime/polling.js"
import { FakeClock, FakeLife } from "./support.mjs"

const settle = () => new Promise(resolve => setImmediate(resolve))

/** Polling whose requests `ask` answers: true, false, or an error. */
function makePolling(ask) {
  const clock = new FakeClock()
  const life = new FakeLife()
  const turns = []
  const asked = []
  const polling = new Polling({
    ask: async signal => { asked.push(clock.now()); return ask(signal) },
    onTurn: isAnswered => turns.push(isAnswered),
    clock,
    life,
  })
  const pass = async ms => { clock.tick(ms); await settle() }
  return { polling, clock, life, turns, asked, pass }
}

describe("polling", () => {
  test("sends a request every second and reports the answers", async () => {
    const answers = [true, true, true]
    const { polling, turns, asked, pass } = makePolling(async () => answers.shift())
    polling.start()
    await settle()
    for (let second = 1; second < 3; second += 1) await pass(1_000)
    assert.deepEqual(turns, [true, true, true])
    assert.deepEqual(asked.map(at => at - asked[0]), [0, 1_000, 2_000])
  })

  test("reports that nothing is answered, and sends requests more and more slowly", async () => {
    const { polling, turns, asked, pass } = makePolling(async () => { throw new Error("down") })
    polling.start()
    await settle()
    for (let second = 0; second < 120; second += 1) await pass(1_000)
    assert.ok(turns.every(isAnswered => !isAnswered))
    const waits = asked.slice(1).map((at, index) => at - asked[index])
    assert.deepEqual(waits.slice(0, 5), [2_000, 4_000, 8_000, 16_000, POLL_INTERVAL_MAX_MS])
  })

  test("sends a request at once when the page or the network is back", async () => {
    const { polling, life, asked, pass } = makePolling(async () => { throw new Error("down") })
    polling.start()
    await settle()
    for (let second = 0; second < 40; second += 1) await pass(1_000)
    const before = asked.length
    life.wake()
    await settle()
    assert.equal(asked.length, before + 1)
  })

  test("aborts a request that takes too long", async () => {
    const { polling, turns, pass } = makePolling(signal =>
      new Promise((_, reject) => { signal.addEventListener("abort", () => reject(new Error("aborted"))) }))
    polling.start()
    await settle()
    await pass(POLL_TIMEOUT_MS)
    assert.deepEqual(turns, [false])
  })

  test("sends and reports nothing once it is stopped", async () => {
    const { polling, clock, life, turns, asked, pass } = makePolling(async () => true)
    polling.start()
    polling.stop()
    await settle()
    await pass(60_000)
    life.wake()
    assert.deepEqual([turns.length, asked.length, clock.pendingTimers, life.listeners.size], [0, 1, 0, 0])
  })
})
