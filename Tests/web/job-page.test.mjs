import assert from "node:assert/strict"
import { afterEach, describe, test } from "node:test"
import { boxLabels } from "../../web/js/jobs/box-labels.js"
import { ElapsedClock } from "../../web/js/elements/progress-view.js"
import { sendAction } from "../../web/js/jobs/job-actions.js"
import { Milestones } from "../../web/js/jobs/milestones.js"
import { RefusedError, actOnJob, uploadName } from "../../web/js/jobs/job-requests.js"

describe("the name of an upload", () => {
  test("is the name of the file, if it is valid", () => {
    for (const name of ["clip.mp4", "walk_2-b.tar.gz", "a".repeat(128)]) assert.equal(uploadName(name), name)
  })

  test("is valid for any file name, and different for each", () => {
    const names = ["My clip.mp4", "My-clip .mp4", "Film (1).mp4", "é ü 日本.mp4", "日本.mp4", "中国.mp4", ".hidden", "..", "a/b", "", "x".repeat(300)]
      .map(uploadName)
    for (const name of names) assert.match(name, /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/)
    assert.equal(new Set(names).size, names.length)
    assert.match(names[0], /^My-clip-[0-9a-f]+\.mp4$/)
    assert.equal(uploadName("My clip.mp4"), names[0])
  })
})

describe("labels of boxes", () => {
  const picture = { width: 1_000, height: 500 }
  const box = (x, y, width, height, caption = "person") => ({ x, y, width, height, caption })
  const places = (...boxes) => boxLabels(boxes, picture, 20).map(label => label && [label.x, label.y])

  test("stand above their box, or inside it if there is no room above", () => {
    assert.deepEqual(places(box(100, 100, 80, 80), box(400, 10, 80, 80)), [[100, 72], [400, 10]])
  })

  test("stay inside the picture", () => {
    const [label] = boxLabels([box(960, 100, 40, 80, "motion 0.92")], picture, 20)
    assert.equal(Math.round(label.x + label.width), 1_000)
    assert.deepEqual(places(box(-30, 100, 80, 80)), [[0, 72]])
  })

  test("never overlap: the second goes into its box, the third is left out", () => {
    assert.deepEqual(places(box(100, 100, 80, 80), box(110, 102, 80, 80), box(105, 104, 80, 80)), [[100, 72], [110, 102], null])
  })

  test("are left out without a caption, and for a box that is smaller than a letter", () => {
    assert.deepEqual(places(box(100, 100, 80, 80, ""), box(400, 100, 8, 80), box(700, 100, 80, 8)), [null, null, null])
  })
})

describe("milestones", () => {
  const at = (value, isConnected = true, status = "running") =>
    ({ progress: { value }, status, isConnected, isPolling: false })
  const said = (...states) => {
    const milestones = new Milestones()
    return states.map(state => milestones.news(state)).filter(words => words !== null)
  }

  test("are announced once each", () => {
    assert.deepEqual(said(at(0), at(25), at(26), at(60), at(100)), ["25% done", "50% done", "Complete"])
  })

  test("that were reached before the page connected are not announced", () => {
    assert.deepEqual(said(at(40, false), at(40), at(51)), ["50% done"])
    assert.deepEqual(said(at(null, false), at(40), at(40)), [])
  })

  test("start over for another job", () => {
    const milestones = new Milestones()
    milestones.news(at(60))
    milestones.reset()
    assert.deepEqual([milestones.news(at(30)), milestones.news(at(50))], [null, "50% done"])
  })

  test("of a job that failed or was cancelled at 100% do not say that it is complete", () => {
    for (const status of ["failed", "cancelled"]) assert.deepEqual(said(at(60), at(100, true, status)), ["100% done"])
    assert.deepEqual(said(at(60), at(100, true, "succeeded")), ["Complete"])
  })

  test("of a job with an unknown total are only its end", () => assert.deepEqual(said(at(null), at(100)), ["Complete"]))
})

describe("the clock of a job", () => {
  const state = (rest = {}) => ({ startedAt: 1_000, finishedAt: null, isConnected: true, isPolling: false, asOf: null, ...rest })

  test("stands still when the connection is lost, and never goes back", () => {
    const clock = new ElapsedClock()
    assert.equal(clock.at(state(), 9_000), 8_000)
    // Nothing was heard in the last four seconds; the eight seconds that were shown stay.
    assert.equal(clock.at(state({ isConnected: false, asOf: 5_000 }), 10_000), 8_000)
    assert.equal(clock.at(state({ isConnected: false, asOf: 5_000 }), 20_000), 8_000)
    assert.equal(clock.at(state(), 21_000), 20_000)
    assert.equal(clock.at(state({ finishedAt: 8_500 }), 22_000), 7_500)
  })

  test("starts over for another job, and is empty for one that has not started", () => {
    const clock = new ElapsedClock()
    clock.at(state(), 9_000)
    assert.equal(clock.at(state({ startedAt: 8_000 }), 9_500), 1_500)
    assert.equal(clock.at(state({ startedAt: null }), 9_500), null)
    assert.equal(new ElapsedClock().at(state({ isConnected: false }), 9_500), null)
  })
})

