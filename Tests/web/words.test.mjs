import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { connectionBadge } from "../../web/js/connection-words.js"
import { tabTitle } from "../../web/js/page-title.js"
import { ago, clock, count, estimate, milliseconds, percent, rate, timeOfDay } from "../../web/js/readable.js"
import { isFinal, jobWords, pluginWords, severityWords } from "../../web/js/words.js"

describe("figures read", () => {
  const forms = [
    [percent, 0, "0%"], [percent, 42.5, "42.5%"], [percent, 42.04, "42%"], [percent, 99.97, "99.9%"],
    [percent, 100, "100%"], [percent, 250, "100%"], [percent, -3, "0%"],
    [milliseconds, 145.5, "145.5 ms"], [milliseconds, 0, "0.0 ms"], [milliseconds, -1, "N/A"],
    [milliseconds, NaN, "N/A"], [milliseconds, Infinity, "N/A"],
    [rate, 12.43, "12.4/s"], [rate, 12, "12/s"], [rate, 0.333, "0.33/s"], [rate, 0.001, "0.01/s"], [rate, -1, "–"],
    [clock, 7_900, "0:07"], [clock, 754_000, "12:34"], [clock, 3_723_000, "1:02:03"], [clock, -5, "0:00"],
    [estimate, 8.9, "8 s"], [estimate, 95, "about 2 min"], [estimate, 3_600, "about 1 h"],
    [estimate, 4_200, "about 1 h 10 min"],
    [ago, 59_999, "just now"], [ago, 180_000, "3 min ago"], [ago, 7_200_000, "2 h ago"], [ago, 5 * 86_400_000, "5 d ago"],
    [count, 0, "0"], [count, 999, "999"], [count, 12_345, "12,345"], [count, 1_234_567, "1,234,567"],
    [timeOfDay, new Date(2026, 1, 4, 4, 2, 11).getTime(), "04:02:11"],
  ]
  for (const [form, value, text] of forms) {
    test(`${form.name} of ${value} is ${text}`, () => assert.equal(form(value), text))
  }
})

describe("states have words", () => {
  test("which an unknown one does not break", () => {
    assert.deepEqual(pluginWords("sleeping"), { state: "unknown", sign: "?", word: "Unknown" })
    assert.deepEqual(pluginWords("__proto__"), { state: "unknown", sign: "?", word: "Unknown" })
    assert.equal(jobWords(null).state, "queued")
    assert.equal(severityWords("catastrophic").state, "medium")
  })

  test("and three of a job are final", () => {
    assert.deepEqual(
      ["queued", "running", "succeeded", "failed", "cancelled", null].filter(isFinal),
      ["succeeded", "failed", "cancelled"])
  })
})

describe("the tab says", () => {
  const title = (status, value, name = "build") => tabTitle({ name, jobId: "7", status, progress: { value } })
  for (const [said, expected] of [
    [title("running", 64.9), "64% · build"],
    [title("running", null), "Running · build"],
    [title("queued", null), "Queued · build"],
    [title("succeeded", 100), "✓ Succeeded · build"],
    [title("failed", 40), "✗ Failed · build"],
    [title("running", 5, null), "5% · Job 7"],
    [title(null, null), "build"],
  ]) {
    test(expected, () => assert.equal(said, expected))
  }
})

describe("a badge", () => {
  const asOf = new Date(2026, 1, 4, 14, 2, 11).getTime()
  const calm = { isOnline: true, isInGrace: false, isOverlay: false }
  const live = (connection, rest = {}) => ({ connection, closeReason: "why", asOf, ...rest })
  for (const [name, connection, page, state, label, canReconnect] of [
    ["is live", live("CONNECTED"), calm, "live", "Live", false],
    ["is live though the browser thinks it is offline", live("CONNECTED"), { ...calm, isOnline: false }, "live", "Live", false],
    ["is patient while a page loads", live("DISCONNECTED"), { ...calm, isInGrace: true }, "connecting", "Connecting…", false],
    ["says reconnecting", live("DISCONNECTED"), calm, "reconnecting", "Reconnecting…", false],
    ["says the same while an attempt runs", live("RECONNECTING"), calm, "reconnecting", "Reconnecting…", false],
    ["says as of when", live("DISCONNECTED"), { ...calm, isOnline: false }, "offline",
      "Offline: showing data as of 14:02:11", false],
    ["does not invent a time", live("CONNECTING", { asOf: null }), { ...calm, isOnline: false }, "offline", "Offline", false],
    ["says why it gave up", live("CLOSED"), calm, "closed", "Disconnected: why", true],
    ["gave up without a reason", live("CLOSED", { closeReason: null }), calm, "closed", "Disconnected", true],
    ["of an overlay says the connection is lost", live("CLOSED"), { ...calm, isOverlay: true }, "closed",
      "Connection lost", true],
    ["says that it polls", live("DISCONNECTED", { isPolling: true }), calm, "live", "Live, once a second", false],
    ["that polls after giving up can reconnect", live("CLOSED", { isPolling: true }), calm, "live", "Live, once a second", true],
  ]) {
    test(name, () => assert.deepEqual(connectionBadge(connection, page), { state, label, canReconnect }))
  }
})
