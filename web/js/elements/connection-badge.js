// @ts-check
import { GRACE_MS, connectionBadge } from "../connection-words.js"
import { action, fill, setAttribute, setHidden } from "../dom.js"
import { isStory, liveOf } from "../live-page.js"

/**
 * `<connection-badge>`: whether what the page, or the overlay around it, shows is live, and a button where it is
 * not to be again.
 */
export class ConnectionBadge extends HTMLElement {
  #stop = () => {}
  /** @type {any} */
  #graceTimer = null
  #isInGrace = true
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
    this.#graceTimer = setTimeout(() => { this.#isInGrace = false; this.#show() }, GRACE_MS)
    this.#stop = () => {
      stopStore()
      button?.removeEventListener("click", reconnect)
      removeEventListener("online", this.#networkChanged)
      removeEventListener("offline", this.#networkChanged)
      clearTimeout(this.#graceTimer)
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
    // Once live, a loss is said as it is.
    if (live.isConnected) this.#isInGrace = false
    const isOverlay = this.closest("realtime-overlay") !== null
    const badge = connectionBadge(live, { isOnline: this.#isOnline, isInGrace: this.#isInGrace, isOverlay })
    setAttribute(this, "data-state", badge.state)
    fill(this, "connection-label", badge.label)
    setHidden(action(this, "reconnect"), !badge.canReconnect)
  }
}
