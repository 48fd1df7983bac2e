// @ts-check
import { isCompletable } from "./job-view.js"

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
   * @param {Pick<import("./job-state.js").JobState, "progress" | "status" | "isConnected" | "isPolling">} state
   */
  news({ progress: { value }, status, isConnected, isPolling }) {
    const reached = MILESTONES.findLast(milestone => milestone <= (value ?? 0)) ?? 0
    const isNews = this.#isBegun && reached > this.#reached
    this.#reached = reached
    // The first state after connecting is not news.
    if (isConnected || isPolling) this.#isBegun = true
    if (!isNews) return null
    return reached === 100 && isCompletable(status) ? "Complete" : `${reached}% done`
  }
}
