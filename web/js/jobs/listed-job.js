// @ts-check
import { UNKNOWN, count, percent as percentText } from "../readable.js"
import { finite, percent, text } from "../values.js"
import { jobWordsAsKnown } from "./state-words.js"

/**
 * A job as lists show it, and how messages change it.
 *
 * @typedef {object} ListedJob Fields are null while they are unknown.
 * @property {string} id
 * @property {string | null} name
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
 * The job after a message: a field that the message has replaces the known one, any other stays.
 * @param {ListedJob | null} known
 * @param {Record<string, any>} payload
 * @returns {ListedJob}
 */
export function foldListedJob(known, payload) {
  return {
    id: text(payload.job_id) ?? known?.id ?? "",
    name: text(payload.name) ?? known?.name ?? null,
    status: text(payload.status) ?? known?.status ?? null,
    progress: foldProgress(known, payload),
    stage: "stage" in payload || "plugin" in payload ? text(payload.stage) : known?.stage ?? null,
    error: "error" in payload ? text(payload.error) : known?.error ?? null,
    device: text(payload.device_used) ?? known?.device ?? null,
    warningsCount: finite(payload.warnings_count) ?? known?.warningsCount ?? null,
    createdAt: text(payload.created_at) ?? known?.createdAt ?? null,
    startedAt: text(payload.started_at) ?? known?.startedAt ?? null,
    finishedAt: text(payload.finished_at) ?? known?.finishedAt ?? null,
  }
}

/** A null, or `total_unknown`, means that the progress is no longer known. @param {ListedJob | null} known @param {Record<string, any>} payload */
function foldProgress(known, payload) {
  if (!("progress" in payload)) return known?.progress ?? null
  return payload.total_unknown === true ? null : percent(payload.progress)
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
