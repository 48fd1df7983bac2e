// @ts-check
/** Figures for people, in the forms in which the server writes them into the page (`Readable` in Swift). */

/** Stands for a figure that is unknown. */
export const UNKNOWN = "–"

/** 42.5 as `42.5%`, 0 as `0%`. Only 100 itself is `100%`: 99.97 is `99.9%`. @param {number} value */
export function percent(value) {
  if (Number.isNaN(value)) return UNKNOWN
  const tenths = Math.min(100, Math.max(0, value)) * 10
  return `${(tenths < 1_000 ? Math.min(999, Math.round(tenths)) : 1_000) / 10}%`
}

/** 145.5 as `145.5 ms`; an impossible time, such as -1, as `N/A`. @param {number} value */
export function milliseconds(value) {
  return value >= 0 && value < 1e12 ? `${(Math.round(value * 10) / 10).toFixed(1)} ms` : "N/A"
}

/**
 * 12.43 a second as `12.4/s`. Below 1 it has two decimals, so that slow work still shows a rate.
 * @param {number} perSecond
 */
export function rate(perSecond) {
  if (!(perSecond >= 0 && perSecond < 1e12)) return UNKNOWN
  if (perSecond > 0 && perSecond < 1) return `${hundredths(Math.max(0.01, perSecond))}/s`
  return `${Math.round(perSecond * 10) / 10}/s`
}

/** A running clock: `0:07`, `12:34`, `1:02:03`. @param {number} durationMs */
export function clock(durationMs) {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000))
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(seconds % 60)}` : `${minutes}:${padded(seconds % 60)}`
}

/**
 * The time that is left, no more exact than an estimate is: `8 s`, `about 2 min`, `about 1 h 10 min`.
 * @param {number} value
 */
export function estimate(value) {
  const seconds = Math.max(0, Math.floor(value))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `about ${minutes} min`
  return minutes % 60 === 0 ? `about ${minutes / 60} h` : `about ${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** How long ago something was: `just now`, `3 min ago`, `2 h ago`, `5 d ago`. @param {number} elapsedMs */
export function ago(elapsedMs) {
  const minutes = Math.floor(elapsedMs / 60_000)
  if (minutes < 1) return "just now"
  if (minutes < 60) return `${minutes} min ago`
  return minutes < 24 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 60 / 24)} d ago`
}

/** The size of a file: `812 bytes`, `1.2 MB`. @param {number} bytes */
export function fileSize(bytes) {
  if (bytes < 1_000) return bytes === 1 ? "1 byte" : `${bytes} bytes`
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1_000 ** power
  return `${value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value)} ${["", "kB", "MB", "GB"][power]}`
}

/** 12345 as `12,345`. @param {number} value */
export function count(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",")
}

/** A time of day on the visitor's clock: `14:02:11`. @param {number} timeMs Since 1970. */
export function timeOfDay(timeMs) {
  const time = new Date(timeMs)
  return `${padded(time.getHours())}:${padded(time.getMinutes())}:${padded(time.getSeconds())}`
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/**
 * A time of day, with the date unless it is today: `14:02:11`, `3 Feb 14:02:11`.
 * @param {number} timeMs Since 1970.
 * @param {number} nowMs
 */
export function moment(timeMs, nowMs) {
  const [time, now] = [new Date(timeMs), new Date(nowMs)]
  if (time.toDateString() === now.toDateString()) return timeOfDay(timeMs)
  return `${time.getDate()} ${MONTHS[time.getMonth()]} ${timeOfDay(timeMs)}`
}

/** 0.915 as `0.92`. Unlike `toFixed`, which rounds 0.015 to `0.01`, it rounds as the server does. @param {number} value */
export function hundredths(value) {
  return (Math.round(value * 100) / 100).toFixed(2)
}

/** @param {number} value */
function padded(value) {
  return String(value).padStart(2, "0")
}
