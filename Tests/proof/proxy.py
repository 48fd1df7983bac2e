"""A bad network between clients and the server: cuts, stalls and small pieces, reproducible by a seed."""
import asyncio
import random
import socket
import struct


class Proxy:
    """Forwards TCP connections to a local port. Injects faults until `heal()`."""

    def __init__(self, target: int, seed: str):
        self.target = target
        self.port = 0
        self.counts = {"connections": 0, "cuts": 0, "stalls": 0, "chopped": 0}
        self._random = random.Random(seed)
        self._is_faulty = True
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def heal(self) -> None:
        self._is_faulty = False

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(task := asyncio.current_task())
        try:
            await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # The server is down, or the proof is over: the client sees its connection end.
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts["connections"] += 1
        upstream = socket.create_connection(("127.0.0.1", self.target))
        upstream.setblocking(False)
        # A small buffer, so that the server has to queue messages for a stalled client, as on a slow line.
        upstream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._random.choice([1 << 14, 1 << 17]))
        server_reader, server_writer = await asyncio.open_connection(sock=upstream, limit=4096)
        ways = [
            asyncio.create_task(self._pass_on(reader, server_writer)),
            asyncio.create_task(self._pass_on(server_reader, writer)),
            asyncio.create_task(self._cut()),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for side in (writer, server_writer):
                self._end(side)

    async def _cut(self) -> None:
        """Returns after a random time, but only while faults are injected."""
        await asyncio.sleep(self._random.expovariate(1 / 2))
        if not self._is_faulty:
            await asyncio.Event().wait()
        self.counts["cuts"] += 1

    def _end(self, side: asyncio.StreamWriter) -> None:
        """Closes half of the connections in order, and half with a reset that discards the data in flight."""
        if self._is_faulty and self._random.random() < 0.5 and not side.transport.is_closing():
            side.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            side.transport.abort()
        else:
            side.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            fate = self._random.random() if self._is_faulty else 1.0
            if fate < 0.01:
                self.counts["stalls"] += 1
                await self._stall(self._random.uniform(0.1, 2.5))
            if fate < 0.10:
                self.counts["chopped"] += 1
                await self._chop(data, writer)
            else:
                writer.write(data)
            await writer.drain()

    async def _stall(self, seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while self._is_faulty and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.05)

    async def _chop(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Sends single bytes, then larger pieces, so that heads, frames and characters are split anywhere."""
        start = 0
        while start < len(data):
            size = 1 if start < 40 else self._random.randint(1, 300)
            writer.write(data[start:start + size])
            await writer.drain()
            await asyncio.sleep(0)
            start += size
