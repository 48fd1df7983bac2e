// @ts-check
import { TransportEvents, CLOSED_ABNORMALLY } from "./transport.js"

/** @typedef {import("./transport.js").Transport} Transport */

/**
 * A WebSocket, RFC 6455, with JSON text messages.
 * @implements {Transport}
 */
export class WebSocketTransport {
  kind = "websocket"
  #events = new TransportEvents()
  /** @type {WebSocket | null} */
  #socket = null
  #url
  #WebSocket

  /**
   * @param {object} options
   * @param {URL} options.url `http:` or `https:`, without a query.
   * @param {typeof WebSocket} [options.WebSocket]
   */
  constructor({ url, WebSocket = globalThis.WebSocket }) {
    this.#url = url
    this.#WebSocket = WebSocket
  }

  /** @param {URLSearchParams} query */
  open(query) {
    const url = new URL(this.#url)
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
    url.search = query.toString()
    const socket = new this.#WebSocket(url.href, "telltale.v1")
    this.#socket = socket
    socket.onopen = () => this.#events.emit({ kind: "opened" })
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#events.emit({ kind: "text", text: data })
    }
    // `error` is not needed: a `close` with the details always follows it.
    socket.onclose = ({ code, reason }) => {
      this.#events.emit({ kind: "closed", code: code ?? CLOSED_ABNORMALLY, reason: reason ?? "" })
    }
  }

  /** @param {string} text */
  send(text) {
    if (this.#socket?.readyState !== this.#WebSocket.OPEN) return false
    this.#socket.send(text)
    return true
  }

  close(code = 1000, reason = "") {
    this.#events.silence()
    this.#socket?.close(code, reason)
    this.#socket = null
  }

  /** @param {(event: import("./transport.js").TransportEvent) => void} listener */
  onEvent(listener) {
    this.#events.listen(listener)
  }
}
