import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { isReachable } from "../../web/js/realtime/reachability.js"

describe("a server is reachable", () => {
  const url = new URL("http://localhost/?status=failed")
  const { signal } = new AbortController()
  const answer = status => async (asked, options) => {
    assert.equal(asked, url)
    assert.deepEqual(options, { method: "HEAD", mode: "no-cors", cache: "no-store", signal })
    return { status }
  }
  test("if it answers with any status of its own, or another origin's that can't be read", async () => {
    for (const status of [200, 304, 400, 404, 0]) assert.equal(await isReachable(url, signal, answer(status)), true)
  })
  test("and not with a status that says that it is down", async () => {
    for (const status of [502, 503, 504]) assert.equal(await isReachable(url, signal, answer(status)), false)
  })
  test("and not if nothing answers", async () => {
    assert.equal(await isReachable(url, signal, async () => { throw new TypeError("Failed to fetch") }), false)
  })
})
