import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { isReachable } from "../../web/js/link-guard.js"

describe("a page is left only for a server that answers", () => {
  const url = new URL("http://localhost/?status=failed")
  const answer = status => async (asked, { method }) => {
    assert.equal(asked, url)
    assert.equal(method, "HEAD")
    return { status }
  }
  test("whatever it says about the page", async () => {
    for (const status of [200, 304, 400, 404]) assert.equal(await isReachable(url, answer(status)), true)
  })
  test("and not while it, or what stands before it, says that it is away", async () => {
    for (const status of [502, 503, 504]) assert.equal(await isReachable(url, answer(status)), false)
  })
  test("or nothing answers", async () => {
    assert.equal(await isReachable(url, async () => { throw new TypeError("Failed to fetch") }), false)
  })
})
