// @ts-check
import { fillOrHide } from "../dom.js"
import { RefusedError, actOnJob } from "./job-requests.js"

/** @typedef {import("./live-job.js").LiveJob} LiveJob */

/** Shown after a job was cancelled while nothing can be stored. */
const ENDS_UNSTORED = "The job is being stopped. This page shows its end when the server can store again."

/**
 * Submits the forms that cancel, retry or delete the job with a request, so that the page stays and keeps what it knows
 * if the server is unreachable.
 * @param {LiveJob} job
 */
export function attachJobActions(job) {
  // A page that comes back from the browser's cache is usable again.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return
    for (const button of document.querySelectorAll("form[data-action] button")) button.removeAttribute("disabled")
  })
  let wasConnected = job.store.state.isConnected
  job.store.subscribe(({ isConnected }) => {
    // "The server could not be reached" is no longer true.
    if (isConnected && !wasConnected) {
      for (const form of document.querySelectorAll("form[data-action]")) fillOrHide(form, "refusal", null)
    }
    wasConnected = isConnected
  })
  document.addEventListener("submit", event => {
    const form = event.target
    if (!(form instanceof HTMLFormElement)) return
    const verb = form.dataset.action
    if (verb !== "cancel" && verb !== "retry" && verb !== "delete") return
    event.preventDefault()
    void sendAction(form, verb, job)
  })
}

/**
 * Sends the request; if it is refused, shows the reason beside the button.
 * @param {HTMLFormElement} form
 * @param {"cancel" | "retry" | "delete"} verb
 * @param {LiveJob} job
 */
export async function sendAction(form, verb, job) {
  const { jobId, createdAt, isConnected } = job.store.state
  const button = form.querySelector("button")
  if (jobId === null || button === null || button.disabled) return
  const hadFocus = document.activeElement === button
  button.disabled = true
  fillOrHide(form, "refusal", null)
  try {
    const answer = await actOnJob(jobId, verb, createdAt)
    // The button stays disabled until the other page opens, so that the request is not sent twice.
    if (verb === "delete") return location.assign("/")
    if (verb === "retry") return location.assign(`/jobs/${encodeURIComponent(answer.job_id)}`)
    // The end of the job arrives as a message.
    if (!isConnected) job.reconnect()
    else if (job.store.state.storageFailure) fillOrHide(form, "refusal", ENDS_UNSTORED)
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    fillOrHide(form, "refusal", error.message)
  }
  button.disabled = false
  // Disabling the button took the focus away.
  if (hadFocus) button.focus()
}
