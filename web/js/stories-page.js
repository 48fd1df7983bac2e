// @ts-check
import { copyText } from "./clipboard.js"
import { action } from "./dom.js"
import { recordedJob } from "./recorded-job.js"
import { showToast } from "./toast.js"

/** The stories page with script: a prop shows as soon as it is changed, the markup is copied, and a story is played. */
export function attachStoriesPage() {
  document.querySelector(".story-controls")?.addEventListener("change", ({ currentTarget }) => {
    if (currentTarget instanceof HTMLFormElement) currentTarget.requestSubmit()
  })
  action(document, "play")?.addEventListener("click", () => {
    document.querySelector("iframe")?.contentWindow?.postMessage({ play: recordedJob() }, location.origin)
  })
  action(document, "copy-markup")?.addEventListener("click", async () => {
    const markup = document.querySelector(".story-stage__markup code")?.textContent ?? ""
    showToast(await copyText(markup) ? "Copied the markup" : "This browser did not allow copying")
  })
}
