// @ts-check
import { startPage } from "../app.js"
import { setAttribute, setHidden, setText, slot } from "../dom.js"
import { attachMoments } from "../elements/moments.js"
import { attachJobActions } from "../jobs/job-actions.js"
import { attachNotification } from "../jobs/job-notification.js"
import { attachJobParts } from "../jobs/job-parts.js"
import { showInTab } from "../jobs/job-tab.js"
import { LiveJob } from "../jobs/live-job.js"
import { isFinal, jobWordsAsKnown } from "../jobs/state-words.js"
import { startPageView } from "../live-page.js"

/** A job's own page. */
startPage(() => {
  const job = new LiveJob()
  // The page's facts, results and actions belong to another job than the messages, so the server renders it again.
  job.store.subscribe(({ isReplaced }) => { if (isReplaced) location.reload() })
  startPageView(job, (known, kept) => job.watch(document.body.dataset.jobId ?? "", known, kept))
  attachJobParts()
  attachHeader(job)
  attachMoments(job)
  showInTab(job)
  attachNotification(job)
  attachJobActions(job)
})

/**
 * Keeps the parts of the page outside the overlay up to date: the job's status, its device, and its results.
 * @param {LiveJob} job
 */
function attachHeader({ store }) {
  let wasFinal = isFinal(store.state.status)
  store.subscribe(({ name, status, isStale, device, deviceReason, frames }) => {
    if (name !== null) setText(slot(document, "job-name"), name)
    if (frames.length > 0) setHidden(slot(document, "frames-link"), false)
    if (status !== null) showStatus(status, isStale)
    if (isFinal(status) && !wasFinal) void renewEndedParts()
    wasFinal = isFinal(status)
    if (device !== null) setText(slot(document, "device"), device)
    if (deviceReason !== null) {
      const reason = slot(document, "device-reason")
      setText(reason, deviceReason)
      setHidden(reason, false)
      setAttribute(reason?.closest("[data-state]") ?? null, "data-state", "degraded")
    }
  })
}

/** @param {string} status @param {boolean} isStale */
function showStatus(status, isStale) {
  const { state, sign, word } = jobWordsAsKnown(status, isStale)
  setAttribute(document.body, "data-state", state)
  setAttribute(document.body, "data-stale", isStale && !isFinal(status) ? "" : null)
  for (const node of document.querySelectorAll('[data-slot="job-status"]')) {
    setText(node, word)
    const badge = node.closest("[data-state]")
    setAttribute(badge, "data-state", state)
    if (badge !== null) setText(slot(badge, "status-icon"), sign)
  }
}

/** A job that has ended has other actions, and results: the server renders these parts again. */
async function renewEndedParts() {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" })
    if (!response.ok) return
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    for (const name of ["job-header", "job-results"]) {
      const [old, renewed] = [slot(document, name), slot(page, name)]
      if (old === null || renewed === null) continue
      const hadFocus = old.contains(document.activeElement)
      const copy = document.importNode(renewed, true)
      old.replaceWith(copy)
      // The visitor may have pressed Cancel: the focus stays in this part.
      if (hadFocus) copy.querySelector("button")?.focus()
    }
  } catch (error) {
    console.warn("The job's results could not be read", error)
  }
}
