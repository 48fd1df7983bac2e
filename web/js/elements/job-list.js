// @ts-check
import { action, fill, setAttribute, setHidden, setText, setValue, slot } from "../dom.js"
import { isOlder, rowTexts, searchText } from "../jobs/listed-job.js"
import { isFinal } from "../jobs/state-words.js"
import { viewOf } from "../live-page.js"
import { UNKNOWN, ago, clock, count } from "../readable.js"
import { foldedQuery } from "../search-text.js"
import { serverClock } from "../server-clock.js"
import { instant } from "../values.js"
import { ListRows } from "./list-rows.js"

/**
 * @typedef {import("../jobs/listed-job.js").ListedJob} ListedJob
 * @typedef {import("../realtime/list-state.js").ListState} ListState
 * @typedef {import("../realtime/live-list.js").LiveList} LiveList
 */

/** Newer rows push out rows beyond this many, so that a page that is open for days stays light. */
const ROWS_KEPT = 500

/** `<job-list>`: the jobs, newest first. New ones appear, running ones change, and a filter tells what it hides. */
export class JobList extends HTMLElement {
  #stop = () => {}
  /** @type {LiveList | null} */
  #view = null
  #rows = new ListRows(this, { list: "jobs", template: "job-row" })
  /** The jobs that have a row, newest first. @type {string[]} */
  #order = []
  /** @type {Readonly<Record<string, ListedJob>>} */
  #shown = {}
  #listings = 0
  #isStale = false
  /** Jobs without a row here: older ones, and those that the server's filter left out. */
  #unlistedCount = 0
  /** The filter with which the server rendered the page. Only with it do this and older pages have all matches. */
  #serverFilter = { status: "", query: "" }

