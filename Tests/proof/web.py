"""A minimal HTTP/1.1 client: one request at a time on a persistent connection, or a stream."""
import asyncio
import json
from typing import Any

PATIENCE_SECONDS = 5.0


class Answer:
    """A response with its whole body."""

    def __init__(self, status: int, fields: dict[str, str], body: bytes):
        self.status = status
        self.fields = fields
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Reads the status and the header fields, with lower-case names."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    return int(head[0].split(" ")[1]), {name.lower(): value for name, value in fields.items()}


def head(method: str, target: str, fields: dict[str, str]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost"] + [f"{name}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Web:
    """A connection to a local port that reconnects if it was lost. One request at a time."""

    def __init__(self, port: int):
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, target: str, body: Any = None, fields: dict[str, str] | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> Answer:
        """Raises OSError or EOFError if there is no answer. The request may have been served nevertheless."""
        fields = dict(fields or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            fields["Content-Type"] = "application/json"
        if method != "GET":
            fields["Content-Length"] = str(len(body or b""))
        try:
            return await asyncio.wait_for(self._exchange(head(method, target, fields) + (body or b"")), patience)
        except asyncio.TimeoutError:
            self.close()
            raise TimeoutError(f"{method} {target} had no answer within {patience} s") from None
        except (OSError, EOFError, asyncio.IncompleteReadError):
            self.close()
            raise

    async def _exchange(self, request: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(request)
        await writer.drain()
        status, fields = await read_head(reader)
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, fields, body)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None

    async def messages(self, job: str) -> list[dict[str, Any]]:
        """Reads all stored messages of a job, oldest first."""
        found: list[dict[str, Any]] = []
        since = ""
        while True:
            answer = await self.ask("GET", f"/v1/jobs/{job}/messages?limit=1000{since}")
            assert answer.status == 200, f"{answer.status} {answer.body!r}"
            found += answer.json["messages"]
            if answer.json["next"] is None:
                return found
            since = f"&since={answer.json['next']}"
