// @ts-check
import { frameMessages } from "./frames.js"
import { INITIAL_JOB_STATE, jobPart, reduce } from "./job-state.js"
import { LiveConnection } from "./live-connection.js"
import { apiURL, sessionID } from "./page.js"
import { RealtimeStore } from "./realtime-store.js"
import { StreamPosition } from "./stream-position.js"
import { isFinal } from "./words.js"

/**
 * @typedef {import("./page.js").Known} Known
 * @typedef {import("./job-state.js").JobState} JobState
 * @typedef {import("./job-state.js").JobAction} JobAction
 *
 * @typedef {object} KeptJob What this page knew when it was left; newer than what it was rendered with.
 * @property {import("./job-state.js").JobPart} job
 * @property {string} cursor
 * @property {[topic: string, last: number][]} last
 * @property {number | null} asOf
 */

/** As many messages as one question may bring. */
const MESSAGES_PER_QUESTION = 1_000

/**
 * What a page shows of one job: the store, and the connection that feeds it. The store stays the same when another job
 * is watched, so that what is bound to it stays bound.
 */
export class LiveJob {
  /** @type {RealtimeStore<JobState, JobAction>} */
  store = new RealtimeStore(reduce, INITIAL_JOB_STATE)
  /** @type {LiveConnection | null} */
  #connection = null

  /** As of the last look: the end is acted on once. */
  #wasFinal = false

  constructor() {
    this.store.subscribe(({ status, jobId }) => {
      // No frame comes any more, and those that fell between two connections are read in no other way.
      if (isFinal(status) && !this.#wasFinal && jobId !== null && this.#connection !== null) void this.#loadFrames()
      this.#wasFinal = isFinal(status)
    })
  }

  /**
   * Shows a job and follows it. What is known of another one is cleared.
   * @param {string} jobId
   * @param {Known} [known]
   * @param {KeptJob | null} [kept]
   */
  watch(jobId, { messages = [], cursor = null, asOf = null } = {}, kept = null) {
    this.stop()
    this.store.dispatch({ type: "local:watch", jobId, asOf })
    for (const message of messages) this.store.dispatch(message)
    if (kept !== null) {
      const { frames, currentFrame } = this.store.state
      this.store.dispatch({ type: "local:restored", job: { ...kept.job, frames, currentFrame }, asOf: kept.asOf })
    }
    this.#wasFinal = isFinal(this.store.state.status)
    const position = new StreamPosition(kept?.cursor ?? cursor, kept?.last)
    const connection = new LiveConnection({ url: apiURL(), jobId, sessionId: sessionID(), position }, {
      onConnection: action => {
        this.store.dispatch(action)
        if (action.type === "local:connection" && action.state === "CONNECTED" && !isFinal(this.store.state.status)) {
          void this.#loadFrames()
        }
      },
      onMessage: message => this.store.dispatch(message),
      onSnapshot: () => {
        this.store.dispatch({ type: "local:snapshot" })
        void this.#loadFrames()
      },
      ask: signal => this.#ask(signal),
      isOver: () => isFinal(this.store.state.status),
    })
    this.#connection = connection
    connection.start()
  }

  /** What is worth keeping of it while the page is away. @returns {KeptJob | null} */
  content() {
    const { state } = this.store
    const { cursor, last } = this.#connection?.position ?? new StreamPosition()
    if (cursor === null) return null
    return { job: jobPart(state), cursor, last, asOf: state.isConnected || state.isPolling ? Date.now() : state.asOf }
  }

  stop() {
    this.#connection?.stop()
    this.#connection = null
  }

  reconnect() {
    this.#connection?.reconnect()
  }

  /** @param {string} [rest] @param {Record<string, string>} [query] */
  #url(rest = "", query = {}) {
    const url = new URL(`/v1/jobs/${encodeURIComponent(this.store.state.jobId ?? "")}${rest}`, apiURL())
    url.search = new URLSearchParams(query).toString()
    return url
  }

  /** Frames have no number, so no connection brings those from before it: they come from the API. */
  async #loadFrames() {
    const { jobId } = this.store.state
    try {
      const response = await fetch(this.#url(), { cache: "no-store" })
      if (!response.ok) return
      const job = await response.json()
      if (this.store.state.jobId === jobId) {
        this.store.dispatch({ type: "local:past-frames", frames: frameMessages(job.frames) })
      }
    } catch (error) {
      console.warn("The job's frames could not be read", error)
    }
  }

  /**
   * The job as it is, and the messages since the cursor, which later need not come again.
   * @param {AbortSignal} signal
   */
  async #ask(signal) {
    const connection = this.#connection
    const response = await fetch(this.#url("/extended"), { cache: "no-store", signal })
    if (response.status === 404) connection?.isGone()
    if (!response.ok) return false
    const job = await response.json()
    if (connection === null || connection !== this.#connection) return false
    const { cursor } = connection.position
    this.store.dispatch({ type: "local:polled", job, isNumbered: cursor !== null, atMs: Date.now() })
    if (cursor !== null) await this.#askMessages(connection, cursor, signal)
    return true
  }

  /** @param {LiveConnection} connection @param {string} since @param {AbortSignal} signal */
  async #askMessages(connection, since, signal) {
    const url = this.#url("/messages", { since, limit: String(MESSAGES_PER_QUESTION) })
    const response = await fetch(url, { cache: "no-store", signal })
    if (!response.ok) return
    const { messages = [] } = await response.json()
    if (connection === this.#connection) for (const message of messages) connection.take(message)
  }
}
