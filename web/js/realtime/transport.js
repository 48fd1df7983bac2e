// @ts-check
/**
 * One connection to the server, used for one attempt. Every kind has the same four methods.
 *
 * @typedef {object} Transport
 * @property {string} kind `websocket` or `sse`.
 * @property {(query: URLSearchParams) => void} open Starts to connect; the outcome arrives as an event.
 * @property {(text: string) => boolean} send False if the text could not be sent.
 * @property {(code?: number, reason?: string) => void} close Ends it in any state. No event follows.
 * @property {(listener: (event: TransportEvent) => void) => void} onEvent Sets the one listener.
 *
 * @typedef {{kind: "opened"} | {kind: "text", text: string} | {kind: "alive"}
 *   | {kind: "closed", code: number, reason: string, error?: string}} TransportEvent
 *   `alive` is a sign of life without content, such as an SSE comment. `error` is a code such as `NOT_FOUND`, if the
 *   server answered with one instead of a stream.
 */

/** What RFC 6455 §7.4.1 calls a connection that ended without a close frame. */
export const CLOSED_ABNORMALLY = 1006

/**
 * Holds the one listener; emits nothing more once closed.
 */
export class TransportEvents {
  /** @type {((event: TransportEvent) => void) | null} */
  #listener = null

  /** @param {(event: TransportEvent) => void} listener */
  listen(listener) {
    this.#listener = listener
  }

  /** @param {TransportEvent} event */
  emit(event) {
    const listener = this.#listener
    if (event.kind === "closed") this.#listener = null
    listener?.(event)
  }

  silence() {
    this.#listener = null
  }
}
