// @ts-check
/**
 * The states of a connection and the transitions between them, as data: no socket, no clock, no timer.
 * `RealtimeClient` feeds it events and performs what the new state requires.
 *
 *     IDLE ─connect→ CONNECTING ─opened→ CONNECTED ─lost→ DISCONNECTED ─due, wake→ RECONNECTING ─opened→ CONNECTED
 *                        └─lost→ DISCONNECTED                 ↑                         │
 *                                                             └──────────lost───────────┘  (the fifth time: CLOSED)
 *     any ─disconnect→ CLOSED, which is final
 *
 * @typedef {"IDLE" | "CONNECTING" | "CONNECTED" | "DISCONNECTED" | "RECONNECTING" | "CLOSED"} ConnectionState
 *
 * @typedef {object} Machine
 * @property {ConnectionState} state
 * @property {number} attempt The attempt to reconnect that is scheduled or running, from 1; 0 if there is none.
 * @property {boolean} extra Whether a wake started the running attempt early, so that it does not count.
 * @property {number | null} code The close code of the last loss; null if it had none.
 *
 * @typedef {{type: "connect" | "opened" | "due" | "wake" | "disconnect"} | {type: "lost", code: number | null, attempt?: number}} MachineEvent
 *   `attempt` of a loss: the delay is at least that of this attempt; the client does not give up because of it.
 */

/** How long to wait before each attempt to reconnect. After the last one fails the connection is closed for good. */
export const RETRY_DELAYS_MS = Object.freeze([1_000, 2_000, 4_000, 8_000, 16_000])

/** Share of a delay by which chance lengthens or shortens it, so that many pages don't reconnect at once. */
export const JITTER = 0.1

/** The least delay after a refusal for too many connections (4001). */
export const TOO_MANY_DELAY_MS = 30_000

/** A restarting server (1012) is back soon: the first delay is random within this range. */
export const RESTART_DELAY_RANGE_MS = Object.freeze([500, 1_500])

export const CLOSE_CODE = Object.freeze({
  policyViolation: 1008,
  restart: 1012,
  invalidSession: 4000,
  tooManyConnections: 4001,
  forbidden: 4003,
  noPong: 4004,
  tooManyBadMessages: 4005,
  tokenExpired: 4006,
})

/**
 * Close codes after which the client does not retry, since the server would refuse it for the same reason. 1008 refuses
 * what was asked for, such as a job that does not exist. The server accepts the connection before it refuses it, so each
 * attempt would count as a success and the next one follow within 1 s.
 * @type {ReadonlySet<number | string | null>}
 */
export const NOT_RETRIED = new Set([
  CLOSE_CODE.policyViolation, CLOSE_CODE.invalidSession, CLOSE_CODE.forbidden, CLOSE_CODE.tooManyBadMessages,
])

/** @type {Readonly<Machine>} */
export const INITIAL_MACHINE = Object.freeze({ state: "IDLE", attempt: 0, extra: false, code: null })

/**
 * @type {Record<ConnectionState, Partial<Record<MachineEvent["type"], (machine: Machine, event: MachineEvent) =>
 * Machine>>>}
 */
const TRANSITIONS = {
  IDLE: { connect: toConnecting, disconnect: toClosed },
  CONNECTING: { opened: toConnected, lost: toDisconnected, disconnect: toClosed },
  CONNECTED: { lost: toDisconnected, disconnect: toClosed },
  DISCONNECTED: { due: toReconnecting, wake: toReconnectingEarly, disconnect: toClosed },
  RECONNECTING: { opened: toConnected, lost: toDisconnected, disconnect: toClosed },
  CLOSED: {},
}

/**
 * The machine after an event; the same object if the event means nothing in its state.
 * @param {Machine} machine
 * @param {MachineEvent} event
 * @returns {Machine}
 */
export function step(machine, event) {
  return TRANSITIONS[machine.state][event.type]?.(machine, event) ?? machine
}

/**
 * How long a DISCONNECTED machine waits, in milliseconds.
 * @param {Machine} machine
 * @param {() => number} random Evenly distributed in 0..<1.
 */
export function retryDelayMs(machine, random) {
  if (machine.code === CLOSE_CODE.tooManyConnections) return TOO_MANY_DELAY_MS * (1 + JITTER * random())
  if (machine.code === CLOSE_CODE.restart && machine.attempt === 1) {
    const [soonest, latest] = RESTART_DELAY_RANGE_MS
    return soonest + (latest - soonest) * random()
  }
  return RETRY_DELAYS_MS[machine.attempt - 1] * (1 - JITTER + 2 * JITTER * random())
}

/** @param {Machine} machine @returns {Machine} */
function toConnecting(machine) {
  return { ...machine, state: "CONNECTING" }
}

/** @returns {Machine} */
function toConnected() {
  return { state: "CONNECTED", attempt: 0, extra: false, code: null }
}

/** @param {Machine} machine @param {MachineEvent} event @returns {Machine} */
function toDisconnected(machine, event) {
  const code = event.type === "lost" ? event.code : null
  const atLeast = Math.min(event.type === "lost" ? event.attempt ?? 0 : 0, RETRY_DELAYS_MS.length)
  const attempt = Math.max(machine.extra ? machine.attempt : machine.attempt + 1, atLeast)
  if ((code !== null && NOT_RETRIED.has(code)) || attempt > RETRY_DELAYS_MS.length) {
    return { state: "CLOSED", attempt: machine.attempt, extra: false, code }
  }
  return { state: "DISCONNECTED", attempt, extra: false, code }
}

/** @param {Machine} machine @returns {Machine} */
function toReconnecting(machine) {
  return { ...machine, state: "RECONNECTING" }
}

/**
 * A page that wakes up tries at once, and the attempt does not count: switching tabs must not use up the five attempts.
 * Only the delay that a server asked for (4001) is kept.
 * @param {Machine} machine @returns {Machine}
 */
function toReconnectingEarly(machine) {
  if (machine.code === CLOSE_CODE.tooManyConnections) return machine
  return { ...machine, state: "RECONNECTING", extra: true }
}

/** @param {Machine} machine @returns {Machine} */
function toClosed(machine) {
  return { ...machine, state: "CLOSED", extra: false }
}
