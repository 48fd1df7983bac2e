"""An in-memory server that follows the same rules, except for one fault.

It shows that the oracle can fail: the oracle has to detect the fault.
"""
import asyncio
import base64
import hashlib
import json
import struct
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

Fault = Literal[
    "none", "loses one", "stores one twice", "swaps two", "changes its epoch", "leaves one out of a replay",
    "leaves one out of a snapshot", "forgets a key", "shows an old state"]


class StandIn:
    """Keeps its data across a kill, and serves any number of connections."""

    FAULT_AFTER = 40  # numbered messages

    def __init__(self, fault: Fault):
        self.fault = fault
        self.port = 0
        self.fault_occurred = False
        self._epoch = "one"
        self._messages: list[dict[str, Any]] = []
        self._keys: dict[str, tuple[int, Any]] = {}
        self._jobs = 0
        self._reports = 0
        self._left_out = ""
        self._news = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)
        if self.fault == "changes its epoch" and self._is_time():
            self._epoch = "two"
        if self.fault == "forgets a key" and self._keys:
            self.fault_occurred = True
            self._keys.clear()

    def _is_time(self) -> bool:
        """Whether to commit the fault now: once, after a number of messages."""
        if self.fault_occurred or len(self._messages) < self.FAULT_AFTER:
            return False
        self.fault_occurred = True
        return True

    # Connections

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                method, target, _ = lines[0].split(" ")
                fields = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if line)}
                body = await reader.readexactly(int(fields.get("content-length", "0")))
                url = urlsplit(target)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                if url.path == "/v1/realtime":
                    return await self._stream(writer, fields, query)
                status, answer = self._answer(method, url.path, query, fields, body)
                said = json.dumps(answer).encode()
                # The answer to every seventh report is lost, so the publisher has to retry.
                self._reports += method == "POST"
                if method == "POST" and self._reports % 7 == 0:
                    return
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said)
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # The client is gone, or the test is over.
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter, fields: dict[str, str], query: dict[str, str]) -> None:
        is_socket = "upgrade" in fields
        if is_socket:
            key = fields["sec-websocket-key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1(key).digest()).decode()
            writer.write(f"HTTP/1.1 101 X\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        else:
            writer.write(b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\r\n")
        since = fields.get("last-event-id", query.get("since"))
        place = int(since.split(":")[1]) if since else len(self._messages)
        write = self._write_frame if is_socket else self._write_event
        snapshot = self._snapshot(query["job_id"]) if "job_id" in query and not since else []
        greeting = {"cursor": f"{self._epoch}:{place}", "snapshot_messages": len(snapshot)}
        write(writer, self._unnumbered("ping", greeting))
        for message in snapshot:
            write(writer, message)
        while not writer.is_closing():
            for message in self._messages[place:]:
                place += 1
                if not self._wants(query, message["topic"]):
                    continue
                if since and self.fault == "leaves one out of a replay" and message["seq"] > 1 and self._is_time():
                    self._left_out = message["id"]
                if message["id"] != self._left_out and not writer.is_closing():
                    write(writer, message)
            await writer.drain()
            while place == len(self._messages):
                self._news.clear()
                await self._news.wait()

    def _snapshot(self, job: str) -> list[dict[str, Any]]:
        mine = self._of(f"job:{job}")
        progress = [message for message in mine if message["type"] == "progress"][-1:]
        warnings = [message for message in mine if message["type"] == "warning"]
        if self.fault == "leaves one out of a snapshot" and warnings and self._is_time():
            warnings.pop()
        return [self._unnumbered(message["type"], message["payload"]) for message in progress + warnings]

    @staticmethod
    def _wants(query: dict[str, str], topic: str) -> bool:
        if "job_id" in query:
            return topic == f"job:{query['job_id']}"
        return topic in query["topics"].split(",") if "topics" in query else topic != "jobs"

    @staticmethod
    def _write_frame(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        text = json.dumps(message).encode()
        size = bytes([len(text)]) if len(text) < 126 else b"\x7e" + struct.pack("!H", len(text))
        writer.write(b"\x81" + size + text)

    @staticmethod
    def _write_event(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        writer.write(f"event: {message['type']}\ndata: {json.dumps(message)}\n\n".encode())

    # Requests

    def _answer(
        self, method: str, path: str, query: dict[str, str], fields: dict[str, str], body: bytes
    ) -> tuple[int, Any]:
        job = path.split("/")[3] if path.count("/") > 2 else ""
        key = fields.get("idempotency-key")
        if method == "GET":
            if path.endswith("/messages"):
                return 200, {"messages": self._of(f"job:{job}"), "next": None}
            return 200, self._state(job)
        if key not in self._keys:
            if path == "/v1/jobs":
                self._jobs += 1
                self._store(str(self._jobs), self._unnumbered("job_status", {"status": "running"}))
                self._keys[key] = 201, {"job_id": str(self._jobs)}
            else:
                said = json.loads(body)
                batch = said if isinstance(said, list) else [said]
                for message in batch:
                    self._store(job, message)
                self._keys[key] = 202, {"accepted": len(batch)}
        return self._keys[key]

    def _store(self, job: str, message: dict[str, Any]) -> None:
        marked = message["type"] != "job_status"
        if self.fault == "loses one" and marked and self._is_time():
            return
        if self.fault == "stores one twice" and marked and self._is_time():
            self._append(job, message)
        self._append(job, message)
        mine = self._of(f"job:{job}")
        are_two = marked and mine[-2]["type"] != "job_status"
        if self.fault == "swaps two" and are_two and self._is_time():
            for part in ("type", "payload"):
                mine[-1][part], mine[-2][part] = mine[-2][part], mine[-1][part]
        self._news.set()

    def _append(self, job: str, message: dict[str, Any]) -> None:
        topic = f"job:{job}"
        place = {"id": f"{self._epoch}:{len(self._messages) + 1}", "topic": topic, "seq": len(self._of(topic)) + 1}
        self._messages.append({**message, **place})

    def _of(self, topic: str) -> list[dict[str, Any]]:
        return [message for message in self._messages if message["topic"] == topic]

    def _state(self, job: str) -> dict[str, Any]:
        mine = self._of(f"job:{job}")
        warnings = [m["payload"] for m in mine if m["type"] == "warning"]
        is_old = self.fault == "shows an old state" and self._is_time()
        status = "running" if is_old else [m for m in mine if m["type"] == "job_status"][-1]["payload"]["status"]
        return {"status": status, "progress": None, "warnings": [f"{w['plugin']}: {w['message']}" for w in warnings]}

    @staticmethod
    def _unnumbered(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"type": kind, "payload": payload, "timestamp": "2026-01-01T00:00:00.000Z"}
