// @ts-check
import { CLOSE_CODE, STANDARD_SCHEDULE } from "./retry-schedule.js"

/**
 * The states of a connection and the transitions between them, as data: no socket, no clock, no timer.
 * `RealtimeClient` feeds it events and performs what the new state requires.
 *
 *     IDLE ─connect→ CONNECTING ─opened→ CONNECTED ─lost→ DISCONNECTED ─due, wake→ RECONNECTING ─opened→ CONNECTED
 *                        └─lost→ DISCONNECTED                 ↑                         │
 *                                                             └──────────lost───────────┘  (after the last delay: CLOSED)
 *     any ─disconnect→ CLOSED, which is final
 *
 * @typedef {"IDLE" | "CONNECTING" | "CONNECTED" | "DISCONNECTED" | "RECONNECTING" | "CLOSED"} ConnectionState
 *
 * @typedef {import("./retry-schedule.js").RetrySchedule} RetrySchedule
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

/** @type {Readonly<Machine>} */
export const INITIAL_MACHINE = Object.freeze({ state: "IDLE", attempt: 0, extra: false, code: null })

/**
 * @type {Record<ConnectionState, Partial<Record<MachineEvent["type"], (machine: Machine, event: MachineEvent,
 * schedule: RetrySchedule) => Machine>>>}
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
 * @param {RetrySchedule} [schedule]
 * @returns {Machine}
 */
export function step(machine, event, schedule = STANDARD_SCHEDULE) {
  return TRANSITIONS[machine.state][event.type]?.(machine, event, schedule) ?? machine
}

/**
 * How long a DISCONNECTED machine waits, in milliseconds.
 * @param {Machine} machine
 * @param {() => number} random Evenly distributed in 0..<1.
 * @param {RetrySchedule} [schedule]
 */
export function retryDelayMs(machine, random, { delaysMs, jitter, tooManyDelayMs, restartDelayMs } = STANDARD_SCHEDULE) {
  if (machine.code === CLOSE_CODE.tooManyConnections) return tooManyDelayMs * (1 + jitter * random())
  if (machine.code === CLOSE_CODE.restart && machine.attempt === 1) {
    const [soonest, latest] = restartDelayMs
    return soonest + (latest - soonest) * random()
  }
  return delaysMs[machine.attempt - 1] * (1 - jitter + 2 * jitter * random())
}

/** @param {Machine} machine @returns {Machine} */
function toConnecting(machine) {
  return { ...machine, state: "CONNECTING" }
}

/** @returns {Machine} */
function toConnected() {
  return { state: "CONNECTED", attempt: 0, extra: false, code: null }
}

/** @param {Machine} machine @param {MachineEvent} event @param {RetrySchedule} schedule @returns {Machine} */
function toDisconnected(machine, event, { delaysMs, notRetried }) {
  const code = event.type === "lost" ? event.code : null
  const atLeast = Math.min(event.type === "lost" ? event.attempt ?? 0 : 0, delaysMs.length)
  const attempt = Math.max(machine.extra ? machine.attempt : machine.attempt + 1, atLeast)
  if ((code !== null && notRetried.has(code)) || attempt > delaysMs.length) {
    return { state: "CLOSED", attempt: machine.attempt, extra: false, code }
  }
  return { state: "DISCONNECTED", attempt, extra: false, code }
}

/** @param {Machine} machine @returns {Machine} */
function toReconnecting(machine) {
  return { ...machine, state: "RECONNECTING" }
}

/**
 * A page that wakes up, or learns that the server answers again, tries at once. The attempt does not count: switching tabs
 * must not use up the attempts of the schedule.
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
