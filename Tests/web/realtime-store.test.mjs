import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { INITIAL_JOB_LIST_STATE, reduceJobList } from "../../web/js/job-list-state.js"
import { FRAMES_KEPT, WARNINGS_KEPT } from "../../web/js/job-state.js"
import { MESSAGE_TYPES } from "../../web/js/messages.js"
import { INITIAL_JOB_STATE, RealtimeStore, reduce } from "../../web/js/realtime-store.js"
import { START_MS, message, seeded } from "./support.mjs"

const after = (...messages) => messages.reduce(reduce, INITIAL_JOB_STATE)
const progress = (value, rest = {}) => message("progress", { job_id: "7", progress: value, ...rest })
const warning = (text, rest = {}) => message("warning", { plugin: "p", message: text, severity: "low" }, rest)
const status = (plugin, rest = {}) => message("plugin_status", { plugin, status: "running", ...rest })

describe("reduce", () => {
  for (const type of MESSAGE_TYPES) {
    test(`takes ${type} without a payload it can use`, () => {
      for (const payload of [{}, { plugin: null, progress: "x", details: 3, metadata: 4, error: {}, job_id: [] }]) {
        const state = reduce(INITIAL_JOB_STATE, message(type, payload))
        assert.equal(typeof state.progress, "object")
      }
    })
  }

  for (const type of ["log", "ping", "pong", "engine_metrics", "agent:log", "toString", "__proto__", "from_the_future"]) {
    test(`returns the very same state for ${type}`, () => {
      assert.equal(reduce(INITIAL_JOB_STATE, message(type, { job_id: "7" })), INITIAL_JOB_STATE)
    })
  }

  for (const [value, expected] of [
    [0, 0], [42.5, 42.5], [100, 100], [-5, 0], [1e9, 100], [null, null], ["50", null], [NaN, null], [Infinity, null],
  ]) {
    test(`reads progress ${value} as ${expected}`, () => {
      assert.equal(after(progress(value)).progress.value, expected)
    })
  }

  test("knows no progress of a job whose total is unknown, whatever the figure beside that", () => {
    const unknown = message("progress", { job_id: "7", progress: 0, total_unknown: true })
    assert.equal(after(progress(40), unknown).progress.value, null)
    assert.equal(after(unknown, progress(40)).progress.value, 40)
  })

  test("keeps stage, plugin, time left and rate of the last progress", () => {
    const state = after(progress(1), progress(2, { stage: "s", plugin: "p", eta_seconds: 9, rate: 2.5 }))
    assert.deepEqual(state.progress, { value: 2, stage: "s", plugin: "p", etaSeconds: 9, rate: 2.5 })
  })

  test("keeps what is going on where a progress says nothing of it, and lets go of what was expected", () => {
    const before = progress(2, { stage: "s", plugin: "p", eta_seconds: 9, rate: 2.5 })
    assert.deepEqual(after(before, progress(3)).progress, { value: 3, stage: "s", plugin: "p", etaSeconds: null, rate: null })
    assert.deepEqual(after(before, progress(3, { plugin: "q" })).progress,
      { value: 3, stage: null, plugin: "q", etaSeconds: null, rate: null })
  })

  test("keeps the newest frame and those one can scrub back through", () => {
    const frames = Array.from({ length: FRAMES_KEPT + 5 }, (_, index) => message("frame", { frame_id: index }))
    const state = after(...frames)
    assert.equal(state.currentFrame.frame_id, FRAMES_KEPT + 4)
    assert.equal(state.frames.length, FRAMES_KEPT)
    assert.equal(state.frames[0].frame_id, 5)
  })

  test("keeps plugins in the order in which they started, with their latest timing", () => {
    const state = after(
      status("b"), status("a", { timing_ms: 5 }), status("b", { status: "completed", timing_ms: 145.5 }), status("b"),
    )
    assert.deepEqual(Object.keys(state.pluginStatus), ["b", "a"])
    assert.deepEqual(state.pluginTimings, { a: 5, b: 145.5 })
    assert.equal(state.pluginStatus.b.status, "running")
  })

  test("keeps what a plugin's later status does not repeat", () => {
    const state = after(status("p", { frames_processed: 3, health: "slow", timing_statistics: { p95: 9 } }), status("p"))
    assert.equal(state.pluginStatus.p.framesProcessed, 3)
    assert.equal(state.pluginStatus.p.health, "slow")
    assert.equal(state.pluginStatus.p.p95, 9)
  })

  test("takes a plugin by any name", () => {
    const state = after(status("__proto__", { timing_ms: 1 }), status("constructor"), message("metadata", {
      plugin: "__proto__", metadata: { version: "1" },
    }))
    assert.deepEqual(Object.keys(state.pluginStatus), ["__proto__", "constructor"])
    assert.deepEqual(Object.entries(state.pluginTimings), [["__proto__", 1]])
    assert.deepEqual(Object.entries(state.pluginMetadata), [["__proto__", { version: "1" }]])
    assert.equal({}.version, undefined)
  })

  test("counts equal warnings each, and the same numbered one once", () => {
    const state = after(warning("w"), warning("w"), warning("w", { id: "e1:3" }), warning("w", { id: "e1:3" }))
    assert.equal(state.warningCount, 3)
    assert.equal(state.warnings.length, 3)
  })

  test("counts the warnings that are no longer kept", () => {
    let state = after(warning("first"))
    state = { ...state, warnings: Array(WARNINGS_KEPT).fill(state.warnings[0]), warningCount: WARNINGS_KEPT }
    state = reduce(state, warning("last"))
    assert.equal(state.warnings.length, WARNINGS_KEPT)
    assert.equal(state.warningCount, WARNINGS_KEPT + 1)
    assert.equal(state.warnings.at(-1).message, "last")
  })

  test("reads an error with its details", () => {
    const details = { error_code: "PLUGIN_CRASH", message: "exit 3" }
    const [error] = after(message("error", { error: "Crashed", plugin: "p", details }, { id: "e1:1" })).errors
    assert.deepEqual(error, { title: "Crashed", message: "exit 3", code: "PLUGIN_CRASH", plugin: "p", id: "e1:1" })
  })

  test("says the reason of a failure once", () => {
    const silent = message("job_status", { job_id: "7", status: "failed", error: null })
    assert.deepEqual(after(silent, silent).errors.map(({ message }) => message), ["No reason was recorded."])
    const failed = message("job_status", { job_id: "7", status: "failed", error: "Crashed" })
    assert.equal(after(failed, failed).errors.length, 1)
    assert.equal(after(message("error", { error: "Crashed" }), failed).errors.length, 1)
  })

  test("reads a job's status, name, device and times", () => {
    const state = after(message("job_status", {
      job_id: 7, status: "running", name: "n", device_used: "cpu", started_at: "2026-02-04T15:30:00.000Z",
    }))
    assert.deepEqual(
      [state.jobId, state.status, state.name, state.device, state.startedAt],
      ["7", "running", "n", "cpu", Date.parse("2026-02-04T15:30:00.000Z")])
  })

  test("ignores what is about another job", () => {
    const watching = reduce(INITIAL_JOB_STATE, { type: "local:watch", jobId: "7" })
    assert.equal(reduce(watching, message("progress", { job_id: "8", progress: 3 })), watching)
    assert.equal(reduce(watching, message("progress", { job_id: 7, progress: 3 })).progress.value, 3)
  })

  test("gives the same for a snapshot applied twice", () => {
    const snapshot = [
      message("job_status", { job_id: "7", status: "failed", error: "no" }, { id: "e1:9" }),
      progress(40), status("a", { timing_ms: 3 }), warning("w", { id: "e1:4" }), warning("w", { id: "e1:5" }),
      message("error", { error: "E" }, { id: "e1:6" }),
    ]
    assert.deepEqual(after(...snapshot, ...snapshot), after(...snapshot))
  })

  test("leaves nothing of what was known where a snapshot does not contain it", () => {
    const ended = message("job_status", { job_id: "7", status: "succeeded", finished_at: "2026-02-04T15:30:00.123Z" })
    const metadata = message("metadata", { plugin: "p", metadata: { version: "1" } })
    const connected = { type: "local:connection", state: "CONNECTED", atMs: START_MS }
    const frame = message("frame", { frame_id: 1 })
    const known = after(connected, metadata, progress(40), status("a", { timing_ms: 3 }), warning("w"), frame, ended)
    const state = reduce(known, { type: "local:snapshot" })
    const fresh = after(connected, metadata)
    assert.deepEqual(state, { ...fresh, jobId: "7", asOf: state.asOf })
  })

  test("begins anew for another job, and keeps connection and plugin metadata", () => {
    const metadata = message("metadata", { plugin: "p", metadata: { version: "1" } })
    const connected = { type: "local:connection", state: "CONNECTED", atMs: START_MS }
    const state = reduce(after(connected, metadata, progress(40), warning("w")), { type: "local:watch", jobId: "8" })
    assert.equal(state.jobId, "8")
    assert.equal(state.isConnected, true)
    assert.equal(state.progress.value, null)
    assert.equal(state.warningCount, 0)
    assert.deepEqual(Object.keys(state.pluginMetadata), ["p"])
  })

  test("remembers as of when the page is right", () => {
    const on = { type: "local:connection", state: "CONNECTED", atMs: 1 }
    const off = { type: "local:connection", state: "DISCONNECTED", atMs: START_MS + 5_000 }
    const state = after(on, progress(1), off, { ...off, state: "RECONNECTING", atMs: START_MS + 9_000 })
    assert.equal(state.asOf, START_MS + 5_000)
    assert.equal(state.isConnected, false)
  })

  const moves = (...states) => states.map((state, index) =>
    ({ type: "local:connection", state, reason: null, atMs: START_MS + index * 1_000 }))

  for (const [name, actions, isStale] of [
    ["a page that has just come from the server", moves("CONNECTING"), false],
    ["a page that loads and fails once", moves("CONNECTING", "DISCONNECTED"), false],
    ["a page that waits for too long", [...moves("CONNECTING", "DISCONNECTED"), { type: "local:overdue" }], true],
    ["a page that is live", [...moves("CONNECTING", "CONNECTED"), { type: "local:overdue" }], false],
    ["a page that was live", moves("CONNECTED", "DISCONNECTED"), true],
    ["a page that tries again", moves("CONNECTED", "DISCONNECTED", "RECONNECTING"), true],
    ["a page that gave up", moves("CLOSED"), true],
    ["a page whose next client begins", moves("CONNECTED", "CLOSED", "CONNECTING"), true],
    ["a page that is live again", moves("CONNECTED", "DISCONNECTED", "RECONNECTING", "CONNECTED"), false],
    ["a page that polls", [...moves("CONNECTED", "DISCONNECTED"), { type: "local:polling", isPolling: true }], false],
    ["a page whose questions are not answered",
      [...moves("CONNECTED", "DISCONNECTED"), ...[true, false].map(isPolling => ({ type: "local:polling", isPolling }))], true],
    ["a page from the browser's cache", [{ type: "local:watch", jobId: "7", asOf: START_MS - 60_000 }, ...moves("CONNECTING")], true],
  ]) {
    test(`of ${name} says that it is ${isStale ? "only what was last known" : "as the server says"}`, () => {
      assert.equal(after(...actions).isStale, isStale)
    })
  }

  test("reads a polled job", () => {
    const job = {
      job_id: 7, status: "running", progress: 30, stage: "s", plugin_timings: { a: 1.5, b: "x" }, warnings: ["w", "w"],
    }
    const once = reduce(INITIAL_JOB_STATE, { type: "local:polled", job, atMs: 9 })
    const state = reduce(once, { type: "local:polled", job, atMs: 10 })
    assert.deepEqual([state.status, state.progress.value, state.progress.stage], ["running", 30, "s"])
    assert.deepEqual(state.pluginTimings, { a: 1.5 })
    assert.equal(state.pluginStatus.a.status, "unknown")
    assert.equal(state.warningCount, 2)
    assert.equal(state.asOf, 10)
  })
})

