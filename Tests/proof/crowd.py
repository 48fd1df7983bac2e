"""Everybody who takes part in the proof: who reports, who watches and how, and what they know at the end."""
import asyncio
import random
import uuid

from client import Client, Habits
from oracle import Stored, laggards, verdict
from publisher import Publisher
from transports import EventStream, WebSocket
from web import Web


class Crowd:
    """Publishers and clients on a server whose address stays; the server itself is somebody else's."""

    # Some of the clients stay away for up to so long.
    LONG_ABSENCE_SECONDS = 8.0

    def __init__(self, seed: int, port: int, proxy_port: int, publishers: int, clients: int):
        self.web = Web(port)
        self.clients: list[Client] = []
        # Half of the answers to publishers come through the bad network, and some of them don't arrive.
        self.publishers = [
            Publisher(f"p{n}", proxy_port if n % 2 else port, f"{seed}/publisher/{n}") for n in range(publishers)]
        self._seed = seed
        self._proxy_port = proxy_port
        self._client_count = clients
        self._over = asyncio.Event()
        self._reports: list[asyncio.Task[None]] = []
        self._watches: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Returns when every publisher has a job, so that there is one to watch."""
        self._reports = [asyncio.create_task(publisher.run(self._over)) for publisher in self.publishers]
        while not all(publisher.acknowledged for publisher in self.publishers):
            self.raise_failures()
            await asyncio.sleep(0.01)
        self.clients = [self._client(n) for n in range(self._client_count)]
        self._watches = [asyncio.create_task(client.run()) for client in self.clients]

    def _client(self, number: int) -> Client:
        """Every fourth watches all, every fourth some topics, the others one job; each kind over both transports."""
        jobs = [next(iter(publisher.acknowledged)) for publisher in self.publishers]
        job = jobs[number % len(jobs)]
        query: dict[str, str]
        match number % 4:
            case 0: query = {}
            case 1: query = {"topics": f"jobs,job:{job},job:{jobs[(number + 3) % len(jobs)]}"}
            case _: query = {"job_id": job}
        habits = Habits(
            WebSocket if (number // 4 + number) % 2 else EventStream, query, resumes=number % 5 != 3,
            absence=self.LONG_ABSENCE_SECONDS if number % 7 == 2 else 0.3, slowness=0.015 if number % 6 == 0 else 0)
        how = f"{'resuming' if habits.resumes else 'fresh'} {habits.transport.__name__} {query or 'all'}"
        source = random.Random(f"{self._seed}/session/{number}")
        session = str(uuid.UUID(int=source.getrandbits(128), version=4))
        return Client(f"client {number} ({how})", habits, self._proxy_port, session, f"{self._seed}/client/{number}")

    @property
    def acknowledged(self) -> int:
        return sum(len(marks) for publisher in self.publishers for marks in publisher.acknowledged.values())

    def raise_failures(self) -> None:
        """A publisher that was refused, or a mistake of ours, ends the proof at once."""
        for task in self._reports + self._watches:
            if task.done() and not task.cancelled():
                task.result()

    async def finish_reports(self) -> None:
        """Every request that was begun is acknowledged, and every job is done."""
        for client in self.clients:
            client.is_calm = True
        self._over.set()
        await asyncio.wait_for(asyncio.gather(*self._reports), 30)

    async def read_back(self) -> dict[str, Stored]:
        """What the server has of every job that was acknowledged."""
        stored: dict[str, Stored] = {}
        for publisher in self.publishers:
            for job in publisher.acknowledged:
                state = await self.web.ask("GET", f"/v1/jobs/{job}/extended")
                stored[job] = Stored(await self.web.messages(job), state.json)
        return stored

    async def settle(self, seconds: float) -> list[str]:
        """Waits until everybody is in step; then, or when time is over, what is wrong."""
        stored = await self.read_back()
        end = asyncio.get_running_loop().time() + seconds
        while (late := laggards(self.clients, stored)) and asyncio.get_running_loop().time() < end:
            self.raise_failures()
            await asyncio.sleep(0.05)
        return [f"Not in step after {seconds} s: {one}." for one in late] + verdict(
            self.publishers, self.clients, stored)

    async def stop(self) -> None:
        for task in self._reports + self._watches:
            task.cancel()
        await asyncio.gather(*self._reports, *self._watches, return_exceptions=True)

    def summary(self) -> str:
        def total(name: str) -> int:
            return sum(client.counts[name] for client in self.clients)
        codes: dict[int, int] = {}
        for client in self.clients:
            for code, count in client.close_codes.items():
                codes[code] = codes.get(code, 0) + count
        jobs = sum(len(publisher.acknowledged) for publisher in self.publishers)
        return (
            f"{self.acknowledged} messages of {jobs} jobs acknowledged to {len(self.publishers)} publishers after "
            f"{sum(publisher.retries for publisher in self.publishers)} requests that had no answer; "
            f"{len(self.clients)} clients applied {total('applied')} in {total('connections')} connections, "
            f"{total('resumed')} of them resumed, {total('holes')} after a hole, {total('repeats')} repeats ignored, "
            f"close codes {codes or 'none'}.")
