import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { matchesWords } from "../../web/js/search-text.js"

describe("the search for stories", () => {
  const words = "realtimeoverlay witherror realtime-overlay/with-error"
  const cases = [["", true], ["  ", true], ["OVERLAY error", true], ["error  overlay", true], ["overlay idle", false], ["zzz", false]]
  for (const [search, isFound] of cases) {
    test(`${isFound ? "finds" : "does not find"} the story with "${search}"`, () => assert.equal(matchesWords(words, search), isFound))
  }
})
