// @ts-check
import { Listeners } from "../listeners.js"
import { serverClock } from "../server-clock.js"
import { instant } from "../values.js"
import { describeClose } from "./close-reasons.js"
import { INITIAL_MACHINE, retryDelayMs, step } from "./connection-machine.js"
import { HolePolicy } from "./hole-policy.js"
import { MessageStream } from "./message-stream.js"
import { makeMessage } from "./messages.js"
import { pageLife } from "./page-life.js"
import { STANDARD_SCHEDULE } from "./retry-schedule.js"
import { LOST_AFTER_MS, SilenceWatch } from "./silence-watch.js"
import { SleepAwareTimer, systemClock } from "./sleep-aware-timer.js"
import { StreamPosition } from "./stream-position.js"
import { TransportChoice } from "./transport-choice.js"

/**
 * @typedef {import("./connection-machine.js").ConnectionState} ConnectionState
 * @typedef {import("./connection-machine.js").MachineEvent} MachineEvent
 * @typedef {import("./messages.js").Message} Message
 * @typedef {import("./transport.js").Transport} Transport
 * @typedef {import("./transport.js").TransportEvent} TransportEvent
 *
 * @typedef {{message: string, code: number | string | null}} ClientError `code` is a close code or an error code.
 * @typedef {{attempt: number, delay: number}} Reconnecting `delay` in milliseconds.
 *
 * @typedef {object} ClientOptions
 * @property {string | URL} [url] The server's address; the page's own by default.
 * @property {string} [jobId] Only this job's messages, after a snapshot of it.
 * @property {string[]} [topics]
 * @property {boolean} [isSnapshotSent] Whether the server sends a snapshot of what is subscribed to, as it does of a job.
 * Otherwise the page reads the snapshot itself when `onSnapshot` fires.
 * @property {string} [sessionId] A UUID; the connections of one page share it.
 * @property {string | null} [since] The cursor to resume from.
 * @property {StreamPosition} [position] In place of `since`: the position that earlier clients have reached.
 * @property {Array<() => Transport>} [transports] Tried in this order until one has worked.
 * @property {typeof WebSocket} [WebSocket]
 * @property {typeof fetch} [fetch]
 * @property {import("./retry-schedule.js").RetrySchedule} [schedule] When to try again; the documented one by default.
 * @property {import("./sleep-aware-timer.js").Clock} [clock]
 * @property {Pick<import("../server-clock.js").ServerClock, "now" | "observe">} [serverClock] Learns from each ping.
 * @property {() => number} [random] Evenly distributed in 0..<1.
 * @property {Pick<Console, "debug" | "warn">} [logger]
 * @property {import("./page-life.js").PageLife} [life]
 */

/**
 * A connection to the server that reconnects and resumes automatically. It stays CLOSED after `disconnect()`, or after
 * every attempt of its retry schedule (five by default) has failed in a row; to connect again, make a new client.
 *
 * The machine (connection-machine.js) decides about the connection, the stream (message-stream.js) about what arrives;
 * this class acts. It owns one transport and one timer at a time.
 */
export class RealtimeClient {
  #machine = INITIAL_MACHINE
  #holes = new HolePolicy()
  /** @type {Set<string>} */
  #topics
  #options
  #schedule
  #clock
  #serverClock
  #random
  #logger
  #life
  #transports
  /** @type {Transport | null} */
  #transport = null
  /** Counts the transports opened: an event of an older one comes too late and is ignored. */
  #transportNumber = 0

  #timer
  #silence
  /** @type {number | null} */
  #heardAtMs = null
  #position
  #stream
  #stopWatchingLife = () => {}

