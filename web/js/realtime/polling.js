// @ts-check
import { pageLife } from "./page-life.js"
import { systemClock } from "./sleep-aware-timer.js"

export const POLL_INTERVAL_MS = 1_000
/** If the server does not answer, the interval doubles up to this. */
export const POLL_INTERVAL_MAX_MS = 30_000
/** A request that takes longer than this is aborted. */
export const POLL_TIMEOUT_MS = 10_000

/**
 * Sends a request every second, one at a time: the last resort for a page that gets no stream. Reports after each
 * request whether it was answered; while it is not, nothing on the page is live.
 */
export class Polling {
  #ask
  #onTurn
  #clock
  #life
  #intervalMaxMs
  /** Requests in a row that failed. */
  #failures = 0
  #abort = new AbortController()
  /** @type {unknown} */
  #timer = null
  #isAsking = false
  #isRunning = false
  #stopWatchingLife = () => {}

  /**
   * @param {object} options
   * @param {(signal: AbortSignal) => Promise<boolean>} options.ask Resolves to whether there was an answer; may reject.
   * @param {(isAnswered: boolean) => void} options.onTurn
   * @param {number} [options.intervalMaxMs]
   * @param {import("./sleep-aware-timer.js").Clock} [options.clock]
   * @param {import("./page-life.js").PageLife} [options.life]
   */
  constructor({ ask, onTurn, intervalMaxMs = POLL_INTERVAL_MAX_MS, clock = systemClock, life = pageLife() }) {
    this.#ask = ask
    this.#onTurn = onTurn
    this.#intervalMaxMs = intervalMaxMs
    this.#clock = clock
    this.#life = life
  }

  get isRunning() {
    return this.#isRunning
  }

  start() {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#failures = 0
    this.#stopWatchingLife = this.#life.onWake(() => this.#askNow())
    this.#askNow()
  }

  stop() {
    this.#isRunning = false
    this.#stopWatchingLife()
    this.#clock.clearTimeout(this.#timer)
    this.#abort.abort()
  }

  #askNow() {
    this.#clock.clearTimeout(this.#timer)
    if (!this.#isAsking) void this.#turn()
  }

  async #turn() {
    const abort = new AbortController()
    this.#abort = abort
    this.#isAsking = true
    const timeout = this.#clock.setTimeout(() => abort.abort(), POLL_TIMEOUT_MS)
    const isAnswered = await this.#ask(abort.signal).catch(() => false)
    this.#clock.clearTimeout(timeout)
    this.#isAsking = false
    if (!this.#isRunning) return
    this.#failures = isAnswered ? 0 : this.#failures + 1
    const delay = Math.min(POLL_INTERVAL_MS * 2 ** this.#failures, this.#intervalMaxMs)
    this.#timer = this.#clock.setTimeout(() => this.#askNow(), delay)
    this.#onTurn(isAnswered)
  }
}
