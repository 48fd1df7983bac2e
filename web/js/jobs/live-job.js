// @ts-check
import { apiURL } from "../page.js"
import { LiveView } from "../realtime/live-view.js"
import { serverError } from "../realtime/reachability.js"
import { serverClock } from "../server-clock.js"
import { frameMessages } from "./frames.js"
import { INITIAL_JOB_STATE, jobPart, reduce } from "./job-state.js"
import { isFinal } from "./state-words.js"

/**
 * @typedef {import("./job-state.js").JobState} JobState
 * @typedef {import("./job-state.js").JobAction} JobAction
 * @typedef {import("../realtime/live-connection.js").LiveConnection} LiveConnection
 */

/** The most messages that one poll reads. */
const MESSAGES_PER_POLL = 1_000

/**
 * What a page shows of one job.
 * @extends {LiveView<JobState, JobAction>}
 */
export class LiveJob extends LiveView {
  /** As of the last paint: the end is handled once. */
  #wasFinal = false

  constructor() {
    super(reduce, INITIAL_JOB_STATE)
    this.store.subscribe(({ status, jobId }) => {
      // No more frames come, and those that were told between two connections can be read in no other way.
      if (isFinal(status) && !this.#wasFinal && jobId !== null && this.connection !== null) void this.#loadFrames()
      this.#wasFinal = isFinal(status)
    })
  }

  /**
   * Shows a job and follows it; forgets the job before it.
   * @param {string} jobId
   * @param {import("../page.js").Known} [known]
   * @param {import("../realtime/live-view.js").Kept | null} [kept]
   */
  watch(jobId, known, kept) {
    this.stop()
    this.store.dispatch({ type: "local:watch", jobId })
    this.follow({
      jobId,
      onSnapshot: () => {
        this.store.dispatch({ type: "local:snapshot" })
        void this.#loadFrames()
      },
      poll: signal => this.#poll(signal),
      isOver: () => isFinal(this.store.state.status),
      onLive: () => { if (!isFinal(this.store.state.status)) void this.#loadFrames() },
    }, known, kept)
    this.#wasFinal = isFinal(this.store.state.status)
  }

  /** What `watch` restores after the page was left. */
  content() {
    return this.keep(jobPart(this.store.state))
  }

  /** @param {string} [rest] @param {Record<string, string>} [query] */
  #url(rest = "", query = {}) {
    const url = new URL(`/v1/jobs/${encodeURIComponent(this.store.state.jobId ?? "")}${rest}`, apiURL())
    url.search = new URLSearchParams(query).toString()
    return url
  }

  /** Frames have no number, so no connection replays earlier ones: they come from the API. */
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
   * Reads the job as it is, and the messages since the cursor, which then need not come again.
   * @param {AbortSignal} signal
   */
  async #poll(signal) {
    const { connection } = this
    const response = await fetch(this.#url("/extended"), { cache: "no-store", signal })
    // A proxy may answer with 404 while its server is away.
    if (response.status === 404 && await serverError(response) !== null) connection?.giveUp()
    if (!response.ok) return false
    const job = await response.json()
    if (connection === null || connection !== this.connection) return false
    const { cursor } = connection.position
    this.store.dispatch({ type: "local:polled", job, isNumbered: cursor !== null, atMs: serverClock.now() })
    if (cursor !== null) await this.#readMessages(connection, cursor, signal)
    return true
  }

  /** @param {LiveConnection} connection @param {string} since @param {AbortSignal} signal */
  async #readMessages(connection, since, signal) {
    const url = this.#url("/messages", { since, limit: String(MESSAGES_PER_POLL) })
    const response = await fetch(url, { cache: "no-store", signal })
    if (!response.ok) return
    const { messages = [] } = await response.json()
    if (connection === this.connection) for (const message of messages) connection.receive(message)
  }
}
