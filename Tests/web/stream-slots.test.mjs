import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { SSETransport } from "../../web/js/realtime/sse-transport.js"
import { STREAM_SLOTS, makeSlots } from "../../web/js/realtime/stream-slots.js"

const TABS = 9
const pause = () => new Promise(resolve => setTimeout(resolve, 5))

/** The locks of a browser, which its tabs share. */
class FakeLocks {
  held = new Set()

  async request(name, { ifAvailable }, use) {
    assert.equal(ifAvailable, true)
    if (this.held.has(name)) return use(null)
    this.held.add(name)
    try {
      return await use({ name })
    } finally {
      this.held.delete(name)
    }
  }
}

/** The channel of a browser: each tab hears all others, a moment later. */
class FakeChannels {
  all = []

  open = () => {
    const channel = {
      onmessage: null,
      postMessage: data => {
        for (const other of this.all) if (other !== channel) setImmediate(() => other.onmessage?.({ data }))
      },
    }
    this.all.push(channel)
    return channel
  }
}

const kinds = [
  ["locks", () => { const locks = new FakeLocks(); return () => makeSlots({ locks }) }],
  ["a channel", () => { const { open } = new FakeChannels(); return () => makeSlots({ openChannel: open }) }],
]

for (const [what, makeBrowser] of kinds) {
  describe(`the tabs of a browser with ${what}`, () => {
    test("share the slots, one each, however close together they ask", async () => {
      const makeTab = makeBrowser()
      const tabs = Array.from({ length: TABS }, makeTab)
      const slots = await Promise.all(tabs.map(tab => tab.acquire()))
      assert.equal(slots.filter(slot => slot !== null).length, STREAM_SLOTS)
    })

    test("share them if they ask one after another, and find those that were given back", async () => {
      const makeTab = makeBrowser()
      const slots = []
      for (let index = 0; index < STREAM_SLOTS; index += 1) slots.push(await makeTab().acquire())
      const late = makeTab()
      assert.equal(await late.acquire(), null)
      slots[1]()
      await pause()
      assert.notEqual(await late.acquire(), null)
      assert.equal(await makeTab().acquire(), null)
    })

    test("count each stream of a tab", async () => {
      const makeTab = makeBrowser()
      const tab = makeTab()
      const slots = await Promise.all(Array.from({ length: TABS }, () => tab.acquire()))
      assert.equal(slots.filter(slot => slot !== null).length, STREAM_SLOTS)
      assert.equal(await makeTab().acquire(), null)
    })
  })
}

const refuse = () => { throw new DOMException("refused", "SecurityError") }

for (const [what, options] of [
  ["rejects requests for locks", { locks: { request: async () => refuse() } }],
  ["throws at requests for locks", { locks: { request: refuse } }],
  ["opens no channel", { openChannel: refuse }],
  ["sends nothing over a channel", { openChannel: () => ({ onmessage: null, postMessage: refuse }) }],
]) {
  test(`slots are unlimited in a browser that ${what}`, async () => {
    const slots = makeSlots(options)
    for (let index = 0; index < TABS; index += 1) {
      const release = await slots.acquire()
      assert.notEqual(release, null)
      release()
    }
    let isAsked = false
    const transport = new SSETransport({
      url: new URL("http://here/v1/realtime"), slots, fetch: () => { isAsked = true; return new Promise(() => {}) },
    })
    transport.open(new URLSearchParams())
    await pause()
    assert.ok(isAsked)
  })
}

describe("slots", () => {
  test("are unlimited over HTTP/2 and HTTP/3, which carry all streams over one connection", async () => {
    for (const [protocol, isLimited] of [["h2", false], ["h3", false], ["http/1.1", true], ["", true]]) {
      const slots = makeSlots({ locks: new FakeLocks(), protocol })
      const given = await Promise.all(Array.from({ length: TABS }, () => slots.acquire()))
      assert.equal(given.some(slot => slot === null), isLimited, protocol)
    }
  })

  test("are taken by an event stream while it lasts; without one it says so, and asks for nothing", async () => {
    const locks = new FakeLocks()
    const slots = makeSlots({ locks })
    const asked = []
    const open = () => {
      const events = []
      const transport = new SSETransport({
        url: new URL("http://here/v1/realtime"), slots,
        fetch: (_, { signal }) => {
          asked.push(signal)
          return new Promise((_, reject) => { signal.addEventListener("abort", () => reject(signal.reason)) })
        },
      })
      transport.onEvent(event => events.push(event))
      transport.open(new URLSearchParams())
      return { transport, events }
    }
    const streams = Array.from({ length: STREAM_SLOTS + 1 }, open)
    await pause()
    assert.equal(asked.length, STREAM_SLOTS)
    assert.deepEqual(streams.at(-1).events, [{
      kind: "closed", code: 1006, reason: "other tabs of this browser use all its connections", error: "NO_STREAM_LEFT",
    }])
    streams[0].transport.close()
    await pause()
    open()
    await pause()
    assert.equal(asked.length, STREAM_SLOTS + 1)
    for (const { transport } of streams) transport.close()
    const closedEarly = open()
    closedEarly.transport.close()
    await pause()
    assert.equal(asked.length, STREAM_SLOTS + 1)
  })
})
