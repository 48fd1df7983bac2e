// @ts-check
import { Listeners } from "./listeners.js"
import { oncePerFrame } from "./paint.js"

export { INITIAL_JOB_STATE, reduce } from "./job-state.js"

/**
 * A store holds one state, changed only by its reducer. Listeners hear of it once per animation frame, however many
 * messages came; `state` is always the newest.
 * @template State
 * @template Action
 */
export class RealtimeStore {
  #state
  #reduce
  /** @type {Listeners<State>} */
  #listeners = new Listeners()
  #askForPaint

  /**
   * @param {(state: State, action: Action) => State} reduce Pure: the same state where nothing changes.
   * @param {State} initial
   * @param {import("./paint.js").PaintClock} [clock]
   */
  constructor(reduce, initial, clock) {
    this.#reduce = reduce
    this.#state = initial
    this.#askForPaint = oncePerFrame(() => this.#listeners.emit(this.#state), clock)
  }

  get state() {
    return this.#state
  }

  /** @param {Action} action */
  dispatch(action) {
    const next = this.#reduce(this.#state, action)
    if (next === this.#state) return
    this.#state = next
    this.#askForPaint()
  }

  /** @param {(state: State) => void} listener @returns {() => void} unsubscribe */
  subscribe(listener) {
    return this.#listeners.add(listener)
  }
}
