// @ts-check
/**
 * Copies a text. The clipboard API needs a secure context; without one the old command may still work.
 * @param {string} text
 * @returns {Promise<boolean>} Whether it was copied.
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const area = document.createElement("textarea")
  area.value = text
  area.readOnly = true
  area.className = "visually-hidden"
  document.body.append(area)
  const focused = document.activeElement
  area.select()
  try {
    return document.execCommand("copy")
  } catch {
    return false
  } finally {
    area.remove()
    if (focused instanceof HTMLElement) focused.focus()
  }
}
