// @ts-check
import { randomUUID } from "../page.js"

/**
 * How many event streams all tabs of a browser may hold together. Over HTTP/1.1 a browser opens six connections to a
 * server, whatever the number of tabs, and an event stream keeps one of them. The others are left for pages, requests and
 * uploads: without them not even the next tab would load. WebSockets have a limit of their own, of hundreds.
 */
export const STREAM_SLOTS = 4

/** How long the other tabs have to answer a claim. */
export const CLAIM_MS = 300

/**
 * @typedef {object} StreamSlots
 * @property {() => Promise<(() => void) | null>} acquire Resolves to a function that gives the slot back; null if other
 * tabs hold all of them.
 *
 * @typedef {object} SlotOptions
 * @property {Pick<LockManager, "request">} [locks]
 * @property {() => BroadcastChannel} [openChannel]
 * @property {string} [protocol] The protocol over which the page came, such as `http/1.1`.
 */

/** @type {StreamSlots} */
const UNLIMITED = { acquire: async () => () => {} }

/** @type {StreamSlots | null} */
let pageSlots = null

/** The slots that this page shares with the other tabs of its origin. */
export function streamSlots() {
  const [navigation] = typeof document === "undefined" ? [] : performance.getEntriesByType("navigation")
  pageSlots ??= makeSlots({
    locks: globalThis.navigator?.locks,
    openChannel: typeof document === "undefined" ? undefined : () => new BroadcastChannel("telltale.streams"),
    protocol: /** @type {PerformanceNavigationTiming | undefined} */ (navigation)?.nextHopProtocol,
  })
  return pageSlots
}

/** Web Locks end with their tab, even if it crashes. They need a secure context; elsewhere the tabs ask each other.
 * @param {SlotOptions} options @returns {StreamSlots} */
export function makeSlots({ locks, openChannel, protocol = "" }) {
  // HTTP/2 and 3 carry all streams over one connection.
  if (/^h[23]/.test(protocol)) return UNLIMITED
  try {
    if (locks !== undefined) return unlimitedIfRefused(lockedSlots(locks))
    return openChannel === undefined ? UNLIMITED : unlimitedIfRefused(new ClaimedSlots(openChannel()))
  } catch {
    return UNLIMITED
  }
}

/**
 * A browser may refuse locks and channels, as in a sandboxed frame or with blocked site data. A stream too many is better
 * than none.
 * @param {StreamSlots} slots @returns {StreamSlots}
 */
function unlimitedIfRefused(slots) {
  return { acquire: () => slots.acquire().catch(() => UNLIMITED.acquire()) }
}

/** @param {Pick<LockManager, "request">} locks @returns {StreamSlots} */
function lockedSlots(locks) {
  /** @param {string} name @returns {Promise<(() => void) | null>} */
  const tryLock = name => new Promise((resolve, reject) => {
    locks.request(name, { ifAvailable: true }, lock => {
      if (lock === null) return resolve(null)
      return new Promise(release => { resolve(() => release(undefined)) })
    }).catch(reject)
  })
  return {
    async acquire() {
      for (let number = 1; number <= STREAM_SLOTS; number += 1) {
        const release = await tryLock(`telltale.stream.${number}`)
        if (release !== null) return release
      }
      return null
    },
  }
}

/**
 * Slots without locks: a tab broadcasts a claim, and each slot's holder answers. If several tabs ask at the same time,
 * the smaller id wins. A tab that is too busy to answer in time may be overlooked; the two spare connections allow for
 * that.
 * @implements {StreamSlots}
 */
class ClaimedSlots {
  #channel
  /** The ids of the slots that this tab holds. @type {Set<string>} */
  #held = new Set()
  /** The claims of this tab, each with the slots and earlier claims that it has heard of. @type {Map<string, Set<string>>} */
  #claims = new Map()

  /** @param {BroadcastChannel} channel */
  constructor(channel) {
    this.#channel = channel
    channel.onmessage = ({ data }) => this.#receive(data)
  }

  async acquire() {
    const id = randomUUID()
    const taken = new Set([...this.#held, ...this.#claims.keys()])
    this.#channel.postMessage({ claim: id })
    this.#claims.set(id, taken)
    await new Promise(resolve => setTimeout(resolve, CLAIM_MS))
    this.#claims.delete(id)
    if (taken.size >= STREAM_SLOTS) return null
    this.#held.add(id)
    return () => { this.#held.delete(id) }
  }

  /** @param {{claim: string, taken?: string}} message A claim, or the answer to one: a slot that is taken. */
  #receive({ claim, taken }) {
    if (taken !== undefined) {
      this.#claims.get(claim)?.add(taken)
      return
    }
    for (const held of this.#held) this.#channel.postMessage({ claim, taken: held })
    for (const [own, heard] of this.#claims) {
      if (own < claim) this.#channel.postMessage({ claim, taken: own })
      else heard.add(claim)
    }
  }
}
