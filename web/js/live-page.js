// @ts-check
import { LiveJob } from "./live-job.js"
import { LiveJobList } from "./live-job-list.js"
import { initialState } from "./page.js"

/**
 * Which live thing an element belongs to: that of the overlay around it, else the page's own. Elements ask here, and
 * never each other.
 */

/** @type {WeakMap<Element, LiveJob>} */
const overlayJobs = new WeakMap()
/** @type {LiveJob | null} */
let pageJob = null
/** @type {LiveJobList | null} */
let pageList = null

/** The job that an element shows. @param {Element} element */
export function liveJobOf(element) {
  const overlay = element.closest("realtime-overlay")
  if (overlay === null || isPagesOwn(overlay)) return jobOfPage()
  let job = overlayJobs.get(overlay)
  if (job === undefined) {
    job = new LiveJob()
    overlayJobs.set(overlay, job)
  }
  return job
}

/**
 * The connection that an element reports on: its overlay's job, the page's job, or the list of jobs.
 * @param {Element} element
 */
export function liveOf(element) {
  return document.body.dataset.page === "job" || element.closest("realtime-overlay") !== null
    ? liveJobOf(element)
    : liveJobList()
}

export function liveJobList() {
  if (pageList === null) {
    pageList = new LiveJobList(document.body.dataset.page === "dashboard" ? initialState() : {})
    if (!isStory()) pageList.start()
  }
  return pageList
}

/** Stories show a component as it is; nothing connects. */
export function isStory() {
  return document.body.dataset.page === "story"
}

function jobOfPage() {
  if (pageJob === null) {
    pageJob = new LiveJob()
    const { jobId } = document.body.dataset
    if (jobId !== undefined && !isStory()) pageJob.watch(jobId, initialState())
  }
  return pageJob
}

/** The overlay that stands in place on a job's own page shows the page's job. @param {Element} overlay */
function isPagesOwn(overlay) {
  const { jobId } = document.body.dataset
  return isStory() || (jobId !== undefined && overlay.getAttribute("data-job-id") === jobId)
}
