// @ts-check
import { latest } from "../values.js"

/**
 * What a page knows about its own connection, and so whether what it shows is current: a part of the state of every
 * live view.
 *
 * @typedef {object} ConnectionPart
 * @property {boolean} isConnected
 * @property {string} connection The client's state.
 * @property {string | null} closeReason Why the connection was lost; null while connected.
 * @property {boolean} isGone Whether the server says that the subject does not exist, or no longer exists.
 * @property {boolean} isPolling Whether the page polls every second because it has no connection.
 * @property {boolean} isStale Whether the page shows the last known state, which may have changed.
 * @property {number | null} asOf When that state was current, milliseconds since 1970.
 *
 * @typedef {{type: "local:connection", state: string, reason: string | null, atMs: number, isGone?: boolean}
 *   | {type: "local:overdue"}
 *   | {type: "local:polling", isPolling: boolean}} ConnectionAction
 *   `atMs` is when the connection was last heard, or now if it is only starting. `local:overdue` means that the first
 *   connection takes longer than a loading page should need.
 */

/** A page that is older than this when its script starts comes from a cache, not from the server. */
export const FRESH_MS = 10_000

/** @type {Readonly<ConnectionPart>} */
export const INITIAL_CONNECTION = Object.freeze({
  isConnected: false, connection: "IDLE", closeReason: null, isGone: false, isPolling: false, isStale: false, asOf: null,
})

/**
 * What an action about the connection changes: null for nothing, undefined if the action is about something else.
 * @param {ConnectionPart} part
 * @param {{type: string}} action
 * @returns {Partial<ConnectionPart> | null | undefined}
 */
export function connectionChange(part, action) {
  switch (action.type) {
    case "local:connection": return connectionMoved(part, /** @type {any} */ (action))
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
function connectionMoved(part, { state, reason, atMs, isGone = false }) {
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
 * A page fresh from the server is current while it connects; a page that was live and lost its connection is stale.
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
