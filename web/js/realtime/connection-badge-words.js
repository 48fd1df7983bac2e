// @ts-check
import { moment } from "../readable.js"

/**
 * The text of a connection badge.
 *
 * @typedef {Pick<import("./connection-state.js").ConnectionPart,
 *   "connection" | "closeReason" | "isGone" | "isPolling" | "isCrowded" | "isStale" | "asOf">} Connection
 *
 * @typedef {object} Badge
 * @property {"connecting" | "live" | "reconnecting" | "offline" | "closed" | "gone"} state
 * @property {string} label
 * @property {string | null} asOf Since when the page may be out of date, in words; null while it is current.
 * @property {boolean} canReconnect
 */

/** How long a loading page may take to connect before the badge reports a problem. */
export const GRACE_MS = 3_000

/** The label while the page polls because other tabs hold all the streams that a browser can have. */
const CROWDED = "Live, once a second: many tabs are open"

/**
 * @param {Connection} live
 * @param {{isOnline: boolean, isOverlay: boolean, nowMs: number}} page
 * @returns {Badge}
 */
export function connectionBadge(live, { isOnline, isOverlay, nowMs }) {
  const { connection, closeReason, asOf, isGone, isPolling, isCrowded, isStale } = live
  const isClosed = connection === "CLOSED"
  const time = isStale && asOf !== null ? `as of ${moment(asOf, nowMs)}` : null
  if (isGone) return badge("gone", "No longer on the server", time)
  if (connection === "CONNECTED") return badge("live", "Live", null)
  if (isPolling) return { ...badge("live", isCrowded ? CROWDED : "Live, once a second", null), canReconnect: isClosed }
  if (isClosed) return { ...badge("closed", closedLabel(closeReason, isOverlay), time), canReconnect: true }
  if (!isOnline) return badge("offline", time === null ? "Offline" : "Offline: showing data", time)
  return isStale ? badge("reconnecting", "Reconnecting…", time) : badge("connecting", "Connecting…", null)
}

/** @param {Badge["state"]} state @param {string} label @param {string | null} asOf @returns {Badge} */
function badge(state, label, asOf) {
  return { state, label, asOf, canReconnect: false }
}

/** @param {string | null} reason @param {boolean} isOverlay */
function closedLabel(reason, isOverlay) {
  if (isOverlay) return "Connection lost"
  return reason === null ? "Disconnected" : `Disconnected: ${reason}`
}
