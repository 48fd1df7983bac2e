// @ts-check
import { isObject } from "./messages.js"

/**
 * In a story's own frame: plays the messages that the page around it sends, through the store that a live page uses.
 * `{play: [{afterMs: 100, message: {…}}, …]}` begins anew; each `afterMs` counts from the one before.
 * @param {import("./live-job.js").LiveJob} job
 */
export function playStories({ store }) {
  /** @type {any} */
  let timer = null
  addEventListener("message", ({ origin, data }) => {
    if (origin !== location.origin || !isObject(data) || !Array.isArray(data.play)) return
    clearTimeout(timer)
    store.dispatch({ type: "local:watch", jobId: null })
    store.dispatch({ type: "local:connection", state: "CONNECTED", reason: null, atMs: Date.now() })
    const steps = data.play.values()
    const next = () => {
      const { value: step, done } = steps.next()
      if (done || !isObject(step?.message)) return
      timer = setTimeout(() => {
        store.dispatch({ ...step.message, timestamp: new Date().toISOString() })
        next()
      }, Math.max(0, Number(step.afterMs) || 0))
    }
    next()
  })
}
