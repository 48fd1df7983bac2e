// @ts-check
import { apiURL } from "../page.js"
import { LiveList } from "../realtime/live-list.js"
import { JOB_FOLD } from "./listed-job.js"
import { isJobStatus } from "./state-words.js"

/** A listing reads as many jobs as the page knows, within these bounds. */
const LISTED_MIN = 50
const LISTED_MAX = 500

/** The jobs of the dashboard: those that the address filters for, kept up to date by the `jobs` topic. */
export function makeLiveJobList() {
  const query = new URLSearchParams(location.search)
  // For an unknown status the page shows all jobs; the API would refuse it.
  if (!isJobStatus(query.get("status"))) query.delete("status")
  return new LiveList({
    ...JOB_FOLD,
    topics: ["jobs"],
    read: (knownCount, signal) => readJobs(query, knownCount, signal),
  })
}

/**
 * @param {URLSearchParams} query The filter with which the page was rendered.
 * @param {number} knownCount
 * @param {AbortSignal} signal
 */
async function readJobs(query, knownCount, signal) {
  const url = new URL("/v1/jobs", apiURL())
  for (const name of ["status", "q", "cursor"]) {
    const value = query.get(name)
    if (value) url.searchParams.set(name, value)
  }
  const isFiltered = url.search !== ""
  url.searchParams.set("limit", String(Math.min(Math.max(knownCount, LISTED_MIN), LISTED_MAX)))
  const response = await fetch(url, { cache: "no-store", signal })
  if (!response.ok) return null
  const { jobs = [], next = null } = await response.json()
  return { rows: jobs, isWhole: next === null && !isFiltered }
}
