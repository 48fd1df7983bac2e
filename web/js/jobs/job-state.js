// @ts-check
import { INITIAL_CONNECTION, connectionChange } from "../realtime/connection-state.js"
import { finite, instant, keepLast, percent, text, withEntry } from "../values.js"

/**
 * What a page knows about the job that it shows, and how each message changes it. `Job.apply` on the server does the
 * same; `Tests/fixtures/foldings.json` holds both to it.
 *
 * @typedef {import("../realtime/messages.js").Message} Message
 *
 * @typedef {object} Progress
 * @property {number | null} value 0-100; null while unknown.
 * @property {string | null} stage
 * @property {string | null} plugin
 * @property {number | null} etaSeconds
 * @property {number | null} rate Units a second, in the job's own unit.
 *
 * @typedef {object} PluginStatus
 * @property {string} status `started`, `running`, `completed`, `failed`, or whatever the server says.
 * @property {number | null} framesProcessed
 * @property {number | null} warningsCount
 * @property {string | null} health
 * @property {number | null} p50 Milliseconds, as are `p95` and `max`.
 * @property {number | null} p95
 * @property {number | null} max
 *
 * @typedef {{plugin: string, message: string, severity: string, frameId: string | number | null, id: string | null}} Warning
 *   `id` is the cursor of the message.
 * @typedef {{key: string | null, title: string, message: string, code: string | null, plugin: string | null}} JobError
 *   `key` identifies the error within its job; null for an error that was recorded before errors had numbers.
 *
 * @typedef {import("../realtime/connection-state.js").ConnectionPart & JobPart} JobState
 *
 * @typedef {object} JobPart
 * @property {string | null} jobId
 * @property {string | null} createdAt As the server writes it. In a new or restored data folder, the same id belongs to
 *   another job, with another time.
 * @property {boolean} isReplaced Whether the server has another job under the id.
 * @property {string | null} name
 * @property {string | null} status
 * @property {string | null} device
 * @property {string | null} deviceReason
 * @property {number | null} startedAt Milliseconds since 1970.
 * @property {number | null} finishedAt
 * @property {Progress} progress
 * @property {Record<string, any> | null} currentFrame
 * @property {readonly Record<string, any>[]} frames The newest frames, oldest first.
 * @property {Readonly<Record<string, number>>} pluginTimings Milliseconds, the latest of each plugin.
 * @property {Readonly<Record<string, Record<string, any>>>} pluginMetadata
 * @property {Readonly<Record<string, PluginStatus>>} pluginStatus In the order in which they started.
 * @property {readonly Warning[]} warnings
 * @property {number} warningCount All of them, including those no longer kept.
 * @property {readonly JobError[]} errors
 * @property {string | null} error Why the job failed.
 * @property {string | null} errorKey The error whose reason `error` repeats; null if the reason stands for itself.
 * @property {readonly Record<string, any>[]} results
 *
 * @typedef {Message
 *   | import("../realtime/connection-state.js").ConnectionAction
 *   | {type: "local:snapshot"}
 *   | {type: "local:watch", jobId: string | null}
 *   | {type: "local:restored", content: JobPart, asOf: number | null}
 *   | {type: "local:past-frames", frames: Record<string, any>[]}
 *   | {type: "local:polled", job: Record<string, any>, isNumbered?: boolean, atMs: number}} JobAction
 */

/** Frames to scrub back through. */
export const FRAMES_KEPT = 120
/** Warnings beyond this many are counted and not kept. */
export const WARNINGS_KEPT = 10_000
/** A connection never delivers a number twice; a story may, shortly after the first time. */
const REPEATS_WITHIN = 100
const ERRORS_KEPT = 100
const RESULTS_KEPT = 100

/** @type {Progress} */
const UNKNOWN_PROGRESS = Object.freeze({ value: null, stage: null, plugin: null, etaSeconds: null, rate: null })

/** @type {PluginStatus} */
const UNKNOWN_PLUGIN = Object.freeze({
  status: "unknown", framesProcessed: null, warningsCount: null, health: null, p50: null, p95: null, max: null,
})

/** @type {Readonly<JobPart>} */
const UNKNOWN_JOB = Object.freeze({
  jobId: null,
  createdAt: null,
  isReplaced: false,
  name: null,
  status: null,
  device: null,
  deviceReason: null,
  startedAt: null,
  finishedAt: null,
  progress: UNKNOWN_PROGRESS,
  currentFrame: null,
  frames: Object.freeze([]),
  pluginTimings: Object.freeze({}),
  pluginMetadata: Object.freeze({}),
  pluginStatus: Object.freeze({}),
  warnings: Object.freeze([]),
  warningCount: 0,
  errors: Object.freeze([]),
  error: null,
  errorKey: null,
  results: Object.freeze([]),
})

/** @type {Readonly<JobState>} */
export const INITIAL_JOB_STATE = Object.freeze({ ...INITIAL_CONNECTION, ...UNKNOWN_JOB })

