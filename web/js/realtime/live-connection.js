// @ts-check
import { NOT_RETRIED } from "./connection-machine.js"
import { GRACE_MS } from "./connection-words.js"
import { Polling } from "./polling.js"
import { RealtimeClient } from "./realtime-client.js"
import { pageLife } from "./page-life.js"
import { StreamPosition } from "./stream-position.js"

/**
 * @typedef {import("./realtime-client.js").ClientOptions} ClientOptions
 * @typedef {import("./connection-state.js").ConnectionAction} ConnectionAction
 * @typedef {import("./messages.js").Message} Message
 *
 * @typedef {object} LiveHandlers
 * @property {(action: ConnectionAction) => void} onConnection
 * @property {(message: Message) => void} onMessage
 * @property {() => Promise<unknown> | void} onSnapshot What comes next is the whole picture. Where the page reads that
 * itself, a promise that is kept when it has: until then the page is not live.
 * @property {(signal: AbortSignal) => Promise<boolean>} ask Reads over the API what no connection brings; whether there
 * was an answer.
 * @property {() => boolean} isOver Whether nothing more will happen, so that there is nothing to ask for.
 */

/** Attempts that fail before the page asks by itself: by then both kinds of stream have been tried. */
const FAILURES_BEFORE_POLLING = 3
/** How long a connection may be open without a word before the page asks by itself. */
const MUTE_MS = 5_000
/** Between two clients made because the server answers questions: it is there, but lets no stream through. */
const RETRY_WHILE_POLLING_MS = 30_000

/**
 * One subscription of the page, over as many clients as it takes, and the questions in place of them where there is no
 * stream to be had. A client that gave up is final; this makes the next one, which goes on from the same position,
 * when the visitor asks for it, when page or network come back to life, or when the server answers again.
 */
export class LiveConnection {
  /** @type {RealtimeClient | null} */
  #client = null
  #options
  #handlers
  #position
  #polling
  /** What the page reads in place of a snapshot, while it does. @type {Promise<unknown> | null} */
  #reading = null
  /** @type {{code: number | string | null, message: string} | null} */
  #lastError = null
  #isGone = false
  #failures = 0
  #triedAt = 0
  /** @type {any} */
  #graceTimer = null
  /** @type {any} */
  #muteTimer = null
  #stopWatchingLife = () => {}

  /** @param {ClientOptions} options @param {LiveHandlers} handlers */
  constructor(options, handlers) {
    this.#options = options
    this.#handlers = handlers
    this.#position = options.position ?? new StreamPosition(options.since)
    this.#polling = new Polling({ ask: signal => handlers.ask(signal), onTurn: isAnswered => this.#asked(isAnswered) })
  }

  get position() {
    return this.#position
  }

  /** Takes a message that came as an answer, if its number is the next one. @param {Message} message */
  take(message) {
    const { id, topic, seq } = message
    if (topic === undefined || seq === undefined || this.#position.judge(topic, seq) !== "next") return
    this.#handlers.onMessage(message)
    this.#position.applied(topic, seq, id)
  }

  start() {
    if (this.#client !== null) return
    this.#connect()
    this.#graceTimer = setTimeout(() => this.#handlers.onConnection({ type: "local:overdue" }), GRACE_MS)
    this.#stopWatchingLife = pageLife().onWake(() => {
      // A page that was refused stays refused until somebody asks again.
      if (this.#client?.state === "CLOSED" && !this.#isRefused) this.reconnect()
    })
  }

  stop() {
    this.#stopWatchingLife()
    clearTimeout(this.#graceTimer)
    const client = this.#client
    this.#client = null
    this.#stopPolling()
    client?.disconnect()
  }

  /** A new client, from where the last one was. */
  reconnect() {
    const old = this.#client
    this.#client = null
    old?.disconnect()
    this.#connect()
  }

  /** What was asked for does not exist, says the server. */
  isGone() {
    this.#isGone = true
    this.#client?.disconnect()
  }

  get #isRefused() {
    return this.#isGone || NOT_RETRIED.has(this.#lastError?.code ?? null)
  }

  #connect() {
    const client = new RealtimeClient({ ...this.#options, position: this.#position })
    const isCurrent = () => client === this.#client
    this.#client = client
    this.#isGone = false
    this.#triedAt = Date.now()
    client.onError(error => {
      this.#lastError = error
      if (error.code === "NOT_FOUND") this.#isGone = true
    })
    client.onMessage(this.#handlers.onMessage)
    client.onSnapshot(() => this.#beginAnew())
    client.onHeard(() => { if (isCurrent()) this.#carries() })
    client.onCaughtUp(() => { if (isCurrent()) this.#sayIfLive() })
    client.onStateChange(state => { if (isCurrent()) this.#clientIs(state) })
    client.connect()
  }

  /** An open connection that has said nothing yet is none: it may be a proxy's. One that speaks may yet be behind. */
  #carries() {
    clearTimeout(this.#muteTimer)
    this.#failures = 0
    this.#stopPolling()
  }

  /** What is read now outlives the connection it was asked for on: one that resumes brings only what came since. */
  #beginAnew() {
    const reading = this.#handlers.onSnapshot() ?? null
    this.#reading = reading
    void reading?.then(() => {
      // A later snapshot may have made it void.
      if (reading !== this.#reading) return
      this.#reading = null
      this.#sayIfLive()
    })
  }

  #sayIfLive() {
    if (this.#reading === null && this.#client?.isCaughtUp) this.#say("CONNECTED")
  }

  /** @param {import("./connection-machine.js").ConnectionState} state */
  #clientIs(state) {
    clearTimeout(this.#muteTimer)
    switch (state) {
      case "CONNECTED":
        this.#muteTimer = setTimeout(() => this.#startPolling(), MUTE_MS)
        return
      case "DISCONNECTED":
      case "CLOSED":
        this.#failures += 1
        if (this.#isRefused) this.#stopPolling()
        else if (this.#failures >= FAILURES_BEFORE_POLLING) this.#startPolling()
    }
    this.#say(state)
  }

  /** @param {import("./connection-machine.js").ConnectionState} state */
  #say(state) {
    const atMs = state === "CONNECTING" ? Date.now() : this.#client?.heardAt ?? Date.now()
    const reason = this.#lastError?.message ?? null
    this.#handlers.onConnection({ type: "local:connection", state, reason, atMs, isGone: this.#isGone })
  }

  #startPolling() {
    if (!this.#handlers.isOver()) this.#polling.start()
  }

  #stopPolling() {
    if (!this.#polling.isRunning) return
    this.#polling.stop()
    this.#handlers.onConnection({ type: "local:polling", isPolling: false })
  }

  /** @param {boolean} isAnswered */
  #asked(isAnswered) {
    this.#handlers.onConnection({ type: "local:polling", isPolling: isAnswered })
    if (this.#handlers.isOver()) this.#stopPolling()
    else if (isAnswered && this.#client?.state === "CLOSED" && Date.now() - this.#triedAt > RETRY_WHILE_POLLING_MS) {
      this.reconnect()
    }
  }
}
