import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { frameIds, frameMessages, frameWithId } from "../../web/js/jobs/frames.js"
import { INITIAL_JOB_STATE, reduce } from "../../web/js/jobs/job-state.js"

const box = (rest = {}) => ({ x: 1, y: 2, width: 30, height: 40, confidence: 0.876, class: "walker", ...rest })
const frame = (id, rest = {}) => ({ frame_id: id, plugin: "one", width: 640, height: 360, data: { boxes: [box()] }, ...rest })

describe("frames", () => {
  test("are listed once each, oldest first", () => {
    assert.deepEqual(frameIds([frame(1), frame(1, { plugin: "two" }), frame(2)]), ["1", "2"])
  })

  test("show the latest results of every plugin", () => {
    const shown = frameWithId([
      frame(1, { image_url: "/1.png" }), frame(1, { plugin: "two", data: { boxes: [box({ class: "dog" })] } }),
      frame(1, { data: { boxes: [box({ class: "cat", confidence: 2 })] }, timing_ms: 1.25 }), frame(2),
    ], "1")
    assert.deepEqual(shown.boxes.map(({ caption }) => caption), ["cat", "dog 0.88"])
    assert.equal(shown.imageURL, "/1.png")
    assert.equal(shown.caption, "Frame 1 · one · 1.3 ms")
  })

  test("leave out invalid boxes, points and lines", () => {
    const boxes = [null, 1, {}, box({ width: -1 }), box({ x: "1" }), box({ height: NaN }), box({ class: 5, confidence: null })]
    const data = { boxes, radar: [null, [1], [1, 2], { x: 3, y: 4 }], pitch: [null, [[0, 0], "x", [5, 6]]] }
    const shown = frameWithId([frame(1, { data })], "1")
    assert.deepEqual(shown.boxes.map(({ caption }) => caption), ["5"])
    assert.deepEqual(shown.radar, [{ x: 1, y: 2 }, { x: 3, y: 4 }])
    assert.deepEqual(shown.pitch, [[], [{ x: 0, y: 0 }, { x: 5, y: 6 }]])
  })

  test("show the middle of each box from above, unless a plugin sends points", () => {
    assert.deepEqual(frameWithId([frame(1)], "1").radar, [{ x: 16, y: 22 }])
  })

  for (const data of [undefined, null, "x", { boxes: "x" }, { boxes: { length: 3 } }]) {
    test(`are empty if the data is ${JSON.stringify(data)}`, () => {
      const shown = frameWithId([frame(1, { data, width: -5, height: "x" })], "1")
      assert.deepEqual([shown.boxes, shown.width, shown.height], [[], 1_920, 1_080])
    })
  }

  test("that are not kept are null", () => assert.equal(frameWithId([frame(1)], "2"), null))
})

describe("the frames of a JobResponse", () => {
  test("become one message for each plugin", () => {
    const plugins = { one: { data: { boxes: [] }, timing_ms: 1 }, two: { data: {}, timing_ms: 2 } }
    assert.deepEqual(frameMessages([{ frame_id: 3, width: 4, height: 5, image_url: "/3.png", plugins }]), [
      { frame_id: 3, width: 4, height: 5, image_url: "/3.png", plugin: "one", data: { boxes: [] }, timing_ms: 1 },
      { frame_id: 3, width: 4, height: 5, image_url: "/3.png", plugin: "two", data: {}, timing_ms: 2 },
    ])
    assert.deepEqual(frameMessages(undefined), [])
  })

  test("come before those that arrived live", () => {
    const live = reduce(INITIAL_JOB_STATE, { type: "frame", payload: frame(9), timestamp: "2026-02-04T15:30:00.123Z" })
    const state = reduce(live, { type: "local:past-frames", frames: [frame(7), frame(8)] })
    assert.deepEqual(frameIds(state.frames), ["7", "8", "9"])
    assert.equal(state.currentFrame.frame_id, 9)
  })

  test("fill the gap between two connections, each once and in order", () => {
    const seen = [frame(7), frame(10)].reduce((state, payload) =>
      reduce(state, { type: "frame", payload, timestamp: "2026-02-04T15:30:00.123Z" }), INITIAL_JOB_STATE)
    const state = reduce(seen, { type: "local:past-frames", frames: [frame(7), frame(8), frame(9), frame(10), frame(11)] })
    assert.deepEqual(state.frames.map(each => each.frame_id), [7, 8, 9, 10, 11])
    assert.equal(state.currentFrame.frame_id, 11)
  })
})
