// @ts-check
import { apiURL, sessionID } from "../page.js"
import { serverClock } from "../server-clock.js"
import { storageAction } from "./connection-state.js"
import { LiveConnection } from "./live-connection.js"
import { isObject } from "./messages.js"
import { RealtimeStore } from "./realtime-store.js"
import { StreamPosition } from "./stream-position.js"

/**
 * @typedef {import("./connection-state.js").ConnectionPart} ConnectionPart
 * @typedef {import("./messages.js").Message} Message
 * @typedef {import("../page.js").Known} Known
 *
 * @typedef {object} Kept What a page knew when it was left: newer than what it was rendered with.
 * @property {any} content
 * @property {string} cursor
 * @property {[topic: string, last: number][]} last
 * @property {number | null} asOf
 *
 * @typedef {object} Subscription
 * @property {string} [jobId]
 * @property {string[]} [topics]
 * @property {boolean} [isSnapshotSent] Whether the server sends a snapshot; it does of a job.
 * @property {() => Promise<unknown> | void} onSnapshot See `LiveHandlers`, as for the next two.
 * @property {(signal: AbortSignal) => Promise<boolean>} [poll]
 * @property {() => boolean} [isOver]
 * @property {() => void} [onLive] The page has caught up with the server.
 */

/**
 * A live view of one subscription: a store, and the connection that feeds it. The store outlives the subscription, so
 * that elements stay subscribed while the view changes to another subject.
 *
 * Besides messages and `ConnectionAction`s the reducer gets `local:restored`, with what the page knew when it was left.
 *
 * @template {ConnectionPart} State
 * @template Action
 */
export class LiveView {
  /** @type {RealtimeStore<State, any>} */
  store
  /** @type {LiveConnection | null} */
  #connection = null

  /**
   * @param {(state: State, action: Action) => State} reduce Pure; returns the same object if nothing changes.
   * @param {State} initial
   */
  constructor(reduce, initial) {
    this.store = new RealtimeStore(reduce, initial)
  }

  /** The connection of the present subscription; null before the first. */
  get connection() {
    return this.#connection
  }

  /**
   * Shows what the page knows already, then follows the subscription from there. Replaces the one before.
   * @param {Subscription} subscription
   * @param {Known} [known]
   * @param {Kept | null} [kept]
   */
  follow(subscription, { messages = [], cursor = null, asOf = null, isCached = false } = {}, kept = null) {
    this.stop()
    for (const message of messages) this.store.dispatch(message)
    this.store.dispatch({ type: "local:rendered", asOf, isCached })
    if (kept !== null) this.store.dispatch({ type: "local:restored", content: kept.content, asOf: kept.asOf })
    const { onSnapshot, poll, isOver = () => false, onLive, ...options } = subscription
    const position = new StreamPosition(kept?.cursor ?? cursor, kept?.last)
    const connection = new LiveConnection({ url: apiURL(), sessionId: sessionID(), position, ...options }, {
      onConnection: action => {
        this.store.dispatch(action)
        if (action.type === "local:connection" && action.state === "CONNECTED") onLive?.()
      },
      onMessage: message => this.store.dispatch(message),
      onSnapshot,
      poll: poll && (async signal => {
        const isAnswered = await poll(signal)
        if (isAnswered) await this.#readStorage(signal)
        return isAnswered
      }),
      isOver,
    })
    this.#connection = connection
    connection.start()
  }

  /** Without a connection, only `/health` says whether the server can store anything. @param {AbortSignal} signal */
  async #readStorage(signal) {
    try {
      const response = await fetch(new URL("/health", apiURL()), { cache: "no-store", signal })
      const { storage } = await response.json()
      if (isObject(storage)) this.store.dispatch(storageAction(storage))
    } catch {
      // The poll itself was answered; the next one asks again.
    }
  }

  stop() {
    this.#connection?.stop()
    this.#connection = null
  }

  reconnect() {
    this.#connection?.reconnect()
  }

  /**
   * The view with its position, for `follow` to restore after the page was left. Position and content belong together: a
   * cursor without the state before it would hide a gap.
   * @param {unknown} content
   * @returns {Kept | null} Null before the first position is known.
   */
  keep(content) {
    const { cursor = null, last = [] } = this.#connection?.position ?? {}
    if (cursor === null) return null
    const { isConnected, isPolling, asOf } = this.store.state
    return { content, cursor, last, asOf: isConnected || isPolling ? serverClock.now() : asOf }
  }
}
