// @ts-check
import { boxLabels } from "../jobs/box-labels.js"
import { arrange, cloneTemplate, fill, setAttribute, setHidden, setText, slot } from "../dom.js"
import { frameIds, frameWithId, hasPicture } from "../jobs/frames.js"
import { INITIAL_JOB_STATE } from "../jobs/job-state.js"
import { liveJobOf } from "../jobs/live-jobs.js"
import { isFinal } from "../jobs/state-words.js"
import { apiURL } from "../page.js"
import { LAYERS } from "./control-panel.js"

/**
 * @typedef {import("../jobs/frames.js").ShownFrame} ShownFrame
 * @typedef {import("./control-panel.js").ControlPanel} ControlPanel
 */

/** When the server goes away, a picture fails shortly before the connection is reported lost. */
const MISSING_AFTER_MS = 300

/**
 * `<frame-viewer>`: the newest frame with what was found in it, at most at the chosen rate, and a slider back through the
 * kept frames. Boxes appear together with their picture.
 */
export class FrameViewer extends HTMLElement {
  #stop = () => {}
  #frames = INITIAL_JOB_STATE.frames
  /** The frame that the visitor scrubbed to; null follows the newest. @type {string | null} */
  #held = null
  /** The frame whose picture is shown or loading. @type {ShownFrame | null} */
  #shown = null
  /** Shown as soon as the picture before it has loaded. @type {ShownFrame | null} */
  #next = null
  /** Loads the next picture while the one before it stays. @type {HTMLImageElement | null} */
  #loader = null
  /** The last frame that was drawn with its picture. @type {ShownFrame | null} */
  #good = null
  #isMissing = false
  #isStale = false
  #isOver = false
  #shownAt = 0
  /** @type {any} */
  #timer = null
  /** @type {any} */
  #missingTimer = null

