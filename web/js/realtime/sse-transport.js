// @ts-check
import { serverError } from "./reachability.js"
import { CLOSE_CODE } from "./retry-schedule.js"
import { streamSlots } from "./stream-slots.js"
import { TransportEvents, CLOSED_ABNORMALLY } from "./transport.js"

/** @typedef {import("./transport.js").Transport} Transport */

/** The error of an attempt that was not made, because other tabs hold all the streams that a browser can have. */
export const NO_SLOT = "NO_STREAM_LEFT"

/**
 * Server-Sent Events, read with `fetch`. `EventSource` hides the status of a refusal and retries by itself; this client
 * needs the status and decides itself when to retry.
 * @implements {Transport}
 */
export class SSETransport {
  kind = "sse"
  #events = new TransportEvents()
  #abort = new AbortController()
  #url
  #fetch
  #slots

  /**
   * @param {object} options
   * @param {URL} options.url Without a query.
   * @param {typeof fetch} [options.fetch]
   * @param {import("./stream-slots.js").StreamSlots} [options.slots]
   */
  constructor({ url, fetch = globalThis.fetch.bind(globalThis), slots = streamSlots() }) {
    this.#url = url
    this.#fetch = fetch
    this.#slots = slots
  }

  /** @param {URLSearchParams} query */
  open(query) {
    void this.#readInSlot(query)
  }

  /** An event stream goes one way only. */
  send() {
    return false
  }

  close() {
    this.#events.silence()
    this.#abort.abort()
  }

  /** @param {(event: import("./transport.js").TransportEvent) => void} listener */
  onEvent(listener) {
    this.#events.listen(listener)
  }

  /** @param {URLSearchParams} query */
  async #readInSlot(query) {
    const release = await this.#slots.acquire()
    if (release === null) {
      const reason = "other tabs of this browser use all its connections"
      this.#events.emit({ kind: "closed", code: CLOSED_ABNORMALLY, reason, error: NO_SLOT })
      return
    }
    try {
      if (!this.#abort.signal.aborted) await this.#read(query)
    } finally {
      release()
    }
  }

  /** @param {URLSearchParams} query */
  async #read(query) {
    const url = new URL(this.#url)
    url.search = query.toString()
    try {
      const response = await this.#fetch(url.href, {
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
        signal: this.#abort.signal,
      })
      if (!response.ok || response.body === null) {
        await this.#refused(response)
        return
      }
      this.#events.emit({ kind: "opened" })
      const { isRestarting } = await this.#follow(response.body)
      if (isRestarting) this.#closed(CLOSE_CODE.restart, "")
      else this.#closed(CLOSED_ABNORMALLY, "the stream ended")
    } catch (error) {
      this.#closed(CLOSED_ABNORMALLY, String(error))
    }
  }

  /**
   * A 400 or 404 with our server's error body is final: the same request would be refused again.
   * @param {Response} response
   */
  async #refused(response) {
    const error = await serverError(response)
    const code = codeForStatus(response.status)
    if (error === null) {
      this.#closed(code, `HTTP ${response.status}`)
      return
    }
    const isFinal = response.status === 400 || response.status === 404
    const reason = error.detail
    this.#events.emit({ kind: "closed", code: isFinal ? CLOSE_CODE.policyViolation : code, reason, error: error.code })
  }

  /** @param {ReadableStream<Uint8Array>} body @returns {Promise<EventStreamParser>} when the stream has ended. */
  async #follow(body) {
    const parser = new EventStreamParser()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return parser
      this.#events.emit({ kind: "alive" })
      for (const text of parser.receive(decoder.decode(value, { stream: true }))) {
        this.#events.emit({ kind: "text", text })
      }
    }
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    this.#events.emit({ kind: "closed", code, reason })
  }
}

/**
 * Parses an event stream in pieces of any size and returns the `data` of each event that a piece completes. The other
 * fields are ignored, since the data holds the whole message.
 */
export class EventStreamParser {
  #rest = ""
  /** @type {string[]} */
  #data = []
  /** Whether the server announced its restart: it sends `retry` before it ends a stream, in place of a close code. */
  isRestarting = false

  /** @param {string} piece @returns {string[]} */
  receive(piece) {
    const lines = (this.#rest + piece).split("\n")
    this.#rest = lines.pop() ?? ""
    const events = []
    for (const lineWithReturn of lines) {
      const line = lineWithReturn.endsWith("\r") ? lineWithReturn.slice(0, -1) : lineWithReturn
      if (line !== "") {
        if (line.startsWith("data:")) this.#data.push(line.slice(line[5] === " " ? 6 : 5))
        else if (line.startsWith("retry:")) this.isRestarting = true
      } else if (this.#data.length > 0) {
        events.push(this.#data.join("\n"))
        this.#data = []
      }
    }
    return events
  }
}

/**
 * The close code that a WebSocket would get for the status with which a stream is refused.
 * @param {number} status
 */
function codeForStatus(status) {
  switch (status) {
    case 403: return CLOSE_CODE.forbidden
    case 429: return CLOSE_CODE.tooManyConnections
    case 503: return CLOSE_CODE.restart
    default: return CLOSED_ABNORMALLY
  }
}
