// @ts-check
/**
 * Where the captions of boxes stand. `BoxLabel` on the server does the same.
 *
 * @typedef {import("./frames.js").Box} Box
 * @typedef {{x: number, y: number, width: number, height: number}} Rectangle In source pixels.
 */

/** The mean width of a character in the fonts we name, as a share of their size. */
const CHARACTER_WIDTH = 0.58

/**
 * The labels of all boxes, each inside the picture and none over another: above its box, else in it, else left out
 * (null). A box that is smaller than a letter has none, for it would be hidden under it.
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
