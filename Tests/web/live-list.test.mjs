import assert from "node:assert/strict"
import { afterEach, beforeEach, describe, mock, test } from "node:test"
import { FakeWebSocket, message } from "./support.mjs"

const settle = () => new Promise(resolve => setImmediate(resolve))
const last = () => FakeWebSocket.last

/** The parts of a page that a list needs. */
Object.assign(globalThis, {
  location: new URL("http://127.0.0.1:8000/"),
  document: { hidden: false, querySelector: () => null, addEventListener() {}, removeEventListener() {} },
  addEventListener() {},
  removeEventListener() {},
  WebSocket: FakeWebSocket,
})
const { makeLiveJobList } = await import("../../web/js/jobs/live-job-list.js")
const { LiveList } = await import("../../web/js/realtime/live-list.js")

/** A server that answers requests for the list when the test says so; the newest request is the last one. */
class FakeLists {
  asked = []
  fetch = (_, { signal }) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason))
    this.asked.push(resolve)
  })

  async answer(ok, name, request = this.asked.at(-1)) {
    request({ ok, json: async () => ({ jobs: [{ job_id: "7", name, status: "running" }], next: null }) })
    await settle()
  }
}

const gap = () => message("error", { error: "gone", details: { error_code: "REPLAY_GAP" } })
const greeting = cursor => message("ping", { interval_seconds: 30, cursor })

/** A list that goes on from the state that its page was rendered with. */
function makeLive() {
  const list = makeLiveJobList()
  const name = () => list.store.state.items[7]?.name
  list.start({ cursor: "e1:4", asOf: Date.now() })
  last().accept()
  last().deliver(greeting("e1:4"))
  assert.equal(list.store.state.isConnected, true)
  return { list, name }
}

/** The connection is lost and comes back. */
function comeBack() {
  last().drop()
  mock.timers.tick(2_000)
  last().accept()
}

describe("after a gap, a list of jobs is live", () => {
  let lists
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] })
    mock.method(console, "warn", () => {})
    lists = new FakeLists()
    globalThis.fetch = lists.fetch
  })
  afterEach(() => mock.reset())

  test("when the list has been read, not at the greeting", async () => {
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

  test("at the greeting, if the list was read before it", async () => {
    const { list } = makeLive()
    comeBack()
    last().deliver(gap())
    await lists.answer(true, "new")
    assert.equal(list.store.state.isConnected, false)
    last().deliver(greeting("e1:9"))
    assert.equal(list.store.state.isConnected, true)
  })

  test("only when the list can be read, for which it retries", async () => {
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
    assert.equal(list.content(), null, "there is nothing to keep")
    await lists.answer(true, "new")
    assert.equal(list.store.state.isConnected, true)
  })

  test("not without a connection, and on the next one only when the list has been read", async () => {
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

  test("with the list that was requested after the newest gap", async () => {
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

describe("a live list of a feature", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }))
  afterEach(() => mock.reset())

  const source = {
    topics: ["boards"],
    types: ["board_changed"],
    keyOf: payload => payload.board ?? null,
    fold: (known, payload) => ({ ...known, ...payload }),
  }
  const changed = (title, rest = {}) => message("board_changed", { board: "a", title }, rest)

  test("follows its topic with its own type of messages, after a snapshot from the server", () => {
    const list = new LiveList(source)
    list.start()
    assert.equal(last().url.searchParams.get("topics"), "boards")
    last().accept()
    last().deliver(message("ping", { cursor: "e1:4", snapshot_messages: 1 }))
    assert.deepEqual([list.store.state.listings, list.store.state.isConnected], [0, false])
    last().deliver(changed("A"))
    assert.deepEqual([list.store.state.listings, list.store.state.isConnected], [1, true])
    last().deliver(changed("B", { id: "e1:5", topic: "boards", seq: 1 }))
    assert.deepEqual(list.store.state.items, { a: { board: "a", title: "B" } })
    assert.equal(list.content().cursor, "e1:5")
    list.stop()
  })

  test("goes on from what the page was rendered with, and from what it knew when it was left", () => {
    const list = new LiveList(source)
    list.start({ messages: [changed("A")], cursor: "e1:4", asOf: 1 })
    assert.equal(last().url.searchParams.get("since"), "e1:4")
    assert.equal(list.store.state.items.a.title, "A")
    const kept = { content: { a: { board: "a", title: "B" } }, cursor: "e1:7", last: [["boards", 3]], asOf: 2 }
    list.start({ messages: [changed("A")], cursor: "e1:4", asOf: 1 }, kept)
    assert.equal(last().url.searchParams.get("since"), "e1:7")
    assert.deepEqual([list.store.state.items.a.title, list.store.state.asOf], ["B", 2])
    list.stop()
  })
})
