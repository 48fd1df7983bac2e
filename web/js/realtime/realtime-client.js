// @ts-check
import { describeClose } from "./close-reasons.js"
import { HolePolicy } from "./hole-policy.js"
import { INITIAL_MACHINE, retryDelayMs, step } from "./connection-machine.js"
import { Listeners } from "./listeners.js"
import { makeMessage, parseMessage } from "./messages.js"
import { pageLife } from "./page-life.js"
import { LOST_AFTER_MS, SilenceWatch } from "./silence-watch.js"
import { SleepAwareTimer, systemClock } from "./sleep-aware-timer.js"
import { StreamPosition } from "./stream-position.js"
import { SSETransport } from "./transports/sse.js"
import { WebSocketTransport } from "./transports/websocket.js"

/**
 * @typedef {import("./connection-machine.js").ConnectionState} ConnectionState
 * @typedef {import("./connection-machine.js").MachineEvent} MachineEvent
 * @typedef {import("./messages.js").Message} Message
 * @typedef {import("./transports/transport.js").Transport} Transport
 * @typedef {import("./transports/transport.js").TransportEvent} TransportEvent
 *
 * @typedef {{message: string, code: number | string | null}} ClientError A close code, or one of the codes of a message.
 * @typedef {{cursor: string, left: number, messages: Message[]}} Gathering
 * @typedef {{attempt: number, delay: number}} Reconnecting `delay` in milliseconds.
 *
 * @typedef {object} ClientOptions
 * @property {string | URL} [url] The server's address; the page's own by default.
 * @property {string} [jobId] Only this job's messages, after a snapshot of it.
 * @property {string[]} [topics]
 * @property {string} [sessionId] A UUID; the connections of one page share it.
 * @property {string | null} [since] The cursor to resume from.
 * @property {StreamPosition} [position] In place of `since`: where clients before this one have come to.
 * @property {Array<() => Transport>} [transports] Tried in this order until one has worked.
 * @property {typeof WebSocket} [WebSocket]
 * @property {typeof fetch} [fetch]
 * @property {import("./sleep-aware-timer.js").Clock} [clock]
 * @property {() => number} [random] Evenly spread in 0..<1.
 * @property {Pick<Console, "debug" | "warn">} [logger]
 * @property {import("./page-life.js").PageLife} [life]
 */

export const CONNECT_TIMEOUT_MS = 10_000

/**
 * A connection to the server that comes back by itself and resumes where it was, until `disconnect()` or the fifth
 * attempt in a row that failed; then it is CLOSED for good, and whoever wants to go on makes a new client.
 *
 * The machine (connection-machine.js) decides; this class acts: it owns one transport and one timer at a time.
 */
export class RealtimeClient {
  #machine = INITIAL_MACHINE
  #holes = new HolePolicy()
  /** @type {Set<string>} */
  #topics
  #options
  #clock
  #random
  #logger
  #life
  #transports
  /** The transport to use next, an index; it stays with the one that worked. */
  #transportIndex = 0
  #hasConnected = false
  /** Whether anything has come over the present connection. */
  #isHeard = false
  /** Whether what was missed is still arriving over it; null until the server has said so. @type {boolean | null} */
  #isBehind = null
  #isCaughtUp = false

  /** @type {Transport | null} */
  #transport = null
  /** One number per transport opened: an event that carries an older one comes too late. */
  #transportNumber = 0

  #timer
  #silence
  #position
  /** Whether what comes next is a snapshot, and its beginning has not come yet. */
  #awaitsSnapshot = false
  /** A snapshot that has begun to arrive. It is applied when it is whole. @type {Gathering | null} */
  #gathering = null
  #stopWatchingLife = () => {}

  /** @type {Listeners<boolean>} */
  #connectionChange = new Listeners()
  /** @type {Listeners<Message>} */
  #message = new Listeners()
  /** @type {Listeners<ClientError>} */
  #error = new Listeners()
  /** @type {Listeners<Reconnecting>} */
  #reconnecting = new Listeners()
  /** @type {Listeners<ConnectionState>} */
  #stateChange = new Listeners()
  /** @type {Listeners<void>} */
  #snapshot = new Listeners()
  /** @type {Listeners<void>} */
  #heard = new Listeners()
  /** @type {Listeners<void>} */
  #caughtUp = new Listeners()

