"""The two transports: WebSocket (RFC 6455) and Server-Sent Events."""
import asyncio
import base64
import os
import struct
from collections.abc import AsyncIterator
from urllib.parse import urlencode

from web import head, read_head

CONNECT_SECONDS = 5.0


class Lost(Exception):
    """The connection ended. `code` is the close code, if there was one."""

    def __init__(self, code: int | None, reason: str):
        super().__init__(f"{code}: {reason}")
        self.code = code


Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter, dict[str, str]]


async def _open(port: int, query: dict[str, str], fields: dict[str, str], status: int) -> Opened:
    """A connection with the header fields of its answer."""
    async def connect() -> Opened:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        try:
            writer.write(head("GET", "/v1/realtime?" + urlencode(query), fields))
            answered, answer_fields = await read_head(reader)
            if answered != status:
                raise Lost(None, f"HTTP {answered}")
        except BaseException:
            writer.close()
            raise
        return reader, writer, answer_fields
    return await asyncio.wait_for(connect(), CONNECT_SECONDS)


class WebSocket:
    """A WebSocket connection for text messages."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, query: dict[str, str]) -> "WebSocket":
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
        reader, writer, _ = await _open(port, query, fields, 101)
        return cls(reader, writer)

    async def texts(self) -> AsyncIterator[str]:
        """Yields the messages, and raises Lost when the connection ends."""
        message = b""
        while True:
            first, size = await self._reader.readexactly(2)
            if size == 126:
                size, = struct.unpack("!H", await self._reader.readexactly(2))
            elif size == 127:
                size, = struct.unpack("!Q", await self._reader.readexactly(8))
            payload = await self._reader.readexactly(size)
            match first & 0x0F:
                case 0x8:
                    self._write(0x8, payload[:2])
                    code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else None
                    raise Lost(code, payload[2:].decode())
                case 0x9: self._write(0xA, payload)
                case 0x0 | 0x1:
                    message += payload
                    if first & 0x80:
                        yield message.decode()
                        message = b""

    def send(self, text: str) -> None:
        self._write(0x1, text.encode())

    def _write(self, opcode: int, payload: bytes) -> None:
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
        # A masking key of zeros is enough, because no real proxy is involved.
        self._writer.write(bytes([0x80 | opcode]) + size + bytes(4) + payload)

    def close(self) -> None:
        self._writer.close()


class EventStream:
    """A Server-Sent Events stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_chunked: bool):
        self._reader = reader
        self._writer = writer
        self._is_chunked = is_chunked

    @classmethod
    async def open(cls, port: int, query: dict[str, str]) -> "EventStream":
        query = dict(query)
        fields = {"Accept": "text/event-stream"}
        # Like an EventSource, which sends its newest position in this header.
        if "since" in query:
            fields["Last-Event-ID"] = query.pop("since")
        reader, writer, answer = await _open(port, query, fields, 200)
        return cls(reader, writer, answer.get("transfer-encoding") == "chunked")

    async def _lines(self) -> AsyncIterator[bytes]:
        """Yields the lines of the body, and raises EOFError at its end."""
        if not self._is_chunked:
            while True:
                yield await self._reader.readuntil(b"\n")
        rest = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            chunk = await self._reader.readexactly(size + 2)
            assert chunk.endswith(b"\r\n"), chunk
            *lines, rest = (rest + chunk[:-2]).split(b"\n")
            for line in lines:
                yield line + b"\n"
        raise EOFError("the stream has ended")

    async def texts(self) -> AsyncIterator[str]:
        """Yields the messages, and raises EOFError when the connection ends."""
        data = b""
        async for line in self._lines():
            if line.startswith(b"data:"):
                data += line[5:].strip()
            elif line in (b"\n", b"\r\n") and data:
                yield data.decode()
                data = b""

    def send(self, text: str) -> None:
        """Does nothing: an event stream is one-way."""

    def close(self) -> None:
        self._writer.close()
