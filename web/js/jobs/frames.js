// @ts-check
/**
 * Frames: each plugin sends its own message for a frame, and the page shows one picture with the results of all plugins.
 *
 * @typedef {{x: number, y: number, width: number, height: number, caption: string}} Box In source pixels.
 * @typedef {{x: number, y: number}} Point In source pixels.
 *
 * @typedef {object} ShownFrame
 * @property {string} id
 * @property {string | null} imageURL
 * @property {number} width Source pixels.
 * @property {number} height
 * @property {Box[]} boxes
 * @property {Point[]} radar The view from above: the plugins' own points, or else the middle of each box.
 * @property {Point[][]} pitch Lines drawn over the frame.
 * @property {string} caption The number of the frame, and the plugin.
 */

import { hundredths, milliseconds } from "../readable.js"
import { finite, text } from "../values.js"

/** Whether a frame's message has a picture. @param {Record<string, any>} message */
export const hasPicture = message => text(message.image_url) !== null

/** The ids of the frames in these messages, oldest first, each once. @param {readonly Record<string, any>[]} messages */
export function frameIds(messages) {
  return [...new Set(messages.map(message => String(message.frame_id)))]
}

/**
 * Combines all messages about a frame; a plugin's later message replaces its earlier one.
 * @param {readonly Record<string, any>[]} messages
 * @param {string} id
 * @returns {ShownFrame | null}
 */
export function frameWithId(messages, id) {
  const own = messages.filter(message => String(message.frame_id) === id)
  const newest = own.at(-1)
  if (newest === undefined) return null
  const byPlugin = [...new Map(own.map(message => [text(message.plugin) ?? "", message])).values()]
  const boxes = byPlugin.flatMap(message => asArray(message.data?.boxes).flatMap(asBox))
  const points = byPlugin.flatMap(message => asArray(message.data?.radar).flatMap(asPoint))
  return {
    id,
    imageURL: text(own.findLast(hasPicture)?.image_url),
    width: positive(newest.width) ?? 1_920,
    height: positive(newest.height) ?? 1_080,
    boxes,
    radar: points.length > 0 ? points : boxes.map(box => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 })),
    pitch: byPlugin.flatMap(message => asArray(message.data?.pitch).map(line => asArray(line).flatMap(asPoint))),
    caption: caption(newest),
  }
}

/**
 * The frames of a JobResponse, as messages.
 * @param {unknown} frames
 * @returns {Record<string, any>[]}
 */
export function frameMessages(frames) {
  return asArray(frames).flatMap(({ plugins, ...frame }) =>
    Object.entries(plugins ?? {}).map(([plugin, result]) => ({ ...frame, plugin, .../** @type {object} */ (result) })))
}

/** @param {Record<string, any>} message */
function caption({ frame_id: id, plugin, timing_ms: timing }) {
  const time = finite(timing)
  const parts = [`Frame ${id}`, text(plugin), time === null ? null : milliseconds(time)]
  return parts.filter(part => part !== null).join(" · ")
}

/** @param {any} value @returns {Box[]} Empty if it is not a box. */
function asBox(value) {
  const [x, y, width, height] = [value?.x, value?.y, value?.width, value?.height].map(finite)
  if (x === null || y === null || width === null || height === null || width < 0 || height < 0) return []
  const confidence = finite(value.confidence)
  const isShare = confidence !== null && confidence >= 0 && confidence <= 1
  const parts = [text(value.class), isShare ? hundredths(confidence) : null]
  return [{ x, y, width, height, caption: parts.filter(part => part !== null).join(" ") }]
}

/** @param {any} value @returns {Point[]} Empty if it is not a point. */
function asPoint(value) {
  const [x, y] = (Array.isArray(value) ? value : [value?.x, value?.y]).map(finite)
  return x === null || y === null || x === undefined || y === undefined ? [] : [{ x, y }]
}

/** @param {unknown} value @returns {any[]} */
function asArray(value) {
  return Array.isArray(value) ? value : []
}

/** @param {unknown} value */
function positive(value) {
  const number = finite(value)
  return number !== null && number > 0 ? number : null
}
