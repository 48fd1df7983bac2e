import assert from "node:assert/strict"
import { afterEach, describe, test } from "node:test"
import { pluginOptions, RefusedError, startJob } from "../../web/js/jobs/job-requests.js"

describe("a refusal to start a job", () => {
  const { fetch, document, location } = globalThis
  afterEach(() => Object.assign(globalThis, { fetch, document, location }))

  async function refusal(answer) {
    Object.assign(globalThis, {
      document: { querySelector: () => null }, location: new URL("http://here/"), fetch: async () => answer,
    })
    return startJob({ source: "a" }, "key").then(() => assert.fail("it was not refused"), error => error)
  }

  test("names the field that is wrong", async () => {
    const body = { detail: "Choose at least one plugin.", status_code: 422, code: "UNPROCESSABLE", field: "plugins" }
    const error = await refusal(Response.json(body, { status: 422 }))
    assert.ok(error instanceof RefusedError)
    assert.deepEqual([error.message, error.status, error.field], ["Choose at least one plugin.", 422, "plugins"])
  })

  for (const [body, message] of [
    [{ detail: "20 jobs are waiting already. Try again later." }, "20 jobs are waiting already. Try again later."],
    [{ detail: 'The field "source" is quoted here.', field: 7 }, 'The field "source" is quoted here.'],
    [{}, "The job could not be started (HTTP 503)."],
  ]) {
    test(`is about no field: ${message}`, async () => {
      const error = await refusal(Response.json(body, { status: 503 }))
      assert.deepEqual([error.message, error.field], [message, null])
    })
  }
})

test("the options of the chosen plugins are those that are filled in, as numbers", () => {
  const fields = [
    ["source", "a"], ["plugins", "motion"], ["options.motion.threshold", " 30 "], ["options.motion.area", ""],
    ["options.motion.share", "0,5"], ["options.cuts.threshold", "0.25"], ["options.other.level", "1"], ["options.motion", "2"],
  ]
  assert.deepEqual(pluginOptions(fields, ["motion", "cuts"]), {
    motion: { threshold: 30, share: "0,5" }, cuts: { threshold: 0.25 },
  })
  assert.deepEqual(pluginOptions([], []), {})
})
