// @ts-check
/** What the page says about itself: where its server is, what it shows, what it was rendered with. */

import { isObject } from "./messages.js"
import { instant } from "./values.js"

/** @typedef {import("./messages.js").Message} Message */

/** The server's address: the page's own, or the one that a static page names. */
export function apiURL() {
  const meta = document.querySelector('meta[name="telltale-api"]')
  return new URL(meta?.getAttribute("content") || "/", location.href)
}

/** The connections of one page share a session. @type {string | null} */
let session = null

export function sessionID() {
  session ??= randomUUID()
  return session
}

/**
 * @typedef {object} Known
 * @property {Message[]} [messages] What the page shows already.
 * @property {string | null} [cursor] Where to go on from.
 * @property {number | null} [asOf] When the server said so, milliseconds since 1970.
 */

/** What the page was rendered with. @returns {Known} */
export function initialState() {
  const script = document.getElementById("initial-state")
  if (script === null) return {}
  try {
    const value = JSON.parse(script.textContent ?? "")
    if (Array.isArray(value)) return { messages: /** @type {Message[]} */ (value) }
    if (!isObject(value)) return {}
    return {
      messages: /** @type {Message[]} */ (Array.isArray(value.messages) ? value.messages : []),
      cursor: typeof value.cursor === "string" ? value.cursor : null,
      asOf: instant(value.as_of),
    }
  } catch (error) {
    console.warn("The page's initial state could not be read", error)
    return {}
  }
}

/** `crypto.randomUUID` is missing where the page came by plain HTTP from elsewhere; RFC 9562 §5.4 by hand. */
export function randomUUID() {
  if (crypto.randomUUID !== undefined) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}
