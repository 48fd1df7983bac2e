import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { INITIAL_CONNECTION, connectionChange, storageAction } from "../../web/js/realtime/connection-state.js"
import { INITIAL_JOB_STATE, reduce } from "../../web/js/jobs/job-state.js"
import { FakeWebSocket, makeConnected, message } from "./support.mjs"

const failing = { status: "failing", since: "2026-02-04T15:30:00.123Z", reason: "The disk is full." }
const greeting = (rest = {}) => message("ping", { interval_seconds: 30, cursor: "e1:4", ...rest })

/** A client that is connected, and what it has heard of the storage. */
function listen() {
  const heard = []
  const { client, heard: other } = makeConnected({ since: "e1:4" })
  client.onStorage(storage => heard.push(storage.status))
  const deliver = value => FakeWebSocket.last.deliver(value)
  return { heard, deliver, messages: other.messages }
}

describe("a client", () => {
  test("learns from the greeting whether the server can store anything", () => {
    const { heard, deliver } = listen()
    deliver(greeting({ storage: failing }))
    deliver(greeting())
    assert.deepEqual(heard, ["failing", "ok"])
  })

  test("learns of changes from messages, which are no messages of a job", () => {
    const { heard, deliver, messages } = listen()
    deliver(greeting())
    deliver(message("storage", failing))
    deliver(message("storage", { status: "ok" }))
    assert.deepEqual([heard, messages], [["ok", "failing", "ok"], []])
  })

  test("learns nothing from a heartbeat, and at the end of a replay what it missed", () => {
    const { heard, deliver } = listen()
    deliver(greeting({ catching_up: true }))
    deliver(message("ping", { interval_seconds: 30 }))
    deliver(message("ping", { interval_seconds: 30, caught_up: true, storage: failing }))
    assert.deepEqual(heard, ["ok", "failing"])
  })
})

describe("what a page knows of the storage", () => {
  const after = (...payloads) => payloads.reduce(
    (part, payload) => ({ ...part, ...connectionChange(part, storageAction(payload)) }), INITIAL_CONNECTION)

  test("is nothing until the server has said something", () => {
    assert.equal(INITIAL_CONNECTION.storageFailure, undefined)
    assert.equal(after({ status: "ok" }).storageFailure, null)
  })

  test("is since when and why, until it works again", () => {
    assert.deepEqual(after(failing).storageFailure, { since: Date.parse(failing.since), reason: failing.reason })
    assert.equal(after(failing, { status: "ok" }).storageFailure, null)
    assert.deepEqual(after({ status: "failing", since: 7 }).storageFailure, { since: null, reason: "" })
  })

  test("does not change if the server says the same again", () => {
    assert.equal(connectionChange(after(failing), storageAction(failing)), null)
    assert.equal(connectionChange(after({ status: "ok" }), storageAction({ status: "ok" })), null)
    assert.notEqual(connectionChange(after(failing), storageAction({ ...failing, reason: "Other." })), null)
  })

  test("stays when the page shows another job", () => {
    const known = reduce(INITIAL_JOB_STATE, storageAction(failing))
    assert.deepEqual(reduce(known, { type: "local:watch", jobId: "8" }).storageFailure, known.storageFailure)
  })
})
