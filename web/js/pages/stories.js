// @ts-check
import { startPage } from "../app.js"
import { copyText } from "../clipboard.js"
import { action, fill, setHidden, slot } from "../dom.js"
import { recordedJob } from "../jobs/recorded-job.js"
import { matchesWords } from "../search-text.js"
import { showToast } from "../toast.js"

/** The stories: searches while the visitor types, applies changed props at once, copies markup, and plays messages. */
startPage(() => {
  const search = document.querySelector('.story-list__search input[name="q"]')
  search?.addEventListener("input", () => find(/** @type {HTMLInputElement} */ (search).value))
  action(document, "all-stories")?.addEventListener("click", event => {
    if (!(search instanceof HTMLInputElement)) return
    event.preventDefault()
    search.value = ""
    search.focus()
    find("")
  })
  scrollToChosen()
  document.querySelector(".story-controls")?.addEventListener("change", ({ currentTarget }) => {
    if (currentTarget instanceof HTMLFormElement) currentTarget.requestSubmit()
  })
  action(document, "play")?.addEventListener("click", () => {
    document.querySelector("iframe")?.contentWindow?.postMessage({ play: recordedJob() }, location.origin)
  })
  action(document, "copy-markup")?.addEventListener("click", async () => {
    const markup = document.querySelector(".story-stage__markup code")?.textContent ?? ""
    showToast(await copyText(markup) ? "Copied the markup" : "This browser did not allow copying")
  })
})

/** Scrolls the list only, not the page. */
function scrollToChosen() {
  const groups = slot(document, "stories")
  const chosen = groups?.querySelector("[aria-current]")
  if (!groups || !chosen) return
  const [inner, outer] = [chosen.getBoundingClientRect(), groups.getBoundingClientRect()]
  if (inner.bottom > outer.bottom || inner.top < outer.top) groups.scrollTop += inner.top - outer.top - outer.height / 3
}

/** Shows the stories that match, and adds the search to the page's links. @param {string} search */
function find(search) {
  const groups = slot(document, "stories")
  let isAnyFound = false
  for (const group of groups?.children ?? []) {
    let isFound = false
    for (const story of group.querySelectorAll("li")) {
      const isHit = matchesWords(story.dataset.words ?? "", search)
      setHidden(story, !isHit)
      isFound ||= isHit
    }
    setHidden(group, !isFound)
    isAnyFound ||= isFound
  }
  setHidden(groups, !isAnyFound)
  fill(document, "stories-search", search)
  setHidden(slot(document, "stories-none"), isAnyFound)
  keepSearch(search)
}

/** @param {string} search */
function keepSearch(search) {
  for (const link of document.querySelectorAll(".stories-page a")) {
    if (!(link instanceof HTMLAnchorElement) || link.dataset.action !== undefined) continue
    if (link.pathname === location.pathname) link.search = withSearch(link.search, search)
  }
  const kept = document.querySelector('.story-controls input[type="hidden"][name="q"]')
  if (kept instanceof HTMLInputElement) {
    kept.value = search
    kept.disabled = search === ""
  }
  const chosen = document.querySelector(".story-list__story[aria-current]")
  if (chosen instanceof HTMLAnchorElement) {
    // A search without a story shows its first match; name the story, so that it stays.
    const here = new URLSearchParams(location.search)
    const shown = new URL(chosen.href).searchParams.get("story")
    if (shown !== null) here.set("story", shown)
    history.replaceState(null, "", location.pathname + withSearch(here.toString(), search))
  }
}

/** @param {string} query @param {string} search */
function withSearch(query, search) {
  const parameters = new URLSearchParams(query)
  if (search === "") parameters.delete("q")
  else parameters.set("q", search)
  return `?${parameters}`
}
