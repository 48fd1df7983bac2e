// @ts-check
import { arrange, cloneTemplate, fill, setAttribute, setHidden, slot } from "../dom.js"
import { INITIAL_JOB_STATE } from "../job-state.js"
import { frameIds, frameWithId } from "../frames.js"
import { liveJobOf } from "../live-page.js"
import { apiURL } from "../page.js"
import { LAYERS } from "./control-panel.js"

/**
 * @typedef {import("../frames.js").ShownFrame} ShownFrame
 * @typedef {import("./control-panel.js").ControlPanel} ControlPanel
 */

/** The mean width of a character in the fonts we name, as a share of their size. */
const CHARACTER_WIDTH = 0.58

/**
 * `<frame-viewer>`: the newest frame with what was found in it, no more often than chosen, and back through the frames
 * that are kept. Boxes appear together with the picture they belong to.
 */
export class FrameViewer extends HTMLElement {
  #stop = () => {}
  #frames = INITIAL_JOB_STATE.frames
  /** @type {string | null} The frame that was scrubbed to; null follows the newest. */
  #held = null
  /** @type {ShownFrame | null} The one whose picture is on its way or there. */
  #shown = null
  /** Shown as soon as the picture before it has come. @type {ShownFrame | null} */
  #next = null
  #isLoading = false
  #isStale = false
  #shownAt = 0
  /** @type {any} */
  #timer = null

  connectedCallback() {
    const { store } = liveJobOf(this)
    const stopStore = store.subscribe(({ frames, isStale }) => {
      if (isStale !== this.#isStale) {
        this.#isStale = isStale
        this.#showPosition()
      }
      if (frames === this.#frames) return
      this.#frames = frames
      if (frames.length === 0) this.#clear()
      else this.#follow()
    })
    const listening = new AbortController()
    const { signal } = listening
    this.#panel?.addEventListener("controls", () => this.#controlsChanged(), { signal })
    this.#panel?.addEventListener("scrub", event => this.#scrub(/** @type {CustomEvent} */ (event).detail), { signal })
    this.querySelector("#toggle-fullscreen")?.addEventListener("click", () => void this.#toggleFullscreen(), { signal })
    document.addEventListener("fullscreenchange", () => this.#showFullscreen(), { signal })
    this.#image?.addEventListener("load", () => this.#pictureCame(), { signal })
    this.#image?.addEventListener("error", () => this.#pictureIsMissing(), { signal })
    this.#showLayers()
    this.#stop = () => {
      stopStore()
      listening.abort()
      clearTimeout(this.#timer)
    }
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** Shows the newest frame now, or as soon as the chosen rate allows. */
  #follow() {
    this.#showPosition()
    if (this.#held !== null || this.#panel?.isPlaying === false || this.#timer !== null) return
    const wait = this.#shownAt + 1_000 / (this.#panel?.framesPerSecond ?? 15) - performance.now()
    if (wait <= 1) this.#showNewest()
    else this.#timer = setTimeout(() => { this.#timer = null; this.#follow() }, wait)
  }

  #showNewest() {
    const newest = frameIds(this.#frames).at(-1)
    this.#shownAt = performance.now()
    if (newest !== undefined) this.#show(newest)
  }

  /** @param {number} index Among the frames that are kept. */
  #scrub(index) {
    const ids = frameIds(this.#frames)
    const id = ids[index]
    if (id === undefined) return
    this.#held = index === ids.length - 1 ? null : id
    this.#show(id)
    this.#showPosition()
  }

  #controlsChanged() {
    this.#showLayers()
    if (this.#panel?.isPlaying) {
      this.#held = null
      this.#follow()
    } else if (this.#held === null) {
      this.#held = this.#shown?.id ?? null
    }
    this.#showPosition()
  }

  /** @param {string} id */
  #show(id) {
    const frame = frameWithId(this.#frames, id)
    if (frame === null) return
    // One picture at a time, always the newest: a slow network shows fewer frames, not older ones.
    if (this.#isLoading && frame.imageURL !== this.#shown?.imageURL) {
      this.#next = frame
      return
    }
    this.#begin(frame)
  }

  /** @param {ShownFrame} frame */
  #begin(frame) {
    const isSamePicture = frame.imageURL === this.#shown?.imageURL
    this.#shown = frame
    const image = this.#image
    const address = pictureAddress(frame.imageURL)
    if (image === null || address === null) this.#pictureIsMissing()
    else if (isSamePicture) this.#draw(frame)
    else {
      this.#isLoading = true
      image.src = address
    }
  }

  #pictureCame() {
    this.#isLoading = false
    setHidden(this.#image, false)
    setHidden(slot(this, "frame-empty"), true)
    if (this.#shown !== null) this.#draw(this.#shown)
    this.#beginNext()
  }

  #pictureIsMissing() {
    this.#isLoading = false
    setHidden(this.#image, true)
    setHidden(slot(this, "frame-empty"), false)
    fill(this, "frame-empty-text", "This frame has no picture")
    if (this.#shown !== null) this.#draw(this.#shown)
    this.#beginNext()
  }

  #beginNext() {
    const next = this.#next
    this.#next = null
    if (next !== null) this.#begin(next)
  }

  /** Another job, of which no frame has come. */
  #clear() {
    this.#held = null
    this.#shown = null
    this.#next = null
    this.#isLoading = false
    setAttribute(this.#image, "src", null)
    setHidden(this.#image, true)
    setHidden(slot(this, "frame-empty"), false)
    fill(this, "frame-empty-text", "Waiting for the first frame")
    fill(this, "frame-caption", "")
    for (const name of ["frame-boxes", "frame-radar"]) slot(this, name)?.replaceChildren()
  }

  // Drawing over the picture.

  /** @param {ShownFrame} frame */
  #draw(frame) {
    const { width, height } = frame
    // The job has pictures after all: its place, hidden for one without, is shown.
    setHidden(this.closest('[data-slot="overlay-viewer"]'), false)
    this.#root?.style.setProperty("--frame-ratio", String(width / height))
    setAttribute(this.#image, "width", String(width))
    setAttribute(this.#image, "height", String(height))
    this.#drawBoxes(frame)
    this.#drawRadar(frame)
    this.#drawPitch(frame)
    fill(this, "frame-caption", frame.caption)
    setAttribute(this.#image, "alt", frame.caption)
  }

  /** @param {ShownFrame} frame */
  #drawBoxes({ boxes, width, height }) {
    const canvas = slot(this, "frame-boxes")
    if (canvas === null) return
    const fontSize = Math.round(Math.max(width, height) / 52)
    setAttribute(canvas, "viewBox", `0 0 ${width} ${height}`)
    setAttribute(canvas, "font-size", String(fontSize))
    setAttribute(canvas, "aria-label", boxes.length === 1 ? "1 box" : `${boxes.length} boxes`)
    const groups = this.#shapes(canvas, "frame-box", "box-group", boxes.length)
    boxes.forEach((box, index) => fillBox(groups[index], box, fontSize))
  }

  /** @param {ShownFrame} frame */
  #drawRadar({ radar, width, height }) {
    const canvas = slot(this, "frame-radar")
    if (canvas === null) return
    setAttribute(canvas, "viewBox", `0 0 ${width} ${height}`)
    const dots = this.#shapes(canvas, "radar-dot", "dot", radar.length)
    radar.forEach((point, index) => place(dots[index], { cx: point.x, cy: point.y, r: width / 40 }))
  }

  /** A plugin's own lines take the place of the grid. @param {ShownFrame} frame */
  #drawPitch({ pitch, width, height }) {
    const canvas = slot(this, "frame-pitch")
    if (canvas === null || pitch.length === 0) return
    setAttribute(canvas, "viewBox", `0 0 ${width} ${height}`)
    const path = pitch.map(line => line.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("")).join("")
    setAttribute(canvas.querySelector("path"), "d", path)
  }

  /**
   * So many shapes of a template, those that are there used again.
   * @param {Element} canvas @param {string} template @param {string} shape @param {number} count
   */
  #shapes(canvas, template, shape, count) {
    const shapes = [...canvas.children].slice(0, count)
    while (shapes.length < count) {
      const clone = cloneTemplate(this, template)
      const made = clone && slot(clone, shape)
      if (made === null) break
      shapes.push(made)
    }
    arrange(canvas, shapes)
    return shapes
  }

  // The controls.

  #showLayers() {
    for (const layer of LAYERS) {
      setAttribute(this.#root, `data-${layer}`, this.#panel?.isShown(layer) === false ? "off" : "on")
    }
  }

  #showPosition() {
    const ids = frameIds(this.#frames)
    const index = this.#held === null ? ids.length - 1 : ids.indexOf(this.#held)
    const label = this.#held === null ? (this.#isStale ? "newest" : "live") : `frame ${this.#held}`
    this.#panel?.showPosition({ count: ids.length, index: Math.max(0, index), label })
  }

  async #toggleFullscreen() {
    try {
      if (document.fullscreenElement === null) await this.#root?.requestFullscreen()
      else await document.exitFullscreen()
    } catch (error) {
      console.warn("Full screen was refused", error)
    }
  }

  #showFullscreen() {
    const isFull = document.fullscreenElement === this.#root && this.#root !== null
    setAttribute(this.querySelector("#toggle-fullscreen"), "aria-pressed", String(isFull))
  }