  /** @param {ClientOptions} [options] */
  constructor(options = {}) {
    this.#options = options
    this.#topics = new Set(options.topics ?? [])
    this.#position = options.position ?? new StreamPosition(options.since)
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? Math.random
    this.#logger = options.logger ?? console
    this.#life = options.life ?? pageLife()
    this.#transports = options.transports ?? defaultTransports(options)
    this.#timer = new SleepAwareTimer(this.#clock, () => this.#wake())
    this.#silence = new SilenceWatch(this.#clock, this.#life)
  }

  /** @returns {ConnectionState} */
  get state() {
    return this.#machine.state
  }

  /** The position to resume from; null before the first numbered message. */
  get cursor() {
    return this.#position.cursor
  }

  /** When anything last came, milliseconds since 1970: what is known is known as of then. */
  get heardAt() {
    return this.#silence.heardAt
  }

  /** The kind of the transport in use: `websocket` or `sse`, null while there is none. */
  get transportKind() {
    return this.#transport?.kind ?? null
  }

  /** Whether all that was missed before the present connection has come. */
  get isCaughtUp() {
    return this.#isCaughtUp
  }

  isConnected() {
    return this.#machine.state === "CONNECTED"
  }

  /** Starts to connect. Means nothing unless IDLE. */
  connect() {
    this.#advance({ type: "connect" })
  }

  /** Ends the connection for good. */
  disconnect() {
    this.#advance({ type: "disconnect" })
  }

  /**
   * Sends a message; its timestamp is filled in. False where there is no way to send one just now.
   * @param {{type: string, payload?: Record<string, any>}} message
   */
  send({ type, payload = {} }) {
    if (!this.isConnected()) return false
    return this.#write(type, payload)
  }

