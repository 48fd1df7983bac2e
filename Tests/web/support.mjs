// What the suites share: a page, a socket, a clock and random numbers that a test controls.
import { RealtimeClient } from "../../web/js/realtime/realtime-client.js"

export const TIMESTAMP = "2026-02-04T15:30:00.123Z"
export const START_MS = Date.parse(TIMESTAMP)

/** A message with valid defaults. */
export function message(type, payload = {}, rest = {}) {
  return { type, payload, timestamp: TIMESTAMP, ...rest }
}

/** A numbered message of job 7, at the offset that equals its number. */
export function numbered(seq, { type = "progress", payload = { job_id: "7", progress: seq }, topic = "job:7" } = {}) {
  return message(type, payload, { id: `e1:${seq}`, topic, seq })
}

/** A socket that the test controls like a server; `all` holds every socket that was opened. */
export class FakeWebSocket {
  static CONNECTING = 0
  static OPEN = 1
  static CLOSING = 2
  static CLOSED = 3
  static all = []

  readyState = FakeWebSocket.CONNECTING
  sent = []
  closedWith = null

  constructor(url, protocol) {
    this.url = new URL(url)
    this.protocol = protocol
    FakeWebSocket.all.push(this)
  }

  send(text) { this.sent.push(JSON.parse(text)) }
  close(code) { this.closedWith = code; this.readyState = FakeWebSocket.CLOSING }

  accept() { this.readyState = FakeWebSocket.OPEN; this.onopen({}) }
  deliver(value) { this.onmessage({ data: typeof value === "string" ? value : JSON.stringify(value) }) }
  drop(code = 1006, reason = "") { this.readyState = FakeWebSocket.CLOSED; this.onclose({ code, reason }) }

  static get last() { return FakeWebSocket.all.at(-1) }
}

/** The page around a client: hidden or visible, asleep or awake. */
export class FakeLife {
  hidden = false
  listeners = new Set()
  isHidden = () => this.hidden
  onWake = listener => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  wake() { for (const listener of this.listeners) listener() }
}

/**
 * A clock that moves only with `tick`. Each timer sees the time at which it was due; with Node 20's own mock it sees the
 * end of the whole tick, which can't distinguish 30 s of silence from 60 s.
 */
export class FakeClock {
  #now = START_MS
  /** @type {{at: number, action: () => void}[]} */
  #timers = []

  now = () => this.#now
  setTimeout = (action, delayMs) => {
    const timer = { at: this.#now + delayMs, action }
    this.#timers.push(timer)
    return timer
  }
  clearTimeout = timer => { this.#timers = this.#timers.filter(other => other !== timer) }

  get pendingTimers() { return this.#timers.length }

  tick(ms) {
    const end = this.#now + ms
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.clearTimeout(next)
      this.#now = Math.max(this.#now, next.at)
      next.action()
    }
    this.#now = end
  }

  /** Time passes and no timer runs: the machine sleeps. */
  sleep(ms) { this.#now += ms }
}

/** A client and everything that it reports, in order. By default with WebSocket and an average random number. */
export function makeClient(options = {}) {
  FakeWebSocket.all = []
  const clock = new FakeClock()
  const life = new FakeLife()
  const heard = { states: [], connection: [], messages: [], errors: [], reconnecting: [], snapshots: 0, caughtUp: 0, log: [] }
  const client = new RealtimeClient({
    url: "http://127.0.0.1:8000/",
    WebSocket: FakeWebSocket,
    random: () => 0.5,
    clock,
    serverClock: { now: clock.now, observe() {} },
    life,
    logger: { debug: line => heard.log.push(line), warn: line => heard.log.push(line) },
    fetch: () => new Promise(() => {}),
    ...options,
  })
  client.onStateChange(state => heard.states.push(state))
  client.onConnectionChange(isConnected => heard.connection.push(isConnected))
  client.onMessage(received => heard.messages.push(received))
  client.onError(error => heard.errors.push(error))
  client.onReconnecting(event => heard.reconnecting.push(event))
  client.onSnapshot(() => { heard.snapshots += 1 })
  client.onCaughtUp(() => { heard.caughtUp += 1 })
  return { client, clock, life, heard }
}

/** A client that is connected. */
export function makeConnected(options = {}) {
  const made = makeClient(options)
  made.client.connect()
  FakeWebSocket.last.accept()
  return made
}

/** Reproducible random numbers: mulberry32. */
export function seeded(seed) {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
