// @ts-check
/** Whether a lower-case text contains every word of a search; an empty search matches all. @param {string} text @param {string} search */
export function matchesWords(text, search) {
  return search.toLowerCase().split(" ").every(word => text.includes(word))
}
