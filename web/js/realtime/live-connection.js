// @ts-check
import { serverClock } from "../server-clock.js"
import { GRACE_MS } from "./connection-badge-words.js"
import { storageAction } from "./connection-state.js"
import { pageLife } from "./page-life.js"
import { Polling } from "./polling.js"
import { isReachable } from "./reachability.js"
import { RealtimeClient } from "./realtime-client.js"
import { CLOSE_CODE, STANDARD_SCHEDULE } from "./retry-schedule.js"
import { systemClock } from "./sleep-aware-timer.js"
import { NO_SLOT } from "./sse-transport.js"
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
 * @property {(signal: AbortSignal) => Promise<boolean>} [poll] Reads the state over the API while there is no connection;
 * resolves to whether there was an answer.
 * @property {() => boolean} isOver Whether nothing more will happen, so that reading the state is pointless.
 */

/** Failed attempts before the page reads its state with polls: by then both kinds of transport have been tried. */
const FAILURES_BEFORE_READING = 3
/** How long a connection may be open without a message before the page reads its state with polls. */
const MUTE_MS = 5_000
/** If an attempt has run for longer than this when the server answers a request, it hangs. */
const HUNG_MS = 2_000

/**
 * One subscription of the page: one client after another, and polling while no stream is available. A client that gave
 * up is final; this makes the next one from the same position when the visitor asks for it, when the page or the
 * network wakes up, or when the server answers polls again.
 *
 * Polls also bound the recovery time: the first answer makes the client connect, however long its own delays are.
 */
