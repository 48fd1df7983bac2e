import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { INITIAL_MACHINE, retryDelayMs, step } from "../../web/js/realtime/connection-machine.js"
import { STANDARD_SCHEDULE } from "../../web/js/realtime/retry-schedule.js"

const STATES = ["IDLE", "CONNECTING", "CONNECTED", "DISCONNECTED", "RECONNECTING", "CLOSED"]
const lost = { type: "lost", code: 1006 }
const at = (state, rest = {}) => ({ ...INITIAL_MACHINE, state, ...rest })

describe("the connection machine", () => {
  const moves = [
    ["IDLE", "connect", "CONNECTING"],
    ["CONNECTING", "opened", "CONNECTED"],
    ["CONNECTING", "lost", "DISCONNECTED"],
    ["CONNECTED", "lost", "DISCONNECTED"],
    ["DISCONNECTED", "due", "RECONNECTING"],
    ["DISCONNECTED", "wake", "RECONNECTING"],
    ["RECONNECTING", "opened", "CONNECTED"],
    ["RECONNECTING", "lost", "DISCONNECTED"],
    ...STATES.filter(state => state !== "CLOSED").map(state => [state, "disconnect", "CLOSED"]),
  ]

  for (const [from, type, to] of moves) {
    test(`${from} goes to ${to} on ${type}`, () => {
      assert.equal(step(at(from), { type, code: 1006 }).state, to)
    })
  }

  test("every other event changes nothing", () => {
    const known = new Set(moves.map(([from, type]) => `${from} ${type}`))
    for (const from of STATES) {
      for (const type of ["connect", "opened", "lost", "due", "wake", "disconnect"]) {
        if (known.has(`${from} ${type}`)) continue
        const machine = at(from)
        assert.equal(step(machine, { type, code: 1006 }), machine, `${from} ${type}`)
      }
    }
  })

  test("the fifth failed attempt in a row closes it for good", () => {
    let machine = step(step(INITIAL_MACHINE, { type: "connect" }), lost)
    for (const attempt of [1, 2, 3, 4, 5]) {
      assert.deepEqual([machine.state, machine.attempt], ["DISCONNECTED", attempt])
      machine = step(step(machine, { type: "due" }), lost)
    }
    assert.equal(machine.state, "CLOSED")
    assert.equal(step(machine, { type: "connect" }), machine)
  })

  test("a success resets the count to 0", () => {
    const machine = step(at("RECONNECTING", { attempt: 4 }), { type: "opened" })
    assert.equal(machine.attempt, 0)
    assert.equal(step(machine, lost).attempt, 1)
  })

  test("an attempt that a wake starts early does not count", () => {
    let machine = at("DISCONNECTED", { attempt: 5 })
    for (let flips = 0; flips < 20; flips += 1) machine = step(step(machine, { type: "wake" }), lost)
    assert.deepEqual([machine.state, machine.attempt], ["DISCONNECTED", 5])
  })

  for (const code of [1008, 4000, 4003, 4005]) {
    test(`close code ${code} is not retried`, () => {
      for (const state of ["CONNECTING", "CONNECTED", "RECONNECTING"]) {
        assert.equal(step(at(state), { type: "lost", code }).state, "CLOSED")
      }
    })
  }

  for (const code of [1000, 1001, 1006, 1011, 1012, 4001, 4002, 4004, 4006, null]) {
    test(`close code ${code} is retried`, () => {
      assert.equal(step(at("CONNECTED"), { type: "lost", code }).state, "DISCONNECTED")
    })
  }

  test("a wake does not shorten the delay after 4001", () => {
    const machine = step(at("CONNECTED"), { type: "lost", code: 4001 })
    assert.equal(step(machine, { type: "wake" }), machine)
  })
})

describe("the delay before an attempt", () => {
  test("is 1, 2, 4, 8, 16 s, plus or minus a tenth", () => {
    const { delaysMs } = STANDARD_SCHEDULE
    assert.deepEqual(delaysMs, [1_000, 2_000, 4_000, 8_000, 16_000])
    delaysMs.forEach((delay, index) => {
      const machine = at("DISCONNECTED", { attempt: index + 1, code: 1006 })
      assert.equal(retryDelayMs(machine, () => 0), delay * 0.9)
      assert.equal(retryDelayMs(machine, () => 0.5), delay)
      assert.ok(retryDelayMs(machine, () => 1 - Number.EPSILON) <= delay * 1.1)
    })
  })

  test("is 30 s to 33 s after 4001", () => {
    const machine = at("DISCONNECTED", { attempt: 1, code: 4001 })
    assert.equal(retryDelayMs(machine, () => 0), 30_000)
    assert.ok(retryDelayMs(machine, () => 1) <= 33_000)
  })

  test("is random within a second when the server restarts", () => {
    const machine = at("DISCONNECTED", { attempt: 1, code: 1012 })
    assert.equal(retryDelayMs(machine, () => 0), 500)
    assert.equal(retryDelayMs(machine, () => 0.5), 1_000)
    assert.equal(retryDelayMs(machine, () => 1), 1_500)
  })

  test("is whatever schedule the client is given", () => {
    const schedule = {
      ...STANDARD_SCHEDULE, delaysMs: [50, 70], jitter: 0, tooManyDelayMs: 900, restartDelayMs: [10, 20],
      notRetried: new Set([4006]),
    }
    const delay = (attempt, code) => retryDelayMs(at("DISCONNECTED", { attempt, code }), () => 0.5, schedule)
    assert.deepEqual([delay(1, 1006), delay(2, 1006), delay(1, 4001), delay(1, 1012), delay(2, 1012)], [50, 70, 900, 15, 70])
    const after = (attempt, code) => step(at("RECONNECTING", { attempt }), { type: "lost", code }, schedule).state
    assert.deepEqual([after(1, 1006), after(2, 1006), after(1, 4006), after(1, 4003)],
      ["DISCONNECTED", "CLOSED", "CLOSED", "DISCONNECTED"])
  })
})
