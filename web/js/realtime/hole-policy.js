// @ts-check

/** Holes that are further apart than this are unrelated. */
export const HOLES_FORGOTTEN_MS = 60_000

/**
 * Decides what to do about a hole in a topic's numbers. For the first one the client resumes at once. If the hole is
 * still there afterwards, the server no longer has those messages, and only a snapshot is complete. If holes keep
 * coming, the client reconnects more and more slowly.
 */
export class HolePolicy {
  /** By topic: the last number applied before the newest hole. @type {Map<string, number | undefined>} */
  #before = new Map()
  #count = 0
  #seenAt = -Infinity

  /**
   * @param {string} topic
   * @param {number | undefined} last The last number applied on the topic.
   * @param {number} nowMs
   * @returns {{needsSnapshot: boolean, attempt: number}} `attempt`: wait as before this attempt; 0 means at once.
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
