// @ts-check
import { UNKNOWN, estimate, percent, rate } from "../readable.js"
import { WAITING } from "./listed-job.js"
import { isFinal } from "./state-words.js"

/**
 * What a page shows of a job. `JobFold` on the server does the same; the tables in `Tests/fixtures` hold both to it.
 *
 * @typedef {import("./job-state.js").JobState} JobState
 * @typedef {import("./job-state.js").JobError} JobError
 */

/** The state of an overlay, and of a bar, for a job that has ended. @type {Readonly<Record<string, string>>} */
const FINAL_STATES = Object.freeze({ succeeded: "complete", failed: "failed", cancelled: "cancelled" })

/** What the bar of a job that has ended says if it never had a stage. @type {Readonly<Record<string, string>>} */
const FINAL_LABELS = Object.freeze({ complete: "Done", failed: "Failed", cancelled: "Cancelled" })

/** The percentage from which a running job's overlay says that it is about to end. */
const COMPLETING_PERCENT = 95

/** An estimate that is longer than this many seconds is meaningless. */
const ESTIMATE_MAX_SECONDS = 1e9

/** @param {Pick<JobState, "status" | "progress">} state */
export function overlayState({ status, progress: { value } }) {
  if (status !== null && Object.hasOwn(FINAL_STATES, status)) return FINAL_STATES[status]
  if (status === "queued" || (status === null && value === null)) return "loading"
  return (value ?? 0) >= COMPLETING_PERCENT ? "completing" : "running"
}

/**
 * @typedef {object} ProgressTexts
 * @property {string} state `idle`, `running`, `complete`, `failed` or `cancelled`.
 * @property {string} label What is going on.
 * @property {string} percent Empty while the percentage is unknown.
 * @property {string} rate
 * @property {string} eta
 *
 * @param {Pick<JobState, "status" | "progress">} state
 * @returns {ProgressTexts}
 */
export function progressTexts({ status, progress }) {
  const { value, etaSeconds } = progress
  const isOver = isFinal(status) || value === 100
  const hasEstimate = !isOver && etaSeconds !== null && etaSeconds >= 0 && etaSeconds < ESTIMATE_MAX_SECONDS
  const state = barState(status, value)
  return {
    state,
    label: status === "queued" ? WAITING : progress.stage ?? progress.plugin ?? FINAL_LABELS[state] ?? "Processing…",
    percent: value === null ? "" : value === 100 && isCompletable(status) ? "Complete" : percent(value),
    rate: progress.rate === null ? UNKNOWN : rate(progress.rate),
    eta: hasEstimate ? estimate(etaSeconds) : UNKNOWN,
  }
}

/** Whether 100% means that the job is complete: one that failed or was cancelled then is not. @param {string | null} status */
export function isCompletable(status) {
  return status !== "failed" && status !== "cancelled"
}

/** @param {string | null} status @param {number | null} value */
function barState(status, value) {
  if (status !== null && Object.hasOwn(FINAL_STATES, status)) return FINAL_STATES[status]
  if (status === "queued") return "idle"
  return status === null && value === 100 ? "complete" : "running"
}

/**
 * The errors of a job, oldest first. The reason of a failure is among them, unless it repeats one that is there.
 * @param {Pick<JobState, "status" | "errors" | "error" | "errorKey">} state
 * @returns {readonly JobError[]}
 */
export function shownErrors({ status, errors, error, errorKey }) {
  const isRepeated = errorKey !== null && errors.some(({ key }) => key === errorKey)
  if (status !== "failed" || isRepeated) return errors
  const message = error ?? "No reason was recorded."
  return [...errors, { key: "failure", title: "Job failed", message, code: null, plugin: null }]
}
