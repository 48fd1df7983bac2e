"""Shared by the tests of the binary: a data folder per test, a server on it, and reports of an external job."""
import asyncio
import pathlib
import shutil
import tempfile
import time
import unittest
from collections.abc import Awaitable, Callable
from typing import Any

from publisher import Publisher
from server import Server
from web import Answer, Web

PATIENCE_SECONDS = 20.0


class ServerCase(unittest.IsolatedAsyncioTestCase):
    """A test with a temporary folder. Stops the processes that the test leaves running."""

    def setUp(self) -> None:
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="telltale-proof-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    async def asyncSetUp(self) -> None:
        # Debug mode would warn about every test that starts a process, which blocks.
        asyncio.get_running_loop().set_debug(False)

    def serve(self, *options: str, folder: pathlib.Path | None = None, max_file_bytes: int | None = None) -> Server:
        server = Server(folder or self.home / "data", *options, max_file_bytes=max_file_bytes)
        self.addCleanup(server.kill)
        self.addCleanup(self._show_log, server)
        server.start()
        return server

    def _show_log(self, server: Server) -> None:
        """Prints the log if the test failed, because its folder is about to be deleted."""
        result = self._outcome.result
        if any(test is self for test, _ in result.failures + result.errors):
            print(f"--- the end of {server.log.name}:\n{server.log_tail()}")

    def web(self, server: Server) -> Web:
        web = Web(server.port)
        self.addAsyncCleanup(self._close, web)
        return web

    @staticmethod
    async def _close(web: Web) -> None:
        web.close()

    async def new_job(self, web: Web) -> str:
        answer = await web.ask("POST", "/v1/jobs", {"kind": "external", "name": "reported"})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json["job_id"]

    async def report(self, web: Web, job: str, mark: str, size: int = 0) -> Answer:
        """Reports a partial result with a unique mark and `size` bytes of ballast."""
        payload = {"plugin": "p", "result": {"mark": mark, "ballast": "x" * size}, "partial": True}
        return await web.ask("POST", f"/v1/jobs/{job}/messages", Publisher.stamped("partial_result", payload))

    async def until(self, what: str, condition: Callable[[], Awaitable[Any]]) -> Any:
        """Waits until the condition returns something true, and returns it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (found := await condition()):
            self.assertLess(time.monotonic(), end, f"Not within {PATIENCE_SECONDS} s: {what}")
            await asyncio.sleep(0.05)
        return found
