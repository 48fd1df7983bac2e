// @ts-check
import { setAttribute, slot } from "../dom.js"
import { moment, percent } from "../readable.js"
import { serverClock } from "../server-clock.js"
import { isFinal, jobWordsAsKnown } from "./state-words.js"

/** @typedef {import("./job-state.js").JobState} JobState */

/**
 * Shows the state of the job in the browser's tab: "64% · build", and the icon in the state's colour.
 * @param {import("./live-job.js").LiveJob} job
 */
export function showInTab({ store }) {
  const icon = slot(document, "favicon")
  store.subscribe(state => {
    document.title = tabTitle(state, serverClock.now())
    const lamp = faviconState(state)
    setAttribute(icon, "href", icon?.dataset[lamp] ?? icon?.getAttribute("href") ?? null)
  })
}

/**
 * The title of the tab. If the page may be out of date, it says since when: "64% at 14:02:11 · build".
 * @param {Pick<JobState, "name" | "jobId" | "status" | "progress" | "isStale" | "asOf">} state
 * @param {number} nowMs
 */
export function tabTitle({ name, jobId, status, progress, isStale, asOf }, nowMs) {
  const what = name ?? (jobId === null ? "Telltale" : `Job ${jobId}`)
  const { sign, word } = jobWordsAsKnown(status, isStale)
  if (isFinal(status)) return `${sign} ${word} · ${what}`
  if (status === null) return what
  const figure = status === "running" && progress.value !== null ? percent(Math.floor(progress.value)) : null
  if (!isStale) return `${figure ?? word} · ${what}`
  return `${figure ?? word}${asOf === null ? "?" : ` at ${moment(asOf, nowMs)}`} · ${what}`
}

/** The running icon is lit, which would be wrong if the page is out of date. @param {Pick<JobState, "status" | "isStale">} state @returns {"idle" | "running" | "succeeded" | "failed"} */
function faviconState({ status, isStale }) {
  if (status === "running") return isStale ? "idle" : "running"
  return status === "succeeded" || status === "failed" ? status : "idle"
}
