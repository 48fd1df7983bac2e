// @ts-check
import { connectionBadge } from "../connection-words.js"
import { action, fill, fillOrHide, setAttribute, setHidden } from "../dom.js"
import { isStory, liveOf } from "../live-page.js"

/**
 * `<connection-badge>`: whether what the page, or the overlay around it, shows is live, and a button where it is
 * not to be again.
 */
export class ConnectionBadge extends HTMLElement {
  #stop = () => {}
  #isOnline = navigator.onLine

  connectedCallback() {
    if (isStory()) return
    const live = liveOf(this)
    const stopStore = live.store.subscribe(() => this.#show())
    const reconnect = () => live.reconnect()
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
    const live = liveOf(this).store.state
    if (live.connection === "IDLE") return
    const isOverlay = this.closest("realtime-overlay") !== null
    const badge = connectionBadge(live, { isOnline: this.#isOnline, isOverlay, nowMs: Date.now() })
    setAttribute(this, "data-state", badge.state)
    fill(this, "connection-label", badge.label)
    fillOrHide(this, "connection-as-of", badge.asOf)
    setHidden(action(this, "reconnect"), !badge.canReconnect)
  }
}
