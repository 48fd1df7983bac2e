// @ts-check

/**
 * How far a page has read the stream: the cursor to resume from and the last number applied of each topic. It outlives
 * connections, so that no message is applied twice or skipped between two of them.
 *
 * @typedef {"next" | "repeat" | "hole"} Verdict
 */
export class StreamPosition {
  /** The `id` of the last message applied; null before the first. @type {string | null} */
  cursor
  /** Whether a connection has started from this position: a further one resumes after a lost connection. */
  hasConnected = false
  /** By topic: the last number applied. @type {Map<string, number>} */
  #last = new Map()

  /** @param {string | null} [cursor] @param {[topic: string, last: number][]} [last] */
  constructor(cursor = null, last = []) {
    this.cursor = cursor
    this.#last = new Map(last)
  }

  /** The last number applied of each topic, as the constructor accepts it. */
  get last() {
    return [...this.#last]
  }

  /**
   * Judges the number of a message. The first message of a topic may have any number.
   * @param {string} topic
   * @param {number} seq
   * @returns {Verdict}
   */
  judge(topic, seq) {
    const last = this.#last.get(topic)
    if (last === undefined || seq === last + 1) return "next"
    return seq <= last ? "repeat" : "hole"
  }

  /** Records that a message has been applied. @param {string} topic @param {number} seq @param {unknown} id */
  applied(topic, seq, id) {
    this.#last.set(topic, seq)
    if (typeof id === "string") this.cursor = id
  }

  /** @param {string} topic @returns {number | undefined} */
  lastOf(topic) {
    return this.#last.get(topic)
  }

  /** Starts over from a snapshot at this cursor. @param {string | null} cursor */
  reset(cursor) {
    this.cursor = cursor
    this.#last.clear()
  }
}
