import assert from "node:assert/strict"
import { afterEach, beforeEach, describe, mock, test } from "node:test"
import { FakeWebSocket, message } from "./support.mjs"

const settle = () => new Promise(resolve => setImmediate(resolve))
const last = () => FakeWebSocket.last

/** The little of a page that the list asks for. */
Object.assign(globalThis, {
  location: new URL("http://127.0.0.1:8000/"),
  document: { hidden: false, querySelector: () => null, addEventListener() {}, removeEventListener() {} },
  addEventListener() {},
  removeEventListener() {},
  WebSocket: FakeWebSocket,
})
const { LiveJobList } = await import("../../web/js/live-job-list.js")

/** A server that answers questions for the list when the test says so; the newest question is the last one. */
class FakeLists {
  asked = []
  fetch = (_, { signal }) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason))
    this.asked.push(resolve)
  })

  async answer(ok, name, question = this.asked.at(-1)) {
    question({ ok, json: async () => ({ jobs: [{ job_id: "7", name, status: "running" }], next: null }) })
    await settle()
  }
}

const gap = () => message("error", { error: "gone", details: { error_code: "REPLAY_GAP" } })
const greeting = cursor => message("ping", { interval_seconds: 30, cursor })

/** A list that came with its page and went on from there. */
function makeLive() {
  const list = new LiveJobList({ cursor: "e1:4", asOf: Date.now() })
  const name = () => list.store.state.jobs[7]?.name
  list.start()
  last().accept()
  last().deliver(greeting("e1:4"))
  assert.equal(list.store.state.isConnected, true)
  return { list, name }
}

/** The connection is lost and comes back; what is left of the story is the test's. */
function comeBack() {
  last().drop()
  mock.timers.tick(2_000)
  last().accept()
}

describe("a list of jobs is live behind a gap", () => {
  let lists
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] })
    mock.method(console, "warn", () => {})
    lists = new FakeLists()
    globalThis.fetch = lists.fetch
  })
  afterEach(() => mock.reset())

  test("when the list has been read, and not with the greeting", async () => {
    const { list, name } = makeLive()
    comeBack()
    last().deliver(gap())
    last().deliver(greeting("e1:9"))
    await settle()
    assert.equal(list.store.state.isConnected, false)
    await lists.answer(true, "new")
    assert.deepEqual([list.store.state.isConnected, name()], [true, "new"])
    assert.equal(lists.asked.length, 1)
  })

  test("when the greeting has come, where the list is there first", async () => {
    const { list } = makeLive()
    comeBack()
    last().deliver(gap())
    await lists.answer(true, "new")
    assert.equal(list.store.state.isConnected, false)
    last().deliver(greeting("e1:9"))
    assert.equal(list.store.state.isConnected, true)
  })

  test("only when a list that can't be read can be, for which it asks again", async () => {
    const { list } = makeLive()
    comeBack()
    last().deliver(gap())
    last().deliver(greeting("e1:9"))
    for (let failures = 1; failures <= 5; failures += 1) {
      await lists.answer(false)
      assert.equal(list.store.state.isConnected, false)
      mock.timers.tick(5_000)
      assert.equal(lists.asked.length, failures + 1)
      last().deliver(message("ping", { interval_seconds: 30 }))
    }
    assert.equal(list.content(), null, "nothing to be kept")
    await lists.answer(true, "new")
    assert.equal(list.store.state.isConnected, true)
  })

  test("not without a connection, and with the next one only when the list has been read", async () => {
    const { list } = makeLive()
    comeBack()
    last().deliver(gap())
    last().deliver(greeting("e1:9"))
    comeBack()
    last().deliver(greeting("e1:9"))
    assert.equal(list.store.state.isConnected, false)
    last().drop()
    await lists.answer(true, "new")
    assert.equal(list.store.state.isConnected, false)
    mock.timers.tick(4_000)
    last().accept()
    last().deliver(greeting("e1:9"))
    assert.equal(list.store.state.isConnected, true)
  })

  test("with the list that the newest gap asked for", async () => {
    const { list, name } = makeLive()
    comeBack()
    last().deliver(gap())
    last().deliver(greeting("e1:9"))
    comeBack()
    last().deliver(gap())
    last().deliver(greeting("e2:1"))
    await lists.answer(true, "of before", lists.asked[0])
    assert.deepEqual([list.store.state.isConnected, name()], [false, undefined])
    await lists.answer(true, "new")
    assert.deepEqual([list.store.state.isConnected, name()], [true, "new"])
  })
})
