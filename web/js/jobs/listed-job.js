// @ts-check
import { UNKNOWN, count, percent as percentText } from "../readable.js"
import { folded } from "../search-text.js"
import { finite, instant, percent, text } from "../values.js"
import { jobWordsAsKnown } from "./state-words.js"

/**
 * A job as lists show it, and how messages change it.
 *
 * @typedef {object} ListedJob Fields are null while they are unknown.
 * @property {string} id
 * @property {number | null} number Counts up: lists are ordered by it.
 * @property {string | null} name
 * @property {string | null} source
 * @property {string | null} status
 * @property {number | null} progress 0-100
 * @property {string | null} stage
 * @property {string | null} error Why it failed, in a sentence.
 * @property {string | null} device
 * @property {number | null} warningsCount
 * @property {string | null} createdAt ISO 8601, as are the next two.
 * @property {string | null} startedAt
 * @property {string | null} finishedAt
 *
 * @typedef {object} RowTexts What a row of the list shows, as `JobRow` on the server writes it.
 * @property {string} name
 * @property {import("./state-words.js").StateWords | null} words Null while the status is unknown.
 * @property {string} stage What is going on, or why the job failed.
 * @property {string | null} device
 * @property {number} share 0...1, for the bar.
 * @property {string} percent
 * @property {string | null} warnings
 */

/** What a queued job's row and bar say. */
export const WAITING = "Waiting for its turn"

/**
 * How messages change a list of jobs.
 * @type {import("../realtime/list-state.js").ListFold}
 */
export const JOB_FOLD = Object.freeze({
  types: ["job_status", "progress"],
  keyOf: payload => text(payload.job_id),
  fold: foldListedJob,
})

/**
 * The job after a message: a field that the message has replaces the known one, any other stays. Fields that never
 * change are taken from the first message, because a later one may come from a reporter instead of the server.
 * @param {ListedJob | null} known
 * @param {Record<string, any>} payload
 * @returns {ListedJob}
 */
export function foldListedJob(known, payload) {
  return {
    id: text(payload.job_id) ?? known?.id ?? "",
    number: known?.number ?? finite(payload.number),
    source: known?.source ?? text(payload.source),
    name: text(payload.name) ?? known?.name ?? null,
    status: text(payload.status) ?? known?.status ?? null,
    progress: foldProgress(known, payload),
    stage: "stage" in payload || "plugin" in payload ? text(payload.stage) : known?.stage ?? null,
    error: "error" in payload ? text(payload.error) : known?.error ?? null,
    device: text(payload.device_used) ?? known?.device ?? null,
    warningsCount: finite(payload.warnings_count) ?? known?.warningsCount ?? null,
    createdAt: known?.createdAt ?? text(payload.created_at),
    startedAt: text(payload.started_at) ?? known?.startedAt ?? null,
    finishedAt: text(payload.finished_at) ?? known?.finishedAt ?? null,
  }
}

/** A null, or `total_unknown`, means that the progress is no longer known. @param {ListedJob | null} known @param {Record<string, any>} payload */
function foldProgress(known, payload) {
  if (!("progress" in payload)) return known?.progress ?? null
  return payload.total_unknown === true ? null : percent(payload.progress)
}

/** @type {WeakMap<object, string>} */
const searchTexts = new WeakMap()

/**
 * The text that a search covers, like `Job.searchText` on the server.
 * @param {Pick<ListedJob, "id" | "name" | "source">} job
 */
export function searchText(job) {
  const known = searchTexts.get(job)
  if (known !== undefined) return known
  const text = folded(`${job.name ?? ""}\n${job.source ?? ""}\n${job.id}`)
  searchTexts.set(job, text)
  return text
}

/**
 * Whether a job was created before another one. Numbers decide, as on the server; times can jump.
 * @param {Pick<ListedJob, "number" | "createdAt">} one
 * @param {Pick<ListedJob, "number" | "createdAt">} other
 */
export function isOlder(one, other) {
  if (one.number !== null && other.number !== null) return one.number < other.number
  return (instant(one.createdAt) ?? 0) < (instant(other.createdAt) ?? 0)
}

/**
 * @param {ListedJob} job
 * @param {boolean} isStale
 * @returns {RowTexts}
 */
export function rowTexts(job, isStale) {
  return {
    name: job.name ?? `Job ${job.id}`,
    words: job.status === null ? null : jobWordsAsKnown(job.status, isStale),
    stage: job.error ?? (job.status === "queued" ? WAITING : job.stage ?? ""),
    device: job.device,
    share: (job.progress ?? 0) / 100,
    percent: job.progress === null ? UNKNOWN : percentText(job.progress),
    warnings: job.warningsCount === null ? null : job.warningsCount > 0 ? count(job.warningsCount) : UNKNOWN,
  }
}
