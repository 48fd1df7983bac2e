// @ts-check
import { action, arrange, cloneTemplate, fill, list, setAttribute, setHidden, setText, setValue, slot } from "../dom.js"
import { liveJobList } from "../live-page.js"
import { UNKNOWN, ago, clock, count, percent } from "../readable.js"
import { instant } from "../values.js"
import { isFinal, jobWordsAsKnown } from "../words.js"

/**
 * @typedef {import("../job-list-state.js").ListedJob} ListedJob
 * @typedef {import("../job-list-state.js").JobListState} JobListState
 */

/** Rows beyond this many give way to newer ones, so that a page left open for days stays light. */
const ROWS_KEPT = 500

/** `<job-list>`: the jobs, newest first. New ones appear, running ones move, and a filter says what it hides. */
export class JobList extends HTMLElement {
  #stop = () => {}
  /** @type {Map<string, Element>} By job. */
  #rows = new Map()
  /** @type {string[]} The jobs that have a row, newest first. */
  #order = []
  /** @type {Readonly<Record<string, ListedJob>>} */
  #shown = {}
  /** @type {Element | null} */
  #head = null
  #listings = 0
  #isStale = false
  /** Jobs that have no row here: older ones, and those that the server's filter left out. */
  #unlistedCount = 0

  connectedCallback() {
    const place = list(this, "jobs")
    for (const row of place?.children ?? []) {
      const key = row.getAttribute("data-key")
      if (key === null) this.#head = row
      else {
        this.#rows.set(key, row)
        this.#order.push(key)
      }
    }
    const total = Number((slot(this, "jobs-count")?.textContent ?? "0").replaceAll(",", ""))
    this.#unlistedCount = Math.max(0, total - this.#order.length)
    const { store } = liveJobList()
    const stopStore = store.subscribe(state => this.#show(state))
    const ticking = setInterval(() => this.#showTimes(), 1_000)
    this.addEventListener("input", this.#filterTyped)
    this.addEventListener("submit", this.#filterSent)
    this.addEventListener("unreachable", this.#filterWithoutServer)
    this.#stop = () => {
      stopStore()
      clearInterval(ticking)
      this.removeEventListener("input", this.#filterTyped)
      this.removeEventListener("submit", this.#filterSent)
      this.removeEventListener("unreachable", this.#filterWithoutServer)
    }
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** @param {JobListState} state */
  #show({ jobs, listings, isWhole, isStale }) {
    const hasTurned = isStale !== this.#isStale
    this.#isStale = isStale
    setAttribute(this, "data-stale", isStale ? "" : null)
    if (jobs === this.#shown && !hasTurned) return
    if (listings !== this.#listings) this.#removeAllBut(jobs, isWhole)
    this.#listings = listings
    for (const job of Object.values(jobs)) {
      if (job === this.#shown[job.id] && (!hasTurned || isFinal(job.status))) continue
      const row = this.#rows.get(job.id) ?? this.#addRow(job)
      if (row !== null) this.#fill(row, job)
    }
    this.#shown = jobs
    this.#arrange()
    this.#showTimes()
  }

  /**
   * The page has no other jobs than these: the server may have gone back to a backup.
   * @param {Readonly<Record<string, ListedJob>>} jobs
   * @param {boolean} isWhole Whether the server has no other ones either.
   */
  #removeAllBut(jobs, isWhole) {
    const total = this.#order.length + this.#unlistedCount
    this.#order = this.#order.filter(id => Object.hasOwn(jobs, id))
    for (const id of this.#rows.keys()) if (!Object.hasOwn(jobs, id)) this.#rows.delete(id)
    this.#unlistedCount = isWhole ? 0 : Math.max(0, total - Object.keys(jobs).length)
  }

  /** A row for a job that has none. A page of older jobs stays what it is. @param {ListedJob} job */
  #addRow(job) {
    if (job.status === null || new URLSearchParams(location.search).has("cursor")) return null
    const row = cloneTemplate(this, "job-row") ?? document.createElement("li")
    row.setAttribute("data-key", job.id)
    row.classList.add("job-row--new")
    setAttribute(slot(row, "name"), "href", `/jobs/${encodeURIComponent(job.id)}`)
    this.#rows.set(job.id, row)
    this.#place(job)
    return row
  }

  /** @param {ListedJob} job */
  #place({ id, createdAt }) {
    const created = instant(createdAt) ?? Infinity
    const older = this.#order.findIndex(other => this.#createdAt(other) < created)
    const index = older < 0 ? this.#order.length : older
    this.#order.splice(index, 0, id)
    // What is newer than all is new; anything else was there and had no row.
    if (index > 0 && this.#unlistedCount > 0) this.#unlistedCount -= 1
    if (this.#order.length > ROWS_KEPT) {
      this.#rows.delete(this.#order.pop() ?? "")
      this.#unlistedCount += 1
    }
  }

  /**
   * Fills in what is known and leaves what the server wrote where nothing is.
   * @param {Element} row
   * @param {ListedJob} job
   */
  #fill(row, job) {
    fill(row, "name", job.name ?? `Job ${job.id}`)
    if (job.status !== null) {
      const words = jobWordsAsKnown(job.status, this.#isStale)
      setAttribute(row, "data-state", words.state)
      fill(row, "status", words.word)
      fill(row, "status-icon", words.sign)
    }
    const doing = job.error ?? job.stage
    if (doing !== null) fill(row, "stage", doing)
    const lines = ["name", "stage"].map(name => slot(row, name)?.textContent ?? "").filter(line => line !== "")
    setAttribute(slot(row, "row-title"), "title", lines.join("\n"))
    if (job.device !== null) fill(row, "device", job.device)
    if (job.progress !== null) {
      setValue(slot(row, "progress"), job.progress / 100)
      fill(row, "percent", percent(job.progress))
    } else if (Object.hasOwn(this.#shown, job.id) && this.#shown[job.id].progress !== null) {
      setValue(slot(row, "progress"), 0)
      fill(row, "percent", UNKNOWN)
    }
    if (job.warningsCount !== null) {
      fill(row, "warnings", job.warningsCount > 0 ? count(job.warningsCount) : UNKNOWN)
      setAttribute(row.querySelector(".job-row__warnings"), "data-some", job.warningsCount > 0 ? "" : null)
    }
    if (job.startedAt !== null) setAttribute(slot(row, "started"), "datetime", job.startedAt)
  }

  /** Newest first, those that the filter lets through. */
  #arrange() {
    const place = list(this, "jobs")
    if (place === null) return
    const matching = this.#order.flatMap(id => {
      const row = this.#rows.get(id)
      return row !== undefined && this.#matches(row) ? [row] : []
    })
    const total = this.#order.length + this.#unlistedCount
    arrange(place, this.#head === null ? matching : [this.#head, ...matching])
    setHidden(this.#head, matching.length === 0)
    fill(this, "jobs-count", count(total))
    fill(this, "jobs-total", count(total))
    setHidden(slot(this, "jobs-empty"), total > 0)
    setHidden(slot(this, "jobs-none-shown"), total === 0 || matching.length > 0)
    setHidden(slot(this, "jobs-search-all"), this.#unlistedCount === 0)
    setAttribute(slot(this, "jobs-search-all-link"), "href", location.pathname + location.search)
  }

  /** Milliseconds since 1970; 0, older than all, where it is not known. @param {string} id */
  #createdAt(id) {
    const row = this.#rows.get(id)
    const started = row === undefined ? null : slot(row, "started")?.getAttribute("datetime")
    return instant(liveJobList().store.state.jobs[id]?.createdAt) ?? instant(started) ?? 0
  }

  /** @param {Element} row */
  #matches(row) {
    const status = this.dataset.filterStatus ?? ""
    const query = (this.dataset.filterQuery ?? "").trim().toLocaleLowerCase()
    if (status !== "" && row.getAttribute("data-state") !== status) return false
    return query === "" || (slot(row, "name")?.textContent ?? "").toLocaleLowerCase().includes(query)
  }

  // Times go on by themselves; without a connection they stand still, since nobody knows.

  #showTimes() {
    const { isConnected, isPolling, asOf } = liveJobList().store.state
    const now = isConnected || isPolling ? Date.now() : asOf ?? Date.now()
    for (const [id, row] of this.#rows) {
      const started = slot(row, "started")
      const startedAt = instant(started?.getAttribute("datetime"))
      if (startedAt === null) continue
      setText(started, ago(now - startedAt))
      const job = Object.hasOwn(this.#shown, id) ? this.#shown[id] : null
      if (job === null) continue
      const until = instant(job.finishedAt) ?? (isFinal(job.status) ? null : now)
      fill(row, "duration", until === null ? UNKNOWN : clock(until - startedAt))
    }
  }

  // The filter.

  /** @param {Event} event */
  #filterTyped = ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.dataset.action !== "filter-query") return
    this.dataset.filterQuery = target.value
    const url = withQuery(location.href, target.value)
    history.replaceState(null, "", url)
    // Another tab searches for the same.
    for (const tab of this.#tabs) tab.href = withQuery(tab.href, target.value).href
    this.#arrange()
  }

  /**
   * The server that would filter is not there: the page does it with the jobs that it has, and says so until the server
   * has done it. A page of older jobs can't be had this way.
   * @param {Event} event
   */
  #filterWithoutServer = event => {
    const { url } = /** @type {CustomEvent<{url: URL}>} */ (event).detail
    if (url.pathname !== location.pathname) return
    if ([url.searchParams, new URLSearchParams(location.search)].some(query => query.has("cursor"))) return
    // Who tries again is told that it was in vain.
    if (event.target === slot(this, "jobs-load-again")) return
    event.preventDefault()
    const status = url.searchParams.get("status") ?? ""
    this.dataset.filterStatus = status
    this.dataset.filterQuery = url.searchParams.get("q") ?? ""
    for (const tab of this.#tabs) {
      tab.href = withQuery(tab.href, this.dataset.filterQuery).href
      const isCurrent = (new URL(tab.href).searchParams.get("status") ?? "") === status
      setAttribute(tab, "aria-current", isCurrent ? "true" : null)
    }
    const search = action(this, "filter-query")
    if (search instanceof HTMLInputElement) search.value = this.dataset.filterQuery
    const kept = this.querySelector('input[name="status"]')
    if (kept instanceof HTMLInputElement) {
      kept.value = status
      kept.disabled = status === ""
    }
    history.replaceState(null, "", url)
    setAttribute(slot(this, "jobs-load-again"), "href", url.pathname + url.search)
    setHidden(slot(this, "jobs-last-known"), false)
    this.#arrange()
  }

  /** What was typed is filtered already. @param {Event} event */
  #filterSent = event => {
    if (this.#unlistedCount === 0) event.preventDefault()
  }

  get #tabs() {
    return /** @type {NodeListOf<HTMLAnchorElement>} */ (this.querySelectorAll(".job-list__tabs a"))
  }
}

/** @param {string} address @param {string} query */
function withQuery(address, query) {
  const url = new URL(address)
  if (query === "") url.searchParams.delete("q")
  else url.searchParams.set("q", query)
  return url
}
