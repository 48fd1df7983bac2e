// @ts-check
/**
 * The listeners of one kind of event. A listener that throws is reported; the others are still called.
 * @template Event
 */
export class Listeners {
  /** @type {Set<(event: Event) => void>} */
  #all = new Set()

  /** @param {(event: Event) => void} listener @returns {() => void} unsubscribe */
  add(listener) {
    // A function of its own, so that the same listener added twice is two subscriptions.
    const entry = (/** @type {Event} */ event) => listener(event)
    this.#all.add(entry)
    return () => { this.#all.delete(entry) }
  }

  /** @param {Event} event */
  emit(event) {
    for (const listener of this.#all) {
      try {
        listener(event)
      } catch (error) {
        console.error("A listener failed", error)
      }
    }
  }
}
