// @ts-check

/**
 * @typedef {object} Clock
 * @property {() => number} now Milliseconds since an arbitrary moment; never goes back.
 * @property {(action: () => void, delayMs: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

/** The longest step of the timer. A step that ends more than this too late means that the machine slept. */
export const STEP_MS = 5_000

/**
 * Makes a clock that includes the time in which the machine sleeps. Browsers' monotonic clocks may stand still then,
 * and the visitor's clock can be set. So the monotonic clock is used unless the visitor's ran ahead by more than a
 * step. If that was only set forward, the page takes it for sleep and checks whether its connection still works.
 * @param {() => number} monotonic
 * @param {() => number} wall
 * @returns {() => number}
 */
export function countingSleep(monotonic, wall) {
  let [now, lastMonotonic, lastWall] = [0, monotonic(), wall()]
  return () => {
    const [monotonicNow, wallNow] = [monotonic(), wall()]
    const [passed, passedOnWall] = [monotonicNow - lastMonotonic, wallNow - lastWall]
    now += passedOnWall - passed > STEP_MS ? passedOnWall : passed
    lastMonotonic = monotonicNow
    lastWall = wallNow
    return now
  }
}

/** @type {Clock} */
export const systemClock = {
  now: countingSleep(() => performance.now(), () => Date.now()),
  setTimeout: (action, delayMs) => setTimeout(action, delayMs),
  clearTimeout: timer => clearTimeout(timer),
}

/** Schedules one action at a time and waits in short steps, so that it notices when the machine has slept. */
export class SleepAwareTimer {
  #clock
  #onWake
  /** @type {unknown} */
  #timer = null
  /** Counts the schedules: `onWake` may have replaced the one that is running. */
  #scheduleNumber = 0

  /** @param {Clock} clock @param {() => void} onWake Called before the action; may cancel or replace it. */
  constructor(clock, onWake) {
    this.#clock = clock
    this.#onWake = onWake
  }

  /** Replaces what was scheduled. @param {number} delayMs @param {() => void} action */
  schedule(delayMs, action) {
    this.cancel()
    const number = this.#scheduleNumber
    const stepMs = Math.min(delayMs, STEP_MS)
    const dueAt = this.#clock.now() + stepMs
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null
      if (this.#clock.now() - dueAt > STEP_MS) this.#onWake()
      if (number !== this.#scheduleNumber) return
      if (stepMs < delayMs) this.schedule(delayMs - stepMs, action)
      else action()
    }, stepMs)
  }

  cancel() {
    this.#scheduleNumber += 1
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }
}
