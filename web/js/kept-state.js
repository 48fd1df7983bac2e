// @ts-check
/**
 * Keeps what a page knew when it was left, in case the browser shows the same rendering again from its cache: after going
 * back, duplicating the tab or restoring a session, perhaps while the server is down. A new rendering from the server
 * knows more than anything kept. So the kept state belongs to one rendering and is used with that one only; cursors and
 * clocks need not be compared.
 *
 * The position and the state that the messages up to it add up to are kept together or not at all: a cursor without the
 * state before it would hide a gap.
 */

const PREFIX = "telltale.page."
/** A larger state is not kept: resuming from the position of the rendering gives the same result. */
const CHARACTERS_MAX = 500_000

/**
 * @param {string} rendering Identifies this rendering of the page.
 * @returns {any} What was kept; null if there is nothing.
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
 * Keeps what `content` returns whenever the page may be leaving for good.
 * @param {string} rendering
 * @param {() => unknown} content Null for nothing.
 */
export function keepWhenLeft(rendering, content) {
  const keep = () => {
    const value = content()
    const text = value === null ? "" : JSON.stringify({ rendering, content: value })
    try {
      if (text === "" || text.length > CHARACTERS_MAX) sessionStorage.removeItem(key())
      else sessionStorage.setItem(key(), text)
    } catch {
      // A private window or a full store may refuse: then the page resumes from its rendering.
    }
  }
  addEventListener("pagehide", keep)
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep() })
}

function key() {
  return PREFIX + location.pathname + location.search
}
