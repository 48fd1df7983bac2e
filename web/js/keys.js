// @ts-check
/** The `/` key focuses the page's search. Other keys are handled by the elements that they act on. */
export function listenForKeys() {
  document.addEventListener("keydown", event => {
    const search = document.querySelector('input[type="search"]')
    if (event.key !== "/" || !isPlainKey(event) || !(search instanceof HTMLInputElement)) return
    event.preventDefault()
    search.focus()
  })
}

/** Whether a key is meant for the page: without a modifier, and not typed into a field. @param {KeyboardEvent} event */
export function isPlainKey({ ctrlKey, metaKey, altKey, target }) {
  const isTyping = target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null
  return !ctrlKey && !metaKey && !altKey && !isTyping
}
