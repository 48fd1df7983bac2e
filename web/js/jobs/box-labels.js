// @ts-check
/**
 * Places the captions of boxes. `BoxLabel` on the server does the same.
 *
 * @typedef {import("./frames.js").Box} Box
 * @typedef {{x: number, y: number, width: number, height: number}} Rectangle In source pixels.
 */

/** The mean width of a character in our fonts, relative to the font size. */
const CHARACTER_WIDTH = 0.58

/**
 * The label of each box, inside the picture and over no other label: above its box, or else inside it, or else none
 * (null). A box that is smaller than a letter has none, since the label would hide it.
 * @param {readonly Box[]} boxes
 * @param {{width: number, height: number}} picture
 * @param {number} fontSize Source pixels.
 * @returns {(Rectangle | null)[]}
 */
export function boxLabels(boxes, picture, fontSize) {
  /** @type {Rectangle[]} */
  const placed = []
  return boxes.map(({ x, y, width: boxWidth, height: boxHeight, caption }) => {
    if (caption === "" || Math.min(boxWidth, boxHeight) < fontSize) return null
    const size = { width: ([...caption].length * CHARACTER_WIDTH + 0.6) * fontSize, height: fontSize * 1.4 }
    const label = [y - size.height, y]
      .filter(top => top >= 0 && top + size.height <= picture.height)
      .map(top => ({ x: Math.max(0, Math.min(x, picture.width - size.width)), y: top, ...size }))
      .find(candidate => !placed.some(other => overlap(candidate, other)))
    if (label === undefined) return null
    placed.push(label)
    return label
  })
}

/** @param {Rectangle} one @param {Rectangle} other */
function overlap(one, other) {
  return one.x < other.x + other.width && other.x < one.x + one.width
    && one.y < other.y + other.height && other.y < one.y + one.height
}
