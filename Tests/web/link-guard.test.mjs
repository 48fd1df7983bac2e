import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { isReachable } from "../../web/js/link-guard.js"

describe("a link is followed only if the server answers", () => {
  const url = new URL("http://localhost/?status=failed")
  const answer = status => async (asked, { method }) => {
    assert.equal(asked, url)
    assert.equal(method, "HEAD")
    return { status }
  }
  test("with any status of its own", async () => {
    for (const status of [200, 304, 400, 404]) assert.equal(await isReachable(url, answer(status)), true)
  })
  test("and not with a status that says that it is down", async () => {
    for (const status of [502, 503, 504]) assert.equal(await isReachable(url, answer(status)), false)
  })
  test("and not if nothing answers", async () => {
    assert.equal(await isReachable(url, async () => { throw new TypeError("Failed to fetch") }), false)
  })
})
