// @ts-check

/** Holes that lie further apart than this have nothing to do with each other. */
export const HOLES_FORGOTTEN_MS = 60_000

/**
 * What to do about a hole in a topic's numbers. The first is filled by resuming at once. Where a resume brought nothing
 * the hole stays, since the server no longer has what was in it: then only a snapshot is complete. A server that
 * goes on leaving holes is asked ever more slowly.
 */
export class HolePolicy {
  /** @type {Map<string, number | undefined>} The last number applied before the newest hole, by topic. */
  #before = new Map()
  #count = 0
  #seenAt = -Infinity

  /**
   * @param {string} topic
   * @param {number | undefined} last The last number applied on the topic.
   * @param {number} nowMs
   * @returns {{needsSnapshot: boolean, attempt: number}} How many attempts the delay has to look like; 0 for none.
   */
  seen(topic, last, nowMs) {
    if (nowMs - this.#seenAt > HOLES_FORGOTTEN_MS) {
      this.#count = 0
      this.#before.clear()
    }
    const needsSnapshot = this.#before.has(topic) && this.#before.get(topic) === last
    this.#before.set(topic, last)
    this.#seenAt = nowMs
    this.#count += 1
    return { needsSnapshot, attempt: this.#count - 1 }
  }
}
