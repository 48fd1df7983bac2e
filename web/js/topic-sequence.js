// @ts-check
/**
 * Which numbered message comes next on each topic: older ones are repeats, a jump is a hole to be filled by resuming.
 *
 * @typedef {"next" | "repeat" | "hole"} Verdict
 */
export class TopicSequence {
  /** @type {Map<string, number>} The last number applied, by topic. */
  #last = new Map()
  /** @type {Map<string, number>} The number before which a hole was seen, by topic: what the resume has to fill. */
  #holes = new Map()
  /** @type {Set<string>} Topics whose hole a resume could not fill: the server leaves numbers out on purpose. */
  #sparse = new Set()

  /**
   * Judges a number and, unless it is a repeat or a hole, takes it as applied. The first number of a topic is taken as
   * it comes. Where a resume did not fill a hole there is nothing to come: the topic's holes are passed over from then
   * on, so that a page never reconnects for ever.
   * @param {string} topic
   * @param {number} seq
   * @returns {Verdict}
   */
  take(topic, seq) {
    const last = this.#last.get(topic)
    if (last !== undefined && seq <= last) return "repeat"
    if (last !== undefined && seq > last + 1 && !this.#sparse.has(topic)) {
      if (this.#holes.get(topic) !== seq) {
        this.#holes.set(topic, seq)
        return "hole"
      }
      this.#sparse.add(topic)
    }
    this.#last.set(topic, seq)
    return "next"
  }

  /** Forgets all numbers: what comes now is a snapshot. */
  reset() {
    this.#last.clear()
    this.#holes.clear()
    this.#sparse.clear()
  }
}
