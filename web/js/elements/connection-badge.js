// @ts-check
import { action, fill, fillOrHide, setAttribute, setHidden } from "../dom.js"
import { viewOf } from "../live-page.js"
import { isStory } from "../page.js"
import { connectionBadge } from "../realtime/connection-badge-words.js"
import { serverClock } from "../server-clock.js"

/** `<connection-badge>`: whether the page, or the overlay around the badge, is live; else a button to reconnect. */
export class ConnectionBadge extends HTMLElement {
  #stop = () => {}
  #isOnline = navigator.onLine
  /** @type {import("../live-page.js").LiveView | null} */
  #view = null

  connectedCallback() {
    const view = isStory() ? null : viewOf(this)
    if (view === null) return
    this.#view = view
    const stopStore = view.store.subscribe(() => this.#show())
    const reconnect = () => view.reconnect()
    const button = action(this, "reconnect")
    button?.addEventListener("click", reconnect)
    addEventListener("online", this.#networkChanged)
    addEventListener("offline", this.#networkChanged)
    this.#stop = () => {
      stopStore()
      button?.removeEventListener("click", reconnect)
      removeEventListener("online", this.#networkChanged)
      removeEventListener("offline", this.#networkChanged)
    }
  }

  disconnectedCallback() {
    this.#stop()
  }

  #networkChanged = () => {
    this.#isOnline = navigator.onLine
    this.#show()
  }

  #show() {
    const live = this.#view?.store.state
    if (live === undefined || live.connection === "IDLE") return
    const isOverlay = this.closest("realtime-overlay") !== null
    const badge = connectionBadge(live, { isOnline: this.#isOnline, isOverlay, nowMs: serverClock.now() })
    setAttribute(this, "data-state", badge.state)
    fill(this, "connection-label", badge.label)
    fillOrHide(this, "connection-as-of", badge.asOf)
    setHidden(action(this, "reconnect"), !badge.canReconnect)
  }
}
