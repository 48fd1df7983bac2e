// @ts-check
import { pageLife } from "./page-life.js"
import { STANDARD_SCHEDULE } from "./retry-schedule.js"
import { systemClock } from "./sleep-aware-timer.js"

export const POLL_INTERVAL_MS = 1_000
/** A request that takes longer than this is aborted; after one without an answer, the limit is the probe interval. */
export const POLL_TIMEOUT_MS = 10_000

/**
 * Sends a request every second, one at a time: the last resort for a page that gets no stream. Reports after each
 * request whether it was answered; while it is not, nothing on the page is live, and each request probes whether the
 * server is back. Probes are less frequent, and jittered, so that many pages don't ask at once.
 */
export class Polling {
  #ask
  #onTurn
  #schedule
  #clock
  #random
  #life
  /** Whether the last request was not answered. */
  #isProbing = false
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
   * @param {import("./retry-schedule.js").RetrySchedule} [options.schedule]
   * @param {import("./sleep-aware-timer.js").Clock} [options.clock]
   * @param {() => number} [options.random] Evenly distributed in 0..<1.
   * @param {import("./page-life.js").PageLife} [options.life]
   */
  constructor({ ask, onTurn, schedule = STANDARD_SCHEDULE, clock = systemClock, random = Math.random, life = pageLife() }) {
    this.#ask = ask
    this.#onTurn = onTurn
    this.#schedule = schedule
    this.#clock = clock
    this.#random = random
    this.#life = life
  }

  get isRunning() {
    return this.#isRunning
  }

  start() {
    this.startProbing()
    this.#askNow()
  }

  /** Like `start`, but the first request is sent after one probe interval. */
  startProbing() {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#isProbing = true
    this.#stopWatchingLife = this.#life.onWake(() => this.#askNow())
    this.#timer = this.#clock.setTimeout(() => this.#askNow(), this.#probeDelayMs())
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

  #probeDelayMs() {
    const { probeIntervalMs, probeJitter } = this.#schedule
    return probeIntervalMs * (1 - probeJitter * this.#random())
  }

  async #turn() {
    const probeDelayMs = this.#probeDelayMs()
    const beganAt = this.#clock.now()
    const abort = new AbortController()
    this.#abort = abort
    this.#isAsking = true
    const timeout = this.#clock.setTimeout(() => abort.abort(), this.#isProbing ? probeDelayMs : POLL_TIMEOUT_MS)
    const isAnswered = await this.#ask(abort.signal).catch(() => false)
    this.#clock.clearTimeout(timeout)
    this.#isAsking = false
    if (!this.#isRunning) return
    this.#isProbing = !isAnswered
    // The probe interval is measured from start to start, so that a server that is back is noticed within it.
    const delayMs = isAnswered ? POLL_INTERVAL_MS : Math.max(0, probeDelayMs - (this.#clock.now() - beganAt))
    this.#timer = this.#clock.setTimeout(() => this.#askNow(), delayMs)
    this.#onTurn(isAnswered)
  }
}
