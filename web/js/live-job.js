// @ts-check
import { INITIAL_JOB_STATE, reduce } from "./job-state.js"
import { frameMessages } from "./frames.js"
import { LiveConnection } from "./live-connection.js"
import { apiURL, sessionID } from "./page.js"
import { RealtimeStore } from "./realtime-store.js"
import { PollingTransport } from "./transports/polling.js"
import { isFinal } from "./words.js"

/**
 * @typedef {import("./messages.js").Message} Message
 * @typedef {import("./job-state.js").JobState} JobState
 * @typedef {import("./job-state.js").JobAction} JobAction
 */

/** Attempts that fail before the page asks by itself: by then both kinds of stream have been tried. */
const FAILURES_BEFORE_POLLING = 2

/**
 * What a page shows of one job: the store, the connection that feeds it, and the polling that steps in where there is
 * no connection to be had. The store stays the same when another job is watched, so that what is bound to it stays bound.
 */
export class LiveJob {
  /** @type {RealtimeStore<JobState, JobAction>} */
  store = new RealtimeStore(reduce, INITIAL_JOB_STATE)
  /** @type {LiveConnection | null} */
  #connection = null
  /** @type {PollingTransport | null} */
  #polling = null
  #failures = 0

  /** As of the last look: the end is acted on once. */
  #wasFinal = false

  constructor() {
    this.store.subscribe(({ status, jobId }) => {
      // No frame comes any more, and those that fell between two connections are read in no other way.
      if (isFinal(status) && !this.#wasFinal && jobId !== null && this.#connection !== null) void this.#loadFrames(jobId)
      this.#wasFinal = isFinal(status)
    })
  }

  /**
   * Shows a job and follows it. What is known of another one is cleared.
   * @param {string} jobId
   * @param {{messages?: Message[], cursor?: string | null}} [known] What the page was rendered with.
   */
  watch(jobId, { messages = [], cursor = null } = {}) {
    this.stop()
    this.store.dispatch({ type: "local:watch", jobId })
    for (const message of messages) this.store.dispatch(message)
    this.#wasFinal = isFinal(this.store.state.status)
    const connection = new LiveConnection({ url: apiURL(), jobId, sessionId: sessionID(), since: cursor }, {
      onState: (state, reason) => this.#connectionIs(state, reason),
      onMessage: message => this.store.dispatch(message),
      onSnapshot: () => this.store.dispatch({ type: "local:snapshot" }),
    })
    this.#connection = connection
    connection.start()
  }

  stop() {
    this.#connection?.stop()
    this.#connection = null
    this.#stopPolling()
  }

  reconnect() {
    this.#connection?.reconnect()
  }

  /**
   * Frames have no number, so no connection brings those from before it: they come from the API.
   * @param {string} jobId
   */
  async #loadFrames(jobId) {
    try {
      const response = await fetch(new URL(`/v1/jobs/${encodeURIComponent(jobId)}`, apiURL()), { cache: "no-store" })
      if (!response.ok) return
      const job = await response.json()
      if (this.store.state.jobId === jobId) {
        this.store.dispatch({ type: "local:past-frames", frames: frameMessages(job.frames) })
      }
    } catch (error) {
      console.warn("The job's frames could not be read", error)
    }
  }

  /** @param {string} state @param {string | null} reason */
  #connectionIs(state, reason) {
    this.store.dispatch({ type: "local:connection", state, reason, atMs: Date.now() })
    if (state === "CONNECTED") {
      this.#failures = 0
      this.#stopPolling()
      const { jobId, status } = this.store.state
      if (jobId !== null && !isFinal(status)) void this.#loadFrames(jobId)
    } else if (state === "DISCONNECTED" || state === "CLOSED") {
      this.#failures += 1
      if (this.#failures > FAILURES_BEFORE_POLLING) this.#startPolling()
    }
  }

  #startPolling() {
    const { jobId } = this.store.state
    if (this.#polling !== null || jobId === null || isFinal(this.store.state.status)) return
    const polling = new PollingTransport({ url: new URL(`/v1/jobs/${encodeURIComponent(jobId)}/extended`, apiURL()) })
    this.#polling = polling
    polling.onEvent(event => {
      if (event.kind === "text") this.#polled(event.text)
      else this.store.dispatch({ type: "local:polling", isPolling: event.kind === "opened" })
    })
    polling.open()
  }

  #stopPolling() {
    if (this.#polling === null) return
    this.#polling.close()
    this.#polling = null
    this.store.dispatch({ type: "local:polling", isPolling: false })
  }

  /** @param {string} text */
  #polled(text) {
    try {
      this.store.dispatch({ type: "local:polled", job: JSON.parse(text), atMs: Date.now() })
    } catch (error) {
      console.warn("A polled answer was not JSON", error)
    }
    if (isFinal(this.store.state.status)) this.#stopPolling()
  }
}
