// @ts-check
/**
 * What a page knew when it was left, for the moment when the browser shows the same rendering of it again from its own
 * cache: by going back, by duplicating the tab, by restoring a session, perhaps while there is no server. A page that
 * the server renders anew knows more than anything kept. So what is kept belongs to one rendering and is used with that
 * one alone; there is no need to compare cursors, which mean nothing here, or clocks.
 *
 * Kept are the position and what the messages up to it add up to, together or not at all: a cursor without the state
 * before it would leave a hole that nobody sees.
 */

const PREFIX = "telltale.page."
/** Beyond this many characters nothing is kept: resuming from where the server rendered the page gives the same. */
const MOST_CHARACTERS = 500_000

/**
 * @param {string} rendering What tells this rendering of the page from every other one.
 * @returns {any} What was kept, null where there is nothing.
 */
export function kept(rendering) {
  try {
    const value = JSON.parse(sessionStorage.getItem(key()) ?? "null")
    return value?.rendering === rendering ? value.content : null
  } catch {
    return null
  }
}

/**
 * Keeps what `content` returns whenever the page may be left for good.
 * @param {string} rendering
 * @param {() => unknown} content Null for nothing.
 */
export function keepWhenLeft(rendering, content) {
  const keep = () => {
    const value = content()
    const text = value === null ? "" : JSON.stringify({ rendering, content: value })
    try {
      if (text === "" || text.length > MOST_CHARACTERS) sessionStorage.removeItem(key())
      else sessionStorage.setItem(key(), text)
    } catch {
      // Private windows may refuse, and so may a full store: the page resumes from its rendering.
    }
  }
  addEventListener("pagehide", keep)
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep() })
}

function key() {
  return PREFIX + location.pathname + location.search
}
