"""The browser's own EventSource and WebSocket, as the page of another program would use them."""

import socket

from harness import Server, eventually
from test_connection import NETWORK
from test_restart import external_job, report

OPEN = """topic => {
  const seen = { opened: 0, closed: 0, greeted: false, numbers: [] }
  const source = new EventSource(`/v1/realtime?topics=${topic}`)
  source.onopen = () => { seen.opened += 1 }
  source.onerror = () => { if (source.readyState === EventSource.CLOSED) seen.closed += 1 }
  source.addEventListener('ping', () => { seen.greeted = true })
  source.addEventListener('warning', event => seen.numbers.push(JSON.parse(event.data).payload.message))
  window.source = source
  window.seen = seen
}"""


def connection(server: Server, head: str) -> socket.socket:
    """A connection on which a request was sent, and its answer begun."""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    client.sendall(f"{head}\r\nHost: localhost\r\n\r\n".encode())
    return client


def other_streams(server: Server) -> list[socket.socket]:
    """Twelve streams of other clients, which the server closes one after the other."""
    upgrade = ("GET /v1/realtime HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    events = "GET /v1/realtime HTTP/1.1\r\nAccept: text/event-stream"
    streams = [connection(server, head) for head in (upgrade, events) * 6]
    for stream in streams:
        stream.recv(100)
    return streams


def test_an_event_source_survives_an_ordinary_stop_and_misses_nothing(site):
    site.expect_complaint(NETWORK)
    server = Server()
    try:
        job_id = external_job(server)
        page = site.page()
        page.goto(f"{server.url}/livez")
        page.evaluate(OPEN, f"job:{job_id}")
        eventually(lambda: page.evaluate("seen.opened") == 1, "the event source is open")
        report(server, job_id, "warning", {"plugin": "p", "message": "before", "severity": "low"})
        eventually(lambda: page.evaluate("seen.numbers") == ["before"], "the first message")
        streams = other_streams(server)
        # Unfinished, so that the server goes on stopping.
        upload = connection(
            server, "PUT /v1/uploads/a.y4m HTTP/1.1\r\nContent-Length: 50001\r\nExpect: 100-continue")
        upload.recv(100)
        upload.sendall(bytes(50_000))

        server.terminate()
        eventually(lambda: page.evaluate("seen.opened") >= 3, "the event source comes back while the server stops", 20)
        upload.sendall(b"x")
        server.wait()
        for stream in (*streams, upload):
            stream.close()
        assert page.evaluate("[seen.closed, source.readyState]") == [0, 0], "it is reconnecting"

        server.start()
        report(server, job_id, "warning", {"plugin": "p", "message": "after", "severity": "low"})
        eventually(lambda: page.evaluate("seen.numbers") == ["before", "after"], "what was missed, once", 5)
        assert page.evaluate("seen.closed") == 0
    finally:
        server.stop()


def test_an_event_source_that_is_cut_before_its_first_message_misses_nothing(site):
    site.expect_complaint(NETWORK)
    server = Server()
    try:
        job_id = external_job(server)
        page = site.page()
        page.goto(f"{server.url}/livez")
        page.evaluate(OPEN, f"job:{job_id}")
        eventually(lambda: page.evaluate("seen.greeted"), "the greeting")
        server.kill()
        server.start()
        for number in range(10):
            report(server, job_id, "warning", {"plugin": "p", "message": str(number), "severity": "low"})
        eventually(lambda: page.evaluate("seen.numbers") == [str(number) for number in range(10)], "all ten, once each", 15)
    finally:
        server.stop()


def test_a_web_socket_is_closed_cleanly_when_the_server_stops(site):
    site.expect_complaint(NETWORK)
    server = Server()
    try:
        page = site.page()
        page.goto(f"{server.url}/livez")
        page.evaluate("""() => {
          window.ended = null
          const socket = new WebSocket(location.origin.replace('http', 'ws') + '/v1/realtime')
          socket.onmessage = () => { window.isOpen = true }
          socket.onclose = ({ code, wasClean }) => { window.ended = [code, wasClean] }
        }""")
        eventually(lambda: page.evaluate("window.isOpen"), "the WebSocket is open")
        server.terminate()
        eventually(lambda: page.evaluate("ended") == [1012, True], "a clean close")
        assert server.wait() == 0
    finally:
        server.stop()
