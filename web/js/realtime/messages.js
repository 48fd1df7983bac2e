// @ts-check
/**
 * The envelope that every message on every transport shares, and the check that lets one in.
 *
 * @typedef {object} Message
 * @property {string} type
 * @property {Record<string, any>} payload
 * @property {string} timestamp ISO 8601, UTC, milliseconds.
 * @property {string} [id] The resume cursor: opaque, only ever handed back to the server.
 * @property {string} [topic]
 * @property {number} [seq] One more for each numbered message of its topic, from 1.
 *
 * @typedef {{message: Message} | {code: "MSG_INVALID_JSON" | "MSG_MISSING_FIELD" | "MSG_UNKNOWN_TYPE", reason: string}} Parsed
 */

/** Every type the server may send to a browser. */
export const MESSAGE_TYPES = Object.freeze([
  "frame", "partial_result", "progress", "plugin_status", "warning", "error", "metadata", "job_status", "log",
  "ping", "pong",
  "engine_metrics", "engine_event", "system_alert",
  "agent:started", "agent:log", "agent:completed", "agent:failed",
  "task:status_changed", "subtask:status_changed", "subtask:unblocked", "connected", "heartbeat",
])

const KNOWN = new Set(MESSAGE_TYPES)

/**
 * Reads one message, or says why it can't be one.
 * @param {string} text
 * @returns {Parsed}
 */
export function parseMessage(text) {
  let value
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { code: "MSG_INVALID_JSON", reason: String(error) }
  }
  if (!isObject(value)) return { code: "MSG_INVALID_JSON", reason: "not a JSON object" }
  if (typeof value.type !== "string") return { code: "MSG_MISSING_FIELD", reason: "type is missing" }
  if (!isObject(value.payload)) return { code: "MSG_MISSING_FIELD", reason: "payload is missing" }
  if (typeof value.timestamp !== "string") return { code: "MSG_MISSING_FIELD", reason: "timestamp is missing" }
  if (!KNOWN.has(value.type)) return { code: "MSG_UNKNOWN_TYPE", reason: `unknown type ${value.type}` }
  return { message: /** @type {Message} */ (/** @type {unknown} */ (value)) }
}

/**
 * A message of our own, as the server wants it.
 * @param {string} type
 * @param {Record<string, any>} payload
 * @param {number} nowMs Milliseconds since 1970.
 * @returns {Message}
 */
export function makeMessage(type, payload, nowMs) {
  return { type, payload, timestamp: new Date(nowMs).toISOString() }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
