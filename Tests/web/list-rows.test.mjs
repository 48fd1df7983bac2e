import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { ListRows, attachListRows } from "../../web/js/elements/list-rows.js"
import { INITIAL_LIST_STATE, listReducer } from "../../web/js/realtime/list-state.js"
import { RealtimeStore } from "../../web/js/realtime/realtime-store.js"
import { message } from "./support.mjs"

/** The parts of an element that a list needs: children, attributes, and slots by name. */
class FakeElement {
  constructor({ slots = [], attributes = {}, children = [] } = {}) {
    this.attributes = new Map(Object.entries(attributes))
    this.slots = new Map(slots.map(name => [name, { textContent: "" }]))
    this.children = children
    for (const child of children) child.parent = this
  }

  getAttribute(name) { return this.attributes.get(name) ?? null }
  setAttribute(name, value) { this.attributes.set(name, value) }
  querySelector(selector) { return this.slots.get(selector.match(/data-slot="(.*)"/)?.[1]) ?? null }
  get firstElementChild() { return this.children[0] ?? null }
  get nextElementSibling() { return this.parent.children[this.parent.children.indexOf(this) + 1] ?? null }
  remove() { this.parent.children.splice(this.parent.children.indexOf(this), 1) }
  insertBefore(node, next) {
    if (this.children.includes(node)) node.remove()
    this.children.splice(next === null ? this.children.length : this.children.indexOf(next), 0, node)
    node.parent = this
  }
}

globalThis.HTMLTemplateElement = class {
  constructor(content) { this.content = content }
}
globalThis.document = { importNode: () => new FakeElement({ slots: ["title"] }) }

/** A list as the server writes it: a head, one row, and the template. */
function makeList() {
  const head = new FakeElement()
  const row = new FakeElement({ slots: ["title"], attributes: { "data-key": "a" } })
  const place = new FakeElement({ children: [head, row] })
  const template = new HTMLTemplateElement({ firstElementChild: {} })
  const root = { querySelector: selector => selector.startsWith("template") ? template : place }
  const paints = []
  const clock = {
    requestFrame: action => paints.push(action), cancelFrame() {}, setTimeout: () => 1, clearTimeout() {},
  }
  const reduce = listReducer({
    types: ["board_changed", "board_removed"],
    keyOf: payload => payload.board,
    fold: (known, payload, type) => type === "board_removed" ? null : { ...known, ...payload },
  })
  const state = reduce(INITIAL_LIST_STATE, message("board_changed", { board: "a", title: "A" }))
  const store = new RealtimeStore(reduce, state, clock)
  const send = (type, payload) => { store.dispatch(message(type, payload)); for (const paint of paints.splice(0)) paint() }
  const shown = () => place.children.slice(1).map(each => [each.getAttribute("data-key"), each.slots.get("title").textContent])
  return { root, place, head, row, view: { store }, send, shown }
}

const NAMES = { list: "boards", template: "board-row" }

describe("the rows of a live list", () => {
  test("are those that the server wrote, and clones of the template filled from the items", () => {
    const { root, place, head, row, view, send, shown } = makeList()
    attachListRows(root, view, NAMES)
    send("board_changed", { board: "b", title: "B" })
    send("board_changed", { board: "a", title: "A2" })
    assert.deepEqual(shown(), [["a", "A2"], ["b", "B"]])
    assert.deepEqual([place.children[0], place.children[1]], [head, row])
  })

  test("disappear with their items", () => {
    const { root, view, send, shown } = makeList()
    attachListRows(root, view, NAMES)
    send("board_changed", { board: "b", title: "B" })
    send("board_removed", { board: "a" })
    assert.deepEqual(shown(), [["b", "B"]])
  })

  test("are in the order, and filled the way, that the page chooses", () => {
    const { root, view, send, shown } = makeList()
    const stop = attachListRows(root, view, {
      ...NAMES,
      fill: (row, { title }) => { row.slots.get("title").textContent = `${title}!` },
      compare: (one, other) => (one.title < other.title ? 1 : -1),
    })
    send("board_changed", { board: "b", title: "B" })
    send("board_changed", { board: "c", title: "C" })
    assert.deepEqual(shown().map(([key]) => key), ["c", "b", "a"])
    assert.equal(shown()[0][1], "C!")
    stop()
    send("board_removed", { board: "c" })
    assert.equal(shown().length, 3)
  })

  test("can be looked up by key", () => {
    const { root, row } = makeList()
    const rows = new ListRows(root, NAMES)
    assert.deepEqual([rows.keys, rows.get("a"), rows.get("b")], [["a"], row, null])
  })
})
