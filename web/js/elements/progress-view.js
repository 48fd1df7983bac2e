// @ts-check
import { fill, setAttribute, setValue } from "../dom.js"
import { INITIAL_JOB_STATE } from "../jobs/job-state.js"
import { progressTexts } from "../jobs/job-view.js"
import { isFinal } from "../jobs/state-words.js"
import { clock } from "../readable.js"
import { serverClock } from "../server-clock.js"

/**
 * @typedef {import("../jobs/job-state.js").JobState} JobState
 * @typedef {import("../jobs/live-job.js").LiveJob} LiveJob
 */

/**
 * Keeps `.progress`, the bar and the facts beside it, up to date.
 * @param {HTMLElement} root
 * @param {LiveJob} job
 * @returns {() => void} stop
 */
export function attachProgress(root, { store }) {
  const bar = /** @type {HTMLElement | null} */ (root.querySelector(".progress-bar"))
  let shown = INITIAL_JOB_STATE
  const elapsed = new ElapsedClock()

  /** @param {JobState} state */
  const show = state => {
    if (state.progress !== shown.progress || state.status !== shown.status) showProgress(root, bar, state)
    setAttribute(root, "data-stale", state.isStale && !isFinal(state.status) ? "" : null)
    shown = state
    showElapsed(state)
  }
  /** @param {JobState} state */
  const showElapsed = state => {
    const elapsedMs = elapsed.at(state, serverClock.now())
    if (elapsedMs !== null) fill(root, "elapsed", clock(elapsedMs))
  }
  const stopStore = store.subscribe(show)
  const ticking = setInterval(() => showElapsed(store.state), 1_000)
  return () => {
    stopStore()
    clearInterval(ticking)
  }
}

/** @param {HTMLElement} root @param {HTMLElement | null} bar @param {JobState} job */
function showProgress(root, bar, job) {
  const { value } = job.progress
  const { state, label, percent, rate, eta } = progressTexts(job)
  setAttribute(root, "data-state", state)
  setAttribute(bar, "data-state", state)
  setAttribute(bar, "data-indeterminate", value === null ? "" : null)
  setAttribute(bar, "aria-valuenow", value === null ? null : String(value))
  setAttribute(bar, "aria-valuetext", percent === "" ? label : `${percent}, ${label}`)
  setValue(bar, (value ?? 0) / 100)
  fill(root, "label", label)
  fill(root, "percent", percent)
  fill(root, "rate", rate)
  fill(root, "eta", eta)
}

/**
 * How long a job has run. The clock stands still while the page does not know whether the job still runs, and never goes
 * back: the time that it showed while connected was right.
 */
export class ElapsedClock {
  /** @type {number | null} */
  #startedAt = null
  /** @type {number | null} */
  #until = null

  /**
   * @param {Pick<JobState, "startedAt" | "finishedAt" | "isConnected" | "isPolling" | "asOf">} state
   * @param {number} nowMs
   * @returns {number | null} Milliseconds; null for a job that has not started.
   */
  at({ startedAt, finishedAt, isConnected, isPolling, asOf }, nowMs) {
    if (startedAt === null) return null
    if (finishedAt !== null) return finishedAt - startedAt
    if (startedAt !== this.#startedAt) this.#until = null
    this.#startedAt = startedAt
    const until = isConnected || isPolling ? nowMs : asOf
    if (until !== null) this.#until = Math.max(this.#until ?? until, until)
    return this.#until === null ? null : this.#until - startedAt
  }
}
