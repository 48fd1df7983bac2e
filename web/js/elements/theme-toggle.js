// @ts-check
import { action } from "../dom.js"
import { isPlainKey } from "../keys.js"
import { preference, setPreference } from "../preferences.js"

/** The choice after each choice; "auto" leaves it to the system. @type {Record<string, string>} */
const NEXT = { auto: "dark", dark: "light", light: "auto" }

/**
 * `<theme-toggle>`: switches from automatic to dark, to light, and back. The choice is remembered; theme.js applies it
 * before the first paint.
 */
export class ThemeToggle extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#toggle)
    document.addEventListener("keydown", this.#key)
    this.#show()
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#toggle)
    document.removeEventListener("keydown", this.#key)
  }

  #toggle = () => {
    const next = NEXT[this.#theme]
    setPreference("theme", next === "auto" ? null : next)
    this.#show()
  }

  /** @param {KeyboardEvent} event */
  #key = event => {
    if (event.key === "t" && isPlainKey(event)) this.#toggle()
  }

  get #theme() {
    const theme = preference("theme")
    return theme === "light" || theme === "dark" ? theme : "auto"
  }

  #show() {
    const theme = this.#theme
    if (theme === "auto") delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    const button = action(this, "toggle-theme")
    if (button === null) return
    button.title = `Theme: ${theme} (t)`
    button.setAttribute("aria-label", `Theme: ${theme}. Change it`)
  }
}
