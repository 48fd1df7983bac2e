import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { FRAMES_KEPT, INITIAL_JOB_STATE, WARNINGS_KEPT, reduce } from "../../web/js/jobs/job-state.js"
import { shownErrors } from "../../web/js/jobs/job-view.js"
import { messageTypes } from "../../web/js/realtime/messages.js"
import { START_MS, message, seeded } from "./support.mjs"

const after = (...messages) => messages.reduce(reduce, INITIAL_JOB_STATE)
const progress = (value, rest = {}) => message("progress", { job_id: "7", progress: value, ...rest })
const warning = (text, rest = {}) => message("warning", { plugin: "p", message: text, severity: "low" }, rest)
const status = (plugin, rest = {}) => message("plugin_status", { plugin, status: "running", ...rest })

describe("the state of a job", () => {
  for (const type of messageTypes()) {
    test(`survives ${type} with a useless payload`, () => {
      for (const payload of [{}, { plugin: null, progress: "x", details: 3, metadata: 4, error: {}, job_id: [] }]) {
        const state = reduce(INITIAL_JOB_STATE, message(type, payload))
        assert.equal(typeof state.progress, "object")
      }
    })
  }

  for (const type of ["log", "ping", "pong", "engine_metrics", "agent:log", "toString", "__proto__", "from_the_future"]) {
    test(`is the very same after ${type}`, () => {
      assert.equal(reduce(INITIAL_JOB_STATE, message(type, { job_id: "7" })), INITIAL_JOB_STATE)
    })
  }

  test("notices that the server has another job under the id, and forgets neither that nor which one the page shows", () => {
    const status = createdAt => message("job_status", { job_id: "7", status: "running", created_at: createdAt })
    const [own, other] = ["2026-02-04T15:30:00.123Z", "2026-02-05T09:00:00.000Z"]
    const same = after(status(own), { type: "local:snapshot" }, status(own), message("job_status", { job_id: "7" }))
    assert.deepEqual([same.createdAt, same.isReplaced], [own, false])
    const replaced = after(status(own), { type: "local:snapshot" }, status(other), status(own))
    assert.deepEqual([replaced.createdAt, replaced.isReplaced], [own, true])
    const polled = after(status(own), { type: "local:polled", job: { status: "running", created_at: other }, atMs: 1 })
    assert.equal(polled.isReplaced, true)
    assert.equal(reduce(replaced, { type: "local:watch", jobId: "8" }).isReplaced, false)
  })

  for (const [value, expected] of [
    [0, 0], [42.5, 42.5], [100, 100], [-5, 0], [1e9, 100], [null, null], ["50", null], [NaN, null], [Infinity, null],
  ]) {
    test(`reads progress ${value} as ${expected}`, () => {
      assert.equal(after(progress(value)).progress.value, expected)
    })
  }

  test("has no progress while the total is unknown, whatever the figure beside it", () => {
    const unknown = message("progress", { job_id: "7", progress: 0, total_unknown: true })
    assert.equal(after(progress(40), unknown).progress.value, null)
    assert.equal(after(unknown, progress(40)).progress.value, 40)
  })

  test("has the stage, plugin, time left and rate of the last progress", () => {
    const state = after(progress(1), progress(2, { stage: "s", plugin: "p", eta_seconds: 9, rate: 2.5 }))
    assert.deepEqual(state.progress, { value: 2, stage: "s", plugin: "p", etaSeconds: 9, rate: 2.5 })
  })

  test("keeps stage and plugin if a progress names neither, and forgets the estimates", () => {
    const before = progress(2, { stage: "s", plugin: "p", eta_seconds: 9, rate: 2.5 })
    assert.deepEqual(after(before, progress(3)).progress, { value: 3, stage: "s", plugin: "p", etaSeconds: null, rate: null })
    assert.deepEqual(after(before, progress(3, { plugin: "q" })).progress,
      { value: 3, stage: null, plugin: "q", etaSeconds: null, rate: null })
  })

  test("keeps the newest frame, and those to scrub back through", () => {
    const frames = Array.from({ length: FRAMES_KEPT + 5 }, (_, index) => message("frame", { frame_id: index }))
    const state = after(...frames)
    assert.equal(state.currentFrame.frame_id, FRAMES_KEPT + 4)
    assert.equal(state.frames.length, FRAMES_KEPT)
    assert.equal(state.frames[0].frame_id, 5)
  })

  test("has the plugins in the order in which they started, with their latest timing", () => {
    const state = after(
      status("b"), status("a", { timing_ms: 5 }), status("b", { status: "completed", timing_ms: 145.5 }), status("b"),
    )
    assert.deepEqual(Object.keys(state.pluginStatus), ["b", "a"])
    assert.deepEqual(state.pluginTimings, { a: 5, b: 145.5 })
    assert.equal(state.pluginStatus.b.status, "running")
  })

  test("keeps what a later status of a plugin does not repeat", () => {
    const state = after(status("p", { frames_processed: 3, health: "slow", timing_statistics: { p95: 9 } }), status("p"))
    assert.equal(state.pluginStatus.p.framesProcessed, 3)
    assert.equal(state.pluginStatus.p.health, "slow")
    assert.equal(state.pluginStatus.p.p95, 9)
  })

  test("accepts a plugin of any name", () => {
    const state = after(status("__proto__", { timing_ms: 1 }), status("constructor"), message("metadata", {
      plugin: "__proto__", metadata: { version: "1" },
    }))
    assert.deepEqual(Object.keys(state.pluginStatus), ["__proto__", "constructor"])
    assert.deepEqual(Object.entries(state.pluginTimings), [["__proto__", 1]])
    assert.deepEqual(Object.entries(state.pluginMetadata), [["__proto__", { version: "1" }]])
    assert.equal({}.version, undefined)
  })

  test("counts equal warnings each, and the same message once", () => {
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
    assert.deepEqual(error, { key: null, title: "Crashed", message: "exit 3", code: "PLUGIN_CRASH", plugin: "p" })
  })

  const crash = (id, title = "Crashed") => message("error", { error: title, ...(id !== null && { error_id: id }) })
  const failed = (error, id) => message("job_status", { job_id: "7", status: "failed", error, error_id: id })
  const shown = (...messages) => shownErrors(after(...messages)).map(({ title, message: text }) => text || title)

  test("shows the reason of a failure once, however often the status comes", () => {
    assert.deepEqual(shown(failed(null), failed(null)), ["No reason was recorded."])
    assert.deepEqual(shown(failed("Gone"), failed("Gone")), ["Gone"])
  })

  test("shows the reason of a failure unless it repeats an error by its number", () => {
    assert.deepEqual(shown(crash(1), failed("It crashed.", 1)), ["Crashed"])
    assert.deepEqual(shown(failed("It crashed.", 1), crash(1)), ["Crashed"])
    assert.deepEqual(shown(crash(1), failed("Crashed", null)), ["Crashed", "Crashed"])
    assert.deepEqual(shown(crash(1), failed("Another", 2)), ["Crashed", "Another"])
  })

  test("takes errors of the same number for one, and errors without numbers for different ones", () => {
    assert.deepEqual(shown(crash(1), crash(1), crash(2)), ["Crashed", "Crashed"])
    assert.deepEqual(shown(crash(null), crash(null)), ["Crashed", "Crashed"])
  })

  test("forgets the reason of a failure when a later status takes it back", () => {
    const state = after(failed("Gone", 3), message("job_status", { job_id: "7", status: "running", error: null }))
    assert.deepEqual([state.error, state.errorKey, shownErrors(state)], [null, null, []])
  })

  test("shows a frame that comes before the job and its plugin have started", () => {
    const frame = message("frame", { job_id: "7", frame_id: 0, plugin: "p" })
    const running = message("job_status", { job_id: "7", status: "running" })
    const state = after(frame, running, status("p", { status: "started" }))
    assert.deepEqual([state.currentFrame.frame_id, state.status, Object.keys(state.pluginStatus)], [0, "running", ["p"]])
    assert.deepEqual(state, after(running, status("p", { status: "started" }), frame))
  })

  test("reads a job's status, name, device and times", () => {
    const state = after(message("job_status", {
      job_id: 7, status: "running", name: "n", device_used: "cpu", started_at: "2026-02-04T15:30:00.000Z",
    }))
    assert.deepEqual(
      [state.jobId, state.status, state.name, state.device, state.startedAt],
      ["7", "running", "n", "cpu", Date.parse("2026-02-04T15:30:00.000Z")])
  })

  test("ignores messages about another job", () => {
    const watching = reduce(INITIAL_JOB_STATE, { type: "local:watch", jobId: "7" })
    assert.equal(reduce(watching, message("progress", { job_id: "8", progress: 3 })), watching)
    assert.equal(reduce(watching, message("progress", { job_id: 7, progress: 3 })).progress.value, 3)
  })

  test("is the same after a snapshot that is applied twice", () => {
    const snapshot = [
      message("job_status", { job_id: "7", status: "failed", error: "no" }, { id: "e1:9" }),
      progress(40), status("a", { timing_ms: 3 }), warning("w", { id: "e1:4" }), warning("w", { id: "e1:5" }),
      message("error", { error: "E", error_id: 1 }, { id: "e1:6" }),
    ]
    assert.deepEqual(after(...snapshot, ...snapshot), after(...snapshot))
  })

  test("keeps nothing that a snapshot does not contain", () => {
    const ended = message("job_status", { job_id: "7", status: "succeeded", finished_at: "2026-02-04T15:30:00.123Z" })
    const metadata = message("metadata", { plugin: "p", metadata: { version: "1" } })
    const connected = { type: "local:connection", state: "CONNECTED", atMs: START_MS }
    const frame = message("frame", { frame_id: 1 })
    const known = after(connected, metadata, progress(40), status("a", { timing_ms: 3 }), warning("w"), frame, ended)
    const state = reduce(known, { type: "local:snapshot" })
    const fresh = after(connected, metadata)
    assert.deepEqual(state, { ...fresh, jobId: "7", asOf: state.asOf })
  })

  test("starts over for another job, and keeps the connection and the plugins' metadata", () => {
    const metadata = message("metadata", { plugin: "p", metadata: { version: "1" } })
    const connected = { type: "local:connection", state: "CONNECTED", atMs: START_MS }
    const state = reduce(after(connected, metadata, progress(40), warning("w")), { type: "local:watch", jobId: "8" })
    assert.equal(state.jobId, "8")
    assert.equal(state.isConnected, true)
    assert.equal(state.progress.value, null)
    assert.equal(state.warningCount, 0)
    assert.deepEqual(Object.keys(state.pluginMetadata), ["p"])
  })

  test("remembers until when it was current", () => {
    const on = { type: "local:connection", state: "CONNECTED", atMs: 1 }
    const off = { type: "local:connection", state: "DISCONNECTED", atMs: START_MS + 5_000 }
    const state = after(on, progress(1), off, { ...off, state: "RECONNECTING", atMs: START_MS + 9_000 })
    assert.equal(state.asOf, START_MS + 5_000)
    assert.equal(state.isConnected, false)
  })

  test("takes no time from a message: it may be a reporter's, whose clock is wrong", () => {
    const on = { type: "local:connection", state: "CONNECTED", atMs: START_MS }
    const off = { type: "local:connection", state: "DISCONNECTED", atMs: START_MS + 5_000 }
    const ahead = { ...progress(1), timestamp: new Date(START_MS + 600_000).toISOString() }
    assert.equal(after(ahead).asOf, null)
    assert.equal(after(on, ahead, off).asOf, START_MS + 5_000)
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
    ["a page whose next client starts", moves("CONNECTED", "CLOSED", "CONNECTING"), true],
    ["a page that is live again", moves("CONNECTED", "DISCONNECTED", "RECONNECTING", "CONNECTED"), false],
    ["a page that polls", [...moves("CONNECTED", "DISCONNECTED"), { type: "local:polling", isPolling: true }], false],
    ["a page whose polls are not answered",
      [...moves("CONNECTED", "DISCONNECTED"), ...[true, false].map(isPolling => ({ type: "local:polling", isPolling }))], true],
    ["a page from the browser's cache", [{ type: "local:rendered", asOf: START_MS, isCached: true }, ...moves("CONNECTING")], true],
  ]) {
    test(`is ${isStale ? "stale" : "current"} on ${name}`, () => {
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

describe("the state of a job, after any messages in any order", () => {
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

  // Everything that a state holds, so that a `reduce` that changes the state it was given throws.
  const isFrozen = new WeakSet()
  const frozen = value => {
    if (typeof value === "object" && value !== null && !isFrozen.has(value)) {
      isFrozen.add(Object.freeze(value))
      Object.values(value).forEach(frozen)
    }
    return value
  }

  for (let seed = 1; seed <= 50; seed += 1) {
    test(`is consistent, seed ${seed}`, () => {
      const random = seeded(seed)
      const sent = Array.from({ length: 400 }, () => kinds[Math.floor(random() * kinds.length)](random))
      let state = INITIAL_JOB_STATE
      for (const action of sent) {
        const next = reduce(frozen(state), action)
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
      // Frames are told at once, ahead of numbered messages: any interleaving must lead to the same state.
      const isFrame = action => action.type === "frame"
      const early = [...sent.filter(isFrame), ...sent.filter(action => !isFrame(action))].reduce(reduce, INITIAL_JOB_STATE)
      assert.deepEqual(early, state)
    })
  }
})

