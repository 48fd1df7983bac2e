// @ts-check
/** What the page says about itself: the address of its server, and the state that it was rendered with. */

import { isObject } from "./realtime/messages.js"
import { serverClock } from "./server-clock.js"
import { instant } from "./values.js"

/** @typedef {import("./realtime/messages.js").Message} Message */

/** The server's address: the page's own, or the one in a static page's `<meta>`. */
export function apiURL() {
  const meta = document.querySelector('meta[name="telltale-api"]')
  return new URL(meta?.getAttribute("content") || "/", location.href)
}

/** The connections of a page share one session. @type {string | null} */
let session = null

export function sessionID() {
  session ??= randomUUID()
  return session
}

/**
 * @typedef {object} Known
 * @property {Message[]} [messages] They add up to what the page shows.
 * @property {string | null} [cursor] The position of the newest of them.
 * @property {number | null} [asOf] When the server rendered the page, milliseconds since 1970.
 * @property {boolean} [isCached] Whether the browser took the page from its cache, so that it may be of any age.
 */

/** Stories show a component as it is; nothing connects. */
export function isStory() {
  return document.body.dataset.page === "story"
}

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
      isCached: isFromCache(),
    }
  } catch (error) {
    console.warn("The page's initial state could not be read", error)
    return {}
  }
}

/** The times of this page's own request; null in a browser that does not report them. */
function navigationTiming() {
  const [timing] = performance.getEntriesByType("navigation")
  return /** @type {PerformanceNavigationTiming | undefined} */ (timing) ?? null
}

/** A page from the cache has a size, but no bytes were transferred. */
function isFromCache() {
  const timing = navigationTiming()
  return timing !== null && timing.transferSize === 0 && timing.decodedBodySize > 0
}

/**
 * Sets the page's clock to the time at which the server rendered the page. A page from the cache may be days old, so it
 * says nothing about the present.
 * @param {Known} known
 */
export function setClock({ asOf = null, isCached = false }) {
  if (!isCached) serverClock.observe(asOf, navigationTiming()?.responseStart || undefined)
}

/** A version 4 UUID, RFC 9562 §5.4. `crypto.randomUUID` is missing on pages that came over plain HTTP. */
export function randomUUID() {
  if (crypto.randomUUID !== undefined) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}
