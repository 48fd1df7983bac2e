// @ts-check
import { startPage } from "../app.js"
import { setHidden, slot } from "../dom.js"
import { openSheetOnWatch } from "../elements/realtime-overlay.js"
import { attachJobParts } from "../jobs/job-parts.js"
import { LiveJob } from "../jobs/live-job.js"
import { makeLiveJobList } from "../jobs/live-job-list.js"
import { playMessages } from "../jobs/story-player.js"
import { setView } from "../live-page.js"

/** A single story: a component with stores that are not connected. */
startPage(() => {
  const job = new LiveJob()
  setView(document.body, job)
  for (const list of document.querySelectorAll("job-list")) setView(list, makeLiveJobList())
  attachJobParts()
  openSheetOnWatch()
  playMessages(job)
  // In a frame, the page around it has the links to the other stories.
  setHidden(slot(document, "story-end"), window.parent !== window)
})