describe("an action on a job", () => {
  const { fetch, document, location } = globalThis
  afterEach(() => Object.assign(globalThis, { fetch, document, location }))

  /** Answers every request alike. */
  function answerWith(answer) {
    const asked = []
    Object.assign(globalThis, {
      document: { querySelector: () => null },
      location: new URL("http://here/jobs/7"),
      fetch: async (url, { method }) => { asked.push(`${method} ${url.pathname}${url.search}`); return answer() },
    })
    return asked
  }

  test("is a request to the API", async () => {
    const asked = answerWith(() => Response.json({ job_id: "8" }))
    assert.equal((await actOnJob("7", "retry")).job_id, "8")
    await actOnJob("7", "cancel")
    await actOnJob("a/b", "delete")
    assert.deepEqual(asked, ["POST /v1/jobs/7/retry", "POST /v1/jobs/7/cancel", "DELETE /v1/jobs/a%2Fb"])
  })

  test("names the job that is meant by the time of its creation", async () => {
    const asked = answerWith(() => Response.json({ job_id: "8" }))
    const { form } = aForm()
    const createdAt = "2026-02-04T15:30:00.123Z"
    await sendAction(form, "cancel", { store: { state: { jobId: "7", createdAt, isConnected: true } } })
    await actOnJob("7", "delete", createdAt)
    const query = "?created_at=2026-02-04T15%3A30%3A00.123Z"
    assert.deepEqual(asked, [`POST /v1/jobs/7/cancel${query}`, `DELETE /v1/jobs/7${query}`])
  })

  test("may be refused, with the server's message", async () => {
    answerWith(() => Response.json({ detail: "Job 7 has ended." }, { status: 409 }))
    await assert.rejects(actOnJob("7", "cancel"), new RefusedError("Job 7 has ended.", 409))
    answerWith(() => new Response("<html>", { status: 502 }))
    await assert.rejects(actOnJob("7", "cancel"), { message: "That could not be done (HTTP 502)." })
  })

  test("may not reach the server", async () => {
    answerWith(() => { throw new TypeError("Failed to fetch") })
    await assert.rejects(actOnJob("7", "cancel"), { message: "The server could not be reached. Try again." })
  })

  /** A form as the page has it: its button, and the place for what went wrong. */
  function aForm() {
    const attributes = new Map([["hidden", ""]])
    const refusal = {
      textContent: "",
      getAttribute: name => attributes.get(name) ?? null,
      setAttribute: (name, value) => attributes.set(name, value),
      removeAttribute: name => attributes.delete(name),
    }
    const button = { disabled: false }
    const form = { querySelector: selector => (selector === "button" ? button : refusal) }
    return { form, button, said: () => (attributes.has("hidden") ? null : refusal.textContent) }
  }
  const job = { store: { state: { jobId: "7", isConnected: true } } }

  test("that did not reach the server leaves the page as it is, says so beside the button, and can be repeated", async () => {
    answerWith(() => { throw new TypeError("Failed to fetch") })
    const { form, button, said } = aForm()
    await sendAction(form, "cancel", job)
    assert.deepEqual([said(), button.disabled], ["The server could not be reached. Try again.", false])
    const asked = answerWith(() => Response.json({ job_id: "7" }))
    const again = sendAction(form, "cancel", job)
    assert.deepEqual([said(), button.disabled], [null, true])
    await again
    assert.deepEqual([said(), asked], [null, ["POST /v1/jobs/7/cancel"]])
  })

  for (const [verb, to] of [["retry", "/jobs/8"], ["delete", "/"], ["cancel", null]]) {
    test(`opens ${to ?? "no other page"} after ${verb}`, async () => {
      answerWith(() => Response.json({ job_id: "8" }))
      let went = null
      globalThis.location.assign = address => { went = address }
      const { form, button } = aForm()
      await sendAction(form, verb, job)
      assert.equal(went, to)
      // Until the other page opens, a second click must not repeat the action.
      assert.equal(button.disabled, to !== null)
    })
  }
})
