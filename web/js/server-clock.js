// @ts-check
/**
 * The server's time. All times that a page shows are the server's, so the present has to be as well: the visitor's clock
 * may be wrong by any amount, and may jump.
 *
 * The page learns the time when it is rendered, unless it comes from the browser's cache, and from every ping; in between,
 * the browser's monotonic clock counts.
 */

/** An observation that is behind by more than this means that the server's clock was set back, not that it came late. */
const SET_BACK_MS = 10_000

export class ServerClock {
  #monotonic
  /** The server's time minus the monotonic clock, in milliseconds. */
  #offset
  #isObserved = false

  /**
   * @param {() => number} monotonic Milliseconds since an arbitrary moment.
   * @param {number} guess The server's time when the monotonic clock was 0, used until the first observation.
   */
  constructor(monotonic, guess) {
    this.#monotonic = monotonic
    this.#offset = guess
  }

  /** Milliseconds since 1970. */
  now() {
    return this.#monotonic() + this.#offset
  }

  /**
   * The server has said what time it was. That was some milliseconds ago, never in the future, so the observation that is
   * furthest ahead is the most exact one.
   * @param {number | null} serverMs Milliseconds since 1970; null if the message had no time.
   * @param {number} [atMs] When that arrived, by the monotonic clock.
   */
  observe(serverMs, atMs = this.#monotonic()) {
    if (serverMs === null) return
    const offset = serverMs - atMs
    if (this.#isObserved && offset <= this.#offset && offset > this.#offset - SET_BACK_MS) return
    this.#offset = offset
    this.#isObserved = true
  }
}

/** The clock of the page. Without a server, as in a story, it is the visitor's. */
export const serverClock = new ServerClock(() => performance.now(), performance.timeOrigin)
