// @ts-check
import { timeOfDay } from "./readable.js"

/**
 * What a badge says about a connection.
 *
 * @typedef {object} Connection
 * @property {string} connection The client's state.
 * @property {string | null} closeReason
 * @property {number | null} asOf Milliseconds since 1970.
 * @property {boolean} [isPolling]
 *
 * @typedef {{state: "connecting" | "live" | "reconnecting" | "offline" | "closed", label: string, canReconnect: boolean}} Badge
 */

/** How long a page that loads may take to connect before it says that something is amiss. */
export const GRACE_MS = 3_000

/**
 * @param {Connection} live
 * @param {{isOnline: boolean, isInGrace: boolean, isOverlay: boolean}} page `isInGrace` while a page that has just loaded may still be connecting.
 * @returns {Badge}
 */
export function connectionBadge({ connection, closeReason, asOf, isPolling = false }, { isOnline, isInGrace, isOverlay }) {
  if (connection === "CONNECTED") return { state: "live", label: "Live", canReconnect: false }
  const isClosed = connection === "CLOSED"
  if (isPolling) return { state: "live", label: "Live, once a second", canReconnect: isClosed }
  if (isClosed) return { state: "closed", label: closedLabel(closeReason, isOverlay), canReconnect: true }
  if (!isOnline) {
    const since = asOf === null ? "" : `: showing data as of ${timeOfDay(asOf)}`
    return { state: "offline", label: `Offline${since}`, canReconnect: false }
  }
  if (isInGrace) return { state: "connecting", label: "Connecting…", canReconnect: false }
  return { state: "reconnecting", label: "Reconnecting…", canReconnect: false }
}

/** @param {string | null} reason @param {boolean} isOverlay */
function closedLabel(reason, isOverlay) {
  if (isOverlay) return "Connection lost"
  return reason === null ? "Disconnected" : `Disconnected: ${reason}`
}
