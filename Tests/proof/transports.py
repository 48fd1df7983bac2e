"""The two ways in which messages arrive: a WebSocket (RFC 6455) and an event stream, each as texts."""
import asyncio
import base64
import os
import struct
from collections.abc import AsyncIterator
from urllib.parse import urlencode

from web import head, read_head

CONNECT_SECONDS = 5.0


class Lost(Exception):
    """The connection ended; `code` is the close code where one was said."""

    def __init__(self, code: int | None, reason: str):
        super().__init__(f"{code}: {reason}")
        self.code = code


async def _open(port: int, query: dict[str, str], fields: dict[str, str], status: int) -> tuple[
        asyncio.StreamReader, asyncio.StreamWriter]:
    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        try:
            writer.write(head("GET", "/v1/realtime?" + urlencode(query), fields))
            answered, _ = await read_head(reader)
            if answered != status:
                raise Lost(None, f"HTTP {answered}")
        except BaseException:
            writer.close()
            raise
        return reader, writer
    return await asyncio.wait_for(connect(), CONNECT_SECONDS)


class WebSocket:
    """Text messages in, text messages out."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, query: dict[str, str]) -> "WebSocket":
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
        return cls(*await _open(port, query, fields, 101))

    async def texts(self) -> AsyncIterator[str]:
        """Raises Lost at the end."""
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
        # The mask hides nothing from a proxy that is ours: zeros are as good as any.
        self._writer.write(bytes([0x80 | opcode]) + size + bytes(4) + payload)

    def close(self) -> None:
        self._writer.close()


class EventStream:
    """Server-sent events; the body ends with the connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, query: dict[str, str]) -> "EventStream":
        query = dict(query)
        fields = {"Accept": "text/event-stream"}
        # As an EventSource does it: the header tells the newest position, the address an older one.
        if "since" in query:
            fields["Last-Event-ID"] = query.pop("since")
        return cls(*await _open(port, query, fields, 200))

    async def texts(self) -> AsyncIterator[str]:
        """Raises an end of file at the end."""
        data = b""
        while True:
            line = await self._reader.readuntil(b"\n")
            if line.startswith(b"data:"):
                data += line[5:].strip()
            elif line in (b"\n", b"\r\n") and data:
                yield data.decode()
                data = b""

    def send(self, text: str) -> None:
        """There is no way back."""

    def close(self) -> None:
        self._writer.close()
