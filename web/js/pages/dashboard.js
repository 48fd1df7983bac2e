// @ts-check
import { startPage } from "../app.js"
import { openSheetOnWatch } from "../elements/realtime-overlay.js"
import { attachJobParts } from "../jobs/job-parts.js"
import { makeLiveJobList } from "../jobs/live-job-list.js"
import { startPageView } from "../live-page.js"

/** The list of jobs, and the sheet that shows one of them. */
startPage(() => {
  const list = makeLiveJobList()
  startPageView(list, (known, kept) => list.start(known, kept))
  attachJobParts()
  openSheetOnWatch()
})
