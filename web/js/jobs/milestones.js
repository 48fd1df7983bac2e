// @ts-check
/** Screen readers hear of these, and not of every tick. */
const MILESTONES = [25, 50, 75, 100]

/** What is said of a job's progress. Of a job that one comes to later nothing is said of what was reached before. */
export class Milestones {
  #reached = 0
  #isBegun = false

  /** Another job. */
  reset() {
    this.#reached = 0
    this.#isBegun = false
  }

  /**
   * What to say after a change; null for nothing.
   * @param {{progress: {value: number | null}, isConnected: boolean, isPolling: boolean}} state
   */
  news({ progress: { value }, isConnected, isPolling }) {
    const reached = MILESTONES.findLast(milestone => milestone <= (value ?? 0)) ?? 0
    const isNews = this.#isBegun && reached > this.#reached
    this.#reached = reached
    // The first that a connection brings is how the job stands.
    if (isConnected || isPolling) this.#isBegun = true
    if (!isNews) return null
    return reached === 100 ? "Complete" : `${reached}% done`
  }
}
