// @ts-check
import { isStory } from "../page.js"
import { pageView, setView, viewOf } from "../live-page.js"
import { LiveJob } from "./live-job.js"

/**
 * The job that an element shows: the page's own, or the one of the overlay around it.
 * @param {Element} element
 * @returns {LiveJob}
 */
export function liveJobOf(element) {
  const overlay = element.closest("realtime-overlay")
  if (overlay !== null && !showsPageJob(overlay) && viewOf(overlay) === pageView()) setView(overlay, new LiveJob())
  const view = viewOf(element)
  if (!(view instanceof LiveJob)) throw new Error("This element shows a job, and the page has none.")
  return view
}

/** A job's own page has an overlay in place, which shows the same job. @param {Element} overlay */
function showsPageJob(overlay) {
  const { jobId } = document.body.dataset
  return isStory() || (jobId !== undefined && overlay.getAttribute("data-job-id") === jobId)
}
