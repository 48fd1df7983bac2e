// @ts-check
import { keepWhenLeft, kept } from "./kept-state.js"
import { keepPageWhileUnreachable } from "./link-guard.js"
import { initialState, setClock } from "./page.js"

/**
 * Which live view an element belongs to: the one of the closest element around it that has one, in the end the page's.
 * Elements look their view up here and never talk to each other.
 *
 * @typedef {import("./realtime/live-view.js").LiveView<any, any>} LiveView
 * @typedef {import("./realtime/live-view.js").Kept} Kept
 */

/** @type {WeakMap<Element, LiveView>} */
const views = new WeakMap()

/** @param {Element} root @param {LiveView} view */
export function setView(root, view) {
  views.set(root, view)
}

/** @param {Element} element @returns {LiveView | null} */
export function viewOf(element) {
  for (let node = /** @type {Element | null} */ (element); node !== null; node = node.parentElement) {
    const view = views.get(node)
    if (view !== undefined) return view
  }
  return null
}

export function pageView() {
  return views.get(document.body) ?? null
}

/**
 * Makes a view the page's own and starts it from what the page was rendered with, or from what it knew when it was left.
 * A page module calls this before it attaches anything.
 * @param {LiveView & {content: () => Kept | null}} view
 * @param {(known: import("./page.js").Known, kept: Kept | null) => void} start
 */
export function startPageView(view, start) {
  setView(document.body, view)
  const known = initialState()
  setClock(known)
  const rendering = renderingOf(known)
  start(known, rendering === null ? null : kept(rendering))
  if (rendering !== null) keepWhenLeft(rendering, () => view.content())
  keepPageWhileUnreachable(() => view.store.state.isConnected || view.store.state.isPolling)
}

/** Identifies one rendering of the page: the server's position, and the time. @param {import("./page.js").Known} known */
function renderingOf({ cursor = null, asOf = null }) {
  return cursor === null || asOf === null ? null : `${cursor} ${asOf}`
}
