// @ts-check
/** Choices of the visitor that outlive the page; without storage they last as long as the page. */

const PREFIX = "telltale."

/** @type {Map<string, string>} */
const unstored = new Map()

/** @param {string} name @returns {string | null} */
export function preference(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? unstored.get(name) ?? null
  } catch {
    return unstored.get(name) ?? null
  }
}

/** @param {string} name @param {string | null} value Null forgets the choice. */
export function setPreference(name, value) {
  if (value === null) unstored.delete(name)
  else unstored.set(name, value)
  try {
    if (value === null) localStorage.removeItem(PREFIX + name)
    else localStorage.setItem(PREFIX + name, value)
  } catch {
    // Private windows may refuse; the choice lasts as long as the page.
  }
}
