import assert from "node:assert/strict"
import { describe, mock, test } from "node:test"
import { attachPage } from "../../web/js/page-module.js"

describe("the module of a page", () => {
  /** Loads every module, and records the paths. */
  function loader(attach = () => {}) {
    const loaded = []
    return { loaded, load: async path => { loaded.push(path); return { attach } } }
  }

  test("is found by the page's name, and attached", async () => {
    const attach = mock.fn()
    const { loaded, load } = loader(attach)
    for (const name of ["job", "board-settings"]) await attachPage(name, load)
    assert.deepEqual(loaded, ["./pages/job.js", "./pages/board-settings.js"])
    assert.equal(attach.mock.callCount(), 2)
  })

  test("is never loaded from a name that is more than a name", async () => {
    const { loaded, load } = loader()
    for (const name of [undefined, "", "../app", "a/b", "Job", "job.js", "-job", "https://example.com/x", "job\n"]) {
      await attachPage(name, load)
    }
    assert.deepEqual(loaded, [])
  })

  test("that fails is reported, and the page goes on", async () => {
    const report = mock.method(console, "error", () => {})
    await attachPage("job", async () => { throw new TypeError("not found") })
    await attachPage("job", loader(() => { throw new Error("broken") }).load)
    assert.equal(report.mock.callCount(), 2)
    report.mock.restore()
  })
})
