// @ts-check
import { fill, setAttribute } from "../dom.js"
import { preference, setPreference } from "../preferences.js"

/** What is drawn over the frame; `toggle-NAME` is the id of the button. */
export const LAYERS = Object.freeze(["overlay", "boxes", "labels", "pitch", "radar"])

/**
 * `<control-panel>`: the controls of the frame viewer. It holds the choices and remembers them. The viewer around it gets
 * a `controls` event for each change, and a `scrub` event with the index in `detail`.
 */
export class ControlPanel extends HTMLElement {
  connectedCallback() {
    this.#restore()
    this.addEventListener("click", this.#click)
    this.addEventListener("input", this.#input)
    this.addEventListener("change", this.#change)
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#click)
    this.removeEventListener("input", this.#input)
    this.removeEventListener("change", this.#change)
  }

  get isPlaying() {
    return this.#isPressed("toggle-play-pause")
  }

  set isPlaying(isPlaying) {
    setAttribute(this.#button("toggle-play-pause"), "aria-pressed", String(isPlaying))
  }

  /** Whether more frames will come; otherwise the controls of live playback are hidden. @param {boolean} isLive */
  set isLive(isLive) {
    setAttribute(this.querySelector(".control-panel"), "data-ended", isLive ? null : "")
  }

  /** The maximum frames to show per second. */
  get framesPerSecond() {
    return Number(this.#slider?.value ?? 15)
  }

  /** @param {string} layer */
  isShown(layer) {
    return this.#isPressed(`toggle-${layer}`)
  }

  /**
   * Shows which of the kept frames is displayed.
   * @param {{count: number, index: number, label: string}} position
   */
  showPosition({ count, index, label }) {
    const scrub = /** @type {HTMLInputElement | null} */ (this.querySelector('[data-action="scrub"]'))
    if (scrub !== null) {
      scrub.max = String(Math.max(0, count - 1))
      scrub.disabled = count < 2
      if (scrub.value !== String(index)) scrub.value = String(index)
      setAttribute(scrub, "aria-valuetext", label)
    }
    fill(this, "scrub-label", label)
  }

  #restore() {
    for (const layer of LAYERS) {
      const choice = preference(`frames.${layer}`)
      if (choice !== null) setAttribute(this.#button(`toggle-${layer}`), "aria-pressed", String(choice === "on"))
    }
    const rate = preference("frames.fps")
    if (rate !== null && this.#slider !== null) this.#slider.value = rate
    const device = preference("device")
    if (device !== null) choose(this.#devices, device)
    fill(this, "fps-label", `${this.framesPerSecond} fps`)
  }

  /** @param {Event} event */
  #click = ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null
    if (button === null || button.id === "toggle-fullscreen") return
    const isOn = button.getAttribute("aria-pressed") !== "true"
    button.setAttribute("aria-pressed", String(isOn))
    const layer = button.id.replace("toggle-", "")
    if (LAYERS.includes(layer)) setPreference(`frames.${layer}`, isOn ? "on" : "off")
    this.dispatchEvent(new CustomEvent("controls"))
  }

  /** @param {Event} event */
  #input = ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return
    if (target.id === "fps-slider") {
      setPreference("frames.fps", target.value)
      fill(this, "fps-label", `${target.value} fps`)
      this.dispatchEvent(new CustomEvent("controls"))
    } else if (target.dataset.action === "scrub") {
      this.dispatchEvent(new CustomEvent("scrub", { detail: Number(target.value) }))
    }
  }

  /** @param {Event} event */
  #change = ({ target }) => {
    if (target === this.#devices && target !== null) setPreference("device", /** @type {HTMLSelectElement} */ (target).value)
  }

  get #slider() {
    return /** @type {HTMLInputElement | null} */ (this.querySelector("#fps-slider"))
  }

  get #devices() {
    return /** @type {HTMLSelectElement | null} */ (this.querySelector("#device-selector"))
  }

  /** @param {string} id @returns {HTMLButtonElement | null} */
  #button(id) {
    return this.querySelector(`#${id}`)
  }

  /** @param {string} id */
  #isPressed(id) {
    return this.#button(id)?.getAttribute("aria-pressed") === "true"
  }
}

/** Selects a value, if the option exists and is not disabled. @param {HTMLSelectElement | null} select @param {string} value */
export function choose(select, value) {
  const option = [...select?.options ?? []].find(each => each.value === value && !each.disabled)
  if (option !== undefined) option.selected = true
}
