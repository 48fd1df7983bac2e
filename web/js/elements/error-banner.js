// @ts-check
import { arrange, cloneTemplate, fill, fillOrHide, list, setAttribute, setHidden } from "../dom.js"
import { shownErrors } from "../jobs/job-view.js"
import { liveJobOf } from "../jobs/live-jobs.js"

/**
 * @typedef {import("../jobs/job-state.js").JobError} JobError
 * @typedef {import("../jobs/job-state.js").JobState} JobState
 * @typedef {string | JobError} Identity The error's key; an error without a key is only equal to itself.
 */

/** `<error-banner>`: the errors of the job, newest first, each until it is dismissed. */
export class ErrorBanner extends HTMLElement {
  #stop = () => {}
  /** @type {readonly JobError[]} */
  #shown = []
  /** @type {Map<Identity, Element>} */
  #rows = new Map()
  /** @type {Set<Identity>} */
  #dismissed = new Set()
  /** @type {string | null} */
  #jobId = null

  connectedCallback() {
    const { store } = liveJobOf(this)
    this.#jobId = store.state.jobId
    this.#adoptRows(store.state)
    const stopStore = store.subscribe(state => this.#update(state))
    this.addEventListener("click", this.#click)
    this.#stop = () => {
      stopStore()
      this.removeEventListener("click", this.#click)
    }
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** The server has written the rows from the same errors, newest first. @param {JobState} state */
  #adoptRows(state) {
    const rows = Array.from(list(this, "errors")?.children ?? []).reverse()
    const errors = shownErrors(state).slice(0, rows.length)
    errors.forEach((error, index) => this.#rows.set(identity(error), rows[index]))
    this.#shown = errors
  }

  /** @param {JobState} state */
  #update(state) {
    if (state.jobId !== this.#jobId) {
      this.#dismissed.clear()
      this.#rows.clear()
    }
    this.#jobId = state.jobId
    const errors = shownErrors(state)
    if (isSame(errors, this.#shown)) return
    this.#shown = errors
    const known = new Set(errors.map(identity))
    for (const error of this.#rows.keys()) if (!known.has(error)) this.#rows.delete(error)
    const rows = list(this, "errors")
    if (rows === null) return
    const visible = errors.filter(error => !this.#dismissed.has(identity(error))).reverse()
    arrange(rows, visible.map(error => this.#row(error)))
    setHidden(this, visible.length === 0)
  }

  /** @param {JobError} error */
  #row(error) {
    const row = this.#rows.get(identity(error)) ?? cloneTemplate(this, "error-row") ?? document.createElement("p")
    this.#rows.set(identity(error), row)
    setAttribute(row, "data-key", error.key)
    fill(row, "error-title", error.title)
    fillOrHide(row, "error-message", error.message || null)
    fillOrHide(row, "error-code", error.code)
    return row
  }

  /** @param {Event} event */
  #click = ({ target }) => {
    if (!(target instanceof Element) || target.closest('[data-action="dismiss"]') === null) return
    const rows = list(this, "errors")
    const row = [...rows?.children ?? []].find(child => child.contains(target))
    if (row === undefined) return
    for (const [error, other] of this.#rows) if (other === row) this.#dismissed.add(error)
    row.remove()
    setHidden(this, rows?.childElementCount === 0)
  }
}

/** @param {JobError} error @returns {Identity} */
const identity = error => error.key ?? error

/** @param {readonly JobError[]} errors @param {readonly JobError[]} others */
function isSame(errors, others) {
  return errors.length === others.length
    && errors.every((error, index) => error === others[index] || (error.key !== null && error.key === others[index].key
      && error.message === others[index].message))
}
