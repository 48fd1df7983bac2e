// @ts-check
import { action, fill, setAttribute, setHidden, slot } from "../dom.js"
import { INITIAL_JOB_STATE } from "../jobs/job-state.js"
import { overlayState } from "../jobs/job-view.js"
import { liveJobOf } from "../jobs/live-jobs.js"
import { Milestones } from "../jobs/milestones.js"
import { isFinal } from "../jobs/state-words.js"
import { isStory } from "../page.js"
import { count } from "../readable.js"

/** @typedef {import("../jobs/job-state.js").JobState} JobState */

/** Warnings within this time are announced together. */
const ANNOUNCE_WARNINGS_MS = 2_000

/**
 * `<realtime-overlay>`: a job, live. It is part of the job's own page; elsewhere it is a sheet beside the page that opens
 * for a job. A button or Escape closes it and returns the focus.
 */
export class RealtimeOverlay extends HTMLElement {
  #stop = () => {}
  #shown = INITIAL_JOB_STATE
  /** The element that gets the focus back. @type {HTMLElement | null} */
  #opener = null
  #milestones = new Milestones()
  #warningsAnnounced = 0
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
   * Shows a job in place of the one before.
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
      this.#warningsAnnounced = 0
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

  /** A job's own page shows the name elsewhere. @param {JobState} state */
  #showTitle({ name, status, isStale }) {
    if (!this.#isSheet) fill(this, "overlay-title", isFinal(status) ? "How it went" : isStale ? "As last known" : "Live")
    else if (name !== null) fill(this, "overlay-title", name)
  }

  /** @param {number} warningCount */
  #announceWarnings(warningCount) {
    if (warningCount < this.#warningsAnnounced) this.#warningsAnnounced = warningCount
    if (warningCount === this.#warningsAnnounced || this.#warningTimer !== null) return
    this.#warningTimer = setTimeout(() => {
      this.#warningTimer = null
      const news = this.#shown.warningCount - this.#warningsAnnounced
      this.#warningsAnnounced = this.#shown.warningCount
      if (news > 0) fill(this, "announcer", news === 1 ? "1 new warning" : `${count(news)} new warnings`)
    }, ANNOUNCE_WARNINGS_MS)
  }
}

/** Opens the page's sheet for a job when its "Watch" button is pressed. */
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
