// @ts-check
/**
 * The envelope of every message on every transport, the check that accepts one, and the types that the page knows.
 *
 * @typedef {object} Message
 * @property {string} type
 * @property {Record<string, any>} payload
 * @property {string} timestamp ISO 8601, UTC, milliseconds.
 * @property {string} [id] The resume cursor: opaque, only ever handed back to the server.
 * @property {string} [topic]
 * @property {number} [seq] Counts the numbered messages of the topic, from 1.
 *
 * @typedef {{message: Message} | {code: "MSG_INVALID_JSON" | "MSG_MISSING_FIELD", reason: string}} Parsed
 */

/** Types that the server numbers: none of their messages is ever missed. */
const numbered = new Set(["partial_result", "progress", "plugin_status", "warning", "error", "metadata", "job_status"])

/** Types without numbers: a message that is missed is gone, and the next one replaces it. */
const unnumbered = new Set(["frame"])

/** Types that are about the connection or the server, and not about what the page shows. */
const CONNECTION_TYPES = new Set(["ping", "pong", "subscribed", "unsubscribed", "storage"])

/** Every type that the page knows: the server's, and those that the page's own feature has registered. */
export function messageTypes() {
  return [...numbered, ...unnumbered, ...CONNECTION_TYPES]
}

/**
 * Makes further types known; a feature's page module calls this before it connects.
 * @param {readonly string[]} types
 * @param {{isNumbered?: boolean}} [options]
 */
export function registerMessageTypes(types, { isNumbered = true } = {}) {
  for (const type of types) (isNumbered ? numbered : unnumbered).add(type)
}

/** @param {string} type */
export function isKnownType(type) {
  return numbered.has(type) || unnumbered.has(type) || CONNECTION_TYPES.has(type)
}

/**
 * Whether messages of this type never have a number. They may arrive at any moment, even in the middle of a snapshot.
 * @param {string} type
 */
export function isUnnumberedType(type) {
  return unnumbered.has(type) || CONNECTION_TYPES.has(type)
}

/** @param {string} type */
export function isConnectionType(type) {
  return CONNECTION_TYPES.has(type)
}

/**
 * Reads one message, of whatever type, or says why the text is not a message.
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
  return { message: /** @type {Message} */ (/** @type {unknown} */ (value)) }
}

/**
 * A message from the page to the server.
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
