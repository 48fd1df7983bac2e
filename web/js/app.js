// @ts-check
/**
 * The page's entry: defines the elements and attaches what has none. The page is complete without it, and live with
 * it.
 */

import { setHidden, slot } from "./dom.js"
import { ConnectionBadge } from "./elements/connection-badge.js"
import { ControlPanel } from "./elements/control-panel.js"
import { ErrorBanner } from "./elements/error-banner.js"
import { FrameViewer } from "./elements/frame-viewer.js"
import { JobList } from "./elements/job-list.js"
import { attachPluginInspector } from "./elements/plugin-inspector.js"
import { attachProgress } from "./elements/progress-view.js"
import { RealtimeOverlay, openSheetOnWatch } from "./elements/realtime-overlay.js"
import { StartJob } from "./elements/start-job.js"
import { ThemeToggle } from "./elements/theme-toggle.js"
import { listenForKeys } from "./keys.js"
import { attachJobPage, notifyAtEnd, sendActions } from "./job-page.js"
import { keepPageWhileUnreachable } from "./link-guard.js"
import { isStory, liveJobOf, liveOf } from "./live-page.js"
import { showInTab } from "./page-title.js"
import { attachStoriesPage } from "./stories-page.js"
import { playStories } from "./story-player.js"

// Attached before the elements are defined, so that everything on the page hears of the first message.
for (const bar of document.querySelectorAll(".progress")) {
  attachProgress(/** @type {HTMLElement} */ (bar), liveJobOf(bar))
}
for (const inspector of document.querySelectorAll(".plugin-inspector")) {
  attachPluginInspector(/** @type {HTMLElement} */ (inspector), liveJobOf(inspector))
}

customElements.define("control-panel", ControlPanel)
customElements.define("frame-viewer", FrameViewer)
customElements.define("error-banner", ErrorBanner)
customElements.define("realtime-overlay", RealtimeOverlay)
customElements.define("connection-badge", ConnectionBadge)
customElements.define("job-list", JobList)
customElements.define("start-job", StartJob)
customElements.define("theme-toggle", ThemeToggle)

if (document.body.dataset.page === "job") {
  const job = liveJobOf(document.body)
  attachJobPage(job)
  showInTab(job)
  notifyAtEnd(job)
  sendActions(job)
}
if (["dashboard", "job"].includes(document.body.dataset.page ?? "")) {
  const { store } = liveOf(document.body)
  keepPageWhileUnreachable(() => store.state.isConnected || store.state.isPolling)
}
if (isStory()) {
  playStories(liveJobOf(document.body))
  // The page around the frame has the way to the other stories.
  setHidden(slot(document, "story-end"), window.parent !== window)
}
if (document.body.dataset.page === "stories") attachStoriesPage()
openSheetOnWatch()
listenForKeys()
