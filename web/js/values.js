// @ts-check
/** Reads values from outside, each as the expected type or null; and extends collections without changing them. */

/** @template Item @param {readonly Item[]} items @param {Item} item @param {number} most @returns {readonly Item[]} */
export function keepLast(items, item, most) {
  const kept = items.length < most ? items.slice() : items.slice(items.length - most + 1)
  kept.push(item)
  return kept
}

/** A record with one more entry under any name: a plugin may be called `__proto__`.
 * @template Value @param {Readonly<Record<string, Value>>} record @param {string} key @param {Value} value */
export function withEntry(record, key, value) {
  return Object.defineProperty({ ...record }, key, { value, enumerable: true, writable: true, configurable: true })
}

/** @param {unknown} value */
export function percent(value) {
  const number = finite(value)
  return number === null ? null : Math.min(100, Math.max(0, number))
}

/** @param {unknown} value */
export function finite(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null
}

/** @param {unknown} value */
export function text(value) {
  if (typeof value === "number") return String(value)
  return typeof value === "string" && value !== "" ? value : null
}

/** @param {unknown} value An ISO 8601 time. */
export function instant(value) {
  return typeof value === "string" ? finite(Date.parse(value)) : null
}

/** @param {number | null} known @param {number} news */
export function latest(known, news) {
  return Number.isFinite(news) ? Math.max(known ?? news, news) : known
}