  #listeners = {
    connectionChange: /** @type {Listeners<boolean>} */ (new Listeners()),
    message: /** @type {Listeners<Message>} */ (new Listeners()),
    error: /** @type {Listeners<ClientError>} */ (new Listeners()),
    reconnecting: /** @type {Listeners<Reconnecting>} */ (new Listeners()),
    stateChange: /** @type {Listeners<ConnectionState>} */ (new Listeners()),
    snapshot: /** @type {Listeners<void>} */ (new Listeners()),
    heard: /** @type {Listeners<void>} */ (new Listeners()),
    caughtUp: /** @type {Listeners<void>} */ (new Listeners()),
    storage: /** @type {Listeners<Record<string, any>>} */ (new Listeners()),
  }

  /** @param {ClientOptions} [options] */
  constructor(options = {}) {
    this.#options = options
    this.#topics = new Set(options.topics ?? [])
    this.#position = options.position ?? new StreamPosition(options.since)
    this.#schedule = options.schedule ?? STANDARD_SCHEDULE
    this.#clock = options.clock ?? systemClock
    this.#serverClock = options.serverClock ?? serverClock
    this.#random = options.random ?? Math.random
    this.#logger = options.logger ?? console
    this.#life = options.life ?? pageLife()
    this.#transports = new TransportChoice(options)
    this.#timer = new SleepAwareTimer(this.#clock, () => this.#wake())
    this.#silence = new SilenceWatch(this.#clock, this.#life)
    this.#stream = this.#makeStream(options.isSnapshotSent ?? options.jobId !== undefined)
  }

  /** @param {boolean} isSnapshotSent */
  #makeStream(isSnapshotSent) {
    const { message, snapshot, heard, caughtUp, error, storage } = this.#listeners
    return new MessageStream({ position: this.#position, isSnapshotSent, logger: this.#logger }, {
      onMessage: received => message.emit(received),
      onSnapshot: () => snapshot.emit(),
      onHeard: () => heard.emit(),
      onCaughtUp: () => caughtUp.emit(),
      onHole: (topic, seq) => this.#fillHole(topic, seq),
      onPing: ({ timestamp }) => {
        this.#serverClock.observe(instant(timestamp))
        this.#heardAtMs = this.#serverClock.now()
        this.#write("pong", { timestamp })
      },
      onError: refusal => error.emit(refusal),
      onStorage: payload => storage.emit(payload),
    })
  }

  /** @returns {ConnectionState} */
  get state() {
    return this.#machine.state
  }

  /** The position to resume from; null before the first numbered message. */
  get cursor() {
    return this.#position.cursor
  }

  /**
   * When anything last arrived, by the server's clock; null before the first connection. What the page shows was current
   * then. It can't be told from the length of the silence, which includes the machine's sleep: the server's clock may not.
   */
  get heardAtMs() {
    return this.#heardAtMs
  }

  /** The kind of the transport in use: `websocket` or `sse`, null if there is none. */
  get transportKind() {
    return this.#transport?.kind ?? null
  }

  /** Whether everything that was missed before the present connection has arrived. */
  get isCaughtUp() {
    return this.#stream.isCaughtUp
  }

  isConnected() {
    return this.#machine.state === "CONNECTED"
  }

  /** Starts to connect; ignored unless IDLE. */
  connect() {
    this.#advance({ type: "connect" })
  }

  /** Tries again now rather than when it is due; ignored unless DISCONNECTED. The attempt does not count. */
  retryNow() {
    this.#advance({ type: "wake" })
  }

  /** Ends the connection for good. */
  disconnect() {
    this.#advance({ type: "disconnect" })
  }

  /**
   * Sends a message; its timestamp is filled in.
   * @param {{type: string, payload?: Record<string, any>}} message
   * @returns {boolean} False if it can't be sent now.
   */
  send({ type, payload = {} }) {
    if (!this.isConnected()) return false
    return this.#write(type, payload)
  }

  /** Adds topics, now and after each reconnection. @param {string[]} topics */
  subscribe(topics) {
    for (const topic of topics) this.#topics.add(topic)
    this.send({ type: "subscribe", payload: { topics } })
  }

  /** @param {string[]} topics */
  unsubscribe(topics) {
    for (const topic of topics) this.#topics.delete(topic)
    this.send({ type: "unsubscribe", payload: { topics } })
  }

  /**
   * Each message that is not about the connection itself.
   * @param {(message: Message) => void} listener
   */
  onMessage(listener) { return this.#listeners.message.add(listener) }
  /** @param {(error: ClientError) => void} listener */
  onError(listener) { return this.#listeners.error.add(listener) }
  /** True on entering CONNECTED, false on leaving it. @param {(isConnected: boolean) => void} listener */
  onConnectionChange(listener) { return this.#listeners.connectionChange.add(listener) }
  /** Each attempt to reconnect, when it is scheduled. @param {(event: Reconnecting) => void} listener */
  onReconnecting(listener) { return this.#listeners.reconnecting.add(listener) }
  /** @param {(state: ConnectionState) => void} listener */
  onStateChange(listener) { return this.#listeners.stateChange.add(listener) }
  /** A snapshot follows and replaces what the page knows. @param {() => void} listener */
  onSnapshot(listener) { return this.#listeners.snapshot.add(listener) }
  /** The first message of a connection has arrived and is not a refusal. @param {() => void} listener */
  onHeard(listener) { return this.#listeners.heard.add(listener) }
  /** Everything that was missed before this connection has arrived. @param {() => void} listener */
  onCaughtUp(listener) { return this.#listeners.caughtUp.add(listener) }
  /** Whether the server can store anything: the payload of `storage`. @param {(storage: Record<string, any>) => void} listener */
  onStorage(listener) { return this.#listeners.storage.add(listener) }

  // The machine's transitions, and what each new state does.

  /** @param {MachineEvent} event */
  #advance(event) {
    const from = this.#machine
    const to = step(from, event, this.#schedule)
    if (to === from) return
    this.#machine = to
    this.#logger.debug(`realtime: ${from.state} → ${to.state} (${event.type}${to.attempt ? `, attempt ${to.attempt}` : ""})`)
    this.#listeners.stateChange.emit(to.state)
    if (from.state === "CONNECTED") this.#listeners.connectionChange.emit(false)
    if (to.state === "CONNECTED") this.#listeners.connectionChange.emit(true)
    // A listener may have advanced the machine already.
    if (this.#machine === to) this.#enter(from.state)
  }

  /** @param {ConnectionState} from */
  #enter(from) {
    if (from === "IDLE") this.#stopWatchingLife = this.#life.onWake(() => this.#wake())
    switch (this.#machine.state) {
      case "CONNECTING":
      case "RECONNECTING":
        this.#openTransport()
        break
      case "CONNECTED":
        this.#transports.hasConnected()
        this.#position.hasConnected = true
        this.#heard()
        this.#watchSilence()
        break
      case "DISCONNECTED":
        this.#closeTransport()
        this.#scheduleRetry()
        break
      case "CLOSED":
        this.#closeTransport()
        this.#timer.cancel()
        this.#stopWatchingLife()
        break
    }
  }

  #openTransport() {
    this.#closeTransport()
    const number = this.#transportNumber
    const { connectTimeoutMs } = this.#schedule
    this.#timer.schedule(connectTimeoutMs, () => this.#lose(null, `no connection within ${connectTimeoutMs / 1_000} s`))
    try {
      const transport = this.#transports.make()
      this.#transport = transport
      transport.onEvent(event => {
        if (number === this.#transportNumber) this.#receive(event)
      })
      transport.open(this.#query())
    } catch (error) {
      this.#lose(null, String(error))
    }
  }

  #closeTransport() {
    this.#transportNumber += 1
    this.#stream.end()
    this.#transport?.close()
    this.#transport = null
  }

  #scheduleRetry() {
    const delay = retryDelayMs(this.#machine, this.#random, this.#schedule)
    this.#timer.schedule(delay, () => this.#advance({ type: "due" }))
    this.#listeners.reconnecting.emit({ attempt: this.#machine.attempt, delay })
  }

  /** @param {number | null} code The close code; null if this client gave up the connection. @param {string} reason */
  #lose(code, reason) {
    if (this.#machine.state !== "CONNECTED") this.#transports.hasFailed()
    this.#logger.warn(`realtime: lost (${code ?? "no close code"}): ${reason}`)
    this.#listeners.error.emit({ code: code ?? "CONNECTION_LOST", message: reason || describeClose(code) })
    this.#advance({ type: "lost", code })
  }

  #query() {
    const query = new URLSearchParams()
    const { jobId, sessionId } = this.#options
    if (sessionId !== undefined) query.set("session_id", sessionId)
    if (jobId !== undefined) query.set("job_id", jobId)
    if (this.#topics.size > 0) query.set("topics", [...this.#topics].join(","))
    if (this.cursor !== null) {
      query.set("since", this.cursor)
      // The page has just been loaded, so the server must not count this as a resumption.
      if (!this.#position.hasConnected) query.set("fresh", "1")
    }
    return query
  }

  // What arrives.

  /** @param {TransportEvent} event */
  #receive(event) {
    switch (event.kind) {
      case "opened":
        this.#advance({ type: "opened" })
        this.#stream.begin()
        break
      case "alive":
        this.#heard()
        break
      case "text":
        this.#heard()
        if (this.isConnected()) this.#stream.receive(event.text)
        break
      case "closed":
        if (event.error !== undefined) this.#listeners.error.emit({ code: event.error, message: event.reason })
        this.#lose(event.code, event.reason || describeClose(event.code))
        break
    }
  }

  /**
   * Reconnects with the cursor: the server replays what is missing, or sends a snapshot.
   * @param {string} topic
   * @param {number} seq
   */
  #fillHole(topic, seq) {
    const { needsSnapshot, attempt } = this.#holes.seen(topic, this.#position.lastOf(topic), this.#clock.now())
    this.#logger.warn(`realtime: a hole on ${topic} before ${seq}, ${needsSnapshot ? "asking for a snapshot" : "resuming"}`)
    if (needsSnapshot) this.#position.reset(null)
    this.#advance({ type: "lost", code: null, attempt })
    if (attempt === 0) this.#advance({ type: "wake" })
  }

  // Signs of life.

  #heard() {
    this.#silence.heard()
    this.#heardAtMs = this.#serverClock.now()
  }

  #watchSilence() {
    const { isProbeDue, isLost, nextMs } = this.#silence.look()
    if (isProbeDue) this.#probe()
    if (isLost) this.#loseSilent()
    else this.#timer.schedule(nextMs, () => this.#watchSilence())
  }

  /** If not even the greeting arrived, something in between blocks this kind of transport. */
  #loseSilent() {
    if (!this.#stream.isHeard) this.#transports.isMute()
    this.#lose(null, `nothing heard for ${Math.round(this.#silence.silenceMs / 1_000)} s`)
  }

  #probe() {
    this.#silence.probed()
    this.#write("ping", {})
  }

  /**
   * The page, the network or the machine is back: a client that waits tries at once, one that seems connected sends a
   * ping. After a long silence it reconnects instead: resuming is faster than finding out whether the socket is dead.
   */
  #wake() {
    if (this.isConnected() && this.#silence.silenceMs >= LOST_AFTER_MS) this.#loseSilent()
    this.#advance({ type: "wake" })
    if (this.isConnected()) this.#probe()
  }

  /** @param {string} type @param {Record<string, any>} payload */
  #write(type, payload) {
    return this.#transport?.send(JSON.stringify(makeMessage(type, payload, this.#serverClock.now()))) ?? false
  }
}
