// @ts-check

/**
 * @typedef {object} Clock
 * @property {() => number} now Milliseconds since 1970.
 * @property {(action: () => void, delayMs: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

/** The longest step of the timer, and the delay by which one must be late for the machine to have been asleep. */
export const STEP_MS = 5_000

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  setTimeout: (action, delayMs) => setTimeout(action, delayMs),
  clearTimeout: timer => clearTimeout(timer),
}

/** One plan at a time, waited for in short steps: a step that ends far too late means that the machine slept. */
export class SleepAwareTimer {
  #clock
  #onWake
  /** @type {unknown} */
  #timer = null
  /** One number per plan: whoever is called in between may have made another. */
  #plan = 0

  /** @param {Clock} clock @param {() => void} onWake Called before the plan goes on, and free to change it. */
  constructor(clock, onWake) {
    this.#clock = clock
    this.#onWake = onWake
  }

  /** Takes the place of what was planned. @param {number} delayMs @param {() => void} action */
  schedule(delayMs, action) {
    this.cancel()
    const plan = this.#plan
    const stepMs = Math.min(delayMs, STEP_MS)
    const dueAt = this.#clock.now() + stepMs
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null
      if (this.#clock.now() - dueAt > STEP_MS) this.#onWake()
      if (plan !== this.#plan) return
      if (stepMs < delayMs) this.schedule(delayMs - stepMs, action)
      else action()
    }, stepMs)
  }

  cancel() {
    this.#plan += 1
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }
}
