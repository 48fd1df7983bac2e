// @ts-check
/** `/` goes to the page's search; what other keys do stands with the elements that they act on. */
export function listenForKeys() {
  document.addEventListener("keydown", event => {
    const search = document.querySelector('input[type="search"]')
    if (event.key !== "/" || !isPlainKey(event) || !(search instanceof HTMLInputElement)) return
    event.preventDefault()
    search.focus()
  })
}

/** Whether a key is meant for the page: without a modifier, and not while typing. @param {KeyboardEvent} event */
export function isPlainKey({ ctrlKey, metaKey, altKey, target }) {
  const isTyping = target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null
  return !ctrlKey && !metaKey && !altKey && !isTyping
}
