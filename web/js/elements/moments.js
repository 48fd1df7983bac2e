// @ts-check
import { setText } from "../dom.js"
import { ago } from "../readable.js"
import { serverClock } from "../server-clock.js"
import { instant } from "../values.js"

/** Frequent enough, since a minute is the smallest unit shown. */
const REFRESH_MS = 10_000

/**
 * Keeps the page's moments ("3 min ago") right while it is open.
 * @param {import("../realtime/live-view.js").LiveView<any, any>} view
 */
export function attachMoments({ store }) {
  const show = () => {
    const { isConnected, isPolling, asOf } = store.state
    // While the page may be out of date, its times stand still too.
    const nowMs = isConnected || isPolling ? serverClock.now() : asOf ?? serverClock.now()
    for (const node of document.querySelectorAll('[data-slot="moment"]')) {
      const timeMs = instant(node.getAttribute("datetime"))
      if (timeMs !== null) setText(node, ago(nowMs - timeMs))
    }
  }
  setInterval(show, REFRESH_MS)
}
