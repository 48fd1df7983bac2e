// @ts-check
/**
 * One way to the server, used for one attempt and then thrown away. Four methods, whatever is behind them.
 *
 * @typedef {object} Transport
 * @property {string} kind `websocket` or `sse`.
 * @property {(query: URLSearchParams) => void} open Starts to connect; the outcome arrives as an event.
 * @property {(text: string) => boolean} send False where nothing could be sent.
 * @property {(code?: number, reason?: string) => void} close Ends it, whatever its state. No event follows.
 * @property {(listener: (event: TransportEvent) => void) => void} onEvent Names the one listener.
 *
 * @typedef {{kind: "opened"} | {kind: "text", text: string} | {kind: "alive"}
 *   | {kind: "closed", code: number, reason: string, error?: string}} TransportEvent
 *   `alive` is a sign of life that carries nothing, such as an SSE comment; `error` a code such as `NOT_FOUND`, where
 *   the server gave one in place of a stream.
 */

/** What RFC 6455 §7.4.1 calls a connection that ended without a close frame. */
export const CLOSED_ABNORMALLY = 1006

/**
 * Holds the one listener, and goes silent for good once closed.
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
