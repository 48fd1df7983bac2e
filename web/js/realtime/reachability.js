// @ts-check
/**
 * Whether the server answers at an address, and is not shutting down. The answer of another origin's server can't be read,
 * but it is one.
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
