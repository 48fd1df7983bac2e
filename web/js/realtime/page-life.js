// @ts-check
/**
 * What a connection wants to know of the page around it.
 *
 * @typedef {object} PageLife
 * @property {() => boolean} isHidden
 * @property {(listener: () => void) => (() => void)} onWake Calls when the network or the visitor comes back; returns stop.
 */

/** The page of this window; where there is none (a test, a worker) a page that is always awake. @returns {PageLife} */
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
