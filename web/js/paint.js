// @ts-check
/** A hidden page gets no animation frames, but its title is visible: it is updated after this delay. */
const HIDDEN_PAINT_MS = 1_000

/**
 * The functions of the browser that schedule a paint.
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
 * Runs an action before the next paint, once however often it was requested.
 * @param {() => void} action
 * @param {PaintClock} [clock]
 * @returns {() => void} Requests the action.
 */
export function oncePerFrame(action, clock = pagePaintClock) {
  let isRequested = false
  return () => {
    if (isRequested) return
    isRequested = true
    const run = () => {
      if (!isRequested) return
      isRequested = false
      clock.cancelFrame(frame)
      clock.clearTimeout(timer)
      action()
    }
    const timer = clock.setTimeout(run, HIDDEN_PAINT_MS)
    const frame = clock.requestFrame(run)
  }
}
