import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { isKnownType, isUnnumberedType, messageTypes, registerMessageTypes } from "../../web/js/realtime/messages.js"
import { readFixture } from "./fixture.mjs"

describe("the types of messages", () => {
  const sent = readFixture("message-types").filter(type => type.sent)

  test("are those that the server sends", () => {
    assert.deepEqual(messageTypes().sort(), sent.map(({ type }) => type).sort())
  })

  test("are numbered as on the server", () => {
    for (const { type, numbered } of sent) assert.equal(isUnnumberedType(type), !numbered, type)
  })

  test("can be extended by the module of a page", () => {
    assert.deepEqual([isKnownType("board_changed"), isKnownType("board_cursor")], [false, false])
    registerMessageTypes(["board_changed"])
    registerMessageTypes(["board_cursor"], { isNumbered: false })
    assert.deepEqual([isKnownType("board_changed"), isKnownType("board_cursor")], [true, true])
    assert.deepEqual([isUnnumberedType("board_changed"), isUnnumberedType("board_cursor")], [false, true])
  })
})
