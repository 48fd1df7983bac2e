// @ts-check
import { instant, text } from "../values.js"

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
 * @property {boolean} isCrowded Whether it has none because other tabs hold all the streams that the browser can have.
 * @property {boolean} isStale Whether the page shows the last known state, which may have changed.
 * @property {number | null} asOf When that state was current, milliseconds since 1970.
 * @property {StorageFailure | null | undefined} storageFailure Why the server can't store anything; null if it can, and
 * undefined until it has said so.
 *
 * @typedef {{since: number | null, reason: string}} StorageFailure `since` in milliseconds since 1970.
 *
 * @typedef {{type: "local:connection", state: string, reason: string | null, atMs: number, isGone?: boolean}
 *   | {type: "local:overdue"}
 *   | {type: "local:rendered", asOf: number | null, isCached: boolean}
 *   | {type: "local:polling", isPolling: boolean, isCrowded?: boolean}
 *   | {type: "local:storage", failure: StorageFailure | null}} ConnectionAction
 *   `atMs` is when the connection was last heard, by the server's clock. `local:overdue` means that the first connection
 *   takes longer than a loading page should need. `local:rendered` says what the page shows at first: its content as of
 *   then, which may be old if the browser took it from its cache.
 */

/** @type {Readonly<ConnectionPart>} */
export const INITIAL_CONNECTION = Object.freeze({
  isConnected: false, connection: "IDLE", closeReason: null, isGone: false, isPolling: false, isCrowded: false,
  isStale: false, asOf: null, storageFailure: undefined,
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
    case "local:rendered": {
      const { asOf, isCached } = /** @type {any} */ (action)
      return { asOf, isStale: isCached === true }
    }
    case "local:polling": return polling(part, /** @type {any} */ (action))
    case "local:storage": return storageChange(part, /** @type {any} */ (action).failure)
    default: return undefined
  }
}

/**
 * What the server says about its storage: the payload of `storage`, or a member of `/health`.
 * @param {Record<string, any>} storage
 * @returns {ConnectionAction}
 */
export function storageAction({ status, since, reason }) {
  return { type: "local:storage", failure: status === "failing" ? { since: instant(since), reason: text(reason) ?? "" } : null }
}

/** @param {ConnectionPart} part @param {StorageFailure | null} failure @returns {Partial<ConnectionPart> | null} */
function storageChange({ storageFailure: known }, failure) {
  const isSame = known !== undefined && known?.since === failure?.since && known?.reason === failure?.reason
  return isSame ? null : { storageFailure: failure }
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
    asOf: part.isConnected && state !== "CONNECTING" ? atMs : part.asOf,
    // A page fresh from the server is current while it connects; one that was live and lost its connection is stale.
    isStale: isGone || (!isConnected && !part.isPolling && (part.isStale || part.isConnected || state === "CLOSED")),
  }
}

/** @param {ConnectionPart} part @param {{isPolling: boolean, isCrowded?: boolean}} action @returns {Partial<ConnectionPart> | null} */
function polling(part, { isPolling, isCrowded = false }) {
  if (isPolling === part.isPolling && isCrowded === part.isCrowded) return null
  return { isPolling, isCrowded, isStale: !isPolling && !part.isConnected }
}
