import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { isReachable, serverError } from "../../web/js/realtime/reachability.js"

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

describe("the error in an answer", () => {
  const read = body => serverError(new Response(body, { status: 404 }))
  test("is the server's own", async () => {
    const body = { detail: "Job 7 not found.", status_code: 404, code: "NOT_FOUND" }
    assert.deepEqual(await read(JSON.stringify(body)), { code: "NOT_FOUND", detail: "Job 7 not found." })
  })
  test("is none if a proxy has answered in the server's place", async () => {
    for (const body of ["404 page not found", "<h1>Not Found</h1>", "", "null", "[]", '{"code": 404}']) {
      assert.equal(await read(body), null, body)
    }
  })
})
