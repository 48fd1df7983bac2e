// What the browser's modules write over a page is what the server wrote into it.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { ElapsedClock } from "../../web/js/elements/progress-view.js"
import { boxLabels } from "../../web/js/jobs/box-labels.js"
import { frameWithId } from "../../web/js/jobs/frames.js"
import { INITIAL_JOB_STATE, reduce } from "../../web/js/jobs/job-state.js"
import { tabTitle } from "../../web/js/jobs/job-tab.js"
import { overlayState, progressTexts, shownErrors } from "../../web/js/jobs/job-view.js"
import { foldListedJob, rowTexts, searchText } from "../../web/js/jobs/listed-job.js"
import { isFinal, jobWords, pluginStatusIn, pluginWords, severityWords } from "../../web/js/jobs/state-words.js"
import * as readable from "../../web/js/readable.js"
import { connectionBadge } from "../../web/js/realtime/connection-badge-words.js"
import { foldedQuery } from "../../web/js/search-text.js"
import { figure, readFixture } from "./fixture.mjs"
import { message } from "./support.mjs"

const NOW_MS = Date.parse("2026-02-04T12:00:00Z")

describe("a figure reads as on the server", () => {
  for (const { form, value, text } of readFixture("readable")) {
    test(`${form} of ${value} is ${text}`, () => assert.equal(readable[form](figure(value)), text))
  }
})

describe("a state reads as on the server", () => {
  for (const each of readFixture("states")) {
    test(`${each.kind} ${each.name ?? `${each.plugin}, ${each.job}`}`, () => {
      const { kind, name, sign, word } = each
      if (kind === "job") assert.deepEqual([jobWords(name), isFinal(name)], [{ state: name, sign, word }, each.isFinal])
      if (kind === "plugin") assert.deepEqual(pluginWords(name), { state: each.state, sign, word })
      if (kind === "severity") assert.deepEqual(severityWords(name), { state: name, sign, word })
      if (kind === "plugin-in-job") assert.equal(pluginWords(pluginStatusIn(each.plugin, each.job)).state, each.state)
    })
  }
})

describe("a connection's badge reads as on the server", () => {
  const asOfMs = new Date(2026, 1, 4, 14, 2, 11).getTime()
  /** By the state of the badge: how the page comes to show it. */
  const connections = {
    connecting: { connection: "CONNECTING" },
    live: { connection: "CONNECTED" },
    reconnecting: { connection: "RECONNECTING", isStale: true },
    offline: { connection: "DISCONNECTED", isStale: true },
    closed: { connection: "CLOSED", isStale: true },
    gone: { connection: "CLOSED", isStale: true, isGone: true },
  }
  for (const each of readFixture("connection-badge")) {
    // While the page is current, its badge has no time.
    if (each.asOf !== null && !connections[each.state].isStale) continue
    test(`${each.label} ${each.asOf ?? ""}`, () => {
      const live = { isGone: false, isPolling: false, isStale: false, ...connections[each.state],
        closeReason: each.reason, asOf: each.asOf === null ? null : asOfMs }
      const page = { isOnline: each.state !== "offline", isOverlay: false, nowMs: asOfMs }
      assert.deepEqual(connectionBadge(live, page), {
        state: each.state, label: each.label, asOf: each.asOfText || null, canReconnect: each.canReconnect,
      })
    })
  }
})

describe("a search finds what it does on the server", () => {
  for (const { query, name, source, id, folded, isFound } of readFixture("search")) {
    test(`${JSON.stringify(query)} ${isFound ? "finds" : "does not find"} ${name}, ${source}, ${id}`, () => {
      const text = searchText({ name, source, id })
      assert.equal(text, folded)
      assert.equal(text.includes(foldedQuery(query)), isFound)
    })
  }
})

