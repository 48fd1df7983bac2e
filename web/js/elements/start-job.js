// @ts-check
import { fill, fillOrHide, setAttribute, slot } from "../dom.js"
import { randomUUID } from "../page.js"
import { preference, setPreference } from "../preferences.js"
import { percent } from "../readable.js"
import { RefusedError, startJob, upload } from "../uploads.js"
import { choose } from "./control-panel.js"

/**
 * `<start-job>`: the form that starts a job. A chosen file is sent up first, then the job's own page opens. What the
 * server refuses is said next to the field that it is about, else above the button.
 */
export class StartJob extends HTMLElement {
  #stop = () => {}
  #isBusy = false

  connectedCallback() {
    const device = preference("device")
    if (device !== null) choose(this.querySelector("#start-device"), device)
    const listening = new AbortController()
    const { signal } = listening
    this.addEventListener("submit", event => { event.preventDefault(); void this.#start() }, { signal })
    this.addEventListener("change", event => this.#changed(event), { signal })
    const drop = slot(this, "drop")
    for (const type of ["dragenter", "dragover"]) {
      drop?.addEventListener(type, () => setAttribute(drop, "data-over", ""), { signal })
    }
    for (const type of ["dragleave", "drop"]) {
      drop?.addEventListener(type, () => setAttribute(drop, "data-over", null), { signal })
    }
    this.#stop = () => listening.abort()
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** @param {Event} event */
  #changed({ target }) {
    if (target === this.#fileInput) {
      fill(this, "file-name", this.#fileInput?.files?.[0]?.name ?? "Choose or drop a file")
      this.#showError(null)
    } else if (target instanceof HTMLSelectElement && target.name === "device_requested") {
      setPreference("device", target.value)
    }
  }

  async #start() {
    const form = this.querySelector("form")
    if (form === null || this.#isBusy) return
    this.#setBusy(true)
    this.#showError(null)
    try {
      const jobId = await startJob(await this.#job(new FormData(form)), randomUUID())
      location.assign(`/jobs/${encodeURIComponent(jobId)}`)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      this.#showError(error.message)
    } finally {
      this.#setBusy(false)
      fillOrHide(this, "start-status", null)
    }
  }

  /** @param {FormData} data */
  async #job(data) {
    const plugins = data.getAll("plugins").map(String)
    const name = String(data.get("name") ?? "").trim()
    const file = this.#fileInput?.files?.[0]
    const source = file === undefined ? String(data.get("source") ?? "").trim() : await this.#upload(file)
    if (source === "") throw new RefusedError("source is missing. Choose a file, or name a path on the server.", 0)
    return {
      source,
      device_requested: String(data.get("device_requested") ?? "cpu"),
      ...(plugins.length > 0 && { plugins }),
      ...(name !== "" ? { name } : file !== undefined && { name: file.name }),
    }
  }

  /** @param {File} file */
  async #upload(file) {
    fillOrHide(this, "start-status", "Uploading…")
    const source = await upload(file, fraction => {
      fillOrHide(this, "start-status", fraction < 1 ? `Uploading: ${percent(Math.floor(fraction * 100))}` : "Starting…")
    })
    return source
  }

  /** @param {string | null} message */
  #showError(message) {
    const field = message === null ? null : this.#fieldNamed(message)
    for (const input of this.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid")
    for (const note of this.querySelectorAll("[data-field-error]")) note.remove()
    fillOrHide(this, "start-error", field === null ? message : null)
    if (field === null || message === null) return
    const note = document.createElement("p")
    note.className = "field__error"
    note.id = `${field.id}-error`
    note.dataset.fieldError = ""
    note.setAttribute("role", "alert")
    note.textContent = message
    field.closest(".field")?.append(note)
    field.setAttribute("aria-invalid", "true")
    field.setAttribute("aria-errormessage", note.id)
    field.focus()
  }

  /** The server's sentence begins with the field it is about. @param {string} message @returns {HTMLElement | null} */
  #fieldNamed(message) {
    const name = message.match(/^"?([a-z_]+)"?\b/)?.[1]
    const field = name === undefined ? null : this.querySelector(`.field [name="${name}"]`)
    return field instanceof HTMLElement ? field : null
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy
    const button = /** @type {HTMLButtonElement | null} */ (slot(this, "submit"))
    if (button !== null) button.disabled = isBusy
    setAttribute(this, "aria-busy", isBusy ? "true" : null)
  }

  get #fileInput() {
    return /** @type {HTMLInputElement | null} */ (slot(this, "file"))
  }
}
