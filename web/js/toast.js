// @ts-check
const SHOWN_MS = 4_000

/** @type {HTMLElement | null} */
let toast = null
/** @type {any} */
let timer = null

/** Shows a short message for a few seconds; screen readers announce it politely. @param {string} text */
export function showToast(text) {
  if (toast === null) {
    toast = document.createElement("p")
    toast.className = "toast"
    toast.setAttribute("role", "status")
    document.body.append(toast)
  }
  toast.textContent = text
  toast.hidden = false
  clearTimeout(timer)
  timer = setTimeout(() => { if (toast !== null) toast.hidden = true }, SHOWN_MS)
}
