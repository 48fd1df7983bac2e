import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { INITIAL_JOB_STATE, reduce } from "../../web/js/jobs/job-state.js"
import { RealtimeStore } from "../../web/js/realtime/realtime-store.js"
import { message } from "./support.mjs"

const progress = value => message("progress", { job_id: "7", progress: value })

describe("a store", () => {
  function makeStore() {
    const paints = []
    const clock = {
      requestFrame: action => { paints.push(action); return paints.length },
      cancelFrame() {},
      setTimeout: () => 1,
      clearTimeout() {},
    }
    const store = new RealtimeStore(reduce, INITIAL_JOB_STATE, clock)
    const paint = () => { for (const action of paints.splice(0)) action() }
    return { store, paints, paint }
  }

  test("calls its listeners once per animation frame, with the newest state", () => {
    const { store, paints, paint } = makeStore()
    const seen = []
    store.subscribe(state => seen.push(state.progress.value))
    for (let value = 1; value <= 100; value += 1) store.dispatch(progress(value))
    assert.equal(store.state.progress.value, 100)
    assert.equal(paints.length, 1)
    assert.deepEqual(seen, [])
    paint()
    assert.deepEqual(seen, [100])
    store.dispatch(progress(5))
    paint()
    assert.deepEqual(seen, [100, 5])
  })

  test("requests no paint if nothing changed", () => {
    const { store, paints } = makeStore()
    store.dispatch(message("ping"))
    assert.equal(paints.length, 0)
  })

  test("does not call a listener that has unsubscribed", () => {
    const { store, paint } = makeStore()
    let count = 0
    const stop = store.subscribe(() => { count += 1 })
    store.dispatch(progress(1))
    stop()
    paint()
    assert.equal(count, 0)
  })

  test("updates a hidden page by a timer, and only once", () => {
    let frame, timer, count = 0
    const clock = {
      requestFrame: action => { frame = action },
      cancelFrame() {},
      setTimeout: action => { timer = action },
      clearTimeout() {},
    }
    const store = new RealtimeStore(reduce, INITIAL_JOB_STATE, clock)
    store.subscribe(() => { count += 1 })
    store.dispatch(progress(1))
    timer()
    frame()
    assert.equal(count, 1)
  })
})
