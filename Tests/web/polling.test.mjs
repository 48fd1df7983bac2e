import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { POLL_TIMEOUT_MS, Polling } from "../../web/js/realtime/polling.js"
import { FakeClock, FakeLife } from "./support.mjs"

const settle = () => new Promise(resolve => setImmediate(resolve))

/** Polling whose requests `ask` answers: true, false, or an error. */
function makePolling(ask, random = () => 0) {
  const clock = new FakeClock()
  const life = new FakeLife()
  const turns = []
  const asked = []
  const polling = new Polling({
    ask: async signal => { asked.push(clock.now()); return ask(signal) },
    onTurn: isAnswered => turns.push(isAnswered),
    clock,
    life,
    random,
  })
  const pass = async ms => { clock.tick(ms); await settle() }
  const waits = () => asked.slice(1).map((at, index) => at - asked[index])
  return { polling, clock, life, turns, asked, waits, pass }
}

const neverAnswered = signal =>
  new Promise((_, reject) => { signal.addEventListener("abort", () => reject(new Error("aborted"))) })

describe("polling", () => {
  test("sends a request every second and reports the answers", async () => {
    const answers = [true, true, true]
    const { polling, turns, waits, pass } = makePolling(async () => answers.shift())
    polling.start()
    await settle()
    for (let second = 1; second < 3; second += 1) await pass(1_000)
    assert.deepEqual(turns, [true, true, true])
    assert.deepEqual(waits(), [1_000, 1_000])
  })

  for (const [chance, wait] of [[0, 4_000], [0.5, 3_600], [1, 3_200]]) {
    test(`probes every ${wait / 1_000} s if nothing answers, by chance ${chance}`, async () => {
      const { polling, turns, waits, pass } = makePolling(async () => { throw new Error("down") }, () => chance)
      polling.start()
      await settle()
      for (let passed = 0; passed < 60_000; passed += 100) await pass(100)
      assert.ok(turns.length > 10 && turns.every(isAnswered => !isAnswered))
      assert.deepEqual([...new Set(waits())], [wait])
    })
  }

  test("counts the interval from one probe's beginning to the next, however long the first hangs", async () => {
    const { polling, waits, pass } = makePolling(neverAnswered)
    polling.start()
    await settle()
    for (let passed = 0; passed < 20_000; passed += 100) await pass(100)
    assert.deepEqual([...new Set(waits())], [4_000])
  })

  test("can begin with a probe's interval, and asks at once when it has to read", async () => {
    const { polling, asked, clock, pass } = makePolling(async () => true)
    const beganAt = clock.now()
    polling.startProbing()
    await pass(3_900)
    assert.deepEqual(asked, [])
    polling.start()
    await settle()
    assert.deepEqual(asked, [beganAt + 3_900])
  })

  test("sends a request at once when the page or the network is back", async () => {
    const { polling, life, asked, pass } = makePolling(async () => { throw new Error("down") })
    polling.start()
    await settle()
    for (let second = 0; second < 41; second += 1) await pass(1_000)
    const before = asked.length
    life.wake()
    await settle()
    assert.equal(asked.length, before + 1)
  })

  test("aborts a request that takes too long, though the ones before were answered", async () => {
    let isUp = true
    const { polling, turns, pass } = makePolling(signal => isUp ? Promise.resolve(true) : neverAnswered(signal))
    polling.start()
    await settle()
    isUp = false
    await pass(1_000)
    await pass(POLL_TIMEOUT_MS - 1)
    assert.deepEqual(turns, [true])
    await pass(1)
    assert.deepEqual(turns, [true, false])
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
