// @ts-check
/** Percentages that screen readers announce; announcing every change would be too much. */
const MILESTONES = [25, 50, 75, 100]

/** Announces a job's progress. What was reached before the page connected is not announced. */
export class Milestones {
  #reached = 0
  #isBegun = false

  /** The page shows another job now. */
  reset() {
    this.#reached = 0
    this.#isBegun = false
  }

  /**
   * The announcement for a change; null for none.
   * @param {{progress: {value: number | null}, isConnected: boolean, isPolling: boolean}} state
   */
  news({ progress: { value }, isConnected, isPolling }) {
    const reached = MILESTONES.findLast(milestone => milestone <= (value ?? 0)) ?? 0
    const isNews = this.#isBegun && reached > this.#reached
    this.#reached = reached
    // The first state after connecting is not news.
    if (isConnected || isPolling) this.#isBegun = true
    if (!isNews) return null
    return reached === 100 ? "Complete" : `${reached}% done`
  }
}