describe("a job reads as on the server", () => {
  for (const [index, { job, ...expected }] of readFixture("job-views").entries()) {
    test(`${index}: ${expected.title.slice(0, 60)}`, () => {
      const { id, name, status, progress: value, stage, plugin, rate, eta_seconds: etaSeconds } = job
      const state = { jobId: id, name: name === "" ? null : name, status, isStale: false, asOf: null,
        progress: { value, stage, plugin, rate, etaSeconds } }
      const { state: bar, label, percent, rate: rateText, eta } = progressTexts(state)
      assert.deepEqual(
        { title: tabTitle(state, NOW_MS), overlay: overlayState(state), bar, label: escaped(label), percent, rate: rateText, eta },
        without(expected, "elapsed"))
    })
  }
})

describe("messages add up to what they do on the server", () => {
  for (const { name, messages, job } of readFixture("foldings")) {
    const sent = messages.map(({ type, payload }) => message(type, payload))
    const queued = message("job_status", { job_id: "job-7", status: "queued", name: "walk.y4m" })

    test(name, () => assert.deepEqual(summary([queued, ...sent].reduce(reduce, INITIAL_JOB_STATE)), without(job, "row")))

    test(`${name}, in the list`, () => {
      const listed = sent.filter(({ type }) => type === "job_status" || type === "progress")
      const { name: title, words, stage, percent, device } =
        rowTexts([queued, ...listed].reduce((known, { payload }) => foldListedJob(known, payload), null), false)
      const expected = job.row
      assert.deepEqual([title, words.state, stage, percent, device], [
        expected.name, expected.state, expected.stage,
        expected.percent === null ? readable.UNKNOWN : readable.percent(expected.percent), expected.device,
      ])
    })

    test(`${name}, with every frame told first`, () => {
      const frames = sent.filter(({ type }) => type === "frame")
      const others = sent.filter(({ type }) => type !== "frame")
      const [early, usual] = [[...frames, queued, ...others], [queued, ...sent]]
        .map(each => each.reduce(reduce, INITIAL_JOB_STATE))
      assert.deepEqual(early, usual)
    })
  }
})

describe("a frame shows what it does on the server", () => {
  for (const { messages, id, caption, image, boxes } of readFixture("frames")) {
    test(`frame ${id}`, () => {
      const shown = frameWithId(messages, id)
      assert.deepEqual([shown.caption, shown.imageURL, shown.boxes], [caption, image, boxes])
    })
  }

  for (const [index, { boxes, width, height, fontSize, labels }] of readFixture("box-labels").entries()) {
    test(`with the labels of picture ${index}`, () => {
      assert.deepEqual(boxLabels(boxes, { width, height }, fontSize), labels)
    })
  }
})

describe("the time of a job counts as on the server", () => {
  for (const { job: { status }, elapsed } of readFixture("job-views")) {
    if (status === "queued") continue
    test(`${status}: ${elapsed}`, () => {
      const startedAt = NOW_MS - 124_000
      const finishedAt = isFinal(status) ? NOW_MS - 4_000 : null
      const state = { startedAt, finishedAt, isConnected: true, isPolling: false, asOf: null }
      assert.equal(readable.clock(new ElapsedClock().at(state, NOW_MS)), elapsed)
    })
  }
})

/** The tables hold the texts of markup. */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}

function without(object, name) {
  const { [name]: _, ...rest } = object
  return rest
}

/** What the fixture says of a job. */
function summary(state) {
  const { value, stage, plugin, rate, etaSeconds } = state.progress
  return {
    status: state.status,
    title: tabTitle(state, NOW_MS),
    overlay: overlayState(state),
    progress: { value, stage, plugin, rate, eta_seconds: etaSeconds },
    plugins: Object.entries(state.pluginStatus).map(([name, { status, p50, p95, max, framesProcessed, health }]) => ({
      name, state: pluginWords(pluginStatusIn(status, state.status)).state, timing: state.pluginTimings[name] ?? null,
      p50, p95, max, frames: framesProcessed || null, health,
    })),
    warnings: state.warnings.map(({ plugin: by, message: text, severity, frameId }) =>
      ({ plugin: by, message: text, severity: severityWords(severity).state, frame: frameId === null ? null : String(frameId) })),
    warningCount: state.warningCount,
    errors: [...shownErrors(state)].reverse().map(({ key, title, message: text, code }) => ({ key, title, message: text, code })),
  }
}