  /** Adds topics to what arrives, now and after each reconnection. @param {string[]} topics */
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
   * Each message from the server that is not about the connection itself.
   * @param {(message: Message) => void} listener
   */
  onMessage(listener) { return this.#message.add(listener) }
  /** @param {(error: ClientError) => void} listener */
  onError(listener) { return this.#error.add(listener) }
  /** True when CONNECTED is entered, false when it is left. @param {(isConnected: boolean) => void} listener */
  onConnectionChange(listener) { return this.#connectionChange.add(listener) }
  /** Each attempt to reconnect as it is planned. @param {(event: Reconnecting) => void} listener */
  onReconnecting(listener) { return this.#reconnecting.add(listener) }
  /** @param {(state: ConnectionState) => void} listener */
  onStateChange(listener) { return this.#stateChange.add(listener) }
  /** What comes next is the whole picture, and replaces what was known. @param {() => void} listener */
  onSnapshot(listener) { return this.#snapshot.add(listener) }
  /** The first message of each connection has come, and is no refusal: it carries. @param {() => void} listener */
  onHeard(listener) { return this.#heard.add(listener) }
  /** All that was missed before this connection has come: what is known is what is. @param {() => void} listener */
  onCaughtUp(listener) { return this.#caughtUp.add(listener) }

  // The machine's moves, and what each new state calls for.

  /** @param {MachineEvent} event */
  #advance(event) {
    const from = this.#machine
    const to = step(from, event)
    if (to === from) return
    this.#machine = to
    this.#logger.debug(`realtime: ${from.state} → ${to.state} (${event.type}${to.attempt ? `, attempt ${to.attempt}` : ""})`)
    this.#stateChange.emit(to.state)
    if (from.state === "CONNECTED") this.#connectionChange.emit(false)
    if (to.state === "CONNECTED") this.#connectionChange.emit(true)
    // A listener may have moved on already, with all that follows.
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
        this.#hasConnected = true
        this.#silence.heard()
        this.#watchSilence()
        break
      case "DISCONNECTED":
        this.#closeTransport()
        this.#planRetry()
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
    const transport = this.#transports[this.#transportIndex % this.#transports.length]()
    this.#transport = transport
    transport.onEvent(event => {
      if (number === this.#transportNumber) this.#receive(event)
    })
    this.#timer.schedule(CONNECT_TIMEOUT_MS, () => {
      this.#lose(null, `no connection within ${CONNECT_TIMEOUT_MS / 1_000} s`)
    })
    try {
      transport.open(this.#query())
    } catch (error) {
      this.#lose(null, String(error))
    }
  }

  #closeTransport() {
    this.#transportNumber += 1
    this.#isHeard = false
    this.#isBehind = null
    this.#isCaughtUp = false
    this.#gathering = null
    this.#transport?.close()
    this.#transport = null
  }

  #planRetry() {
    const delay = retryDelayMs(this.#machine, this.#random)
    this.#timer.schedule(delay, () => this.#advance({ type: "due" }))
    this.#reconnecting.emit({ attempt: this.#machine.attempt, delay })
  }

  /** @param {number | null} code A close code, null where the verdict is ours. @param {string} reason */
  #lose(code, reason) {
    const wasConnecting = this.#machine.state !== "CONNECTED"
    // Until a kind of transport has worked here the next attempt tries the next kind: a proxy may let only one through.
    if (wasConnecting && !this.#hasConnected) this.#transportIndex += 1
    this.#logger.warn(`realtime: lost (${code ?? "no close code"}): ${reason}`)
    this.#error.emit({ code: code ?? "CONNECTION_LOST", message: reason || describeClose(code) })
    this.#advance({ type: "lost", code })
  }

  #query() {
    const query = new URLSearchParams()
    const { jobId, sessionId } = this.#options
    if (sessionId !== undefined) query.set("session_id", sessionId)
    if (jobId !== undefined) query.set("job_id", jobId)
    if (this.#topics.size > 0) query.set("topics", [...this.#topics].join(","))
    if (this.cursor !== null) query.set("since", this.cursor)
    return query
  }

  // What arrives.

  /** @param {TransportEvent} event */
  #receive(event) {
    switch (event.kind) {
      case "opened":
        this.#advance({ type: "opened" })
        if (this.cursor === null) this.#expectSnapshot()
        break
      case "alive":
        this.#silence.heard()
        break
      case "text":
        this.#silence.heard()
        if (this.isConnected()) this.#receiveText(event.text)
        break
      case "closed":
        if (event.error !== undefined) this.#error.emit({ code: event.error, message: event.reason })
        this.#lose(event.code, event.reason || describeClose(event.code))
        break
    }
  }

  /** @param {string} text */
  #receiveText(text) {
    const parsed = parseMessage(text)
    if (!("message" in parsed)) {
      this.#logger.warn(`realtime: skipped a message: ${parsed.reason}`)
      // A type from a newer server is no error.
      if (parsed.code !== "MSG_UNKNOWN_TYPE") this.#error.emit({ code: parsed.code, message: parsed.reason })
      return
    }
    const { message } = parsed
    if (message.type === "error" && isAboutConnection(message)) {
      this.#receiveRefusal(message)
      return
    }
    this.#noteHeard()
    if (typeof message.topic === "string" && typeof message.seq === "number") this.#receiveNumbered(message)
    else this.#receiveUnnumbered(message)
  }

  #noteHeard() {
    if (this.#isHeard) return
    this.#isHeard = true
    this.#heard.emit()
  }

  /** @param {Message} message */
  #receiveNumbered(message) {
    const { topic, seq, id } = /** @type {Required<Message>} */ (message)
    this.#completeSnapshot()
    switch (this.#position.judge(topic, seq)) {
      case "repeat":
        return
      case "hole":
        this.#fillHole(topic, seq)
        return
      case "next":
        this.#message.emit(message)
        // Only now: a page that is left in between comes back to this message.
        this.#position.applied(topic, seq, id)
    }
  }

  /** @param {Message} message */
  #receiveUnnumbered(message) {
    switch (message.type) {
      case "ping":
        this.#greeted(message.payload)
        this.#write("pong", { timestamp: message.timestamp })
        this.#noteStanding(message.payload)
        break
      case "pong":
        break
      default:
        if (this.#gathering === null) this.#message.emit(message)
        else this.#gather(this.#gathering, message)
    }
  }

  /** @param {Message} message */
  #receiveRefusal({ payload }) {
    const code = payload.details.error_code
    this.#logger.warn(`realtime: the server says ${code}: ${payload.error}`)
    if (code === "REPLAY_GAP") this.#expectSnapshot()
    this.#error.emit({ code, message: payload.details.message ?? payload.error })
  }

  // Snapshots.

  /**
   * A job's snapshot follows its greeting; of anything else the page gets one itself. Where an earlier greeting promised
   * a replay, that is not coming: the next greeting says anew how things stand.
   */
  #expectSnapshot() {
    this.#position.reset(null)
    this.#isBehind = null
    this.#isCaughtUp = false
    this.#gathering = null
    this.#awaitsSnapshot = true
    if (this.#options.jobId === undefined) this.#snapshot.emit()
  }

  /**
   * The first ping names the position of a fresh connection, so that one that never heard a message can resume too. A
   * snapshot that follows is part of that position: it counts when all of its messages have come, and not before.
   * @param {Record<string, any>} payload
   */
  #greeted({ cursor, snapshot_messages: count }) {
    if (!this.#awaitsSnapshot || typeof cursor !== "string") return
    this.#gathering = { cursor, left: Number.isInteger(count) ? count : 0, messages: [] }
    if (this.#gathering.left <= 0) this.#completeSnapshot()
  }

  /** @param {Gathering} gathering @param {Message} message */
  #gather(gathering, message) {
    gathering.messages.push(message)
    gathering.left -= 1
    if (gathering.left === 0) this.#completeSnapshot()
  }

  /** Applies what the snapshot consists of, all at once. */
  #completeSnapshot() {
    if (!this.#awaitsSnapshot) return
    const { cursor, messages } = this.#gathering ?? { cursor: null, messages: [] }
    this.#awaitsSnapshot = false
    this.#gathering = null
    if (this.#options.jobId !== undefined) this.#snapshot.emit()
    for (const message of messages) this.#message.emit(message)
    this.#position.reset(cursor)
    this.#noteCaughtUp()
  }

  /** Comes back with the cursor: what is missing is replayed, or replaced by a snapshot. @param {string} topic @param {number} seq */
  #fillHole(topic, seq) {
    const { needsSnapshot, attempt } = this.#holes.seen(topic, this.#position.lastOf(topic), this.#clock.now())
    this.#logger.warn(`realtime: a hole on ${topic} before ${seq}, ${needsSnapshot ? "beginning anew" : "resuming"}`)
    if (needsSnapshot) this.#position.reset(null)
    this.#advance({ type: "lost", code: null, attempt })
    if (attempt === 0) this.#advance({ type: "wake" })
  }

  /**
   * The greeting says whether a replay follows, and a later ping that it is over. Those of the heartbeat say neither.
   * @param {Record<string, any>} payload
   */
  #noteStanding({ catching_up, caught_up }) {
    if (catching_up === true) this.#isBehind = true
    else if (this.#isBehind === null || caught_up === true) this.#isBehind = false
    this.#noteCaughtUp()
  }

  #noteCaughtUp() {
    if (this.#isBehind !== false || this.#gathering !== null || this.#isCaughtUp) return
    this.#isCaughtUp = true
    this.#caughtUp.emit()
  }

  // Signs of life.

  #watchSilence() {
    const { isProbeDue, isLost, nextMs } = this.#silence.look()
    if (isProbeDue) this.#probe()
    if (isLost) this.#loseSilent()
    else this.#timer.schedule(nextMs, () => this.#watchSilence())
  }

  /** Where not even the greeting came, something in between keeps this kind of transport from working. */
  #loseSilent() {
    if (!this.#isHeard) {
      this.#hasConnected = false
      this.#transportIndex += 1
    }
    this.#lose(null, `nothing heard for ${Math.round(this.#silence.silenceMs / 1_000)} s`)
  }

