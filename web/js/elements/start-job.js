// @ts-check
import { action, fill, fillOrHide, setAttribute, setHidden, slot } from "../dom.js"
import { pluginOptions, RefusedError, startJob, upload } from "../jobs/job-requests.js"
import { randomUUID } from "../page.js"
import { preference, setPreference } from "../preferences.js"
import { fileSize, percent } from "../readable.js"
import { choose } from "./control-panel.js"

/** The fields that can show a problem; `file` stands for an uploaded source. */
const FIELDS = ["file", "source", "plugins", "device_requested", "name"]

/** @typedef {{message: string, field: string | null}} Problem */

/** A problem that the form finds itself. */
class FormError extends Error {
  /** @param {string} message @param {string} field */
  constructor(message, field) {
    super(message)
    this.name = "FormError"
    this.field = field
  }
}

/**
 * `<start-job>`: the form that starts a job. It uploads the chosen file first; then the job's page opens. A problem is
 * shown at the field that it is about, or else above the button; the error of a plugin's option names the option.
 */
export class StartJob extends HTMLElement {
  #stop = () => {}
  #isBusy = false
  /** The text of the file field while no file is chosen. */
  #invitation = { name: "", size: "" }

  connectedCallback() {
    const device = preference("device")
    if (device !== null) choose(this.querySelector("#start-device"), device)
    this.#invitation = {
      name: slot(this, "file-name")?.textContent ?? "", size: slot(this, "file-size")?.textContent ?? "",
    }
    const listening = new AbortController()
    const { signal } = listening
    this.addEventListener("submit", event => { event.preventDefault(); void this.#start() }, { signal })
    this.addEventListener("change", event => this.#changed(event), { signal })
    action(this, "remove-file")?.addEventListener("click", () => this.#removeFile(), { signal })
    const drop = slot(this, "drop")
    for (const type of ["dragenter", "dragover"]) {
      drop?.addEventListener(type, () => setAttribute(drop, "data-over", ""), { signal })
    }
    for (const type of ["dragleave", "drop"]) {
      drop?.addEventListener(type, () => setAttribute(drop, "data-over", null), { signal })
    }
    // A page that comes back from the browser's cache is usable again.
    addEventListener("pageshow", ({ persisted }) => { if (persisted) this.#setIdle() }, { signal })
    this.#stop = () => listening.abort()
    // A browser may restore the form with the chosen file.
    this.#showFile()
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** @param {Event} event */
  #changed({ target }) {
    if (target === this.#fileInput) {
      this.#showFile()
      this.#showProblem(null)
    } else if (target instanceof HTMLSelectElement && target.name === "device_requested") {
      setPreference("device", target.value)
    }
  }

  // The file.

  get #fileInput() {
    return /** @type {HTMLInputElement | null} */ (slot(this, "file"))
  }

  get #file() {
    return this.#fileInput?.files?.[0]
  }

  /** A chosen file takes precedence, so the path is disabled while there is one. */
  #showFile() {
    const file = this.#file
    fill(this, "file-name", file?.name ?? this.#invitation.name)
    fill(this, "file-size", file === undefined ? this.#invitation.size : fileSize(file.size))
    setHidden(action(this, "remove-file"), file === undefined)
    setAttribute(this.querySelector('[name="source"]'), "disabled", file === undefined ? null : "")
    setHidden(slot(this, "source-hint"), file !== undefined)
    setHidden(slot(this, "source-unused"), file === undefined)
  }

  #removeFile() {
    const input = this.#fileInput
    if (input === null) return
    input.value = ""
    this.#showFile()
    this.#showProblem(null)
    input.focus()
  }

  /** @param {number | null} fraction 0...1; null hides it. */
  #showUpload(fraction) {
    setHidden(slot(this, "upload"), fraction === null)
    if (fraction === null) return
    const bar = /** @type {HTMLProgressElement | null} */ (slot(this, "upload-bar"))
    if (bar !== null) bar.value = fraction
    fill(this, "upload-percent", percent(Math.floor(fraction * 100)))
  }

  // Starting.

  async #start() {
    const form = this.querySelector("form")
    if (form === null || this.#isBusy) return
    this.#setBusy(true)
    /** @type {Problem} */
    let problem
    this.#showProblem(null)
    try {
      const jobId = await startJob(await this.#job(new FormData(form)), randomUUID())
      // The form stays busy until the other page opens, so that the job is not started twice.
      return location.assign(`/jobs/${encodeURIComponent(jobId)}`)
    } catch (error) {
      this.#setIdle()
      if (!(error instanceof FormError) && !(error instanceof RefusedError)) throw error
      problem = error
    }
    this.#showProblem(problem)
  }

  #setIdle() {
    this.#setBusy(false)
    this.#showUpload(null)
    fillOrHide(this, "start-status", null)
  }

  /** @param {FormData} data */
  async #job(data) {
    const plugins = data.getAll("plugins").map(String)
    const name = String(data.get("name") ?? "").trim()
    const path = String(data.get("source") ?? "").trim()
    const file = this.#file
    if (file === undefined && path === "") {
      throw new FormError("Choose a file, or name a path on the server.", "source")
    }
    if (plugins.length === 0) throw new FormError("Choose at least one plugin.", "plugins")
    const options = pluginOptions(data, plugins)
    return {
      ...(file === undefined ? { source: path } : await this.#upload(file)),
      plugins,
      device_requested: String(data.get("device_requested") ?? "cpu"),
      ...(Object.keys(options).length > 0 && { options }),
      ...(name !== "" ? { name } : file !== undefined && { name: file.name }),
    }
  }

  /** @param {File} file */
  async #upload(file) {
    fillOrHide(this, "start-status", "Uploading…")
    this.#showUpload(0)
    try {
      const { source, sha256 } = await upload(file, fraction => {
        this.#showUpload(fraction)
        if (fraction === 1) fillOrHide(this, "start-status", "Starting…")
      })
      // Another client may upload a file of this name before the job exists.
      return { source, ...(sha256 !== null && { source_sha256: sha256 }) }
    } catch (error) {
      // Without an answer the file is not the problem.
      throw error instanceof RefusedError && error.status !== 0 ? new FormError(error.message, "file") : error
    }
  }

  // Problems.

  /** @param {Problem | null} problem */
  #showProblem(problem) {
    for (const input of this.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid")
    for (const field of FIELDS) fillOrHide(this, `error-${field}`, null)
    fillOrHide(this, "start-error", null)
    if (problem === null) return
    // If a file is chosen, it is the source.
    const named = problem.field === "source" && this.#file !== undefined ? "file" : problem.field
    const inputs = this.#inputs(named)
    const isPlaced = named !== null && FIELDS.includes(named) && inputs.length > 0
    fillOrHide(this, isPlaced ? `error-${named}` : "start-error", problem.message)
    for (const input of inputs) {
      input.setAttribute("aria-invalid", "true")
      // An option of a plugin may be folded away.
      input.closest("details")?.setAttribute("open", "")
    }
    inputs[0]?.focus()
  }

  /** @param {string | null} field @returns {HTMLElement[]} */
  #inputs(field) {
    if (field === "file") return this.#fileInput === null ? [] : [this.#fileInput]
    return field === null ? [] : Array.from(this.querySelectorAll(`[name="${CSS.escape(field)}"]`))
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy
    for (const name of ["submit", "remove-file"]) {
      const button = /** @type {HTMLButtonElement | null} */ (slot(this, name) ?? action(this, name))
      if (button !== null) button.disabled = isBusy
    }
    setAttribute(this, "aria-busy", isBusy ? "true" : null)
  }
}
