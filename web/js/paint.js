// @ts-check
/** How soon a hidden page is brought up to date: no animation frame comes there, but its title is still read. */
const HIDDEN_PAINT_MS = 1_000

/**
 * Runs an action before the next paint, once however often it was asked for.
 *
 * @typedef {object} PaintClock
 * @property {(action: () => void) => any} requestFrame
 * @property {(frame: any) => void} cancelFrame
 * @property {(action: () => void, delayMs: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

/** @type {PaintClock} */
const pagePaintClock = {
  requestFrame: action => globalThis.requestAnimationFrame?.(action) ?? null,
  cancelFrame: frame => globalThis.cancelAnimationFrame?.(frame),
  setTimeout: (action, delayMs) => setTimeout(action, delayMs),
  clearTimeout: timer => clearTimeout(timer),
}

/**
 * @param {() => void} action
 * @param {PaintClock} [clock]
 * @returns {() => void} Asks for the action.
 */
export function oncePerFrame(action, clock = pagePaintClock) {
  let isAsked = false
  return () => {
    if (isAsked) return
    isAsked = true
    const run = () => {
      if (!isAsked) return
      isAsked = false
      clock.cancelFrame(frame)
      clock.clearTimeout(timer)
      action()
    }
    const timer = clock.setTimeout(run, HIDDEN_PAINT_MS)
    const frame = clock.requestFrame(run)
  }
}