describe("reduce, whatever comes in whatever order", () => {
  const kinds = [
    random => progress(random() * 400 - 150),
    random => warning(`w${Math.floor(random() * 3)}`),
    random => status(`p${Math.floor(random() * 4)}`, { timing_ms: random() * 100 - 10 }),
    random => message("frame", { frame_id: Math.floor(random() * 10) }),
    () => message("error", { error: "E" }),
    () => message("metadata", { plugin: "p1", metadata: {} }),
    () => message("job_status", { job_id: "7", status: "running" }),
    random => ({ type: "local:connection", state: random() < 0.5 ? "CONNECTED" : "DISCONNECTED", atMs: START_MS }),
  ]

  for (let seed = 1; seed <= 50; seed += 1) {
    test(`keeps its promises with seed ${seed}`, () => {
      const random = seeded(seed)
      const sent = Array.from({ length: 400 }, () => kinds[Math.floor(random() * kinds.length)](random))
      let state = INITIAL_JOB_STATE
      for (const action of sent) {
        const before = structuredClone(state)
        const next = reduce(state, action)
        assert.deepEqual(state, before, "reduce changed the state it was given")
        assert.ok(next.warningCount >= state.warningCount, "a warning was lost")
        const { value } = next.progress
        assert.ok(value === null || (value >= 0 && value <= 100), "progress is out of bounds")
        state = next
      }
      const of = type => sent.filter(action => action.type === type)
      assert.equal(state.warningCount, of("warning").length)
      assert.deepEqual(state.warnings.map(({ message }) => message), of("warning").map(({ payload }) => payload.message))
      assert.equal(state.currentFrame.frame_id, of("frame").at(-1).payload.frame_id)
      const plugins = [...new Set(of("plugin_status").map(({ payload }) => payload.plugin))]
      assert.deepEqual(Object.keys(state.pluginStatus), plugins)
    })
  }
})

