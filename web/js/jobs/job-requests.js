// @ts-check
import { apiURL } from "../page.js"

/** The server refused a request. The message is the server's, for people. */
export class RefusedError extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 if the server could not be reached.
   * @param {string | null} [field] The field of the request that is wrong.
   */
  constructor(message, status, field = null) {
    super(message)
    this.name = "RefusedError"
    this.status = status
    this.field = field
  }
}

const UNREACHABLE = "The server could not be reached. Try again."

/**
 * The options of the chosen plugins in a form: its fields `options.PLUGIN.OPTION` that are filled in. A value that is
 * not a number stays a string, so that the server reports the error.
 * @param {Iterable<[string, FormDataEntryValue]>} fields
 * @param {string[]} plugins
 */
export function pluginOptions(fields, plugins) {
  /** @type {Record<string, Record<string, number | string>>} */
  const options = {}
  for (const [field, value] of fields) {
    const [kind, plugin, name] = field.split(".")
    const text = String(value).trim()
    if (kind !== "options" || name === undefined || text === "" || !plugins.includes(plugin)) continue
    const number = Number(text)
    options[plugin] = { ...options[plugin], [name]: Number.isFinite(number) ? number : text }
  }
  return options
}

/**
 * The name of a file on the server: 1 to 128 letters, digits, `.`, `-` and `_`, not starting with a dot. A name that has to
 * be changed gets a hash of the original, so that two files never share a name.
 * @param {string} name
 */
export function uploadName(name) {
  if (/^[\w-][\w.-]{0,127}$/.test(name)) return name
  const dot = name.lastIndexOf(".")
  const plain = (/** @type {string} */ part) =>
    part.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "")
  const [base, extension] = dot > 0 ? [name.slice(0, dot), plain(name.slice(dot + 1)).slice(0, 10)] : [name, ""]
  const mark = [...name].reduce((hash, letter) => Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0, 0x811c9dc5)
  const parts = [plain(base).slice(0, 100), mark.toString(16)].filter(part => part !== "")
  return parts.join("-") + (extension === "" ? "" : `.${extension}`)
}

/**
 * Uploads a file with `PUT /v1/uploads/{name}`. Uses `XMLHttpRequest`, since `fetch` does not report upload progress.
 * @param {File} file
 * @param {(fraction: number) => void} onProgress 0...1
 * @returns {Promise<{source: string, sha256: string | null}>} The source, `upload:…`, and the hash of its content.
 */
export function upload(file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open("PUT", new URL(`/v1/uploads/${encodeURIComponent(uploadName(file.name))}`, apiURL()))
    request.setRequestHeader("Content-Type", "application/octet-stream")
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onload = () => {
      const answer = readJSON(request.responseText)
      const { source, sha256 } = answer
      if (request.status < 300 && typeof source === "string") resolve({ source, sha256: sha256 ?? null })
      else reject(new RefusedError(answer.detail ?? `The upload failed (HTTP ${request.status}).`, request.status))
    }
    request.onerror = () => reject(new RefusedError(UNREACHABLE, 0))
    request.send(file)
  })
}

/**
 * Starts a job with `POST /v1/jobs`. The key makes sure that a repeated request starts only one job.
 * @param {Record<string, unknown>} job
 * @param {string} key
 * @returns {Promise<string>} The job's id.
 */
export async function startJob(job, key) {
  const response = await fetch(new URL("/v1/jobs", apiURL()), {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(job),
  }).catch(() => { throw new RefusedError(UNREACHABLE, 0) })
  const answer = readJSON(await response.text())
  if (response.ok && answer.job_id !== undefined) return String(answer.job_id)
  const message = answer.detail ?? `The job could not be started (HTTP ${response.status}).`
  throw new RefusedError(message, response.status, typeof answer.field === "string" ? answer.field : null)
}

/**
 * Cancels, retries or deletes a job.
 * @param {string} jobId
 * @param {"cancel" | "retry" | "delete"} verb
 * @param {string | null} [createdAt] The job's time of creation: the server refuses to act on another job with this id.
 * @returns {Promise<Record<string, any>>} The server's answer.
 */
export async function actOnJob(jobId, verb, createdAt = null) {
  const path = `/v1/jobs/${encodeURIComponent(jobId)}`
  const query = createdAt === null ? "" : `?created_at=${encodeURIComponent(createdAt)}`
  const response = await (verb === "delete"
    ? fetch(new URL(path + query, apiURL()), { method: "DELETE" })
    : fetch(new URL(`${path}/${verb}${query}`, apiURL()), { method: "POST" })
  ).catch(() => { throw new RefusedError(UNREACHABLE, 0) })
  const answer = readJSON(await response.text().catch(() => ""))
  if (response.ok) return answer
  throw new RefusedError(answer.detail ?? `That could not be done (HTTP ${response.status}).`, response.status)
}

/** @param {string} text @returns {Record<string, any>} */
function readJSON(text) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}
