"""A proxy for the real server whose realtime connections are controlled by the test.

Tests of hostile strings, lost connections or a thousand messages per second must control what is sent and when. All
requests are forwarded to the real server, except for `GET /v1/realtime`, which is answered here.
"""

import asyncio
import base64
import hashlib
import json
import struct
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def timestamp() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message(kind: str, payload: dict, **numbers) -> dict:
    return {"type": kind, "payload": payload, "timestamp": timestamp(), **numbers}


class Connection:
    """One WebSocket connection. Received text messages are kept in `received`."""

    def __init__(self, reader, writer, query: dict):
        self.reader, self.writer, self.query = reader, writer, query
        self.received: list[dict] = []
        self.is_open = True

    def send(self, kind: str, payload: dict, **numbers) -> None:
        self.send_text(json.dumps(message(kind, payload, **numbers)))

    def send_text(self, text: str) -> None:
        self._frame(TEXT, text.encode())

    def close(self, code: int, reason: str = "") -> None:
        self._frame(CLOSE, struct.pack("!H", code) + reason.encode())
        self.writer.close()

    def abort(self) -> None:
        self.writer.transport.abort()

    def _frame(self, opcode: int, body: bytes) -> None:
        size = len(body)
        head = bytes([0x80 | opcode]) + (
            bytes([size]) if size < 126 else b"\x7e" + struct.pack("!H", size) if size < 65536
            else b"\x7f" + struct.pack("!Q", size))
        if self.is_open:
            self.writer.write(head + body)

    async def read(self) -> None:
        try:
            while True:
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size == 126:
                    (size,) = struct.unpack("!H", await self.reader.readexactly(2))
                elif size == 127:
                    (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
                mask = await self.reader.readexactly(4)
                body = bytes(b ^ mask[i % 4] for i, b in enumerate(await self.reader.readexactly(size)))
                if first & 15 == CLOSE:
                    break
                if first & 15 == TEXT:
                    self.received.append(json.loads(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.is_open = False
            self.writer.close()


class ScriptedServer:
    """Runs in its own thread. The coroutine `on_connect(connection)` plays the script of a connection."""

    def __init__(self, upstream: str):
        self.upstream = upstream
        self.connections: list[Connection] = []
        self.refuse_upgrades = False
        # Whether to forward event streams to the real server, like a proxy without WebSocket support.
        self.passes_events = False
        self.answers: dict[str, dict] = {}
        self._loop = asyncio.new_event_loop()
        self._server = None
        self.on_connect = self._greet
        self._tasks: set[asyncio.Task] = set()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def live(self) -> list[Connection]:
        return [connection for connection in self.connections if connection.is_open]

    def start(self) -> None:
        self._server = self.run(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Acts like `kill -9`: stops listening and resets all connections."""

        async def stop():
            self._server.close()
            for connection in self.live:
                connection.abort()

        self.run(stop())

    def forget(self) -> None:
        """Resets everything that a test set up: its script, its answers and its connections."""
        self.on_connect, self.refuse_upgrades, self.answers = self._greet, False, {}
        self.passes_events = False
        for connection in self.live:
            self.call(connection.abort)
        self.connections.clear()
        if self._server is not None and not self._server.is_serving():
            self.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def call(self, function, *arguments, **named):
        """Calls a function on the server's thread, the only one that may use writers."""

        async def call():
            return function(*arguments, **named)

        return self.run(call())

    def publish(self, kind: str, payload: dict, **numbers) -> None:
        for connection in self.live:
            self.call(connection.send, kind, payload, **numbers)

    def wait_for_connection(self, count: int = 1, seconds: float = 10) -> Connection:
        deadline = time.monotonic() + seconds
        while len(self.live) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(self.live)} connections after {seconds} s, not {count}")
            time.sleep(0.01)
        return self.live[-1]

    async def _greet(self, connection: Connection) -> None:
        cursor = connection.query.get("since", ["e1:0"])[0]
        connection.send("ping", {"interval_seconds": 30, "cursor": cursor})

    async def _serve(self, reader, writer) -> None:
        self._tasks.add(task := asyncio.current_task())
        task.add_done_callback(self._tasks.discard)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        request, *lines = head.split("\r\n")
        method, target, _ = request.split(" ")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        path, _, query = target.partition("?")
        if path == "/v1/realtime" and self.passes_events and "upgrade" not in fields:
            await self._pipe(writer, head)
        elif path == "/v1/realtime":
            await self._realtime(reader, writer, fields, urllib.parse.parse_qs(query))
        else:
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            await self._forward(writer, method, target, fields, body)

    async def _realtime(self, reader, writer, fields, query) -> None:
        if self.refuse_upgrades or fields.get("upgrade", "").lower() != "websocket":
            writer.write(b"HTTP/1.1 500 Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            writer.close()
            return
        accept = base64.b64encode(hashlib.sha1(fields["sec-websocket-key"].encode() + GUID).digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-protocol: telltale.v1\r\nsec-websocket-accept: " + accept + b"\r\n\r\n")
        connection = Connection(reader, writer, query)
        self.connections.append(connection)
        script = asyncio.ensure_future(self.on_connect(connection))
        await connection.read()
        script.cancel()

    async def _pipe(self, writer, head: str) -> None:
        """Forwards an event stream until either side closes it."""
        address = urllib.parse.urlsplit(self.upstream)
        reader, upstream = await asyncio.open_connection(address.hostname, address.port)
        upstream.write(head.replace(f"127.0.0.1:{self.port}", address.netloc).encode("latin-1"))
        try:
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        upstream.close()
        writer.close()

    async def _forward(self, writer, method, target, fields, body) -> None:
        path = target.partition("?")[0]
        if path in self.answers:
            status, kind, answer = 200, "application/json", json.dumps(self.answers[path]).encode()
            extra = {}
        else:
            status, kind, answer, extra = await asyncio.to_thread(self._ask, method, target, fields, body)
        lines = [f"HTTP/1.1 {status} OK", f"content-type: {kind}", f"content-length: {len(answer)}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in extra.items()]
        try:
            writer.write("\r\n".join(lines + ["", ""]).encode() + answer)
            await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    def _ask(self, method, target, fields, body):
        headers = {name: fields[name] for name in ("accept", "content-type") if name in fields}
        request = urllib.request.Request(self.upstream + target, data=body or None, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return self._taken(answer.status, answer)
        except urllib.error.HTTPError as answer:
            return self._taken(answer.code, answer)

    @staticmethod
    def _taken(status, answer):
        kept = {name: value for name in ("content-security-policy", "location") if (value := answer.headers.get(name))}
        return status, answer.headers.get("content-type", "text/plain"), answer.read(), kept
