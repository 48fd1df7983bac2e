// @ts-check
import { isUnnumberedType } from "./messages.js"

/**
 * @typedef {import("./messages.js").Message} Message
 *
 * @typedef {object} Snapshot
 * @property {string | null} cursor The position that the snapshot describes; null if the server named none.
 * @property {Message[]} messages
 */

/**
 * Collects a snapshot until it is whole, so that a page never shows half of one.
 *
 *     none ─expect→ expected ─begin→ arriving ─the last message→ none
 *                       ↑───interrupt────┘
 *
 * The greeting of a connection names the position and how many messages follow. Only together do they mean anything: a
 * page that took the position and lost some of the messages would never notice what it lacks.
 */
export class SnapshotAssembly {
  /** @type {"none" | "expected" | "arriving"} */
  #phase = "none"
  /** @type {string | null} */
  #cursor = null
  /** @type {Message[]} */
  #messages = []
  #missingCount = 0

  get isExpected() {
    return this.#phase !== "none"
  }

  get isArriving() {
    return this.#phase === "arriving"
  }

  /** A snapshot comes next. What has arrived of an earlier one is discarded. */
  expect() {
    this.#phase = "expected"
    this.#cursor = null
    this.#messages = []
  }

  /** The connection is gone. The next one sends the snapshot from its beginning. */
  interrupt() {
    if (this.isArriving) this.expect()
  }

  /**
   * The greeting has come.
   * @param {string} cursor
   * @param {unknown} count How many messages follow.
   * @returns {Snapshot | null} The snapshot if it is whole already.
   */
  begin(cursor, count) {
    if (!this.isExpected) return null
    this.expect()
    this.#phase = "arriving"
    this.#cursor = cursor
    this.#missingCount = typeof count === "number" && Number.isInteger(count) ? count : 0
    return this.#missingCount <= 0 ? this.end() : null
  }

  /**
   * A message without a number has come while the snapshot arrives. A type that is never numbered, such as a frame, is
   * live and not part of the snapshot: it waits for the snapshot and does not count.
   * @param {Message} message
   * @returns {Snapshot | null} The snapshot if it is whole now.
   */
  add(message) {
    this.#messages.push(message)
    if (!isUnnumberedType(message.type)) this.#missingCount -= 1
    return this.#missingCount === 0 ? this.end() : null
  }

  /**
   * What has come is the snapshot: all of it, or a numbered message follows, and those come after a snapshot.
   * @returns {Snapshot | null} Null if none was expected.
   */
  end() {
    if (!this.isExpected) return null
    const snapshot = { cursor: this.#cursor, messages: this.#messages }
    this.expect()
    this.#phase = "none"
    return snapshot
  }
}
