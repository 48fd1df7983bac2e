// @ts-check
import { arrange, cloneTemplate, fill, list } from "../dom.js"

/**
 * @typedef {import("../realtime/list-state.js").Item} Item
 * @typedef {import("../realtime/live-list.js").LiveList} LiveList
 */

/**
 * The rows of a list by key: those that the server wrote, each with its `data-key`, and clones of the template that the
 * same component rendered. Other children, such as a head, stay before the rows.
 */
export class ListRows {
  #root
  #place
  #template
  /** @type {Element[]} */
  #head = []
  /** @type {Map<string, Element>} */
  #rows = new Map()

  /**
   * @param {ParentNode} root
   * @param {{list: string, template: string}} names `data-list` and `data-template`.
   */
  constructor(root, names) {
    this.#root = root
    this.#place = list(root, names.list)
    this.#template = names.template
    for (const row of this.#place?.children ?? []) {
      const key = row.getAttribute("data-key")
      if (key === null) this.#head.push(row)
      else this.#rows.set(key, row)
    }
  }

  /** In the order in which the rows were written or added. */
  get keys() {
    return [...this.#rows.keys()]
  }

  get entries() {
    return this.#rows.entries()
  }

  get head() {
    return this.#head
  }

  /** @param {string} key */
  get(key) {
    return this.#rows.get(key) ?? null
  }

  /** Clones a row from the template. @param {string} key */
  add(key) {
    const row = cloneTemplate(this.#root, this.#template) ?? document.createElement("li")
    row.setAttribute("data-key", key)
    this.#rows.set(key, row)
    return row
  }

  /** Forgets a row; it disappears with the next `arrange`. @param {string} key */
  delete(key) {
    this.#rows.delete(key)
  }

  /** Shows the rows of these keys in this order, and no others. @param {Iterable<string>} keys */
  arrange(keys) {
    if (this.#place === null) return
    const rows = [...keys].flatMap(key => this.#rows.get(key) ?? [])
    arrange(this.#place, [...this.#head, ...rows])
  }
}

/**
 * Keeps the rows of a list up to date: one for each item, filled and ordered.
 * @param {ParentNode} root
 * @param {LiveList} view
 * @param {object} options
 * @param {string} options.list The place of the rows, by its `data-list`.
 * @param {string} options.template The row's `data-template`.
 * @param {(row: Element, item: Item) => void} [options.fill] By default each `data-slot` shows the field of that name.
 * @param {(one: Item, other: Item) => number} [options.compare] The order of the rows; by default as they came.
 * @returns {() => void} stop
 */
export function attachListRows(root, view, { fill: fillRow = fillFields, compare, ...names }) {
  const rows = new ListRows(root, names)
  let shown = view.store.state.items
  return view.store.subscribe(({ items }) => {
    if (items === shown) return
    for (const [key, item] of Object.entries(items)) {
      if (!Object.hasOwn(shown, key) || item !== shown[key]) fillRow(rows.get(key) ?? rows.add(key), item)
    }
    for (const key of rows.keys) if (!Object.hasOwn(items, key) && Object.hasOwn(shown, key)) rows.delete(key)
    shown = items
    const keys = rows.keys.filter(key => Object.hasOwn(items, key))
    rows.arrange(compare === undefined ? keys : keys.sort((one, other) => compare(items[one], items[other])))
  })
}

/** @param {Element} row @param {Item} item */
function fillFields(row, item) {
  for (const [name, value] of Object.entries(item)) fill(row, name, value === null ? "" : String(value))
}
