// @ts-check
import { arrange, cloneTemplate, fill, fillOrHide, list, setHidden, slot } from "../dom.js"
import { liveJobOf } from "../live-page.js"

/** @typedef {import("../job-state.js").JobError} JobError */

/** `<error-banner>`: the errors of the job, the newest first, each until it is dismissed. */
export class ErrorBanner extends HTMLElement {
  #stop = () => {}
  /** @type {readonly JobError[] | null} */
  #shown = null
  /** @type {WeakMap<JobError, Element>} */
  #rows = new WeakMap()
  /** How many of those that say the same were dismissed: the same errors come again with a snapshot.
   * @type {Map<string, number>} */
  #dismissed = new Map()
  /** @type {string | null} */
  #jobId = null

  connectedCallback() {
    const { store } = liveJobOf(this)
    this.#shown = store.state.errors
    this.#jobId = store.state.jobId
    const stopStore = store.subscribe(({ errors, jobId }) => {
      if (jobId !== this.#jobId) this.#dismissed.clear()
      this.#jobId = jobId
      if (errors !== this.#shown) this.#show(errors)
    })
    this.addEventListener("click", this.#click)
    this.#stop = () => {
      stopStore()
      this.removeEventListener("click", this.#click)
    }
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** @param {readonly JobError[]} errors */
  #show(errors) {
    this.#shown = errors
    const rows = list(this, "errors")
    if (rows === null) return
    const dismissed = new Map(this.#dismissed)
    const visible = errors.filter(error => {
      const same = dismissed.get(words(error)) ?? 0
      dismissed.set(words(error), same - 1)
      return same <= 0
    }).reverse()
    arrange(rows, visible.map(error => this.#row(error)))
    setHidden(this, visible.length === 0)
  }

  /** @param {JobError} error */
  #row(error) {
    const known = this.#rows.get(error)
    if (known !== undefined) return known
    const row = cloneTemplate(this, "error-row") ?? document.createElement("p")
    fill(row, "error-title", error.title)
    fillOrHide(row, "error-message", error.message || null)
    fillOrHide(row, "error-code", error.code)
    this.#rows.set(error, row)
    return row
  }

  /** @param {Event} event */
  #click = ({ target }) => {
    if (!(target instanceof Element) || target.closest('[data-action="dismiss"]') === null) return
    const rows = list(this, "errors")
    const row = [...rows?.children ?? []].find(child => child.contains(target))
    if (row === undefined) return
    const said = wordsOf(row)
    this.#dismissed.set(said, (this.#dismissed.get(said) ?? 0) + 1)
    row.remove()
    setHidden(this, rows?.childElementCount === 0)
  }
}

/** @param {JobError} error */
const words = ({ title, message, code }) => JSON.stringify([title, message ?? "", code ?? ""])

/** The same of a row, whoever wrote it. @param {Element} row */
const wordsOf = row =>
  JSON.stringify(["error-title", "error-message", "error-code"].map(name => slot(row, name)?.textContent ?? ""))
