// @ts-check
import { isConnectionType, isKnownType, parseMessage } from "./messages.js"
import { SnapshotAssembly } from "./snapshot-assembly.js"

/**
 * @typedef {import("./messages.js").Message} Message
 * @typedef {import("./snapshot-assembly.js").Snapshot} Snapshot
 * @typedef {import("./stream-position.js").StreamPosition} StreamPosition
 *
 * @typedef {object} StreamHandlers
 * @property {(message: Message) => void} onMessage Each message that is not about the connection, once and in order.
 * @property {() => void} onSnapshot A snapshot follows and replaces what the page knows.
 * @property {() => void} onHeard The first message of a connection has arrived and is not a refusal.
 * @property {() => void} onCaughtUp Everything that was missed before this connection has arrived.
 * @property {(topic: string, seq: number) => void} onHole Messages of the topic before this number are missing.
 * @property {(ping: Message) => void} onPing
 * @property {(error: {code: string, message: string}) => void} onError
 * @property {(storage: Record<string, any>) => void} [onStorage] Whether the server can store anything, at the beginning of
 * a connection and whenever that changes.
 */

/**
 * Turns what arrives over a series of connections into messages in order, each once: it judges numbers, gathers
 * snapshots until they are whole, and knows whether the page has caught up. It sends nothing and keeps no time.
 */
export class MessageStream {
  #position
  #isSnapshotSent
  #handlers
  #logger
  #snapshot = new SnapshotAssembly()
  /** Whether anything has arrived over the present connection. */
  #isHeard = false
  /** Whether a replay of what was missed is still arriving; null until the greeting says. @type {boolean | null} */
  #isBehind = null
  #isCaughtUp = false

  /**
   * @param {object} options
   * @param {StreamPosition} options.position
   * @param {boolean} options.isSnapshotSent Whether the server sends the snapshot; otherwise the page reads it itself.
   * @param {Pick<Console, "warn">} options.logger
   * @param {StreamHandlers} handlers
   */
  constructor({ position, isSnapshotSent, logger }, handlers) {
    this.#position = position
    this.#isSnapshotSent = isSnapshotSent
    this.#logger = logger
    this.#handlers = handlers
  }

  get isHeard() {
    return this.#isHeard
  }

  get isCaughtUp() {
    return this.#isCaughtUp
  }

  /** A connection has opened. */
  begin() {
    if (this.#position.cursor === null) this.#expectSnapshot()
  }

  /** The connection is gone. */
  end() {
    this.#isHeard = false
    this.#isBehind = null
    this.#isCaughtUp = false
    this.#snapshot.interrupt()
  }

  /** @param {string} text */
  receive(text) {
    const parsed = parseMessage(text)
    if (!("message" in parsed)) {
      this.#logger.warn(`realtime: skipped a message: ${parsed.reason}`)
      this.#handlers.onError({ code: parsed.code, message: parsed.reason })
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

  /** @param {Message} message */
  #receiveRefusal({ payload }) {
    const code = payload.details.error_code
    this.#logger.warn(`realtime: the server says ${code}: ${payload.error}`)
    if (code === "REPLAY_GAP") this.#expectSnapshot()
    this.#handlers.onError({ code, message: payload.details.message ?? payload.error })
  }

  #noteHeard() {
    if (this.#isHeard) return
    this.#isHeard = true
    this.#handlers.onHeard()
  }

  /** @param {Message} message */
  #receiveNumbered(message) {
    const { topic, seq, id } = /** @type {Required<Message>} */ (message)
    this.#apply(this.#snapshot.end())
    switch (this.#position.judge(topic, seq)) {
      case "repeat":
        return
      case "hole":
        this.#handlers.onHole(topic, seq)
        return
      case "next":
        this.#emit(message)
        // Only now: if the page is left in between, it comes back to this message.
        this.#position.applied(topic, seq, id)
    }
  }

  /** @param {Message} message */
  #receiveUnnumbered(message) {
    if (message.type === "ping") this.#receivePing(message)
    else if (message.type === "storage") this.#handlers.onStorage?.(message.payload)
    else if (isConnectionType(message.type)) return
    else if (this.#snapshot.isArriving) this.#apply(this.#snapshot.add(message))
    else this.#emit(message)
  }

  /** @param {Message} ping */
  #receivePing(ping) {
    const { cursor, snapshot_messages: count, caught_up, storage } = ping.payload
    if (typeof cursor === "string") this.#apply(this.#snapshot.begin(cursor, count))
    this.#handlers.onPing(ping)
    // A greeting or the end of a replay without `storage` means that it works; a heartbeat never has the field.
    if (typeof cursor === "string" || caught_up === true) this.#handlers.onStorage?.(storage ?? { status: "ok" })
    this.#noteReplay(ping.payload)
  }

  /**
   * Passes a message on. A type from a newer server is skipped; if the message has a number, that still counts.
   * @param {Message} message
   */
  #emit(message) {
    if (isKnownType(message.type)) this.#handlers.onMessage(message)
    else this.#logger.warn(`realtime: skipped a message of unknown type ${message.type}`)
  }

  /** The page knows nothing any more. A replay that an earlier greeting promised is not coming either. */
  #expectSnapshot() {
    this.#position.reset(null)
    this.#isBehind = null
    this.#isCaughtUp = false
    this.#snapshot.expect()
    if (!this.#isSnapshotSent) this.#handlers.onSnapshot()
  }

  /** Passes a whole snapshot on, all at once. @param {Snapshot | null} snapshot */
  #apply(snapshot) {
    if (snapshot === null) return
    if (this.#isSnapshotSent) this.#handlers.onSnapshot()
    for (const message of snapshot.messages) this.#emit(message)
    this.#position.reset(snapshot.cursor)
    this.#noteCaughtUp()
  }

  /**
   * The greeting says whether a replay follows, and a later ping that the replay is over. Heartbeats say neither.
   * @param {Record<string, any>} payload
   */
  #noteReplay({ catching_up, caught_up }) {
    if (catching_up === true) this.#isBehind = true
    else if (this.#isBehind === null || caught_up === true) this.#isBehind = false
    this.#noteCaughtUp()
  }

  #noteCaughtUp() {
    if (this.#isBehind !== false || this.#snapshot.isArriving || this.#isCaughtUp) return
    this.#isCaughtUp = true
    this.#handlers.onCaughtUp()
  }
}

/** An error of the connection, not of a job: it names no job and has a code. @param {Message} message */
function isAboutConnection({ payload }) {
  return payload.job_id === undefined && typeof payload.details?.error_code === "string"
}
