// @ts-check
import { isObject } from "./messages.js"

/**
 * Whether the server answers at an address, and is not shutting down. An answer from another origin counts,
 * although it can't be read.
 * @param {URL} url
 * @param {AbortSignal} signal
 * @param {typeof fetch} [ask]
 */
export async function isReachable(url, signal, ask = globalThis.fetch.bind(globalThis)) {
  try {
    const { status } = await ask(url, { method: "HEAD", mode: "no-cors", cache: "no-store", signal })
    return status < 500
  } catch {
    return false
  }
}

/**
 * The error in an answer of the server; null if a proxy has answered in its place.
 * @param {Response} response
 * @returns {Promise<{code: string, detail: string} | null>}
 */
export async function serverError(response) {
  const body = await response.json().catch(() => null)
  if (!isObject(body) || typeof body.code !== "string" || typeof body.detail !== "string") return null
  return { code: body.code, detail: body.detail }
}
