// @ts-check
import { isObject } from "../realtime/messages.js"
import { serverClock } from "../server-clock.js"

/**
 * Plays messages from the page around a story's frame through the store that a live page uses.
 * `{play: [{afterMs: 100, message: {…}}, …]}` starts over; each `afterMs` counts from the message before.
 * @param {import("./live-job.js").LiveJob} job
 */
export function playMessages({ store }) {
  /** @type {any} */
  let timer = null
  addEventListener("message", ({ origin, data }) => {
    if (origin !== location.origin || !isObject(data) || !Array.isArray(data.play)) return
    clearTimeout(timer)
    store.dispatch({ type: "local:watch", jobId: null })
    store.dispatch({ type: "local:connection", state: "CONNECTED", reason: null, atMs: serverClock.now() })
    const steps = data.play.values()
    const next = () => {
      const { value: step, done } = steps.next()
      if (done || !isObject(step?.message)) return
      timer = setTimeout(() => {
        store.dispatch({ ...step.message, timestamp: new Date(serverClock.now()).toISOString() })
        next()
      }, Math.max(0, Number(step.afterMs) || 0))
    }
    next()
  })
}
