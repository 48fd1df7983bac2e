// @ts-check
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
