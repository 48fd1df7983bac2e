// @ts-check
/**
 * What a connection needs to know about the page around it.
 *
 * @typedef {object} PageLife
 * @property {() => boolean} isHidden
 * @property {(listener: () => void) => (() => void)} onWake Calls the listener when the network or the visitor comes
 * back; returns a function that stops it.
 */

/** This window's page; in a test or a worker, which has none, a page that is always visible. @returns {PageLife} */
export function pageLife() {
  if (typeof document === "undefined") return { isHidden: () => false, onWake: () => () => {} }
  return {
    isHidden: () => document.hidden,
    onWake(listener) {
      const whenVisible = () => { if (!document.hidden) listener() }
      addEventListener("online", listener)
      addEventListener("pageshow", whenVisible)
      document.addEventListener("visibilitychange", whenVisible)
      return () => {
        removeEventListener("online", listener)
        removeEventListener("pageshow", whenVisible)
        document.removeEventListener("visibilitychange", whenVisible)
      }
    },
  }
}
