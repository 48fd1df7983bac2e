// @ts-check
/**
 * The rule of every search, as `SearchText` on the server has it; `Tests/fixtures/search.json` holds both to it. Case
 * doesn't matter, and neither does the Unicode form: a Mac writes the names of files in decomposed form.
 */

/**
 * The text in the form in which searches compare. Each code point is mapped alone: mappings of whole strings depend on
 * context (the sigma at the end of a word) and language (the Turkish i).
 * @param {string} text
 */
export function folded(text) {
  const composed = text.normalize("NFC")
  return Array.from(composed, each => Array.from(each.toUpperCase(), upper => upper.toLowerCase()).join("")).join("")
    .normalize("NFC")
}

/** A query in the same form, without the blanks around it. If nothing is left, it finds everything. @param {string} query */
export function foldedQuery(query) {
  return folded(query.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ""))
}

/** Whether a folded text contains every word of a search. @param {string} text @param {string} search */
export function matchesWords(text, search) {
  return foldedQuery(search).split(" ").every(word => text.includes(word))
}
