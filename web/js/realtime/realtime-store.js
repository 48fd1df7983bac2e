// @ts-check
import { Listeners } from "../listeners.js"
import { oncePerFrame } from "../paint.js"

/**
 * Holds one state, which only its reducer changes. Listeners are called once per animation frame however many messages
 * arrived; `state` is always the newest.
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
   * @param {(state: State, action: Action) => State} reduce Pure; returns the same object if nothing changes.
   * @param {State} initial
   * @param {import("../paint.js").PaintClock} [clock]
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
