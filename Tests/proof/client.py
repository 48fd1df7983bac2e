"""A client that follows the rules of the browser's realtime client and records what it applied.

The rules are those of web/js/realtime/: realtime-client.js, stream-position.js and hole-policy.js: a numbered message is applied
only if it directly follows the last one of its topic. An older message is ignored. A hole ends the connection; the next
one resumes from the cursor, or starts afresh if resuming didn't fill the hole. A snapshot is applied once it is complete.
"""
import asyncio
import json
import random
from dataclasses import dataclass, field
from typing import Any

from publisher import mark_of
from transports import EventStream, Lost, WebSocket

def epoch_of(cursor: str) -> str:
    return cursor.rsplit(":", 1)[0]


def offset_of(cursor: str) -> int:
    return int(cursor.rsplit(":", 1)[1])


@dataclass(frozen=True)
class Applied:
    """A numbered message that was applied."""
    seq: int
    cursor: str
    kind: str
    mark: str | None


@dataclass
class View:
    """What the client applied since it last started afresh: a snapshot at the position `start`, and the messages after it."""
    start: str
    snapshot: list[dict[str, Any]] = field(default_factory=list)
    topics: dict[str, list[Applied]] = field(default_factory=dict)


@dataclass
class Gathering:
    """An incomplete snapshot, with the number of missing messages."""
    view: View
    left: int


@dataclass(frozen=True)
class Habits:
    """How a client behaves: transport, subscription, and how reliably it connects and reads."""
    transport: type[WebSocket] | type[EventStream]
    query: dict[str, str]
    resumes: bool = True
    # The maximum number of seconds until it reconnects.
    absence: float = 0.3
    # The fraction of messages after which it stops reading for a while.
    slowness: float = 0.0


class Hole(Exception):
    pass


class Client:
    """Reconnects until cancelled, and keeps all of its views."""

    def __init__(self, name: str, habits: Habits, port: int, session: str, seed: str):
        self.name = name
        self.habits = habits
        self.views: list[View] = []
        self.epochs: set[str] = set()
        self.refusals: list[str] = []
        self.counts = {"connections": 0, "resumed": 0, "holes": 0, "repeats": 0, "applied": 0}
        self.close_codes: dict[int, int] = {}
        self.is_calm = False
        # The position to resume from; None if the next connection starts afresh.
        self._cursor: str | None = None
        self._gathering: Gathering | None = None
        # The last number before the most recent hole, by topic.
        self.holes: dict[str, int] = {}
        self._port = port
        self._session = session
        self._random = random.Random(seed)

    @property
    def view(self) -> View | None:
        """The current view; None if the client has none."""
        return self.views[-1] if self._cursor is not None else None

    async def run(self) -> None:
        while True:
            try:
                await self._connect()
            except Hole:
                self.counts["holes"] += 1
                continue
            except Lost as lost:
                if lost.code is not None:
                    self.close_codes[lost.code] = self.close_codes.get(lost.code, 0) + 1
            except (OSError, EOFError, TimeoutError, asyncio.TimeoutError):
                pass
            await self._stay_away(self._random.uniform(0.02, self.habits.absence))

    async def _stay_away(self, seconds: float) -> None:
        """Waits while faults are injected. Once they stop, it returns soon."""
        end = asyncio.get_running_loop().time() + seconds
        await asyncio.sleep(min(seconds, 0.2))
        while not self.is_calm and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.05)

    async def _connect(self) -> None:
        if not self.habits.resumes:
            self._cursor = None
        query = {"session_id": self._session, **self.habits.query}
        if self._cursor is not None:
            query["since"] = self._cursor
        transport = await self.habits.transport.open(self._port, query)
        self.counts["connections"] += 1
        self._gathering = None
        self.counts["resumed"] += self._cursor is not None
        try:
            async for text in transport.texts():
                self._receive(json.loads(text), transport)
                if not self.is_calm and self._random.random() < self.habits.slowness:
                    await asyncio.sleep(self._random.uniform(0.05, 1.5))
        finally:
            transport.close()

    def _receive(self, message: dict[str, Any], transport: WebSocket | EventStream) -> None:
        if "seq" in message and "topic" in message:
            self._receive_numbered(message)
            return
        payload = message["payload"]
        match message["type"]:
            case "ping":
                self._greeted(payload)
                time = message["timestamp"]
                transport.send(json.dumps({"type": "pong", "payload": {"timestamp": time}, "timestamp": time}))
            case "pong":
                pass
            case "error" if "job_id" not in payload and "error_code" in payload.get("details", {}):
                code = payload["details"]["error_code"]
                self.refusals.append(f"{code} after {self._cursor}")
                if code == "REPLAY_GAP":
                    self._cursor = None
            case _ if self._gathering:
                self._gathering.view.snapshot.append(message)
                self._gathering.left -= 1
                self._complete_snapshot()

    def _greeted(self, payload: dict[str, Any]) -> None:
        if "cursor" not in payload:
            return
        self.epochs.add(epoch_of(payload["cursor"]))
        if self._cursor is None:
            self._gathering = Gathering(View(payload["cursor"]), payload.get("snapshot_messages", 0))
            self._complete_snapshot()

    def _complete_snapshot(self) -> None:
        if self._gathering.left <= 0:
            self.views.append(self._gathering.view)
            self._cursor = self._gathering.view.start
            self._gathering = None

    def _receive_numbered(self, message: dict[str, Any]) -> None:
        topic, seq, cursor = message["topic"], message["seq"], message["id"]
        self.epochs.add(epoch_of(cursor))
        if self._gathering or self.view is None:
            self.refusals.append(f"{cursor} arrived within a snapshot")
            raise Hole()
        applied = self.view.topics.setdefault(topic, [])
        last = applied[-1].seq if applied else seq - 1
        if seq <= last:
            self.counts["repeats"] += 1
        elif seq > last + 1:
            if self.holes.get(topic) == last:
                self._cursor = None
            self.holes[topic] = last
            raise Hole()
        else:
            self._cursor = cursor
            self.counts["applied"] += 1
            applied.append(Applied(seq, cursor, message["type"], mark_of(message)))
