// @ts-check
import { SSETransport } from "./sse-transport.js"
import { WebSocketTransport } from "./websocket-transport.js"

/** @typedef {import("./transport.js").Transport} Transport */

/**
 * Chooses the kind of transport for the next attempt. Until one kind has worked, each failure moves on to the next: a
 * proxy may let only one of them through. The kind that worked is kept.
 */
export class TransportChoice {
  #makers
  #index = 0
  #isProven = false

  /**
   * @param {object} options
   * @param {Array<() => Transport>} [options.transports] Tried in this order.
   * @param {string | URL} [options.url]
   * @param {typeof WebSocket} [options.WebSocket]
   * @param {typeof fetch} [options.fetch]
   */
  constructor(options) {
    this.#makers = options.transports ?? standardTransports(options)
  }

  make() {
    return this.#makers[this.#index % this.#makers.length]()
  }

  /** The present kind has connected. */
  hasConnected() {
    this.#isProven = true
  }

  /** An attempt with the present kind has failed. */
  hasFailed() {
    if (!this.#isProven) this.#index += 1
  }

  /** The present kind connects and delivers nothing. */
  isMute() {
    this.#isProven = false
    this.#index += 1
  }
}

/** @param {{url?: string | URL, WebSocket?: typeof WebSocket, fetch?: typeof fetch}} options @returns {Array<() => Transport>} */
function standardTransports({ url = location.href, WebSocket, fetch }) {
  const endpoint = new URL("/v1/realtime", url)
  return [
    () => new WebSocketTransport({ url: endpoint, WebSocket }),
    () => new SSETransport({ url: endpoint, fetch }),
  ]
}
