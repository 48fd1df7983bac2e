// @ts-check
import { fill, setAttribute, setHidden, slot } from "../dom.js"
import { pageView } from "../live-page.js"
import { moment } from "../readable.js"
import { serverClock } from "../server-clock.js"

/**
 * `<storage-banner>`: says that the server can't store anything, since when, and why. A page without a live view, such as
 * an error page, keeps the state from when it was rendered.
 */
export class StorageBanner extends HTMLElement {
  #stop = () => {}

  connectedCallback() {
    const view = pageView()
    if (view === null) return
    this.#stop = view.store.subscribe(({ storageFailure }) => this.#show(storageFailure))
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** @param {import("../realtime/connection-state.js").ConnectionPart["storageFailure"]} failure */
  #show(failure) {
    // Until the server has said anything, what it rendered stands.
    if (failure === undefined) return
    if (failure !== null) {
      const { since, reason } = failure
      setAttribute(slot(this, "storage-since"), "datetime", since === null ? null : new Date(since).toISOString())
      fill(this, "storage-since", since === null ? "some time" : moment(since, serverClock.now()))
      fill(this, "storage-reason", reason)
    }
    setHidden(this, failure === null)
  }
}