/** The part of a state that is about the job, without its frames: those are read again. @param {JobState} state @returns {JobPart} */
export function jobPart(state) {
  const names = /** @type {(keyof JobPart)[]} */ (Object.keys(UNKNOWN_JOB))
  const known = Object.fromEntries(names.map(name => [name, state[name]]))
  return { .../** @type {JobPart} */ (/** @type {unknown} */ (known)), frames: [], currentFrame: null }
}

/** @typedef {Partial<JobState> | null} Change The fields that differ; null for none. */

/** @type {Record<string, (state: JobState, payload: Record<string, any>, message: Message) => Change>} */
const CHANGES = {
  frame: addFrame,
  partial_result: (state, payload) => ({ results: keepLast(state.results, payload, RESULTS_KEPT) }),
  progress: setProgress,
  plugin_status: setPluginStatus,
  warning: addWarning,
  error: addError,
  metadata: setMetadata,
  job_status: setJobStatus,
}

/**
 * The state after a message. Pure; a message that changes nothing returns the same state. A frame may arrive before the
 * numbered messages that were told before it, so no frame depends on them.
 * @param {JobState} state
 * @param {JobAction} action
 * @returns {JobState}
 */
export function reduce(state, action) {
  const change = changeFor(state, action)
  return change === null ? state : { ...state, ...change }
}

/** @param {JobState} state @param {JobAction} action @returns {Change} */
function changeFor(state, action) {
  const connection = connectionChange(state, action)
  if (connection !== undefined) return connection
  switch (action.type) {
    case "local:snapshot": return forgetJob(state)
    case "local:watch": return watch(state, /** @type {any} */ (action))
    case "local:restored": return restore(state, /** @type {any} */ (action))
    case "local:past-frames": return addPastFrames(state, /** @type {any} */ (action).frames)
    case "local:polled": return setPolled(state, /** @type {any} */ (action))
  }
  const message = /** @type {Message} */ (action)
  const change = Object.hasOwn(CHANGES, message.type) ? CHANGES[message.type] : null
  if (change === null || isAboutAnotherJob(state, message.payload)) return null
  return change(state, message.payload, message)
}

/** @param {JobState} state @param {Record<string, any>} payload */
function isAboutAnotherJob(state, payload) {
  return state.jobId !== null && payload.job_id !== undefined && payload.job_id !== null
    && String(payload.job_id) !== state.jobId
}

// The messages of a job.

/** @param {JobState} state @param {Record<string, any>} payload @returns {Change} */
function addFrame(state, payload) {
  return { currentFrame: payload, frames: keepLast(state.frames, payload, FRAMES_KEPT) }
}

/** @param {JobState} state @param {Record<string, any>} payload @returns {Change} */
function setProgress(state, payload) {
  // A message with neither stage nor plugin says nothing about what is going on.
  const { stage, plugin } = payload.stage === undefined && payload.plugin === undefined ? state.progress : payload
  return {
    jobId: state.jobId ?? text(payload.job_id),
    progress: {
      value: payload.total_unknown === true ? null : percent(payload.progress),
      stage: text(stage),
      plugin: text(plugin),
      etaSeconds: finite(payload.eta_seconds),
      rate: finite(payload.rate),
    },
  }
}

/** What the message does not say stays as it was. @param {JobState} state @param {Record<string, any>} payload @returns {Change} */
function setPluginStatus(state, payload) {
  const plugin = text(payload.plugin)
  if (plugin === null) return null
  const known = Object.hasOwn(state.pluginStatus, plugin) ? state.pluginStatus[plugin] : null
  const timing = finite(payload.timing_ms)
  return {
    pluginStatus: withEntry(state.pluginStatus, plugin, {
      status: text(payload.status) ?? "unknown",
      framesProcessed: finite(payload.frames_processed) ?? known?.framesProcessed ?? null,
      warningsCount: finite(payload.warnings_count) ?? known?.warningsCount ?? null,
      health: text(payload.health) ?? known?.health ?? null,
      p50: finite(payload.timing_statistics?.p50) ?? known?.p50 ?? null,
      p95: finite(payload.timing_statistics?.p95) ?? known?.p95 ?? null,
      max: finite(payload.timing_statistics?.max) ?? known?.max ?? null,
    }),
    pluginTimings: timing === null ? state.pluginTimings : withEntry(state.pluginTimings, plugin, timing),
  }
}

/** Equal warnings are each counted; only the same message is not counted twice.
 * @param {JobState} state @param {Record<string, any>} payload @param {Message} message @returns {Change} */
function addWarning(state, payload, message) {
  const id = message.id ?? null
  if (id !== null && state.warnings.slice(-REPEATS_WITHIN).some(warning => warning.id === id)) return null
  const warning = {
    plugin: text(payload.plugin) ?? "",
    message: text(payload.message) ?? "",
    severity: text(payload.severity) ?? "medium",
    frameId: payload.frame_id ?? null,
    id,
  }
  return { warnings: keepLast(state.warnings, warning, WARNINGS_KEPT), warningCount: state.warningCount + 1 }
}

