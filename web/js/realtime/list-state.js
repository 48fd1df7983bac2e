// @ts-check
import { latest, withEntry } from "../values.js"
import { INITIAL_CONNECTION, connectionChange } from "./connection-state.js"

/**
 * A list that is kept up to date by the messages of a topic, whatever its items are.
 *
 * @typedef {import("./messages.js").Message} Message
 * @typedef {Readonly<Record<string, any>>} Item Flat; a field is null while it is unknown.
 * @typedef {Readonly<Record<string, Item>>} Items By key.
 *
 * @typedef {import("./connection-state.js").ConnectionPart & ListPart} ListState
 *
 * @typedef {object} ListPart
 * @property {Items} items
 * @property {number} listings How often the list was replaced: an item that was not in it is gone.
 * @property {boolean} isWhole Whether the last listing held every item that there is.
 *
 * @typedef {object} ListFold How messages change the list.
 * @property {readonly string[]} types The types of messages that are about an item.
 * @property {(payload: Record<string, any>) => string | null} keyOf The item that a payload is about.
 * @property {(known: any, payload: Record<string, any>, type: string | null) => Item | null} fold The item after a message,
 * or as a row of a listing says (then the type is null); null if the item is gone. `known` is null for a new item.
 *
 * @typedef {object} Listing What the API says.
 * @property {Record<string, any>[]} rows
 * @property {boolean} isWhole Whether these are all items that there are.
 *
 * @typedef {Message
 *   | import("./connection-state.js").ConnectionAction
 *   | {type: "local:snapshot"}
 *   | {type: "local:restored", content: Items, asOf: number | null}
 *   | {type: "local:listed", listing: Listing, before: Items, atMs: number}} ListAction
 *   `before` holds the items as they were when the listing was requested.
 */

/** @type {Readonly<ListState>} */
export const INITIAL_LIST_STATE = Object.freeze({
  ...INITIAL_CONNECTION, items: Object.freeze({}), listings: 0, isWhole: false,
})

/**
 * The reducer of a list. Pure; a message that is not about an item returns the same state.
 * @param {ListFold} list
 * @returns {(state: ListState, action: ListAction) => ListState}
 */
export function listReducer(list) {
  const types = new Set(list.types)
  return (state, action) => {
    const connection = connectionChange(state, action)
    if (connection !== undefined) return connection === null ? state : { ...state, ...connection }
    switch (action.type) {
      case "local:snapshot": return { ...state, items: {}, listings: state.listings + 1, isWhole: true }
      case "local:restored": {
        const { content, asOf } = /** @type {any} */ (action)
        return { ...state, items: content, asOf }
      }
      case "local:listed": return withListing(state, list, /** @type {any} */ (action))
      default: return types.has(action.type) ? withMessage(state, list, /** @type {Message} */ (action)) : state
    }
  }
}

/** @param {ListState} state @param {ListFold} list @param {Message} message @returns {ListState} */
function withMessage(state, list, { type, payload }) {
  const items = withFolded(state.items, list, payload, type)
  return items === state.items ? state : { ...state, items }
}

/** @param {Items} items @param {ListFold} list @param {Record<string, any>} payload @param {string | null} type @returns {Items} */
function withFolded(items, { keyOf, fold }, payload, type) {
  const key = keyOf(payload)
  if (key === null) return items
  const isKnown = Object.hasOwn(items, key)
  const item = fold(isKnown ? items[key] : null, payload, type)
  if (item !== null) return withEntry(items, key, item)
  return isKnown ? Object.fromEntries(Object.entries(items).filter(([other]) => other !== key)) : items
}

/**
 * A listing that was requested when the items were as in `before`: messages since then are newer than it.
 * @param {ListState} state
 * @param {ListFold} list
 * @param {{listing: Listing, before: Items, atMs: number}} action
 * @returns {ListState}
 */
function withListing(state, list, { listing: { rows, isWhole }, before, atMs }) {
  /** @param {string} key */
  const isRemoved = key => Object.hasOwn(before, key) && !Object.hasOwn(state.items, key)
  const current = rows.filter(row => !isRemoved(list.keyOf(row) ?? ""))
  const listed = current.reduce((items, row) => withFolded(items, list, row, null), /** @type {Items} */ ({}))
  const items = Object.entries(state.items).reduce((merged, [key, item]) => {
    const old = Object.hasOwn(before, key) ? before[key] : {}
    if (item === old) return merged
    const changed = Object.entries(item).filter(([name, value]) => value !== (old[name] ?? null))
    const known = Object.hasOwn(merged, key) ? merged[key] : item
    return withEntry(merged, key, { ...known, ...Object.fromEntries(changed) })
  }, listed)
  return { ...state, items, listings: state.listings + 1, isWhole, asOf: latest(state.asOf, atMs) }
}
