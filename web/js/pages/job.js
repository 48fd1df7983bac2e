// @ts-check
import { fillOrHide, setAttribute, setHidden, setText, slot } from "./dom.js"
import { showToast } from "./toast.js"
import { RefusedError, actOnJob } from "./uploads.js"
import { isFinal, jobWords, jobWordsAsKnown } from "./words.js"

/** @typedef {import("./live-job.js").LiveJob} LiveJob */

/**
 * Keeps what a job's page says of the job outside the overlay up to date: its status, its device, and how it ended.
 * @param {LiveJob} job
 */
export function attachJobPage({ store }) {
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

/**
 * Sends the forms that do something with the job, so that the page stays where the server can't be reached: only it
 * would catch up.
 * @param {LiveJob} job
 */
export function sendActions(job) {
  // A page that comes back from the browser's own store may be used again.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return
    for (const button of document.querySelectorAll("form[data-action] button")) button.removeAttribute("disabled")
  })
  let wasConnected = job.store.state.isConnected
  job.store.subscribe(({ isConnected }) => {
    // That the server could not be reached is over.
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
 * Does it, or says beside the button why not.
 * @param {HTMLFormElement} form
 * @param {"cancel" | "retry" | "delete"} verb
 * @param {LiveJob} job
 */
export async function sendAction(form, verb, job) {
  const { jobId, isConnected } = job.store.state
  const button = form.querySelector("button")
  if (jobId === null || button === null || button.disabled) return
  const hadFocus = document.activeElement === button
  button.disabled = true
  fillOrHide(form, "refusal", null)
  try {
    const answer = await actOnJob(jobId, verb)
    // The button stays as it is until the other page is there: it must not be done twice.
    if (verb === "delete") return location.assign("/")
    if (verb === "retry") return location.assign(`/jobs/${encodeURIComponent(answer.job_id)}`)
    // That it has ended comes like everything else.
    if (!isConnected) job.reconnect()
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    fillOrHide(form, "refusal", error.message)
  }
  button.disabled = false
  // A button that is disabled loses it.
  if (hadFocus) button.focus()
}

/** What can be done with a job, and what came out of it, is other markup once it is over: the server writes it. */
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
      // Whoever pressed Cancel goes on from there.
      if (hadFocus) copy.querySelector("button")?.focus()
    }
  } catch (error) {
    console.warn("The job's results could not be read", error)
  }
}

/**
 * Tells of the end of the watched job by a notification, once the visitor has asked for it with a button
 * (`data-action="notify"`), and only while the page is not looked at.
 * @param {LiveJob} job
 */
export function notifyAtEnd({ store }) {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector('[data-action="notify"]'))
  if (button === null) return
  if (!("Notification" in globalThis) || isFinal(store.state.status)) {
    button.hidden = true
    return
  }
  let isWanted = false
  button.addEventListener("click", async () => {
    isWanted = !isWanted && (await Notification.requestPermission()) === "granted"
    button.setAttribute("aria-pressed", String(isWanted))
    showToast(isWanted ? "You will be told when the job ends" : "No notification will be shown")
  })
  store.subscribe(({ status, name, jobId }) => {
    if (!isFinal(status)) return
    button.hidden = true
    if (isWanted && document.hidden) new Notification(`${jobWords(status).word}: ${name ?? `job ${jobId}`}`, { tag: `job-${jobId}` })
    isWanted = false
  })
}
