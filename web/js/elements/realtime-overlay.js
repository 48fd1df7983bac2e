// @ts-check
import { action, fill, setAttribute, setHidden, slot } from "../dom.js"
import { INITIAL_JOB_STATE } from "../job-state.js"
import { isStory, liveJobOf } from "../live-page.js"
import { Milestones } from "../milestones.js"
import { count } from "../readable.js"
import { isFinal } from "../words.js"

/** @typedef {import("../job-state.js").JobState} JobState */

/** Warnings that come in a burst are said together. */
const ANNOUNCE_WARNINGS_MS = 2_000

/** How a finished job's overlay stands. @type {Record<string, string>} */
const FINAL_STATES = { succeeded: "complete", failed: "failed", cancelled: "cancelled" }

/**
 * `<realtime-overlay>`: a job as it happens. In place on the job's own page; elsewhere a sheet beside the page, opened
 * for a job and closed by its button or Escape, which gives the focus back.
 */
export class RealtimeOverlay extends HTMLElement {
  #stop = () => {}
  #shown = INITIAL_JOB_STATE
  /** @type {HTMLElement | null} What had the focus when the overlay opened. */
  #opener = null
  #milestones = new Milestones()
  #warningsSaid = 0
  /** @type {any} */
  #warningTimer = null

  connectedCallback() {
    const { store } = liveJobOf(this)
    const stopStore = store.subscribe(state => this.#show(state))
    const close = action(this, "close")
    close?.addEventListener("click", this.#close)
    document.addEventListener("keydown", this.#key)
    this.#stop = () => {
      stopStore()
      close?.removeEventListener("click", this.#close)
      document.removeEventListener("keydown", this.#key)
      clearTimeout(this.#warningTimer)
      if (this.#isSheet && !isStory()) liveJobOf(this).stop()
    }
  }

  disconnectedCallback() {
    this.#stop()
  }

  /**
   * Shows a job; what was shown of another one is gone.
   * @param {string} jobId
   * @param {{name?: string | null, opener?: HTMLElement | null}} [options]
   */
  open(jobId, { name = null, opener = null } = {}) {
    this.#opener = opener
    const wasHidden = this.hidden
    if (this.getAttribute("data-job-id") !== jobId || wasHidden) {
      this.setAttribute("data-job-id", jobId)
      this.#milestones.reset()
      setHidden(slot(this, "overlay-viewer"), false)
      this.#warningsSaid = 0
      fill(this, "announcer", "")
      fill(this, "overlay-title", name ?? `Job ${jobId}`)
      setAttribute(slot(this, "overlay-link"), "href", `/jobs/${encodeURIComponent(jobId)}`)
      setAttribute(this, "data-state", "loading")
      liveJobOf(this).watch(jobId)
    }
    this.hidden = false
    slot(this, "overlay-title")?.focus({ preventScroll: true })
  }

  #close = () => {
    if (!this.#isSheet || this.hidden) return
    this.hidden = true
    liveJobOf(this).stop()
    this.dispatchEvent(new CustomEvent("close"))
    if (this.#opener?.isConnected) this.#opener.focus()
  }

  get #isSheet() {
    return action(this, "close") !== null
  }

  /** @param {KeyboardEvent} event */
  #key = event => {
    if (event.key === "Escape" && !event.defaultPrevented && document.fullscreenElement === null) this.#close()
  }

  /** @param {JobState} state */
  #show(state) {
    if (state.status !== this.#shown.status || state.progress !== this.#shown.progress) {
      setAttribute(this, "data-state", overlayState(state))
    }
    setAttribute(this, "data-stale", state.isStale && !isFinal(state.status) ? "" : null)
    this.#showTitle(state)
    this.#shown = state
    const milestone = this.#milestones.news(state)
    if (milestone !== null) fill(this, "announcer", milestone)
    this.#announceWarnings(state.warningCount)
  }

  /** The page of a job says its name itself. @param {JobState} state */
  #showTitle({ name, status, isStale }) {
    if (!this.#isSheet) fill(this, "overlay-title", isFinal(status) ? "How it went" : isStale ? "As last known" : "Live")
    else if (name !== null) fill(this, "overlay-title", name)
  }

  /** @param {number} warningCount */
  #announceWarnings(warningCount) {
    if (warningCount < this.#warningsSaid) this.#warningsSaid = warningCount
    if (warningCount === this.#warningsSaid || this.#warningTimer !== null) return
    this.#warningTimer = setTimeout(() => {
      this.#warningTimer = null
      const news = this.#shown.warningCount - this.#warningsSaid
      this.#warningsSaid = this.#shown.warningCount
      if (news > 0) fill(this, "announcer", news === 1 ? "1 new warning" : `${count(news)} new warnings`)
    }, ANNOUNCE_WARNINGS_MS)
  }
}

/** @param {JobState} state */
function overlayState({ status, progress }) {
  if (status !== null && Object.hasOwn(FINAL_STATES, status)) return FINAL_STATES[status]
  if (status === "queued" || (status === null && progress.value === null)) return "loading"
  return (progress.value ?? 0) >= 95 ? "completing" : "running"
}

/** Opens the page's sheet for the job whose button was pressed. */
export function openSheetOnWatch() {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest('[data-action="watch"]') : null
    const row = button?.closest("[data-key]")
    const jobId = row?.getAttribute("data-key")
    const sheet = document.querySelector("realtime-overlay.realtime-overlay--sheet")
    if (!(button instanceof HTMLElement) || !row || !jobId) return
    if (sheet instanceof RealtimeOverlay) sheet.open(jobId, { name: slot(row, "name")?.textContent ?? null, opener: button })
    else location.assign(`/jobs/${encodeURIComponent(jobId)}`)
  })
}
