import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { connectionBadge } from "../../web/js/realtime/connection-badge-words.js"
import { tabTitle } from "../../web/js/jobs/job-tab.js"
import { ago, clock, count, estimate, fileSize, milliseconds, percent, rate, timeOfDay } from "../../web/js/readable.js"
import { isFinal, jobWords, jobWordsAsKnown, pluginStatusIn, pluginWords, severityWords } from "../../web/js/jobs/state-words.js"

describe("figures for people", () => {
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
    [fileSize, 0, "0 bytes"], [fileSize, 1, "1 byte"], [fileSize, 999, "999 bytes"], [fileSize, 1_000, "1 kB"],
    [fileSize, 999_999, "999 kB"], [fileSize, 1_250_000, "1.2 MB"], [fileSize, 42_000_000, "42 MB"],
    [fileSize, 5_300_000_000_000, "5300 GB"],
    [timeOfDay, new Date(2026, 1, 4, 4, 2, 11).getTime(), "04:02:11"],
  ]
  for (const [form, value, text] of forms) {
    test(`${form.name} of ${value} is ${text}`, () => assert.equal(form(value), text))
  }
})

describe("states", () => {
  test("that are unknown have words too", () => {
    assert.deepEqual(pluginWords("sleeping"), { state: "unknown", sign: "?", word: "Unknown" })
    assert.deepEqual(pluginWords("__proto__"), { state: "unknown", sign: "?", word: "Unknown" })
    assert.equal(jobWords(null).state, "queued")
    assert.equal(severityWords("catastrophic").state, "medium")
  })

  for (const [plugin, job, state] of [
    ["running", "failed", "stopped"], ["started", "cancelled", "stopped"], ["running", "succeeded", "stopped"],
    ["completed", "failed", "completed"], ["failed", "failed", "failed"], ["running", "running", "running"],
    ["started", null, "started"],
  ]) {
    test(`of a plugin that was ${plugin} in a job that is ${job}: ${state}`, () => {
      assert.equal(pluginWords(pluginStatusIn(plugin, job)).state, state)
    })
  }

  test("of a job are final in three cases", () => {
    assert.deepEqual(
      ["queued", "running", "succeeded", "failed", "cancelled", null].filter(isFinal),
      ["succeeded", "failed", "cancelled"])
  })
})

describe("the title of the tab", () => {
  const nowMs = new Date(2026, 1, 4, 15, 0, 0).getTime()
  const asOf = new Date(2026, 1, 4, 14, 2, 11).getTime()
  const title = (status, value, name = "build", rest = {}) =>
    tabTitle({ name, jobId: "7", status, progress: { value }, isStale: false, asOf, ...rest }, nowMs)
  const stale = (status, value, rest = {}) => title(status, value, "build", { isStale: true, ...rest })
  for (const [said, expected] of [
    [title("running", 64.9), "64% · build"],
    [title("running", null), "Running · build"],
    [title("queued", null), "Queued · build"],
    [title("succeeded", 100), "✓ Succeeded · build"],
    [title("failed", 40), "✗ Failed · build"],
    [title("running", 5, null), "5% · Job 7"],
    [title(null, null), "build"],
    [stale("running", 64.9), "64% at 14:02:11 · build"],
    [stale("running", null), "Was running at 14:02:11 · build"],
    [stale("running", 64, { asOf: null }), "64%? · build"],
    [stale("succeeded", 100), "✓ Succeeded · build"],
  ]) {
    test(expected, () => assert.equal(said, expected))
  }
})

describe("a badge", () => {
  const nowMs = new Date(2026, 1, 4, 15, 0, 0).getTime()
  const asOf = new Date(2026, 1, 4, 14, 2, 11).getTime()
  const calm = { isOnline: true, isOverlay: false, nowMs }
  const offline = { ...calm, isOnline: false }
  const told = "as of 14:02:11"
  const live = (connection, rest = {}) =>
    ({ connection, closeReason: "why", isGone: false, isPolling: false, isStale: false, asOf, ...rest })
  const stale = (connection, rest = {}) => live(connection, { isStale: true, ...rest })
  for (const [name, connection, page, state, label, time, canReconnect = false] of [
    ["is live", live("CONNECTED"), calm, "live", "Live", null],
    ["is live even if the browser reports that it is offline", live("CONNECTED"), offline, "live", "Live", null],
    ["says connecting while a page loads", live("DISCONNECTED"), calm, "connecting", "Connecting…", null],
    ["says reconnecting, and since when the page may be out of date", stale("DISCONNECTED"), calm, "reconnecting", "Reconnecting…", told],
    ["says the same while an attempt runs", stale("RECONNECTING"), calm, "reconnecting", "Reconnecting…", told],
    ["says reconnecting on a page from the browser's cache", stale("CONNECTING"), calm, "reconnecting",
      "Reconnecting…", told],
    ["says the date if it is not today", stale("DISCONNECTED", { asOf: new Date(2026, 0, 31, 9, 5, 7).getTime() }), calm,
      "reconnecting", "Reconnecting…", "as of 31 Jan 09:05:07"],
    ["says that there is no network", stale("DISCONNECTED"), offline, "offline", "Offline: showing data", told],
    ["has no time if it is unknown", stale("CONNECTING", { asOf: null }), offline, "offline", "Offline", null],
    ["says why it gave up", stale("CLOSED"), calm, "closed", "Disconnected: why", told, true],
    ["says that it gave up, without a reason", stale("CLOSED", { closeReason: null }), calm, "closed", "Disconnected", told, true],
    ["says in an overlay that the connection is lost", stale("CLOSED"), { ...calm, isOverlay: true }, "closed",
      "Connection lost", told, true],
    ["says that the subject no longer exists", stale("CLOSED", { isGone: true }), calm, "gone", "No longer on the server", told],
    ["says that it polls", live("DISCONNECTED", { isPolling: true }), calm, "live", "Live, once a second", null],
    ["says that it polls because other tabs hold all streams", live("DISCONNECTED", { isPolling: true, isCrowded: true }), calm,
      "live", "Live, once a second: many tabs are open", null],
    ["offers to reconnect while it polls after giving up", live("CLOSED", { isPolling: true }), calm, "live", "Live, once a second", null, true],
  ]) {
    test(name, () => assert.deepEqual(connectionBadge(connection, page), { state, label, asOf: time, canReconnect }))
  }
})

describe("a job on a page that may be out of date", () => {
  for (const [status, word] of [["running", "Was running"], ["queued", "Was queued"], ["succeeded", "Succeeded"], ["failed", "Failed"]]) {
    test(`is shown as ${word} if it was ${status}`, () => assert.equal(jobWordsAsKnown(status, true).word, word))
  }

  test("is shown as it is on a current page", () => assert.equal(jobWordsAsKnown("running", false).word, "Running"))
})
