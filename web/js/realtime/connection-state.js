// @ts-check
import { latest } from "./values.js"

/**
 * What a page knows of its own connection, and so how far what it shows can be believed: a part of the state of
 * everything that is live.
 *
 * @typedef {object} ConnectionPart
 * @property {boolean} isConnected
 * @property {string} connection The client's state.
 * @property {string | null} closeReason Why the connection was lost, while it is.
 * @property {boolean} isGone Whether the server says that there is no such thing, or no longer.
 * @property {boolean} isPolling Whether the page asks every second, having no connection.
 * @property {boolean} isStale Whether what is shown is only what was last known.
 * @property {number | null} asOf When that was, milliseconds since 1970.
 *
 * @typedef {{type: "local:connection", state: string, reason: string | null, atMs: number, isGone?: boolean}
 *   | {type: "local:overdue"}
 *   | {type: "local:polling", isPolling: boolean}} ConnectionAction
 *   `atMs` is the time up to which the connection was heard; of one that begins, now. `local:overdue` says that a page
 *   has waited for its first connection for longer than a page that loads should.
 */

/** A page older than this when its script starts comes from somewhere else than from the server just now. */
export const FRESH_MS = 10_000

/** @type {Readonly<ConnectionPart>} */
export const INITIAL_CONNECTION = Object.freeze({
  isConnected: false, connection: "IDLE", closeReason: null, isGone: false, isPolling: false, isStale: false, asOf: null,
})

/**
 * What differs after an action about the connection; null for nothing, undefined for any other action.
 * @param {ConnectionPart} part
 * @param {{type: string}} action
 * @returns {Partial<ConnectionPart> | null | undefined}
 */
export function connectionChange(part, action) {
  switch (action.type) {
    case "local:connection": return moved(part, /** @type {any} */ (action))
    case "local:overdue": return part.isConnected || part.isPolling ? null : { isStale: true }
    case "local:polling": return polling(part, /** @type {any} */ (action).isPolling)
    default: return undefined
  }
}

/**
 * @param {ConnectionPart} part
 * @param {{state: string, reason: string | null, atMs: number, isGone?: boolean}} action
 * @returns {Partial<ConnectionPart> | null}
 */
function moved(part, { state, reason, atMs, isGone = false }) {
  if (state === part.connection && isGone === part.isGone) return null
  const isConnected = state === "CONNECTED"
  return {
    connection: state,
    isConnected,
    isGone,
    closeReason: isConnected ? null : reason,
    asOf: part.isConnected && state !== "CONNECTING" ? latest(part.asOf, atMs) : part.asOf,
    isStale: isGone || (!isConnected && !part.isPolling && isStaleIn(part, state, atMs)),
  }
}

/**
 * A page that has just come from the server is believed while it connects; one that was live and is not, is not.
 * @param {ConnectionPart} part @param {string} state @param {number} atMs
 */
function isStaleIn(part, state, atMs) {
  if (part.isStale || state === "CLOSED") return true
  return state === "CONNECTING" ? part.asOf !== null && atMs - part.asOf > FRESH_MS : part.isConnected
}

/** @param {ConnectionPart} part @param {boolean} isPolling @returns {Partial<ConnectionPart> | null} */
function polling(part, isPolling) {
  if (isPolling === part.isPolling) return null
  return { isPolling, isStale: !isPolling && !part.isConnected }
}
