// @ts-check
import { arrange, cloneTemplate, fill, list, setAttribute, setHidden, setValue, slot } from "../dom.js"
import { INITIAL_JOB_STATE } from "../jobs/job-state.js"
import { isFinal, pluginStatusIn, pluginWords, pluginWordsAsKnown } from "../jobs/state-words.js"
import { UNKNOWN, count, milliseconds } from "../readable.js"
import { finite, text } from "../values.js"
import { attachWarnings } from "./warning-list.js"

/**
 * @typedef {import("../jobs/job-state.js").JobState} JobState
 * @typedef {import("../jobs/job-state.js").PluginStatus} PluginStatus
 */

/** More plugins than this are grouped by state, the most important first. */
const UNGROUPED_COUNT = 50
const GROUP_ORDER = ["failed", "running", "started", "stopped", "completed", "unknown"]

/** A plugin that did not finish has no grade: its time means nothing. */
const UNGRADED = new Set(["failed", "stopped"])

/**
 * Keeps `.plugin-inspector` up to date: its rows, and the warnings under them.
 * @param {HTMLElement} root
 * @param {import("../jobs/live-job.js").LiveJob} job
 * @returns {() => void} stop
 */
export function attachPluginInspector(root, { store }) {
  const rows = new PluginRows(root)
  const stopStore = store.subscribe(state => rows.show(state))
  const stopWarnings = attachWarnings(root, store)
  return () => {
    stopStore()
    stopWarnings()
  }
}

