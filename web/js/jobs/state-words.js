// @ts-check
/**
 * The sign and the word of each state, as the server's components write them. An unknown state is data, not an error.
 */

/** @typedef {{state: string, sign: string, word: string}} StateWords */

/** @type {Record<string, [sign: string, word: string]>} */
const JOB = {
  queued: ["⏳", "Queued"],
  running: ["⚙", "Running"],
  succeeded: ["✓", "Succeeded"],
  failed: ["✗", "Failed"],
  cancelled: ["⊘", "Cancelled"],
}

/** @type {Record<string, [sign: string, word: string]>} */
const PLUGIN = {
  started: ["⏳", "Started"],
  running: ["⚙", "Running"],
  completed: ["✓", "Completed"],
  failed: ["✗", "Failed"],
  unknown: ["?", "Unknown"],
  stopped: ["■", "Stopped"],
}

/** @type {Record<string, [sign: string, word: string]>} */
const SEVERITY = {
  high: ["⚠", "High"],
  medium: ["⚠", "Medium"],
  low: ["ℹ", "Low"],
}

const FINAL = new Set(["succeeded", "failed", "cancelled"])
const PASSING = new Set(["queued", "running", "started"])

/** @param {string | null} status */
export const jobWords = status => wordsIn(JOB, status, "queued")

// The same for a page that may be out of date: what was running may have ended.

/** @param {string | null} status @param {boolean} isStale */
export const jobWordsAsKnown = (status, isStale) => asKnown(jobWords(status), isStale)
/** @param {string | null} status @param {boolean} isStale */
export const pluginWordsAsKnown = (status, isStale) => asKnown(pluginWords(status), isStale)

/** The state of a plugin within its job: once the job has ended, a plugin that was at work has stopped.
 * @param {string} status @param {string | null} jobStatus */
export const pluginStatusIn = (status, jobStatus) => isFinal(jobStatus) && PASSING.has(status) ? "stopped" : status

/** @param {string | null} status */
export const pluginWords = status => wordsIn(PLUGIN, status, "unknown")
/** @param {string | null} severity */
export const severityWords = severity => wordsIn(SEVERITY, severity, "medium")

/** @param {string | null} status */
export const isJobStatus = status => status !== null && Object.hasOwn(JOB, status)

/** Whether nothing more will happen to the job. @param {string | null} status */
export const isFinal = status => status !== null && FINAL.has(status)

/** @param {StateWords} words @param {boolean} isStale @returns {StateWords} */
function asKnown(words, isStale) {
  return isStale && PASSING.has(words.state) ? { ...words, word: `Was ${words.word.toLowerCase()}` } : words
}

/**
 * @param {Record<string, [string, string]>} table
 * @param {string | null} name
 * @param {string} otherwise
 * @returns {StateWords}
 */
function wordsIn(table, name, otherwise) {
  const state = name !== null && Object.hasOwn(table, name) ? name : otherwise
  const [sign, word] = table[state]
  return { state, sign, word }
}
