import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { JOB_FOLD } from "../../web/js/jobs/listed-job.js"
import { INITIAL_LIST_STATE, listReducer } from "../../web/js/realtime/list-state.js"
import { message } from "./support.mjs"

describe("a list of jobs", () => {
  const reduce = listReducer(JOB_FOLD)
  const job = (id, rest = {}) => message("job_status", { job_id: id, ...rest })
  const after = (...actions) => actions.reduce(reduce, INITIAL_LIST_STATE)
  const listed = (rows, before = INITIAL_LIST_STATE.items, isWhole = true) =>
    ({ type: "local:listed", listing: { rows, isWhole }, before, atMs: 9 })

  test("adds jobs, and replaces the fields that a message has", () => {
    const { items } = after(
      job(7, { status: "queued", name: "n" }), message("progress", { job_id: "7", progress: 120, stage: "s" }),
      job("7", { status: "running", warnings_count: 0 }))
    assert.deepEqual(Object.keys(items), ["7"])
    const { name, status, progress, stage, warningsCount } = items["7"]
    assert.deepEqual([name, status, progress, stage, warningsCount], ["n", "running", 100, "s", 0])
  })

  test("forgets a progress that is no longer known, and keeps one that a message does not mention", () => {
    const known = after(job(7), message("progress", { job_id: 7, progress: 40 }))
    const unknown = message("progress", { job_id: 7, progress: 0, total_unknown: true })
    const progressAfter = (...actions) => actions.reduce(reduce, known).items["7"].progress
    assert.equal(progressAfter(job(7, { status: "running" })), 40)
    assert.equal(progressAfter(unknown), null)
    assert.equal(progressAfter(job(7, { progress: null })), null)
    assert.equal(progressAfter(unknown, listed([{ job_id: 7, progress: 40 }], known.items)), null)
  })

  test("forgets a reason that a later status takes back", () => {
    const failed = job(7, { status: "failed", error: "no" })
    assert.equal(after(failed, job(7, { name: "n" })).items["7"].error, "no")
    assert.equal(after(failed, job(7, { status: "running", error: null })).items["7"].error, null)
  })

  test("is replaced by a listing, whole or not", () => {
    const nine = after(job(9))
    const rows = [{ job_id: 2, name: "b" }, { job_id: 1, name: "a" }, { name: "without an id" }]
    for (const isWhole of [true, false]) {
      const state = reduce(nine, listed(rows, nine.items, isWhole))
      assert.deepEqual([Object.keys(state.items), state.listings, state.isWhole], [["1", "2"], 1, isWhole])
    }
  })

  test("keeps what messages said after a listing was requested", () => {
    const heard = after(job(9, { name: "new" }), job(2, { status: "running" }))
    const { items } = reduce(heard, listed([{ job_id: 2, name: "b", status: "queued" }]))
    assert.deepEqual(Object.keys(items), ["2", "9"])
    assert.deepEqual([items["2"].name, items["2"].status], ["b", "running"])
  })

  test("takes from a listing what no message has said since it was requested", () => {
    const before = after(job(2, { name: "old", status: "queued" }))
    const heard = reduce(before, job(2, { status: "running" }))
    const { items } = reduce(heard, listed([{ job_id: 2, name: "renamed", status: "queued" }], before.items))
    assert.deepEqual([items["2"].name, items["2"].status], ["renamed", "running"])
  })

  test("is the very same state after anything else", () => {
    for (const other of [message("warning", { job_id: 7 }), job(undefined), job(null), job({})]) {
      assert.equal(reduce(INITIAL_LIST_STATE, other), INITIAL_LIST_STATE)
    }
  })
})

describe("a list of a feature", () => {
  const reduce = listReducer({
    types: ["board_changed", "board_removed"],
    keyOf: payload => payload.board ?? null,
    fold: (known, { board, ...fields }, type) => type === "board_removed" ? null : { board, ...known, ...fields },
  })
  const changed = (board, rest = {}) => message("board_changed", { board, ...rest })
  const removed = board => message("board_removed", { board })
  const two = [changed("a", { title: "A" }), changed("b")].reduce(reduce, INITIAL_LIST_STATE)

  test("folds its own messages, and loses an item whose fold is null", () => {
    assert.deepEqual(two.items, { a: { board: "a", title: "A" }, b: { board: "b" } })
    assert.deepEqual(Object.keys(reduce(two, removed("a")).items), ["b"])
    assert.equal(reduce(two, removed("c")), two)
  })

  test("does not bring an item back that was removed after the listing was requested", () => {
    const listing = { rows: [{ board: "a" }, { board: "b" }], isWhole: true }
    const { items } = reduce(reduce(two, removed("a")), { type: "local:listed", listing, before: two.items, atMs: 9 })
    assert.deepEqual(Object.keys(items), ["b"])
  })

  test("is empty when a snapshot begins", () => {
    const state = reduce(two, { type: "local:snapshot" })
    assert.deepEqual([state.items, state.listings, state.isWhole], [{}, 1, true])
  })

  test("holds items of any name", () => {
    const state = reduce(INITIAL_LIST_STATE, changed("__proto__", { title: "P" }))
    assert.deepEqual(Object.keys(state.items), ["__proto__"])
    assert.equal({}.title, undefined)
  })
})