  #probe() {
    this.#silence.probed()
    this.#write("ping", {})
  }

  /**
   * The page, the network or the machine is back: what waits tries at once, what seems connected proves it. What was
   * silent for too long meanwhile is not asked: coming back with the cursor is sooner done than found out.
   */
  #wake() {
    if (this.isConnected() && this.#silence.silenceMs >= LOST_AFTER_MS) {
      this.#loseSilent()
    }
    this.#advance({ type: "wake" })
    if (this.isConnected()) this.#probe()
  }

  /** @param {string} type @param {Record<string, any>} payload */
  #write(type, payload) {
    return this.#transport?.send(JSON.stringify(makeMessage(type, payload, this.#clock.now()))) ?? false
  }
}

/** @param {ClientOptions} options @returns {Array<() => Transport>} */
function defaultTransports({ url = location.href, WebSocket, fetch }) {
  const endpoint = new URL("/v1/realtime", url)
  return [
    () => new WebSocketTransport({ url: endpoint, WebSocket }),
    () => new SSETransport({ url: endpoint, fetch }),
  ]
}

/** An error of the connection, not of a job: it names no job and carries a code. @param {Message} message */
function isAboutConnection({ payload }) {
  return payload.job_id === undefined && typeof payload.details?.error_code === "string"
}
