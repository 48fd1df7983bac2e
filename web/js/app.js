// @ts-check
/**
 * What all pages share: the elements. The page is complete without script, and live with it.
 *
 * The document loads one module, `pages/NAME.js`, and that module imports this one. Nothing is imported later, so a page
 * that has loaded stays live when its server goes away.
 */

import { ConnectionBadge } from "./elements/connection-badge.js"
import { ControlPanel } from "./elements/control-panel.js"
import { ErrorBanner } from "./elements/error-banner.js"
import { FrameViewer } from "./elements/frame-viewer.js"
import { JobList } from "./elements/job-list.js"
import { RealtimeOverlay } from "./elements/realtime-overlay.js"
import { StartJob } from "./elements/start-job.js"
import { StorageBanner } from "./elements/storage-banner.js"
import { ThemeToggle } from "./elements/theme-toggle.js"
import { listenForKeys } from "./keys.js"

/**
 * Starts a page. Every module in `pages/` calls this once.
 *
 * The page's live view has to exist before the elements that look it up. All of it happens in one turn of the event loop,
 * so that no message arrives before everything has subscribed.
 * @param {() => void} [attach] Makes the page's live view, and attaches what the page has beyond its elements.
 */
export function startPage(attach = () => {}) {
  customElements.define("control-panel", ControlPanel)
  customElements.define("start-job", StartJob)
  customElements.define("theme-toggle", ThemeToggle)
  listenForKeys()
  try {
    attach()
  } catch (error) {
    // The elements of the page still work.
    console.error(`The page "${document.body.dataset.page}" failed to start`, error)
  }
  customElements.define("frame-viewer", FrameViewer)
  customElements.define("error-banner", ErrorBanner)
  customElements.define("realtime-overlay", RealtimeOverlay)
  customElements.define("connection-badge", ConnectionBadge)
  customElements.define("job-list", JobList)
  customElements.define("storage-banner", StorageBanner)
}
