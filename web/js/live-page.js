// @ts-check
import { keepWhenLeft, kept } from "./kept-state.js"
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
    const known = document.body.dataset.page === "dashboard" ? initialState() : {}
    const rendering = renderingOf(known)
    const list = new LiveJobList(known, rendering === null ? null : kept(rendering))
    pageList = list
    if (rendering !== null) keepWhenLeft(rendering, () => list.content())
    if (!isStory()) list.start()
  }
  return pageList
}

/** Stories show a component as it is; nothing connects. */
export function isStory() {
  return document.body.dataset.page === "story"
}

function jobOfPage() {
  if (pageJob === null) {
    const job = new LiveJob()
    pageJob = job
    const { jobId } = document.body.dataset
    if (jobId !== undefined && !isStory()) {
      const known = initialState()
      const rendering = renderingOf(known)
      job.watch(jobId, known, rendering === null ? null : kept(rendering))
      if (rendering !== null) keepWhenLeft(rendering, () => job.content())
    }
  }
  return pageJob
}

/** What tells this rendering from all others: where the server's line of messages stood, and when. @param {import("./page.js").Known} known */
function renderingOf({ cursor = null, asOf = null }) {
  return cursor === null || asOf === null ? null : `${cursor} ${asOf}`
}

/** The overlay that stands in place on a job's own page shows the page's job. @param {Element} overlay */
function isPagesOwn(overlay) {
  const { jobId } = document.body.dataset
  return isStory() || (jobId !== undefined && overlay.getAttribute("data-job-id") === jobId)
}