  connectedCallback() {
    const view = /** @type {LiveList | null} */ (viewOf(this))
    if (view === null) return
    this.#view = view
    this.#rows = new ListRows(this, { list: "jobs", template: "job-row" })
    this.#order = this.#rows.keys
    const total = Number((slot(this, "jobs-count")?.textContent ?? "0").replaceAll(",", ""))
    this.#unlistedCount = Math.max(0, total - this.#order.length)
    this.#serverFilter = this.#filter
    const stopStore = view.store.subscribe(state => this.#show(state))
    const ticking = setInterval(() => this.#showTimes(), 1_000)
    this.addEventListener("input", this.#filterTyped)
    this.addEventListener("submit", this.#filterSubmitted)
    this.addEventListener("unreachable", this.#filterWithoutServer)
    this.#stop = () => {
      stopStore()
      clearInterval(ticking)
      this.removeEventListener("input", this.#filterTyped)
      this.removeEventListener("submit", this.#filterSubmitted)
      this.removeEventListener("unreachable", this.#filterWithoutServer)
    }
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** @param {ListState} state */
  #show({ items, listings, isWhole, isStale }) {
    const jobs = /** @type {Readonly<Record<string, ListedJob>>} */ (items)
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
   * A listing replaced the jobs. Jobs may be missing from it, for example because the server was restored from a backup.
   * @param {Readonly<Record<string, ListedJob>>} jobs
   * @param {boolean} isWhole Whether the server has no others.
   */
  #removeAllBut(jobs, isWhole) {
    const total = this.#order.length + this.#unlistedCount
    this.#order = this.#order.filter(id => Object.hasOwn(jobs, id))
    for (const id of this.#rows.keys) if (!Object.hasOwn(jobs, id)) this.#rows.delete(id)
    this.#unlistedCount = isWhole ? 0 : Math.max(0, total - Object.keys(jobs).length)
  }

  /** Adds a row for a job that has none; a page of older jobs gets no new ones. @param {ListedJob} job */
  #addRow(job) {
    if (job.status === null || new URLSearchParams(location.search).has("cursor")) return null
    const row = this.#rows.add(job.id)
    row.classList.add("job-row--new")
    setAttribute(slot(row, "name"), "href", `/jobs/${encodeURIComponent(job.id)}`)
    this.#place(job)
    return row
  }

  /** @param {ListedJob} job */
  #place(job) {
    const older = this.#order.findIndex(other => isOlder(this.#jobOf(other), job))
    const index = older < 0 ? this.#order.length : older
    this.#order.splice(index, 0, job.id)
    // A job that is newer than all others is new; any other one existed and had no row.
    if (index > 0 && this.#unlistedCount > 0) this.#unlistedCount -= 1
    if (this.#order.length > ROWS_KEPT) {
      this.#rows.delete(this.#order.pop() ?? "")
      this.#unlistedCount += 1
    }
  }

  /**
   * Fills in what is known; for the rest, what the server wrote stays.
   * @param {Element} row
   * @param {ListedJob} job
   */
  #fill(row, job) {
    const texts = rowTexts(job, this.#isStale)
    fill(row, "name", texts.name)
    if (texts.words !== null) {
      setAttribute(row, "data-state", texts.words.state)
      fill(row, "status", texts.words.word)
      fill(row, "status-icon", texts.words.sign)
    }
    fill(row, "stage", texts.stage)
    setAttribute(slot(row, "row-title"), "title", [texts.name, texts.stage].filter(line => line !== "").join("\n"))
    if (texts.device !== null) fill(row, "device", texts.device)
    setValue(slot(row, "progress"), texts.share)
    fill(row, "percent", texts.percent)
    if (texts.warnings !== null) {
      fill(row, "warnings", texts.warnings)
      setAttribute(row.querySelector(".job-row__warnings"), "data-some", (job.warningsCount ?? 0) > 0 ? "" : null)
    }
    if (job.startedAt !== null) setAttribute(slot(row, "started"), "datetime", job.startedAt)
  }

  /** Newest first, only the rows that match the filter. */
  #arrange() {
    const filter = this.#filter
    const matching = this.#order.filter(id => this.#matches(id, filter))
    const isPageOnly = this.#unlistedCount > 0
      && (filter.status !== this.#serverFilter.status || filter.query !== this.#serverFilter.query)
    const total = this.#order.length + this.#unlistedCount
    this.#rows.arrange(matching)
    for (const head of this.#rows.head) setHidden(head, matching.length === 0)
    fill(this, "jobs-count", count(total))
    fill(this, "jobs-total", count(isPageOnly ? this.#order.length : total))
    setHidden(slot(this, "jobs-empty"), total > 0)
    setHidden(slot(this, "jobs-none-shown"), total === 0 || matching.length > 0)
    setHidden(slot(this, "jobs-page-only"), !isPageOnly)
    setAttribute(slot(this, "jobs-search-all-link"), "href", location.pathname + location.search)
    // The link to older jobs has the server's filter.
    setHidden(slot(this, "jobs-older"), isPageOnly)
  }

  /** What is known of a job: all that the server says, or else what its row shows. @param {string} id */
  #jobOf(id) {
    const { items } = /** @type {LiveList} */ (this.#view).store.state
    if (Object.hasOwn(items, id)) return /** @type {ListedJob} */ (items[id])
    const row = this.#rows.get(id)
    const [name, started] = ["name", "started"].map(part => row === null ? null : slot(row, part))
    return {
      id, number: null, source: null, name: name?.textContent ?? null, createdAt: started?.getAttribute("datetime") ?? null,
    }
  }

  /** Status and query, the query in the form in which it is compared. */
  get #filter() {
    return { status: this.dataset.filterStatus ?? "", query: foldedQuery(this.dataset.filterQuery ?? "") }
  }

  /** Whether the server's list would have the job. @param {string} id @param {{status: string, query: string}} filter */
  #matches(id, { status, query }) {
    const row = this.#rows.get(id)
    if (row === null || (status !== "" && row.getAttribute("data-state") !== status)) return false
    return query === "" || searchText(this.#jobOf(id)).includes(query)
  }

  // Times count up by themselves; without a connection they stand still, since the jobs may have ended.

  #showTimes() {
    const { isConnected = false, isPolling = false, asOf = null } = this.#view?.store.state ?? {}
    const now = isConnected || isPolling ? serverClock.now() : asOf ?? serverClock.now()
    for (const [id, row] of this.#rows.entries) {
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
    // The other tabs keep the search.
    for (const tab of this.#tabs) tab.href = withQuery(tab.href, target.value).href
    this.#arrange()
  }

  /**
   * The server is unreachable: the page filters the jobs that it has, and says so until the server has filtered them. A
   * page of older jobs can't be shown this way.
   * @param {Event} event
   */
  #filterWithoutServer = event => {
    const { url } = /** @type {CustomEvent<{url: URL}>} */ (event).detail
    if (url.pathname !== location.pathname) return
    if ([url.searchParams, new URLSearchParams(location.search)].some(query => query.has("cursor"))) return
    // "Load again" gets the toast, which says that it failed.
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

  /** The page filters while the visitor types; the server is needed only for jobs without a row. @param {Event} event */
  #filterSubmitted = event => {
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
