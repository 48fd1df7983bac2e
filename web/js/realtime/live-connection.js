// @ts-check
import { GRACE_MS } from "./connection-badge-words.js"
import { NOT_RETRIED } from "./connection-machine.js"
import { pageLife } from "./page-life.js"
import { Polling } from "./polling.js"
import { RealtimeClient } from "./realtime-client.js"
import { StreamPosition } from "./stream-position.js"

/**
 * @typedef {import("./realtime-client.js").ClientOptions} ClientOptions
 * @typedef {import("./connection-state.js").ConnectionAction} ConnectionAction
 * @typedef {import("./messages.js").Message} Message
 *
 * @typedef {object} LiveHandlers
 * @property {(action: ConnectionAction) => void} onConnection
 * @property {(message: Message) => void} onMessage
 * @property {() => Promise<unknown> | void} onSnapshot A snapshot follows and replaces what the page knows. If the page
 * reads it itself, it returns a promise, and is not live until that has resolved.
 * @property {(signal: AbortSignal) => Promise<boolean>} poll Reads the state over the API while there is no connection;
 * resolves to whether there was an answer.
 * @property {() => boolean} isOver Whether nothing more will happen, so that polling is pointless.
 */

/** Failed attempts before the page polls: by then both kinds of transport have been tried. */
const FAILURES_BEFORE_POLLING = 3
/** How long a connection may be open without a message before the page polls. */
const MUTE_MS = 5_000
/** Interval of new clients while polling works: the server is up, but something blocks its streams. */
const RETRY_WHILE_POLLING_MS = 30_000

/**
 * One subscription of the page, over as many clients as it takes, and polling while no stream is to be had. A client that
 * gave up is final; this makes the next one from the same position when the visitor asks for it, when the page or the
 * network wakes up, or when the server answers polls again.
 */
export class LiveConnection {
  /** @type {RealtimeClient | null} */
  #client = null
  #options
  #handlers
  #position
  #polling
  /** The snapshot that the page is reading. @type {Promise<unknown> | null} */
  #reading = null
  /** @type {{code: number | string | null, message: string} | null} */
  #lastError = null
  #isGone = false
  #failures = 0
  #connectedAt = 0
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
    this.#polling = new Polling({ ask: signal => handlers.poll(signal), onTurn: isAnswered => this.#polled(isAnswered) })
  }

  get position() {
    return this.#position
  }

  /** Applies a message that a poll has read, if it is the next one of its topic. @param {Message} message */
  receive(message) {
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
      // After a refusal only the visitor starts another attempt.
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

  /** Makes a new client, which goes on from the position of the last one. */
  reconnect() {
    const old = this.#client
    this.#client = null
    old?.disconnect()
    this.#connect()
  }

  /** The server has answered that the subject does not exist. */
  giveUp() {
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
    this.#connectedAt = Date.now()
    client.onError(error => {
      this.#lastError = error
      if (error.code === "NOT_FOUND") this.#isGone = true
    })
    client.onMessage(this.#handlers.onMessage)
    client.onSnapshot(() => this.#readSnapshot())
    client.onHeard(() => { if (isCurrent()) this.#noteWorking() })
    client.onCaughtUp(() => { if (isCurrent()) this.#reportIfLive() })
    client.onStateChange(state => { if (isCurrent()) this.#clientChanged(state) })
    client.connect()
  }

  /** The first message proves that the connection works: one that only opened may be a proxy's. */
  #noteWorking() {
    clearTimeout(this.#muteTimer)
    this.#failures = 0
    this.#stopPolling()
  }

  /** The reading outlives its connection: one that resumes brings only what happened since. */
  #readSnapshot() {
    const reading = this.#handlers.onSnapshot() ?? null
    this.#reading = reading
    void reading?.then(() => {
      // A later snapshot may have replaced it.
      if (reading !== this.#reading) return
      this.#reading = null
      this.#reportIfLive()
    })
  }

  #reportIfLive() {
    if (this.#reading === null && this.#client?.isCaughtUp) this.#report("CONNECTED")
  }

  /** @param {import("./connection-machine.js").ConnectionState} state */
  #clientChanged(state) {
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
    this.#report(state)
  }

  /** @param {import("./connection-machine.js").ConnectionState} state */
  #report(state) {
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
  #polled(isAnswered) {
    this.#handlers.onConnection({ type: "local:polling", isPolling: isAnswered })
    if (this.#handlers.isOver()) this.#stopPolling()
    else if (isAnswered && this.#client?.state === "CLOSED" && Date.now() - this.#connectedAt > RETRY_WHILE_POLLING_MS) {
      this.reconnect()
    }
  }
}
