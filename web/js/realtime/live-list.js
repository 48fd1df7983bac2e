// @ts-check
import { serverClock } from "../server-clock.js"
import { INITIAL_LIST_STATE, listReducer } from "./list-state.js"
import { LiveView } from "./live-view.js"
import { registerMessageTypes } from "./messages.js"
import { Polling } from "./polling.js"

/**
 * @typedef {import("./list-state.js").ListFold} ListFold
 * @typedef {import("./list-state.js").ListState} ListState
 * @typedef {import("./list-state.js").ListAction} ListAction
 * @typedef {import("./list-state.js").Listing} Listing
 *
 * @typedef {object} ListSource
 * @property {string[]} topics
 * @property {(knownCount: number, signal: AbortSignal) => Promise<Listing | null>} [read] Reads the list over the API; null
 * if the server did not answer. Without it the server must send a snapshot of the topics.
 */

/**
 * A list that is kept up to date by messages: any topic, with a fold that says what a message means for an item.
 *
 *     const list = new LiveList({ topics: ["boards"], types: ["board_changed"], keyOf: payload => payload.id,
 *       fold: (known, payload) => ({ ...known, ...payload }) })
 *
 * @extends {LiveView<ListState, ListAction>}
 */
export class LiveList extends LiveView {
  #source
  /** Requests the listing that replaces a snapshot, until there is an answer. @type {Polling | null} */
  #reading = null

  /** @param {ListFold & ListSource} source */
  constructor(source) {
    super(listReducer(source), INITIAL_LIST_STATE)
    registerMessageTypes(source.types)
    this.#source = source
  }

  /**
   * Shows what the page was rendered with, and follows the topics from there.
   * @param {import("../page.js").Known} [known]
   * @param {import("./live-view.js").Kept | null} [kept]
   */
  start(known, kept) {
    const { topics, read } = this.#source
    this.follow({
      topics,
      isSnapshotSent: read === undefined,
      onSnapshot: () => read === undefined ? this.store.dispatch({ type: "local:snapshot" }) : this.#readUntilAnswered(),
      poll: read === undefined ? undefined : signal => this.#read(signal),
    }, known, kept)
  }

  /** @override */
  stop() {
    this.#reading?.stop()
    this.#reading = null
    super.stop()
  }

  /** What `start` restores after the page was left. */
  content() {
    // While a listing is being read, the items are older than the cursor.
    return this.#reading === null ? this.keep(this.store.state.items) : null
  }

  #readUntilAnswered() {
    this.#reading?.stop()
    return new Promise(resolve => {
      const reading = new Polling({
        ask: signal => this.#read(signal),
        onTurn: isAnswered => {
          if (!isAnswered) return
          reading.stop()
          this.#reading = null
          resolve(null)
        },
      })
      this.#reading = reading
      reading.start()
    })
  }

  /** @param {AbortSignal} signal */
  async #read(signal) {
    const before = this.store.state.items
    const listing = await this.#source.read?.(Object.keys(before).length, signal) ?? null
    if (listing === null) return false
    this.store.dispatch({ type: "local:listed", listing, before, atMs: serverClock.now() })
    return true
  }
}
