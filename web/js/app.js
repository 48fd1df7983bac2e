// @ts-check
/**
 * The page's entry: defines the elements, and attaches the page's own module. The page is complete without it, and live
 * with it.
 *
 * `data-page` of the body names the module: `pages/job.js` for `job`. Adding a page needs no change here.
 */

import { ConnectionBadge } from "./elements/connection-badge.js"
import { ControlPanel } from "./elements/control-panel.js"
import { ErrorBanner } from "./elements/error-banner.js"
import { FrameViewer } from "./elements/frame-viewer.js"
import { JobList } from "./elements/job-list.js"
import { RealtimeOverlay } from "./elements/realtime-overlay.js"
import { StartJob } from "./elements/start-job.js"
import { ThemeToggle } from "./elements/theme-toggle.js"
import { listenForKeys } from "./keys.js"
import { attachPage } from "./page-module.js"

// These need no live view.
customElements.define("control-panel", ControlPanel)
customElements.define("start-job", StartJob)
customElements.define("theme-toggle", ThemeToggle)
listenForKeys()

// The page's module makes the live view that the other elements look up. They are defined in the same turn of the event
// loop, so that no message arrives before everything has subscribed.
await attachPage(document.body.dataset.page)

customElements.define("frame-viewer", FrameViewer)
customElements.define("error-banner", ErrorBanner)
customElements.define("realtime-overlay", RealtimeOverlay)
customElements.define("connection-badge", ConnectionBadge)
customElements.define("job-list", JobList)
