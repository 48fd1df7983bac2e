// @ts-check
import { INITIAL_CONNECTION, connectionChange } from "./connection-state.js"
import { finite, latest, percent, text, withEntry } from "./values.js"

/**
 * What the dashboard knows of every job, and how the `jobs` topic changes it.
 *
 * @typedef {import("./messages.js").Message} Message
 *
 * @typedef {object} ListedJob Fields are null until something was said about them.
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
 * @typedef {import("./connection-state.js").ConnectionPart & ListPart} JobListState
 *
 * @typedef {object} ListPart
 * @property {Readonly<Record<string, ListedJob>>} jobs By id.
 * @property {number} listings How often the list was read: what was not in it is gone.
 * @property {boolean} isWhole Whether the last one held all jobs that there are.
 *
 * @typedef {Message
 *   | import("./connection-state.js").ConnectionAction
 *   | {type: "local:restored", jobs: Readonly<Record<string, ListedJob>>, asOf: number | null}
 *   | {type: "local:rendered", asOf: number | null}
 *   | {type: "local:listed", jobs: Record<string, any>[], isWhole: boolean, before: Readonly<Record<string, ListedJob>>, atMs: number}} JobListAction
 */

/** @type {Readonly<JobListState>} */
export const INITIAL_JOB_LIST_STATE = Object.freeze({
  ...INITIAL_CONNECTION, jobs: Object.freeze({}), listings: 0, isWhole: false,
})

/**
 * The list after a message. Pure; a message that is not about a job returns the very same state.
 * @param {JobListState} state
 * @param {JobListAction} action
 * @returns {JobListState}
 */
export function reduceJobList(state, action) {
  const connection = connectionChange(state, action)
  if (connection !== undefined) return connection === null ? state : { ...state, ...connection }
  switch (action.type) {
    case "local:rendered": return { ...state, asOf: /** @type {any} */ (action).asOf }
    case "local:restored": {
      const { jobs, asOf } = /** @type {any} */ (action)
      return { ...state, jobs, asOf }
    }
    case "local:listed": return withListing(state, /** @type {any} */ (action))
    case "job_status":
    case "progress": {
      const { payload, timestamp } = /** @type {Message} */ (action)
      const next = withJob(state, payload)
      return next === state ? state : { ...next, asOf: latest(state.asOf, Date.parse(timestamp)) }
    }
    default: return state
  }
}

/** A list that was asked for when the jobs were as in `before`: what was said of a job since then is newer than it.
 * @param {JobListState} state
 * @param {{jobs: Record<string, any>[], isWhole: boolean, before: Readonly<Record<string, ListedJob>>, atMs: number}} action
 * @returns {JobListState} */
function withListing(state, { jobs, isWhole, before, atMs }) {
  const news = Object.values(state.jobs).filter(job => job !== before[job.id])
  /** @type {JobListState} */
  const empty = { ...state, jobs: {}, listings: state.listings + 1, isWhole, asOf: latest(state.asOf, atMs) }
  return news.reduce((next, job) => {
    const old = Object.hasOwn(before, job.id) ? Object.entries(before[job.id]).filter(([, value]) => value !== null) : []
    const wasKnown = new Set(old.map(([name]) => name))
    const said = Object.fromEntries(Object.entries(job).filter(([name, value]) => value !== null || wasKnown.has(name)))
    const known = Object.hasOwn(next.jobs, job.id) ? next.jobs[job.id] : job
    return { ...next, jobs: withEntry(next.jobs, job.id, { ...known, ...said }) }
  }, jobs.reduce(withJob, empty))
}

/** That it is not known is said too, by a null or in words. @param {Record<string, any>} payload @param {ListedJob | null} known */
function progressIn(payload, known) {
  if (!("progress" in payload)) return known?.progress ?? null
  return payload.total_unknown === true ? null : percent(payload.progress)
}

/** What is said replaces what was known; what is not said stays.
 * @param {JobListState} state @param {Record<string, any>} payload @returns {JobListState} */
function withJob(state, payload) {
  const id = text(payload.job_id)
  if (id === null) return state
  const known = Object.hasOwn(state.jobs, id) ? state.jobs[id] : null
  const job = {
    id,
    name: text(payload.name) ?? known?.name ?? null,
    status: text(payload.status) ?? known?.status ?? null,
    progress: progressIn(payload, known),
    stage: "stage" in payload || "plugin" in payload ? text(payload.stage) : known?.stage ?? null,
    error: text(payload.error) ?? known?.error ?? null,
    device: text(payload.device_used) ?? known?.device ?? null,
    warningsCount: finite(payload.warnings_count) ?? known?.warningsCount ?? null,
    createdAt: text(payload.created_at) ?? known?.createdAt ?? null,
    startedAt: text(payload.started_at) ?? known?.startedAt ?? null,
    finishedAt: text(payload.finished_at) ?? known?.finishedAt ?? null,
  }
  return { ...state, jobs: withEntry(state.jobs, id, job) }
}
