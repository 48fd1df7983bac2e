// @ts-check
import { preference, setPreference } from "../preferences.js"
import { showToast } from "../toast.js"
import { isFinal, jobWords } from "./state-words.js"

/** Remembers whether this browser can show a page's notifications, so that it is tried only once. */
const ABILITY = "notifications"

const UNABLE = "This browser shows no notifications of pages. Keep this tab: its title shows how the job ended."
const INSECURE = "Browsers show notifications only for pages over HTTPS or from this machine."
const BLOCKED = "Notifications are blocked for this site. Allow them in the browser's settings."
const MISSED = "The job has ended. This browser could not show the notification."

/**
 * Shows a notification when the job ends, if the visitor has asked for one with the button (`data-action="notify"`) and
 * is not looking at the page.
 * @param {import("./live-job.js").LiveJob} job
 */
export function attachNotification({ store }) {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector('[data-action="notify"]'))
  if (button === null) return
  if (!("Notification" in globalThis) || isFinal(store.state.status)) {
    button.hidden = true
    return
  }
  let isWanted = false
  button.addEventListener("click", async () => {
    const problem = isWanted ? "No notification will be shown" : await notificationProblem()
    isWanted = problem === null
    button.setAttribute("aria-pressed", String(isWanted))
    showToast(problem ?? "You will be notified when the job ends")
  })
  store.subscribe(({ status, name, jobId }) => {
    if (!isFinal(status)) return
    button.hidden = true
    if (isWanted && document.hidden) {
      const title = `${jobWords(status).word}: ${name ?? `job ${jobId}`}`
      const isShown = makeNotification(title, { tag: `job-${jobId}` }) !== null
      // The visitor sees it when they come back.
      if (!isShown) document.addEventListener("visibilitychange", () => showToast(MISSED), { once: true })
    }
    isWanted = false
  })
}

/**
 * Asks for the permission to show notifications.
 * @returns {Promise<string | null>} Why none will be shown; null if one will.
 */
export async function notificationProblem() {
  if (!globalThis.isSecureContext) return INSECURE
  if (!isAble()) return UNABLE
  switch (await Notification.requestPermission()) {
    case "granted": return null
    case "denied": return BLOCKED
    default: return "No notification will be shown"
  }
}

/**
 * Whether a page may make notifications. In Chrome for Android the class exists, the visitor grants the permission, and
 * the constructor throws: only service workers may. Without the permission, trying shows nothing.
 */
function isAble() {
  const known = preference(ABILITY)
  if (known !== null) return known === "yes"
  const tried = makeNotification("Telltale", { silent: true })
  tried?.close()
  setPreference(ABILITY, tried === null ? "no" : "yes")
  return tried !== null
}

/** @param {string} title @param {NotificationOptions} options */
function makeNotification(title, options) {
  try {
    return new Notification(title, options)
  } catch {
    return null
  }
}
