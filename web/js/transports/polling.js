// @ts-check
import { TransportEvents } from "./transport.js"

/** @typedef {import("./transport.js").Transport} Transport */

export const POLL_INTERVAL_MS = 1_000

/**
 * Asks for the state of one job every second: the last resort, for a page that can get no stream. Each answer is one
 * `text` event with the job as `/v1/jobs/{id}/extended` gives it. A failed poll is skipped; the next one may work.
 * @implements {Transport}
 */
export class PollingTransport {
  kind = "polling"
  #events = new TransportEvents()
  #abort = new AbortController()
  /** @type {any} */
  #timer = null
  #isOpen = false
  #url
  #fetch

  /**
   * @param {object} options
   * @param {URL} options.url The job's `/extended` address.
   * @param {typeof fetch} [options.fetch]
   */
  constructor({ url, fetch = globalThis.fetch.bind(globalThis) }) {
    this.#url = url
    this.#fetch = fetch
  }

  open() {
    void this.#poll()
  }

  send() {
    return false
  }

  close() {
    this.#events.silence()
    this.#abort.abort()
    clearTimeout(this.#timer)
  }

  /** @param {(event: import("./transport.js").TransportEvent) => void} listener */
  onEvent(listener) {
    this.#events.listen(listener)
  }

  async #poll() {
    try {
      const response = await this.#fetch(this.#url.href, { cache: "no-store", signal: this.#abort.signal })
      if (response.ok) this.#answered(await response.text())
    } catch {
      // The server can't be reached just now, or this transport was closed.
    }
    if (!this.#abort.signal.aborted) this.#timer = setTimeout(() => void this.#poll(), POLL_INTERVAL_MS)
  }

  /** @param {string} text */
  #answered(text) {
    if (!this.#isOpen) {
      this.#isOpen = true
      this.#events.emit({ kind: "opened" })
    }
    this.#events.emit({ kind: "text", text })
  }
}
