// @ts-check
import { copyText } from "../clipboard.js"
import { action, arrange, cloneTemplate, fill, fillOrHide, list, setAttribute, setHidden, slot } from "../dom.js"
import { INITIAL_JOB_STATE } from "../jobs/job-state.js"
import { severityWords } from "../jobs/state-words.js"
import { count } from "../readable.js"
import { showToast } from "../toast.js"

/**
 * @typedef {import("../jobs/job-state.js").JobState} JobState
 * @typedef {import("../jobs/job-state.js").Warning} Warning
 */

/** More rows would make the page slow. */
const SHOWN_COUNT = 100

/**
 * Keeps the warnings inside `root` up to date: newest first, filtered by severity, with the count of those not shown.
 * @param {HTMLElement} root
 * @param {import("../realtime/realtime-store.js").RealtimeStore<JobState, any>} store
 * @returns {() => void} stop
 */
export function attachWarnings(root, store) {
  const view = new WarningList(root)
  const stopStore = store.subscribe(state => view.show(state))
  return () => {
    stopStore()
    view.stop()
  }
}

class WarningList {
  #root
  #filter
  #copy
  /** @type {JobState} */
  #state = INITIAL_JOB_STATE
  /** @type {WeakMap<Warning, Element>} */
  #rows = new WeakMap()

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root
    this.#filter = /** @type {HTMLSelectElement | null} */ (action(root, "filter-severity"))
    this.#copy = action(root, "copy-warnings")
    this.#filter?.addEventListener("change", this.#render)
    this.#copy?.addEventListener("click", this.#copyAll)
  }

  stop() {
    this.#filter?.removeEventListener("change", this.#render)
    this.#copy?.removeEventListener("click", this.#copyAll)
  }

  /** @param {JobState} state */
  show(state) {
    const hasChanged = state.warnings !== this.#state.warnings
    this.#state = state
    if (hasChanged) this.#render()
  }

  get #severity() {
    const value = this.#filter?.value ?? "all"
    return value === "all" ? null : value
  }

  get #matching() {
    const severity = this.#severity
    const { warnings } = this.#state
    return severity === null ? warnings : warnings.filter(each => severityWords(each.severity).state === severity)
  }

  #render = () => {
    const { warnings, warningCount } = this.#state
    const matching = this.#matching
    const place = list(this.#root, "warnings")
    if (place !== null) arrange(place, matching.slice(-SHOWN_COUNT).reverse().map(each => this.#row(each)))
    const noLongerKept = this.#severity === null ? warningCount - warnings.length : 0
    const unshown = Math.max(0, matching.length - SHOWN_COUNT) + noLongerKept
    fill(this.#root, "warning-count", count(warningCount))
    fillOrHide(this.#root, "warnings-more", unshown > 0 ? `… and ${count(unshown)} more` : null)
    setHidden(slot(this.#root, "warnings-empty"), warningCount > 0)
    fillOrHide(this.#root, "warnings-none-shown",
      warningCount > 0 && matching.length === 0 ? `0 of ${count(warningCount)} warnings match` : null)
  }

  /** @param {Warning} warning */
  #row(warning) {
    const known = this.#rows.get(warning)
    if (known !== undefined) return known
    const row = cloneTemplate(this.#root, "warning-row") ?? document.createElement("li")
    const words = severityWords(warning.severity)
    setAttribute(row, "data-severity", words.state)
    const sign = row.querySelector(".status-icon")
    if (sign !== null) sign.textContent = words.sign
    fill(row, "severity", words.word)
    fill(row, "plugin", warning.plugin)
    fill(row, "message", warning.message)
    fillOrHide(row, "frame", warning.frameId === null ? null : `frame ${warning.frameId}`)
    this.#rows.set(warning, row)
    return row
  }

  #copyAll = async () => {
    const matching = this.#matching
    if (matching.length === 0) {
      showToast("There are no warnings to copy")
      return
    }
    // The further lines of a message are indented, so that each warning starts a line.
    const lines = matching.map(({ severity, plugin, frameId, message }) =>
      [severity, plugin, frameId === null ? "" : `frame ${frameId}`, message.replaceAll("\n", "\n\t")].join("\t"))
    const isCopied = await copyText(lines.join("\n"))
    const what = matching.length === 1 ? "1 warning" : `${count(matching.length)} warnings`
    showToast(isCopied ? `Copied ${what}` : "This browser did not allow copying. Select the rows and copy them by hand.")
  }
}
