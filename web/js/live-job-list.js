// @ts-check
import { INITIAL_JOB_LIST_STATE, reduceJobList } from "./job-list-state.js"
import { LiveConnection } from "./live-connection.js"
import { apiURL, sessionID } from "./page.js"
import { RealtimeStore } from "./realtime-store.js"

/** What the dashboard shows: every job, kept up to date by the `jobs` topic. */
export class LiveJobList {
  /** @type {RealtimeStore<import("./job-list-state.js").JobListState, import("./job-list-state.js").JobListAction>} */
  store = new RealtimeStore(reduceJobList, INITIAL_JOB_LIST_STATE)
  #connection

  /**
   * @param {{messages?: import("./messages.js").Message[], cursor?: string | null}} [known] What the page was
   * rendered with.
   */
  constructor({ messages = [], cursor = null } = {}) {
    for (const message of messages) this.store.dispatch(message)
    this.#connection = new LiveConnection({ url: apiURL(), topics: ["jobs"], sessionId: sessionID(), since: cursor }, {
      onState: (state, reason) => {
        this.store.dispatch({ type: "local:connection", state, reason, atMs: Date.now() })
      },
      onMessage: message => this.store.dispatch(message),
      onSnapshot: () => void this.#load(),
    })
  }

  start() {
    this.#connection.start()
  }

  reconnect() {
    this.#connection.reconnect()
  }

  /** The topic has no snapshot of its own: what was missed is read from the list. */
  async #load() {
    const before = this.store.state.jobs
    try {
      const response = await fetch(new URL("/v1/jobs", apiURL()), { cache: "no-store" })
      if (!response.ok) return
      const { jobs = [], next = null } = await response.json()
      this.store.dispatch({ type: "local:listed", jobs, isWhole: next === null, before })
    } catch (error) {
      console.warn("The list of jobs could not be read", error)
    }
  }
}
