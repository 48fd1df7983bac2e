// @ts-check
import { NOT_RETRIED } from "./connection-machine.js"
import { RealtimeClient } from "./realtime-client.js"
import { pageLife } from "./page-life.js"

/**
 * @typedef {import("./realtime-client.js").ClientOptions} ClientOptions
 * @typedef {import("./realtime-client.js").ConnectionState} ConnectionState
 * @typedef {import("./messages.js").Message} Message
 *
 * @typedef {object} LiveHandlers
 * @property {(state: ConnectionState, reason: string | null) => void} onState
 * @property {(message: Message) => void} onMessage
 * @property {() => void} onSnapshot What comes next is the whole picture.
 */

/**
 * One subscription of the page, over as many clients as it takes. A client that gave up is final; this makes the next
 * one, which goes on from the same cursor, when the visitor asks for it or when page or network come back to life.
 */
export class LiveConnection {
  /** @type {RealtimeClient | null} */
  #client = null
  #options
  #handlers
  /** @type {string | null} */
  #cursor
  /** @type {{code: number | string | null, message: string} | null} */
  #lastError = null
  #stopWatchingLife = () => {}

  /** @param {ClientOptions} options @param {LiveHandlers} handlers */
  constructor(options, handlers) {
    this.#options = options
    this.#handlers = handlers
    this.#cursor = options.since ?? null
  }

  start() {
    if (this.#client !== null) return
    this.#connect()
    this.#stopWatchingLife = pageLife().onWake(() => {
      // A page that was refused stays refused until somebody asks again.
      if (this.#client?.state === "CLOSED" && !NOT_RETRIED.has(this.#lastError?.code ?? null)) this.reconnect()
    })
  }

  stop() {
    this.#stopWatchingLife()
    this.#client?.disconnect()
    this.#client = null
  }

  /** A new client, from where the last one was. */
  reconnect() {
    this.#cursor = this.#client?.cursor ?? this.#cursor
    this.#client?.disconnect()
    this.#connect()
  }

  #connect() {
    const client = new RealtimeClient({ ...this.#options, since: this.#cursor })
    this.#client = client
    client.onError(error => { this.#lastError = error })
    client.onMessage(this.#handlers.onMessage)
    client.onSnapshot(this.#handlers.onSnapshot)
    client.onStateChange(state => {
      if (client === this.#client) this.#handlers.onState(state, this.#lastError?.message ?? null)
    })
    client.connect()
  }
}
