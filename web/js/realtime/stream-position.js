// @ts-check

/**
 * How far a page has come in the stream: the cursor to resume from and the last number applied of each topic. It
 * outlives the connections that move it, so that no number is taken twice or passed over between two of them.
 *
 * @typedef {"next" | "repeat" | "hole"} Verdict
 */
export class StreamPosition {
  /** The `id` of the last message applied; null before the first. @type {string | null} */
  cursor
  /** @type {Map<string, number>} The last number applied, by topic. */
  #last = new Map()

  /** @param {string | null} [cursor] @param {[topic: string, last: number][]} [last] */
  constructor(cursor = null, last = []) {
    this.cursor = cursor
    this.#last = new Map(last)
  }

  /** The last number applied of each topic, for the constructor of another. */
  get last() {
    return [...this.#last]
  }

  /**
   * Judges the number of a message. The first of a topic is taken as it comes.
   * @param {string} topic
   * @param {number} seq
   * @returns {Verdict}
   */
  judge(topic, seq) {
    const last = this.#last.get(topic)
    if (last === undefined || seq === last + 1) return "next"
    return seq <= last ? "repeat" : "hole"
  }

  /** Notes that a message has been applied. @param {string} topic @param {number} seq @param {unknown} id */
  applied(topic, seq, id) {
    this.#last.set(topic, seq)
    if (typeof id === "string") this.cursor = id
  }

  /** @param {string} topic @returns {number | undefined} */
  lastOf(topic) {
    return this.#last.get(topic)
  }

  /** Begins anew: what was known is replaced by a snapshot as of this cursor. @param {string | null} cursor */
  reset(cursor) {
    this.cursor = cursor
    this.#last.clear()
  }
}