  get #root() {
    return /** @type {HTMLElement | null} */ (this.querySelector(".frame-viewer"))
  }

  get #image() {
    return /** @type {HTMLImageElement | null} */ (slot(this, "frame-image"))
  }

  get #panel() {
    return /** @type {ControlPanel | null} */ (this.querySelector("control-panel"))
  }
}

/** @param {Element} group @param {import("../frames.js").Box} box @param {number} fontSize Source pixels. */
function fillBox(group, { x, y, width, height, caption }, fontSize) {
  // Above the box, or in it where there is no room above.
  const top = y >= fontSize * 1.4 ? y - fontSize * 1.4 : y
  const labelWidth = caption === "" ? 0 : (caption.length * CHARACTER_WIDTH + 0.6) * fontSize
  place(slot(group, "box"), { x, y, width, height })
  place(slot(group, "box-label-background"), { x, y: top, width: labelWidth, height: fontSize * 1.4 })
  place(slot(group, "box-label"), { x: x + fontSize * 0.3, y: top + fontSize * 1.03 })
  fill(group, "box-label", caption)
}

/** @param {Element | null} shape @param {Record<string, number>} geometry */
function place(shape, geometry) {
  for (const [name, value] of Object.entries(geometry)) setAttribute(shape, name, String(Math.round(value * 100) / 100))
}

/** Pictures come from the server the data comes from, and from nowhere else. @param {string | null} path */
function pictureAddress(path) {
  if (path === null) return null
  if (/^data:image\/(png|jpeg|webp);/.test(path)) return path
  try {
    const url = new URL(path, apiURL())
    return url.origin === apiURL().origin ? url.href : null
  } catch {
    return null
  }
}
