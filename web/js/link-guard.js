// @ts-check
import { isReachable } from "./realtime/reachability.js"
import { showToast } from "./toast.js"

/** A server that takes longer than this to answer counts as unreachable. */
const PATIENCE_MS = 5_000

/**
 * Keeps a page without a connection from being replaced by the browser's error page: a link is followed, and a search is
 * sent, only if the server answers. Otherwise the link or form gets an `unreachable` event. A listener that can do
 * without the server cancels the event; if none does, a toast reports the problem.
 * @param {() => boolean} isConnected
 */
export function keepPageWhileUnreachable(isConnected) {
  document.addEventListener("click", event => {
    const link = event.target instanceof Element ? event.target.closest("a") : null
    if (link === null || event.defaultPrevented || !leadsElsewhere(link, event) || isConnected()) return
    event.preventDefault()
    void follow(link, new URL(link.href))
  })
  document.addEventListener("submit", event => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method !== "get" || isConnected()) return
    event.preventDefault()
    const url = new URL(form.action)
    for (const [name, value] of new FormData(form)) if (typeof value === "string") url.searchParams.append(name, value)
    void follow(form, url)
  })
}

/** @param {Element} source @param {URL} url */
async function follow(source, url) {
  if (await isReachable(url, AbortSignal.timeout(PATIENCE_MS))) {
    location.assign(url)
    return
  }
  const event = new CustomEvent("unreachable", { bubbles: true, cancelable: true, detail: { url } })
  if (source.dispatchEvent(event)) showToast("The server could not be reached. Try again.")
}

/**
 * Whether a click replaces this page by another one of this server: not in a new tab, not a fragment, not a download.
 * @param {HTMLAnchorElement} link @param {MouseEvent} event
 */
function leadsElsewhere(link, { button, metaKey, ctrlKey, shiftKey, altKey }) {
  const isPlain = button === 0 && !metaKey && !ctrlKey && !shiftKey && !altKey
  const isHere = link.hash !== "" && link.pathname === location.pathname && link.search === location.search
  return isPlain && !isHere && link.origin === location.origin && link.target === "" && !link.hasAttribute("download")
}
