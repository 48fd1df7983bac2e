// @ts-check
import { INITIAL_JOB_LIST_STATE, reduceJobList } from "./job-list-state.js"
import { LiveConnection } from "./live-connection.js"
import { apiURL, sessionID } from "./page.js"
import { Polling } from "./polling.js"
import { RealtimeStore } from "./realtime-store.js"
import { StreamPosition } from "./stream-position.js"

/** How many jobs are read at once: as many as the page knows, within these. */
const LEAST_LISTED = 50
const MOST_LISTED = 500
/** A list that the page waits for to be live is asked for again within this. */
const LIST_AGAIN_MAX_MS = 5_000

/**
 * @typedef {object} KeptList What this page knew when it was left; newer than what it was rendered with.
 * @property {Readonly<Record<string, import("./job-list-state.js").ListedJob>>} jobs
 * @property {string} cursor
 * @property {[topic: string, last: number][]} last
 * @property {number | null} asOf
 */

/** What the dashboard shows: every job, kept up to date by the `jobs` topic. */
export class LiveJobList {
  /** @type {RealtimeStore<import("./job-list-state.js").JobListState, import("./job-list-state.js").JobListAction>} */
  store = new RealtimeStore(reduceJobList, INITIAL_JOB_LIST_STATE)
  #connection
  /** Which jobs the page was rendered with: the same are read again. */
  #query = new URLSearchParams(location.search)
  /** Asks for the list that takes the place of a snapshot, until there is an answer. @type {Polling | null} */
  #loading = null

  /**
   * @param {import("./page.js").Known} [known]
   * @param {KeptList | null} [kept]
   */
  constructor({ messages = [], cursor = null, asOf = null } = {}, kept = null) {
    for (const message of messages) this.store.dispatch(message)
    this.store.dispatch({ type: "local:rendered", asOf })
    if (kept !== null) this.store.dispatch({ type: "local:restored", jobs: kept.jobs, asOf: kept.asOf })
    const position = new StreamPosition(kept?.cursor ?? cursor, kept?.last)
    this.#connection = new LiveConnection({ url: apiURL(), topics: ["jobs"], sessionId: sessionID(), position }, {
      onConnection: action => this.store.dispatch(action),
      onMessage: message => this.store.dispatch(message),
      onSnapshot: () => this.#load(),
      ask: signal => this.#list(signal),
      isOver: () => false,
    })
  }

  /** What is worth keeping of it while the page is away. @returns {KeptList | null} */
  content() {
    const { state } = this.store
    const { cursor, last } = this.#connection.position
    // A list that is still to be read is older than the cursor.
    if (cursor === null || this.#loading !== null) return null
    return { jobs: state.jobs, cursor, last, asOf: state.isConnected || state.isPolling ? Date.now() : state.asOf }
  }

  start() {
    this.#connection.start()
  }

  reconnect() {
    this.#connection.reconnect()
  }

  /** The topic has no snapshot of its own: what was missed is read from the list, until that has worked. */
  #load() {
    this.#loading?.stop()
    return new Promise(resolve => {
      const loading = new Polling({
        ask: signal => this.#list(signal),
        intervalMaxMs: LIST_AGAIN_MAX_MS,
        onTurn: isAnswered => {
          if (!isAnswered) return
          loading.stop()
          this.#loading = null
          resolve(null)
        },
      })
      this.#loading = loading
      loading.start()
    })
  }

  /** @param {AbortSignal} signal */
  async #list(signal) {
    const before = this.store.state.jobs
    const url = new URL("/v1/jobs", apiURL())
    for (const name of ["status", "q", "cursor"]) {
      const value = this.#query.get(name)
      if (value) url.searchParams.set(name, value)
    }
    const isFiltered = url.search !== ""
    const limit = Math.min(Math.max(Object.keys(before).length, LEAST_LISTED), MOST_LISTED)
    url.searchParams.set("limit", String(limit))
    const response = await fetch(url, { cache: "no-store", signal })
    if (!response.ok) return false
    const { jobs = [], next = null } = await response.json()
    this.store.dispatch({ type: "local:listed", jobs, isWhole: next === null && !isFiltered, before, atMs: Date.now() })
    return true
  }
}
