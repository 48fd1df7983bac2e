"""The publishers and clients of the proof, and what they recorded."""
import asyncio
import random
import uuid

from client import Client, Habits
from oracle import Stored, laggards, verdict
from publisher import Publisher
from transports import EventStream, WebSocket
from web import Web


class Crowd:
    """Publishers and clients of a server with a fixed port. The caller starts and kills the server."""

    # The maximum absence of some of the clients.
    LONG_ABSENCE_SECONDS = 8.0

    def __init__(self, seed: int, port: int, proxy_port: int, publishers: int, clients: int):
        self.web = Web(port)
        self.clients: list[Client] = []
        # Half of the publishers use the bad network, so some of their answers are lost.
        self.publishers = [
            Publisher(f"p{n}", proxy_port if n % 2 else port, f"{seed}/publisher/{n}") for n in range(publishers)]
        self._seed = seed
        self._proxy_port = proxy_port
        self._client_count = clients
        self._over = asyncio.Event()
        self._reports: list[asyncio.Task[None]] = []
        self._watches: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Returns once every publisher has a job for the clients to watch."""
        self._reports = [asyncio.create_task(publisher.run(self._over)) for publisher in self.publishers]
        while not all(publisher.acknowledged for publisher in self.publishers):
            self.raise_failures()
            await asyncio.sleep(0.01)
        self.clients = [self._client(n) for n in range(self._client_count)]
        self._watches = [asyncio.create_task(client.run()) for client in self.clients]

    def _client(self, number: int) -> Client:
        """A quarter of the clients watches everything, a quarter some topics, and half one job, each over both transports."""
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
        """Ends the proof at once if a publisher was refused, or if the test itself has a bug."""
        for task in self._reports + self._watches:
            if task.done() and not task.cancelled():
                task.result()

    async def finish_reports(self) -> None:
        """Waits until every pending request is acknowledged and every job has ended."""
        for client in self.clients:
            client.is_calm = True
        self._over.set()
        await asyncio.wait_for(asyncio.gather(*self._reports), 30)

    async def read_back(self) -> dict[str, Stored]:
        """Reads the messages and the state of every acknowledged job from the server."""
        stored: dict[str, Stored] = {}
        for publisher in self.publishers:
            for job in publisher.acknowledged:
                state = await self.web.ask("GET", f"/v1/jobs/{job}/extended")
                stored[job] = Stored(await self.web.messages(job), state.json)
        return stored

    async def settle(self, seconds: float) -> list[str]:
        """Waits until all clients have caught up, or until the time limit. Returns the faults."""
        stored = await self.read_back()
        end = asyncio.get_running_loop().time() + seconds
        while (late := laggards(self.clients, stored)) and asyncio.get_running_loop().time() < end:
            self.raise_failures()
            await asyncio.sleep(0.05)
        return [f"Not caught up after {seconds} s: {one}." for one in late] + verdict(
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
            f"{sum(publisher.retries for publisher in self.publishers)} retries; "
            f"{len(self.clients)} clients applied {total('applied')} in {total('connections')} connections, "
            f"{total('resumed')} of them resumed, {total('holes')} after a hole, {total('repeats')} repeats ignored, "
            f"close codes {codes or 'none'}.")
