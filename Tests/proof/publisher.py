"""A publisher that reports external jobs, and retries each request with the same key until it is acknowledged."""
import asyncio
import random
from datetime import datetime, timezone
from typing import Any

from web import Web


class Refused(Exception):
    """The server refused a valid request, or acknowledged something other than what was sent."""


def mark_of(message: dict[str, Any]) -> str | None:
    """The unique mark of a reported message; None for the server's own messages."""
    payload = message["payload"]
    match message["type"]:
        # The server itself reports "Done" when a job has succeeded.
        case "progress": return stage if (stage := payload.get("stage")) != "Done" else None
        case "warning": return payload.get("message")
        case "partial_result": return payload["result"].get("mark")
    return None


class Publisher:
    """Reports one job after another, in batches, and records what was acknowledged."""

    # Short jobs, and some that last as long as the proof.
    JOB_SIZES = [150, 600, 100_000]
    PAUSE_SECONDS = 0.1

    def __init__(self, name: str, port: int, seed: str):
        self.name = name
        self.web = Web(port)
        self.random = random.Random(seed)
        # The acknowledged marks of each job, in the order in which they were sent.
        self.acknowledged: dict[str, list[str]] = {}
        self.finished: set[str] = set()
        self.retries = 0
        self._count = 0
        self._requests = 0
        self._progress = 0.0

    async def run(self, until: asyncio.Event) -> None:
        """Runs until the event is set and the last request is acknowledged."""
        job = await self.create()
        size = self.random.choice(self.JOB_SIZES)
        while not until.is_set():
            if len(self.acknowledged[job]) >= size:
                await self.finish(job)
                job = await self.create()
                size = self.random.choice(self.JOB_SIZES)
            await self.report(job, self._batch_size())
            await asyncio.sleep(self.random.expovariate(1 / self.PAUSE_SECONDS))
        await self.finish(job)

    async def create(self) -> str:
        """Creates a job. A retry with the same key returns the same job, even if the answer was lost."""
        answer = await self._until_acknowledged("/v1/jobs", {"kind": "external", "name": f"job of {self.name}"}, 201)
        job = answer["job_id"]
        if job in self.acknowledged:
            raise Refused(f"{self.name} requested a new job with a new key and got job {job} again.")
        self.acknowledged[job] = []
        self._progress = 0
        return job

    async def report(self, job: str, count: int) -> None:
        batch = [self._message() for _ in range(count)]
        body = batch[0] if count == 1 and self.random.random() < 0.5 else batch
        answer = await self._until_acknowledged(f"/v1/jobs/{job}/messages", body, 202)
        if answer.get("accepted") != count:
            raise Refused(f"{self.name} sent {count} messages and got the answer {answer}.")
        self.acknowledged[job] += [mark_of(message) for message in batch]

    async def finish(self, job: str) -> None:
        message = self.stamped("job_status", {"status": "succeeded"})
        await self._until_acknowledged(f"/v1/jobs/{job}/messages", message, 202)
        self.finished.add(job)

    async def _until_acknowledged(self, path: str, body: Any, status: int) -> dict[str, Any]:
        self._requests += 1
        fields = {"Idempotency-Key": f"{self.name}-{self._requests}"}
        while True:
            try:
                answer = await self.web.ask("POST", path, body, fields, patience=2)
            except (OSError, EOFError):
                self.retries += 1
                await asyncio.sleep(self.random.uniform(0.01, 0.05))
                continue
            if answer.status == status:
                return answer.json
            # These statuses allow a retry. Any other one means that the server refused a valid request.
            if answer.status not in (429, 503, 507):
                raise Refused(f"{self.name}: POST {path} was answered {answer.status} {answer.body[:300]!r}")
            self.retries += 1
            await asyncio.sleep(0.05)

    def _batch_size(self) -> int:
        return 100 if self.random.random() < 0.005 else self.random.choice([1, 1, 1, 2, 3, 8])

    def _message(self) -> dict[str, Any]:
        self._count += 1
        mark = f"{self.name}-{self._count}"
        match self.random.randrange(4):
            case 0: return self.stamped("warning", {"plugin": self.name, "message": mark})
            case 1:
                result = {"mark": mark, "text": "ä" * self.random.randrange(100)}
                return self.stamped("partial_result", {"plugin": self.name, "result": result, "partial": True})
        self._progress = min(100, self._progress + 0.5)
        return self.stamped("progress", {"progress": self._progress, "stage": mark})

    @staticmethod
    def stamped(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"type": kind, "payload": payload, "timestamp": now}
