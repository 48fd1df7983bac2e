// @ts-check
import { STEP_MS } from "./sleep-aware-timer.js"

/** Silence after which the client sends a ping. */
export const PROBE_AFTER_MS = 30_000
/** Silence after which the connection counts as lost. */
export const LOST_AFTER_MS = 60_000
/** How long a ping may stay unanswered before silence counts: a page that has just woken up sends one first. */
export const PROBE_PATIENCE_MS = 10_000

/** Tracks when a connection was last heard, and decides what its silence means. */
export class SilenceWatch {
  #clock
  #life
  #heardAt = 0
  /** When the unanswered ping was sent. @type {number | null} */
  #probedAt = null

  /** @param {import("./sleep-aware-timer.js").Clock} clock @param {import("./page-life.js").PageLife} life */
  constructor(clock, life) {
    this.#clock = clock
    this.#life = life
  }

  heard() {
    this.#heardAt = this.#clock.now()
    this.#probedAt = null
  }

  probed() {
    this.#probedAt = this.#clock.now()
  }

  /** Milliseconds since anything was last heard. */
  get silenceMs() {
    return this.#clock.now() - this.#heardAt
  }

  /**
   * What to do now: send a ping, give the connection up, or look again after `nextMs`.
   * @returns {{isProbeDue: boolean, isLost: boolean, silenceMs: number, nextMs: number}}
   */
  look() {
    const { silenceMs } = this
    return {
      isProbeDue: silenceMs >= PROBE_AFTER_MS && this.#probedAt === null,
      isLost: silenceMs >= LOST_AFTER_MS && this.#isProbeOverdue(),
      silenceMs,
      nextMs: silenceMs < PROBE_AFTER_MS ? PROBE_AFTER_MS - silenceMs : Math.max(LOST_AFTER_MS - silenceMs, STEP_MS),
    }
  }

  /** A hidden tab's timers are throttled and prove nothing, so the decision waits until the tab is visible. */
  #isProbeOverdue() {
    return !this.#life.isHidden() && this.#probedAt !== null && this.#clock.now() - this.#probedAt >= PROBE_PATIENCE_MS
  }
}
