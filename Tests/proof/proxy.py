"""A bad network between clients and the server: it cuts, stalls, and delivers in small pieces, by a seed."""
import asyncio
import random
import socket
import struct


class Proxy:
    """Passes TCP connections on to a port of this machine. What it does to them stops with `heal()`."""

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
            pass  # The server is not there just now, or the proof is over: the client sees a connection that ends.
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.counts["connections"] += 1
        upstream = socket.create_connection(("127.0.0.1", self.target))
        upstream.setblocking(False)
        # Little fits between the server and a client that stalls: the server has to hold it, as on a slow line.
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
        """Ends a while after it began, if faults are still on then."""
        await asyncio.sleep(self._random.expovariate(1 / 2))
        if not self._is_faulty:
            await asyncio.Event().wait()
        self.counts["cuts"] += 1

    def _end(self, side: asyncio.StreamWriter) -> None:
        """Half of the connections end in order, half with a reset that takes what was under way with it."""
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
        """Every byte by itself for a while, then larger pieces: cuts fall into heads, frames and characters."""
        start = 0
        while start < len(data):
            size = 1 if start < 40 else self._random.randint(1, 300)
            writer.write(data[start:start + size])
            await writer.drain()
            await asyncio.sleep(0)
            start += size
