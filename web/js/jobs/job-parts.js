// @ts-check
import { attachPluginInspector } from "../elements/plugin-inspector.js"
import { attachProgress } from "../elements/progress-view.js"
import { liveJobOf } from "./live-jobs.js"

/** Attaches the parts of a job's view that are not custom elements. */
export function attachJobParts() {
  for (const bar of document.querySelectorAll(".progress")) {
    attachProgress(/** @type {HTMLElement} */ (bar), liveJobOf(bar))
  }
  for (const inspector of document.querySelectorAll(".plugin-inspector")) {
    attachPluginInspector(/** @type {HTMLElement} */ (inspector), liveJobOf(inspector))
  }
}