describe("reduceJobList", () => {
  const job = (id, rest = {}) => message("job_status", { job_id: id, ...rest })

  test("adds jobs and replaces what is said of them", () => {
    let state = reduceJobList(INITIAL_JOB_LIST_STATE, job(7, { status: "queued", name: "n" }))
    state = reduceJobList(state, message("progress", { job_id: "7", progress: 120, stage: "s" }))
    state = reduceJobList(state, job("7", { status: "running", warnings_count: 0 }))
    assert.deepEqual(Object.keys(state.jobs), ["7"])
    const { name, status, progress, stage, warningsCount } = state.jobs["7"]
    assert.deepEqual([name, status, progress, stage, warningsCount], ["n", "running", 100, "s", 0])
  })

  test("lets a progress that is not known replace the one that was, and what says nothing of it not", () => {
    const known = [job(7), message("progress", { job_id: 7, progress: 40 })].reduce(reduceJobList, INITIAL_JOB_LIST_STATE)
    const progressAfter = next => reduceJobList(known, next).jobs["7"].progress
    assert.equal(progressAfter(job(7, { status: "running" })), 40)
    assert.equal(progressAfter(message("progress", { job_id: 7, progress: 0, total_unknown: true })), null)
    assert.equal(progressAfter(job(7, { progress: null })), null)
    const unknown = reduceJobList(known, message("progress", { job_id: 7, progress: 0, total_unknown: true }))
    const listed = { type: "local:listed", jobs: [{ job_id: 7, progress: 40 }], isWhole: true, before: known.jobs }
    assert.equal(reduceJobList(unknown, listed).jobs["7"].progress, null)
  })

  test("takes a page of the job list, and forgets what is not on it", () => {
    const jobs = [{ job_id: 2, name: "b" }, { job_id: 1, name: "a" }, { name: "without an id" }]
    const nine = reduceJobList(INITIAL_JOB_LIST_STATE, job(9))
    const state = reduceJobList(nine, { type: "local:listed", jobs, isWhole: false, before: nine.jobs })
    assert.deepEqual([Object.keys(state.jobs), state.listings], [["1", "2"], 1])
  })

  test("forgets what is not in the whole list", () => {
    const nine = reduceJobList(INITIAL_JOB_LIST_STATE, job(9))
    const whole = { type: "local:listed", jobs: [{ job_id: 2, name: "b" }], isWhole: true, before: nine.jobs }
    const state = reduceJobList(nine, whole)
    assert.deepEqual([Object.keys(state.jobs), state.listings], [["2"], 1])
  })

  test("keeps what was said while the list was on its way, which is newer than the list", () => {
    const before = INITIAL_JOB_LIST_STATE.jobs
    const heard = [job(9, { name: "new" }), job(2, { status: "running" })].reduce(reduceJobList, INITIAL_JOB_LIST_STATE)
    const jobs = [{ job_id: 2, name: "b", status: "queued" }]
    const state = reduceJobList(heard, { type: "local:listed", jobs, isWhole: true, before })
    assert.deepEqual(Object.keys(state.jobs), ["2", "9"])
    assert.deepEqual([state.jobs["2"].name, state.jobs["2"].status], ["b", "running"])
  })

  test("returns the very same state for everything else", () => {
    for (const other of [message("warning", { job_id: 7 }), job(undefined), job(null), job({})]) {
      assert.equal(reduceJobList(INITIAL_JOB_LIST_STATE, other), INITIAL_JOB_LIST_STATE)
    }
  })
})

describe("RealtimeStore", () => {
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

  test("paints once per frame however many messages came, with the newest state", () => {
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

  test("asks for no paint where nothing changed", () => {
    const { store, paints } = makeStore()
    store.dispatch(message("ping"))
    assert.equal(paints.length, 0)
  })

  test("a listener hears nothing after unsubscribing", () => {
    const { store, paint } = makeStore()
    let count = 0
    const stop = store.subscribe(() => { count += 1 })
    store.dispatch(progress(1))
    stop()
    paint()
    assert.equal(count, 0)
  })

  test("paints a hidden page by a timer, and only once", () => {
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