/** The rows of the plugins, in the order in which they ran. */
class PluginRows {
  #root
  #budget
  /** Whether the inspector is hidden until something is reported. */
  #isQuiet
  #shown = INITIAL_JOB_STATE
  /** @type {Map<string, Element>} By plugin. */
  #rows = new Map()
  /** @type {Map<string, Element>} By state. */
  #groups = new Map()

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root
    this.#budget = {
      goodMs: Number(root.dataset.budgetGoodMs ?? 100),
      mediumMs: Number(root.dataset.budgetMediumMs ?? 500),
    }
    this.#isQuiet = root.dataset.quiet !== undefined
    for (const row of list(root, "plugins")?.children ?? []) {
      const key = row.getAttribute("data-key")
      if (key !== null) this.#rows.set(key, row)
    }
  }

  /** @param {JobState} state */
  show(state) {
    const before = this.#shown
    this.#shown = state
    if (this.#isQuiet) setHidden(this.#root, state.warningCount === 0 && Object.keys(state.pluginStatus).length === 0)
    if (state.pluginStatus === before.pluginStatus && state.pluginTimings === before.pluginTimings
      && state.pluginMetadata === before.pluginMetadata && state.isStale === before.isStale
      && isFinal(state.status) === isFinal(before.status)) return
    const names = Object.keys(state.pluginStatus)
    const timings = Object.values(state.pluginTimings)
    const slowest = Math.max(0, ...timings)
    for (const name of names) this.#fill(this.#row(name), name, state, slowest)
    this.#arrange(names, state)
    fill(this.#root, "plugins-count", count(names.length))
    setHidden(slot(this.#root, "plugins-header"), this.#isQuiet && names.length === 0)
    setHidden(slot(this.#root, "plugins-empty"), this.#isQuiet || names.length > 0)
    setHidden(slot(this.#root, "timings-empty"), names.length === 0 || timings.length > 0)
  }

  /** @param {string[]} names @param {JobState} state */
  #arrange(names, state) {
    const place = list(this.#root, "plugins")
    if (place === null) return
    for (const name of this.#rows.keys()) {
      if (!Object.hasOwn(state.pluginStatus, name)) this.#rows.delete(name)
    }
    arrange(place, names.length > UNGROUPED_COUNT ? this.#grouped(names, state) : names.map(name => this.#row(name)))
  }

  /** @param {string[]} names @param {JobState} state */
  #grouped(names, state) {
    return GROUP_ORDER.flatMap(group => {
      const members = names.filter(name => pluginWords(statusOf(name, state)).state === group)
      return members.length === 0 ? [] : [this.#group(group, members.length), ...members.map(name => this.#row(name))]
    })
  }

  /** @param {string} state @param {number} size */
  #group(state, size) {
    const heading = this.#groups.get(state) ?? cloneTemplate(this.#root, "plugin-group") ?? document.createElement("li")
    this.#groups.set(state, heading)
    setAttribute(heading, "data-state", state)
    fill(heading, "status", pluginWords(state).word)
    fill(heading, "count", count(size))
    return heading
  }

  /** @param {string} name */
  #row(name) {
    const row = this.#rows.get(name) ?? cloneTemplate(this.#root, "plugin-row") ?? document.createElement("li")
    this.#rows.set(name, row)
    return row
  }

  /** @param {Element} row @param {string} name @param {JobState} state @param {number} slowest Milliseconds. */
  #fill(row, name, state, slowest) {
    const plugin = state.pluginStatus[name]
    const timing = Object.hasOwn(state.pluginTimings, name) ? state.pluginTimings[name] : null
    const words = pluginWordsAsKnown(statusOf(name, state), state.isStale)
    setAttribute(row, "data-key", name)
    setAttribute(row, "data-state", words.state)
    fill(row, "name", name)
    fill(row, "icon", words.sign)
    fill(row, "status", words.word)
    fill(row, "timing", timing === null ? UNKNOWN : milliseconds(timing))
    this.#fillBar(row, timing, slowest, UNGRADED.has(words.state) ? "" : this.#grade(timing))
    this.#fillStatistics(row, plugin)
    const metadata = Object.hasOwn(state.pluginMetadata, name) ? state.pluginMetadata[name] : null
    if (metadata !== null) this.#fillMetadata(row, metadata)
  }

  /** @param {Element} row @param {number | null} timing @param {number} slowest Milliseconds. @param {string} grade */
  #fillBar(row, timing, slowest, grade) {
    const bar = slot(row, "bar")
    setValue(bar, timing !== null && timing > 0 && slowest > 0 ? Math.min(1, timing / slowest) : 0)
    setAttribute(bar, "data-budget", grade)
    const words = slot(row, "budget")
    setAttribute(words?.parentElement ?? null, "data-budget", grade)
    fill(row, "budget", grade)
  }

  /** @param {number | null} timing Milliseconds. */
  #grade(timing) {
    if (timing === null || timing < 0) return ""
    return timing < this.#budget.goodMs ? "good" : timing < this.#budget.mediumMs ? "medium" : "slow"
  }

  /** @param {Element} row @param {PluginStatus} plugin */
  #fillStatistics(row, plugin) {
    /** @param {number | null} value */
    const time = value => value === null ? UNKNOWN : milliseconds(value)
    fill(row, "p50", time(plugin.p50))
    fill(row, "p95", time(plugin.p95))
    fill(row, "max", time(plugin.max))
    fill(row, "frames", plugin.framesProcessed ? count(plugin.framesProcessed) : UNKNOWN)
    fill(row, "health", plugin.health ?? UNKNOWN)
  }

  /** The metadata that each row shows. @type {WeakMap<Element, Record<string, any>>} */
  #metadata = new WeakMap()

  /** @param {Element} row @param {Record<string, any>} metadata */
  #fillMetadata(row, metadata) {
    const place = list(row, "metadata")
    if (place === null || this.#metadata.get(row) === metadata) return
    this.#metadata.set(row, metadata)
    arrange(place, facts(metadata).map(([term, detail]) => {
      const item = cloneTemplate(this.#root, "metadata-item") ?? document.createElement("div")
      fill(item, "term", term)
      fill(item, "detail", detail)
      return item
    }))
  }
}

/** @param {string} name @param {JobState} state */
function statusOf(name, state) {
  return pluginStatusIn(state.pluginStatus[name].status, state.status)
}

/** The metadata to show, in this order. */
const FACTS = [
  ["Description", "description"], ["Version", "version"], ["Model", "model"], ["Input", "input_shape"],
  ["Output", "output_format"], ["Confidence", "confidence_default"], ["Capabilities", "capabilities"],
  ["Tags", "tags"], ["Author", "author"],
]

/** @param {Record<string, any>} metadata @returns {[term: string, detail: string][]} Without missing values. */
function facts(metadata) {
  const budget = finite(metadata.latency_budget_ms)
  /** @type {[string, string][]} */
  const all = FACTS.map(([term, key]) => [term, describe(metadata[key])])
  return [...all, /** @type {[string, string]} */ (["Latency budget", budget === null ? "" : milliseconds(budget)])]
    .filter(([, detail]) => detail !== "")
}

/** @param {unknown} value */
function describe(value) {
  return Array.isArray(value) ? value.map(String).join(", ") : text(value) ?? ""
}
