// @ts-check
import { arrange, cloneTemplate, fill, fillOrHide, list, setHidden } from "../dom.js"
import { liveJobOf } from "../live-page.js"

/** @typedef {import("../job-state.js").JobError} JobError */

/** `<error-banner>`: the errors of the job, the newest first, each until it is dismissed. */
export class ErrorBanner extends HTMLElement {
  #stop = () => {}
  /** @type {readonly JobError[] | null} */
  #shown = null
  /** @type {WeakMap<JobError, Element>} */
  #rows = new WeakMap()
  /** @type {WeakSet<JobError>} */
  #dismissed = new WeakSet()

  connectedCallback() {
    const { store } = liveJobOf(this)
    this.#shown = store.state.errors
    const stopStore = store.subscribe(({ errors }) => {
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
    const visible = errors.filter(error => !this.#dismissed.has(error)).reverse()
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
    const error = this.#shown?.find(each => this.#rows.get(each) === row)
    if (error !== undefined) this.#dismissed.add(error)
    row?.remove()
    setHidden(this, rows?.childElementCount === 0)
  }
}