/** Errors without a number are each another error, even if they say the same.
 * @param {JobState} state @param {Record<string, any>} payload @returns {Change} */
function addError(state, payload) {
  const key = errorKey(payload)
  if (key !== null && state.errors.some(error => error.key === key)) return null
  const error = {
    key,
    title: text(payload.error) ?? "Error",
    message: text(payload.details?.message) ?? "",
    code: text(payload.details?.error_code),
    plugin: text(payload.plugin),
  }
  return { errors: keepLast(state.errors, error, ERRORS_KEPT) }
}

/** @param {Record<string, any>} payload */
function errorKey(payload) {
  return Number.isInteger(payload.error_id) ? String(payload.error_id) : null
}

/** @param {JobState} state @param {Record<string, any>} payload @returns {Change} */
function setMetadata(state, payload) {
  const plugin = text(payload.plugin)
  if (plugin === null || typeof payload.metadata !== "object" || payload.metadata === null) return null
  return { pluginMetadata: withEntry(state.pluginMetadata, plugin, payload.metadata) }
}

/** @param {JobState} state @param {Record<string, any>} payload @returns {Change} */
function setJobStatus(state, payload) {
  const { progress } = state
  const createdAt = text(payload.created_at) ?? state.createdAt
  return {
    jobId: state.jobId ?? text(payload.job_id),
    createdAt: state.createdAt ?? createdAt,
    isReplaced: state.isReplaced || (state.createdAt !== null && createdAt !== state.createdAt),
    status: text(payload.status) ?? state.status,
    name: text(payload.name) ?? state.name,
    device: text(payload.device_used) ?? state.device,
    deviceReason: text(payload.device_reason) ?? state.deviceReason,
    startedAt: instant(payload.started_at) ?? state.startedAt,
    finishedAt: instant(payload.finished_at) ?? state.finishedAt,
    progress: {
      ...progress,
      value: "progress" in payload ? percent(payload.progress) : progress.value,
      stage: "stage" in payload ? text(payload.stage) : progress.stage,
    },
    ...("error" in payload && { error: text(payload.error), errorKey: errorKey(payload) }),
  }
}

// The page's own actions.

/** A snapshot follows: nothing that it does not contain may remain. @param {JobState} state @returns {Change} */
function forgetJob({ jobId, createdAt, isReplaced, pluginMetadata }) {
  return { ...UNKNOWN_JOB, jobId, createdAt, isReplaced, pluginMetadata }
}

/** @param {JobState} state @param {{jobId: string | null}} action @returns {Change} */
function watch({ isConnected, connection, storageFailure, pluginMetadata }, { jobId }) {
  return { ...INITIAL_JOB_STATE, isConnected, connection, storageFailure, pluginMetadata, jobId }
}

/** What the page knew before it was left; frames are not kept. @param {JobState} state @param {{content: JobPart, asOf: number | null}} action @returns {Change} */
function restore({ frames, currentFrame }, { content, asOf }) {
  return { ...content, frames, currentFrame, asOf }
}

/**
 * Frames that the connection may have missed, oldest first: those before it, and those between two connections. Known
 * frames that are not among them are newer.
 * @param {JobState} state
 * @param {Record<string, any>[]} frames
 * @returns {Change}
 */
function addPastFrames(state, frames) {
  if (frames.length === 0) return null
  const key = (/** @type {Record<string, any>} */ frame) => `${frame.frame_id} ${frame.plugin}`
  const past = new Set(frames.map(key))
  const all = [...frames, ...state.frames.filter(frame => !past.has(key(frame)))].slice(-FRAMES_KEPT)
  return { frames: all, currentFrame: all.at(-1) ?? null }
}

/**
 * The answer of `/v1/jobs/{id}/extended`. Its warnings are ignored if the page also reads the numbered messages.
 * @param {JobState} state
 * @param {{job: Record<string, any>, isNumbered?: boolean, atMs: number}} action
 * @returns {Change}
 */
function setPolled(state, { job, isNumbered = false, atMs }) {
  let { pluginStatus, pluginTimings } = state
  for (const [plugin, timing] of Object.entries(job.plugin_timings ?? {})) {
    if (finite(timing) === null) continue
    pluginTimings = withEntry(pluginTimings, plugin, timing)
    if (!Object.hasOwn(pluginStatus, plugin)) pluginStatus = withEntry(pluginStatus, plugin, UNKNOWN_PLUGIN)
  }
  const hasNewWarnings = !isNumbered && Array.isArray(job.warnings) && job.warnings.length !== state.warningCount
  return {
    ...setJobStatus(state, job),
    pluginTimings,
    pluginStatus,
    ...(hasNewWarnings && { warnings: job.warnings.map(polledWarning), warningCount: job.warnings.length }),
    asOf: atMs,
  }
}

/** @param {unknown} message @returns {Warning} */
function polledWarning(message) {
  return { plugin: "", message: String(message), severity: "medium", frameId: null, id: null }
}
