// @ts-check
import { setAttribute, slot } from "./dom.js"
import { percent } from "./readable.js"
import { isFinal, jobWords } from "./words.js"

/** @typedef {import("./job-state.js").JobState} JobState */

/**
 * Shows the state of the watched job in the tab: "64% · build", and the lamp in its colour.
 * @param {import("./live-job.js").LiveJob} job
 */
export function showInTab({ store }) {
  const icon = slot(document, "favicon")
  store.subscribe(state => {
    document.title = tabTitle(state)
    const lamp = faviconState(state)
    setAttribute(icon, "href", icon?.dataset[lamp] ?? icon?.getAttribute("href") ?? null)
  })
}

/** @param {Pick<JobState, "name" | "jobId" | "status" | "progress">} state */
export function tabTitle({ name, jobId, status, progress }) {
  const what = name ?? (jobId === null ? "Telltale" : `Job ${jobId}`)
  if (isFinal(status)) return `${jobWords(status).sign} ${jobWords(status).word} · ${what}`
  if (status === "running" && progress.value !== null) return `${percent(Math.floor(progress.value))} · ${what}`
  return status === null ? what : `${jobWords(status).word} · ${what}`
}

/** @param {Pick<JobState, "status">} state @returns {"idle" | "running" | "succeeded" | "failed"} */
function faviconState({ status }) {
  return status === "running" || status === "succeeded" || status === "failed" ? status : "idle"
}
