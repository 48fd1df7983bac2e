import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { EventStreamParser, SSETransport } from "../../web/js/realtime/sse-transport.js"
import { WebSocketTransport } from "../../web/js/realtime/websocket-transport.js"
import { FakeWebSocket } from "./support.mjs"

const url = new URL("http://127.0.0.1:8000/v1/realtime")

/** The events of a transport, and a way to wait for one. */
function listen(transport) {
  const events = []
  let wake = () => {}
  transport.onEvent(event => { events.push(event); wake() })
  const until = async kind => {
    while (!events.some(event => event.kind === kind)) await new Promise(resolve => { wake = resolve })
  }
  return { events, until }
}

function streamOf(...pieces) {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
}

describe("WebSocketTransport", () => {
  test("passes on the events of the socket", () => {
    const transport = new WebSocketTransport({ url, WebSocket: FakeWebSocket })
    const { events } = listen(transport)
    transport.open(new URLSearchParams({ job_id: "7" }))
    assert.equal(FakeWebSocket.last.url.href, "ws://127.0.0.1:8000/v1/realtime?job_id=7")
    assert.equal(transport.send("{}"), false)
    FakeWebSocket.last.accept()
    assert.equal(transport.send("{}"), true)
    FakeWebSocket.last.deliver("text")
    FakeWebSocket.last.onmessage({ data: new ArrayBuffer(1) })
    FakeWebSocket.last.drop(4002, "slow")
    assert.deepEqual(events, [
      { kind: "opened" }, { kind: "text", text: "text" }, { kind: "closed", code: 4002, reason: "slow" },
    ])
  })

  test("emits nothing more once closed", () => {
    const transport = new WebSocketTransport({ url, WebSocket: FakeWebSocket })
    const { events } = listen(transport)
    transport.open(new URLSearchParams())
    transport.close()
    FakeWebSocket.last.accept()
    FakeWebSocket.last.drop()
    assert.deepEqual(events, [])
  })
})

describe("EventStreamParser", () => {
  const stream = ': comment\r\n\r\nevent: progress\nid: e1:4\ndata: {"a":\ndata: "ä\u{1f600}"}\n\n\ndata:x\nretry: 5\n\n'
  const expected = ['{"a":\n"ä\u{1f600}"}', "x"]

  test("returns the data of each event", () => {
    assert.deepEqual(new EventStreamParser().receive(stream), expected)
  })

  test("returns the same wherever the stream is split", () => {
    for (let at = 0; at <= stream.length; at += 1) {
      const parser = new EventStreamParser()
      assert.deepEqual([...parser.receive(stream.slice(0, at)), ...parser.receive(stream.slice(at))], expected)
    }
    const parser = new EventStreamParser()
    assert.deepEqual([...stream].flatMap(piece => parser.receive(piece)), expected)
  })

  test("keeps an incomplete event", () => {
    assert.deepEqual(new EventStreamParser().receive("data: half\n"), [])
  })
})

describe("SSETransport", () => {
  test("opens, delivers events that arrive in any pieces, and reports the end of the stream", async () => {
    const bytes = new TextEncoder().encode("data: ä\n\n")
    const fetch = async () => new Response(streamOf(...[...bytes].map(byte => Uint8Array.of(byte))))
    const transport = new SSETransport({ url, fetch })
    const { events, until } = listen(transport)
    transport.open(new URLSearchParams({ since: "e1:2" }))
    await until("closed")
    assert.deepEqual(events.filter(({ kind }) => kind !== "alive"), [
      { kind: "opened" }, { kind: "text", text: "ä" }, { kind: "closed", code: 1006, reason: "the stream ended" },
    ])
    assert.equal(transport.send("x"), false)
  })

  test("reports a restart that the server announces before it ends the stream", async () => {
    const bytes = new TextEncoder().encode("data: a\n\nretry: 1500\n\n")
    const transport = new SSETransport({ url, fetch: async () => new Response(streamOf(bytes)) })
    const { events, until } = listen(transport)
    transport.open(new URLSearchParams())
    await until("closed")
    assert.deepEqual(events.at(-1), { kind: "closed", code: 1012, reason: "" })
  })

  for (const [status, code] of [[403, 4003], [429, 4001], [503, 1012], [500, 1006], [404, 1006]]) {
    test(`reports a refusal with ${status} as close code ${code}`, async () => {
      const transport = new SSETransport({ url, fetch: async () => new Response("", { status }) })
      const { events, until } = listen(transport)
      transport.open(new URLSearchParams())
      await until("closed")
      assert.deepEqual(events, [{ kind: "closed", code, reason: `HTTP ${status}` }])
    })
  }

  test("reports the server's reason for a final refusal", async () => {
    const body = JSON.stringify({ detail: "Job 7 not found.", status_code: 404, code: "NOT_FOUND" })
    const transport = new SSETransport({ url, fetch: async () => new Response(body, { status: 404 }) })
    const { events, until } = listen(transport)
    transport.open(new URLSearchParams())
    await until("closed")
    assert.deepEqual(events, [{ kind: "closed", code: 1008, reason: "Job 7 not found.", error: "NOT_FOUND" }])
  })

  test("aborts its request when closed, and emits nothing", async () => {
    let signal
    const transport = new SSETransport({
      url,
      fetch: (_, options) => {
        signal = options.signal
        return new Promise((_, refuse) => signal.addEventListener("abort", () => refuse(signal.reason)))
      },
    })
    const { events } = listen(transport)
    transport.open(new URLSearchParams())
    await new Promise(resolve => setImmediate(resolve))
    transport.close()
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(signal.aborted, true)
    assert.deepEqual(events, [])
  })
})