  connectedCallback() {
    const { store } = liveJobOf(this)
    this.#isOver = this.querySelector(".control-panel[data-ended]") !== null
    const stopStore = store.subscribe(({ frames, isStale, status }) => {
      const isNews = frames !== this.#frames
      this.#frames = frames
      if (isNews && frames.length === 0) this.#clear()
      this.#setCondition(isStale, isFinal(status))
      if (isNews && frames.length > 0) this.#follow()
    })
    const listening = new AbortController()
    const { signal } = listening
    this.#panel?.addEventListener("controls", () => this.#controlsChanged(), { signal })
    this.#panel?.addEventListener("scrub", event => this.#scrub(/** @type {CustomEvent} */ (event).detail), { signal })
    this.querySelector("#toggle-fullscreen")?.addEventListener("click", () => void this.#toggleFullscreen(), { signal })
    document.addEventListener("fullscreenchange", () => this.#showFullscreen(), { signal })
    this.#showLayers()
    this.#stop = () => {
      stopStore()
      listening.abort()
      clearTimeout(this.#timer)
      clearTimeout(this.#missingTimer)
      this.#loader = null
    }
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** Whether the page may be out of date, and whether the job has ended. @param {boolean} isStale @param {boolean} isOver */
  #setCondition(isStale, isOver) {
    if (isStale === this.#isStale && isOver === this.#isOver) return
    const isBack = this.#isStale && !isStale
    this.#isStale = isStale
    this.#isOver = isOver
    if (this.#panel !== null) this.#panel.isLive = !isOver
    // A job that ended without a picture will have none.
    if (isOver && !this.#frames.some(hasPicture)) setHidden(this.closest('[data-slot="overlay-viewer"]'), true)
    this.#showPosition()
    if (!this.#isMissing) return
    if (isBack && this.#shown !== null) this.#begin(this.#shown)
    else this.#showMissing()
  }

  /** Shows the newest frame now, or as soon as the chosen rate allows. */
  #follow() {
    this.#showPosition()
    // A job that has ended can't be paused: its newest frame is shown, unless the visitor chose another.
    const isPaused = this.#panel?.isPlaying === false && !this.#isOver
    if (this.#held !== null || isPaused || this.#timer !== null) return
    const wait = this.#shownAt + 1_000 / (this.#panel?.framesPerSecond ?? 15) - performance.now()
    if (wait <= 1) this.#showNewest()
    else this.#timer = setTimeout(() => { this.#timer = null; this.#follow() }, wait)
  }

  #showNewest() {
    const newest = frameIds(this.#frames).at(-1)
    this.#shownAt = performance.now()
    if (newest !== undefined) this.#show(newest)
  }

  /** @param {number} index Among the kept frames. */
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
    if (this.#loader !== null && frame.imageURL !== this.#shown?.imageURL) {
      this.#next = frame
      return
    }
    this.#begin(frame)
  }

  /** @param {ShownFrame} frame */
  #begin(frame) {
    const isSame = frame.imageURL === this.#shown?.imageURL
    this.#shown = frame
    const address = pictureAddress(frame.imageURL)
    if (address === null) this.#pictureIsMissing()
    else if (isSame && this.#loader !== null) return  // It is loading.
    else if (isSame && !this.#isMissing) this.#showPicture()
    else this.#load(address)
  }

  /** @param {string} address */
  #load(address) {
    const loader = new Image()
    const isCurrent = () => loader === this.#loader
    loader.onload = () => { if (isCurrent()) this.#pictureLoaded(loader) }
    loader.onerror = () => { if (isCurrent()) this.#pictureIsMissing() }
    this.#loader = loader
    loader.src = address
  }

  /** @param {HTMLImageElement} loader */
  #pictureLoaded(loader) {
    this.#loader = null
    setAttribute(this.#image, "src", loader.src)
    this.#showPicture()
    this.#beginNext()
  }

  #showPicture() {
    this.#isMissing = false
    this.#good = this.#shown
    setHidden(this.#image, false)
    setAttribute(this.#root, "data-picture", null)
    setHidden(slot(this, "frame-empty"), true)
    if (this.#shown !== null) this.#draw(this.#shown)
  }

  #pictureIsMissing() {
    this.#loader = null
    this.#isMissing = true
    if (this.#good === null || this.#shown?.imageURL === null) this.#showMissing()
    else this.#missingTimer ??= setTimeout(() => { this.#missingTimer = null; this.#showMissing() }, MISSING_AFTER_MS)
    this.#beginNext()
  }

  /** Without a connection the last picture stays, marked as old. */
  #showMissing() {
    if (!this.#isMissing || this.#shown === null) return
    const keeps = this.#isStale && this.#good !== null && this.#shown.imageURL !== null
    setHidden(this.#image, !keeps)
    setAttribute(this.#root, "data-picture", keeps ? "old" : null)
    setHidden(slot(this, "frame-empty"), keeps)
    fill(this, "frame-empty-text", "This frame has no picture")
    this.#draw(keeps && this.#good !== null ? this.#good : this.#shown)
  }

  #beginNext() {
    const next = this.#next
    this.#next = null
    if (next !== null) this.#begin(next)
  }

  /** The page shows another job, which has no frame yet. */
  #clear() {
    this.#held = null
    if (this.#panel !== null) this.#panel.isPlaying = true
    this.#shown = null
    this.#next = null
    this.#loader = null
    this.#good = null
    this.#isMissing = false
    setAttribute(this.#root, "data-picture", null)
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
    // The place for pictures was hidden as long as the job had none.
    if (frame.imageURL !== null) setHidden(this.closest('[data-slot="overlay-viewer"]'), false)
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
    const labels = boxLabels(boxes, { width, height }, fontSize)
    boxes.forEach((box, index) => fillBox(groups[index], box, labels[index], fontSize))
  }

  /** @param {ShownFrame} frame */
  #drawRadar({ radar, width, height }) {
    const canvas = slot(this, "frame-radar")
    if (canvas === null) return
    setAttribute(canvas, "viewBox", `0 0 ${width} ${height}`)
    const dots = this.#shapes(canvas, "radar-dot", "dot", radar.length)
    radar.forEach((point, index) => place(dots[index], { cx: point.x, cy: point.y, r: width / 40 }))
  }

  /** A plugin's own lines replace the grid. @param {ShownFrame} frame */
  #drawPitch({ pitch, width, height }) {
    const canvas = slot(this, "frame-pitch")
    if (canvas === null || pitch.length === 0) return
    setAttribute(canvas, "viewBox", `0 0 ${width} ${height}`)
    const path = pitch.map(line => line.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("")).join("")
    setAttribute(canvas.querySelector("path"), "d", path)
  }

  /**
   * Returns `count` shapes of a template; reuses those that exist.
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
    const shown = this.#held ?? (this.#isOver ? ids.at(-1) : undefined)
    const label = shown === undefined ? (this.#isStale || this.#isOver ? "newest" : "live") : `frame ${shown}`
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

/**
 * @param {Element} group
 * @param {import("../jobs/frames.js").Box} box
 * @param {import("../jobs/box-labels.js").Rectangle | null} label
 * @param {number} fontSize Source pixels.
 */
function fillBox(group, { x, y, width, height, caption }, label, fontSize) {
  place(slot(group, "box"), { x, y, width, height })
  const [background, words] = [slot(group, "box-label-background"), slot(group, "box-label")]
  for (const part of [background, words]) setHidden(part, label === null)
  setText(words, caption)
  if (label === null) return
  place(background, { ...label })
  place(words, { x: label.x + fontSize * 0.3, y: label.y + fontSize * 1.03 })
}

/** @param {Element | null} shape @param {Record<string, number>} geometry */
function place(shape, geometry) {
  for (const [name, value] of Object.entries(geometry)) setAttribute(shape, name, String(Math.round(value * 100) / 100))
}

/** Only pictures from the same server as the data are loaded. @param {string | null} path */
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
