// @ts-check
import { copyText } from "./clipboard.js"
import { action, fill, setHidden, slot } from "./dom.js"
import { recordedJob } from "./recorded-job.js"
import { showToast } from "./toast.js"

/** The stories page with script: the search finds as one types, a prop shows as soon as it is changed, the markup is
 * copied, and a story is played. */
export function attachStoriesPage() {
  const search = document.querySelector('.story-list__search input[name="q"]')
  search?.addEventListener("input", () => find(/** @type {HTMLInputElement} */ (search).value))
  action(document, "all-stories")?.addEventListener("click", event => {
    if (!(search instanceof HTMLInputElement)) return
    event.preventDefault()
    search.value = ""
    search.focus()
    find("")
  })
  bringChosenIntoSight()
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
}

/** In the list alone: the page stays where it is. */
function bringChosenIntoSight() {
  const groups = slot(document, "stories")
  const chosen = groups?.querySelector("[aria-current]")
  if (!groups || !chosen) return
  const [inner, outer] = [chosen.getBoundingClientRect(), groups.getBoundingClientRect()]
  if (inner.bottom > outer.bottom || inner.top < outer.top) groups.scrollTop += inner.top - outer.top - outer.height / 3
}

/** Whether all words of a search are in a text in small letters; an empty search finds everything. @param {string} text @param {string} search */
export function matchesWords(text, search) {
  return search.toLowerCase().split(" ").every(word => text.includes(word))
}

/** Shows what the search finds, and takes the search along wherever one goes from here. @param {string} search */
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
  takeAlong(search)
}

/** @param {string} search */
function takeAlong(search) {
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
    // A search alone means its first hit; what is shown now stays.
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
