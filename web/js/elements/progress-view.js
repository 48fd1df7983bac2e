// @ts-check
import { fill, setAttribute, setValue } from "../dom.js"
import { INITIAL_JOB_STATE } from "../job-state.js"
import { UNKNOWN, clock, estimate, percent, rate } from "../readable.js"
import { isFinal } from "../words.js"

/**
 * @typedef {import("../job-state.js").JobState} JobState
 * @typedef {import("../live-job.js").LiveJob} LiveJob
 */

/** How a finished job's bar looks. @type {Record<string, string>} */
const BAR_STATES = { succeeded: "complete", failed: "failed", cancelled: "cancelled" }

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
    setAttribute(root, "data-stale", isStaleNow(state) ? "" : null)
    shown = state
    showElapsed(state)
  }
  /** @param {JobState} state */
  const showElapsed = state => {
    const elapsedMs = elapsed.at(state, Date.now())
    if (elapsedMs !== null) fill(root, "elapsed", clock(elapsedMs))
  }
  const stopStore = store.subscribe(show)
  const ticking = setInterval(() => showElapsed(store.state), 1_000)
  return () => {
    stopStore()
    clearInterval(ticking)
  }
}

/** What has ended stays true. @param {JobState} state */
function isStaleNow({ isStale, status }) {
  return isStale && !isFinal(status)
}

/** @param {HTMLElement} root @param {HTMLElement | null} bar @param {JobState} state */
function showProgress(root, bar, { progress, status }) {
  const caption = status === "queued" ? "Waiting for its turn" : progress.stage ?? progress.plugin ?? "Processing…"
  const figure = progress.value === null ? "" : progress.value === 100 ? "Complete" : percent(progress.value)
  const state = progressState(progress.value, status)
  setAttribute(root, "data-state", state)
  setAttribute(bar, "data-state", state)
  setAttribute(bar, "data-indeterminate", progress.value === null ? "" : null)
  setAttribute(bar, "aria-valuenow", progress.value === null ? null : String(progress.value))
  setAttribute(bar, "aria-valuetext", figure === "" ? caption : `${figure}, ${caption}`)
  setValue(bar, (progress.value ?? 0) / 100)
  fill(root, "label", caption)
  fill(root, "percent", figure)
  fill(root, "rate", progress.rate === null ? UNKNOWN : rate(progress.rate))
  const isOver = isFinal(status) || progress.value === 100
  const { etaSeconds } = progress
  fill(root, "eta", isOver || etaSeconds === null || etaSeconds >= 1e9 ? UNKNOWN : estimate(etaSeconds))
}

/** @param {number | null} value @param {string | null} status */
function progressState(value, status) {
  if (status !== null && Object.hasOwn(BAR_STATES, status)) return BAR_STATES[status]
  return value === 100 ? "complete" : status === "queued" ? "idle" : "running"
}

/**
 * How long a job has run. It stands still where the page no longer knows whether the job still runs, and never goes
 * back: what was shown while the connection was believed in was so.
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