export class LiveConnection {
  /** @type {RealtimeClient | null} */
  #client = null
  #options
  #handlers
  #position
  #schedule
  #clock
  #serverClock
  #life
  #polling
  /** The snapshot that the page is reading. @type {Promise<unknown> | null} */
  #reading = null
  /** @type {{code: number | string | null, message: string} | null} */
  #lastError = null
  #isGone = false
  /** Whether other tabs hold all the streams that the browser can have. */
  #isCrowded = false
  #failures = 0
  /** Whether polls read the state. If not, they only find out whether the server answers. */
  #mustRead = false
  /** Whether the newest poll reads the state. */
  #isReading = false
  /** When the last attempt began, by the clock. */
  #attemptedAt = 0
  /** Whether the next answer to a poll shows that the server is back, so that the client tries at once. */
  #isAnswerNews = true
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
    this.#schedule = options.schedule ?? STANDARD_SCHEDULE
    this.#clock = options.clock ?? systemClock
    this.#serverClock = options.serverClock ?? serverClock
    this.#life = options.life ?? pageLife()
    const { clock, random, life, schedule } = options
    this.#polling = new Polling({
      ask: signal => this.#ask(signal), onTurn: isAnswered => this.#polled(isAnswered), clock, random, life, schedule,
    })
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
    this.#graceTimer = this.#clock.setTimeout(() => this.#handlers.onConnection({ type: "local:overdue" }), GRACE_MS)
    this.#stopWatchingLife = this.#life.onWake(() => {
      // After a refusal only the visitor starts another attempt.
      if (this.#client?.state === "CLOSED" && !this.#isRefused) this.reconnect()
    })
  }

  stop() {
    this.#stopWatchingLife()
    this.#clock.clearTimeout(this.#graceTimer)
    this.#clock.clearTimeout(this.#muteTimer)
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
    if (this.#client === null) return
    this.#isGone = true
    this.#client.disconnect()
    // A client that is CLOSED already reports no change.
    this.#stopPolling()
    this.#report("CLOSED")
  }

  get #isRefused() {
    return this.#isGone || this.#schedule.notRetried.has(this.#lastError?.code ?? null)
  }

  #connect() {
    const client = new RealtimeClient({ ...this.#options, position: this.#position })
    const isCurrent = () => client === this.#client
    this.#client = client
    this.#isGone = false
    client.onError(error => {
      this.#lastError = error
      if (error.code === "NOT_FOUND") this.#isGone = true
      if (error.code === NO_SLOT) this.#isCrowded = true
    })
    client.onMessage(this.#handlers.onMessage)
    client.onStorage(storage => { if (isCurrent()) this.#handlers.onConnection(storageAction(storage)) })
    client.onSnapshot(() => this.#readSnapshot())
    client.onHeard(() => { if (isCurrent()) this.#noteWorking() })
    client.onCaughtUp(() => { if (isCurrent()) this.#reportIfLive() })
    client.onStateChange(state => { if (isCurrent()) this.#clientChanged(state) })
    client.connect()
  }

  /** The first message proves that the connection works: one that only opened may be a proxy's. */
  #noteWorking() {
    this.#clock.clearTimeout(this.#muteTimer)
    this.#failures = 0
    this.#mustRead = false
    this.#isAnswerNews = true
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
    this.#clock.clearTimeout(this.#muteTimer)
    switch (state) {
      case "CONNECTING":
      case "RECONNECTING":
        this.#attemptedAt = this.#clock.now()
        break
      case "CONNECTED":
        this.#isCrowded = false
        this.#muteTimer = this.#clock.setTimeout(() => this.#startReading(), MUTE_MS)
        return
      case "DISCONNECTED":
      case "CLOSED":
        this.#failures += 1
        if (this.#isRefused) this.#stopPolling()
        else if (this.#isCrowded || this.#failures >= FAILURES_BEFORE_READING) this.#startReading()
        // A refusal for too many connections is an answer, so there is nothing to probe for.
        else if (this.#lastError?.code !== CLOSE_CODE.tooManyConnections) this.#polling.startProbing()
    }
    this.#report(state)
  }

  /** @param {import("./connection-machine.js").ConnectionState} state */
  #report(state) {
    const atMs = this.#client?.heardAtMs ?? this.#serverClock.now()
    const reason = this.#lastError?.message ?? null
    this.#handlers.onConnection({ type: "local:connection", state, reason, atMs, isGone: this.#isGone })
  }

  // Polling.

  #startReading() {
    const wasReading = this.#mustRead && this.#polling.isRunning
    this.#mustRead = true
    if (!wasReading) this.#polling.start()
  }

  /** @param {AbortSignal} signal @returns {Promise<boolean>} */
  #ask(signal) {
    const { poll, isOver } = this.#handlers
    const { url = location.href, fetch } = this.#options
    this.#isReading = this.#mustRead && poll !== undefined && !isOver()
    return poll !== undefined && this.#isReading ? poll(signal) : isReachable(new URL("/livez", url), signal, fetch)
  }

  #stopPolling() {
    if (!this.#polling.isRunning) return
    this.#polling.stop()
    this.#handlers.onConnection({ type: "local:polling", isPolling: false })
  }

  /** @param {boolean} isAnswered */
  #polled(isAnswered) {
    const isPolling = isAnswered && this.#isReading && !this.#handlers.isOver()
    this.#handlers.onConnection({ type: "local:polling", isPolling, isCrowded: isPolling && this.#isCrowded })
    if (!isAnswered) {
      this.#isAnswerNews = true
      return
    }
    if (this.#isAnswerNews || this.#sinceAttemptMs > this.#schedule.retryWhilePollingMs) {
      this.#isAnswerNews = !this.#tryAtOnce()
    }
    // The state is final now, and the page has it.
    if (this.#handlers.isOver()) this.#stopPolling()
  }

  get #sinceAttemptMs() {
    return this.#clock.now() - this.#attemptedAt
  }

  /**
   * Called when the server answers: starts a waiting attempt now, and replaces one that began too early and hangs.
   * @returns {boolean} False if an attempt has just begun.
   */
  #tryAtOnce() {
    switch (this.#client?.state) {
      case "DISCONNECTED":
        this.#client.retryNow()
        return true
      case "CLOSED":
        this.reconnect()
        return true
      case "CONNECTING":
      case "RECONNECTING":
        if (this.#sinceAttemptMs < HUNG_MS) return false
        this.reconnect()
        return true
      default:
        return true
    }
  }
}
