"""A full disk: writes are refused with 507, everything else continues, and the server recovers once there is space."""
import asyncio
import json
import subprocess
import unittest
from collections.abc import Callable

from case import ServerCase
from publisher import mark_of
from server import Server
from transports import WebSocket
from web import Web


class DiskFullTests(ServerCase):
    async def test_at_the_file_size_limit_writes_are_refused_until_it_is_raised(self) -> None:
        """The limit is RLIMIT_FSIZE, which another process can raise."""
        limit = 1 << 20
        server = self.serve(max_file_bytes=limit)
        await self.fill_and_recover(server, "largest size", lambda: server.limit(limit << 6))

    async def test_on_a_full_file_system_writes_are_refused_until_there_is_space(self) -> None:
        disk = self.home / "disk"
        disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True, text=True, check=False)
        if mounted.returncode:
            self.skipTest(f"no permission to mount a tmpfs: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(disk)], check=False)
        server = self.serve(folder=disk / "data")
        filler = disk / "filler"
        filler.write_bytes(bytes(20 << 20))
        await self.fill_and_recover(server, "disk is full", filler.unlink)

    async def fill_and_recover(self, server: Server, cause: str, make_room: Callable[[], object]) -> None:
        web = self.web(server)
        job = await self.new_job(web)
        watcher = Watcher(server.port, job)
        self.addAsyncCleanup(watcher.stop)
        await self.until("the watcher is connected", watcher.is_greeted)

        kept: list[str] = []
        refused = None
        while refused is None:
            mark = f"m{len(kept)}"
            answer = await self.report(web, job, mark, size=15_000)
            if answer.status == 202:
                kept.append(mark)
            else:
                refused = answer
            self.assertLess(len(kept), 4000, "The disk never got full.")
        self.assertGreater(len(kept), 5)
        self.assertEqual(refused.status, 507, refused.body)
        self.assertEqual(refused.json["status_code"], 507)
        self.assertIn(cause, refused.json["detail"])

        await self.check_reading(web, job, kept)
        ready = await self.until("/readyz reports not ready", lambda: self.not_ready(web))
        self.assertEqual(ready["status"], "not ready")
        self.assertIn(cause, ready["reason"])
        self.assertEqual((await self.report(web, job, "too much", size=15_000)).status, 507)
        self.assertTrue(watcher.is_open(), "The watcher's connection was closed.")

        make_room()
        async def taken() -> bool:
            answer = await self.report(web, job, f"m{len(kept)}", size=15_000)
            self.assertIn(answer.status, (202, 507))
            return answer.status == 202
        await self.until("the server stores messages again", taken)
        kept.append(f"m{len(kept)}")
        await self.check_reading(web, job, kept)
        async def is_ready() -> bool:
            return (await web.ask("GET", "/readyz")).status == 200
        await self.until("/readyz reports ready", is_ready)
        async def is_seen() -> bool:
            return watcher.marks == kept
        await self.until("the watcher has seen every stored message once", is_seen)

        server.kill()
        server.max_file_bytes = None
        server.start()
        await self.check_reading(web, job, kept)

    async def check_reading(self, web: Web, job: str, kept: list[str]) -> None:
        """Every acknowledged message is there, no refused one is, and every page loads."""
        web.close()
        marks = [mark for message in await web.messages(job) if (mark := mark_of(message))]
        self.assertEqual(marks, kept)
        api = ("/v1/jobs", f"/v1/jobs/{job}", f"/v1/jobs/{job}/extended", "/livez", "/metrics")
        for path in ("/", f"/jobs/{job}", *api):
            self.assertEqual((await web.ask("GET", path)).status, 200, path)

    async def not_ready(self, web: Web) -> dict[str, str] | None:
        answer = await web.ask("GET", "/readyz")
        return answer.json if answer.status == 503 else None


class Watcher:
    """A WebSocket that stays connected during the whole test."""

    def __init__(self, port: int, job: str):
        self.marks: list[str] = []
        self._greeted = False
        self._task = asyncio.create_task(self._watch(port, job))

    async def _watch(self, port: int, job: str) -> None:
        socket = await WebSocket.open(port, {"job_id": job})
        try:
            async for text in socket.texts():
                message = json.loads(text)
                self._greeted = self._greeted or message["type"] == "ping"
                if "seq" in message and (mark := mark_of(message)):
                    self.marks.append(mark)
        finally:
            socket.close()

    async def is_greeted(self) -> bool:
        return self._greeted

    def is_open(self) -> bool:
        return not self._task.done()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
