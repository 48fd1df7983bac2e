"""The server is killed during work: running jobs have failed, queued jobs run, and uploads resume."""
import asyncio
import hashlib
import random
import re
import unittest
from typing import Any

from case import ServerCase
from web import Web, head


class RestartTests(ServerCase):
    async def state(self, web: Web, job: str) -> dict[str, Any]:
        return (await web.ask("GET", f"/v1/jobs/{job}/extended")).json

    async def test_a_running_job_has_failed_and_queued_jobs_run(self) -> None:
        server = self.serve("--jobs", "1", "--demo")
        web = self.web(server)
        running = (await web.ask("GET", "/v1/jobs")).json["jobs"][0]["job_id"]
        waiting = []
        for number in range(2):
            body = {"source": "upload:sample.y4m", "plugins": ["scene_change"], "name": f"waits {number}"}
            answer = await web.ask("POST", "/v1/jobs", body, {"Idempotency-Key": f"key-{number}"})
            self.assertEqual(answer.status, 201, answer.body)
            waiting.append(answer.json["job_id"])
        async def is_under_way() -> bool:
            state = await self.state(web, running)
            return state["status"] == "running" and (state["progress"] or 0) > 0
        await self.until("the sample job is running", is_under_way)
        self.assertEqual([(await self.state(web, job))["status"] for job in waiting], ["queued", "queued"])
        before = await web.messages(running)
        server.kill()
        web.close()

        server.options = ("--jobs", "1")
        server.start()
        state = await self.state(web, running)
        self.assertEqual(state["status"], "failed")
        self.assertRegex(state["error"], r"server")
        self.assertIsNotNone(state["finished_at"])
        after = await web.messages(running)
        self.assertEqual(after[:len(before)], before)
        self.assertEqual([m["payload"].get("status") for m in after if m["type"] == "job_status"][-1], "failed")
        for number, job in enumerate(waiting):
            async def has_succeeded() -> bool:
                status = (await self.state(web, job))["status"]
                self.assertIn(status, ("queued", "running", "succeeded"))
                return status == "succeeded"
            await self.until(f"the queued job {job} has succeeded", has_succeeded)
            body = {"source": "upload:sample.y4m", "plugins": ["scene_change"], "name": f"waits {number}"}
            answer = await web.ask("POST", "/v1/jobs", body, {"Idempotency-Key": f"key-{number}"})
            self.assertEqual((answer.status, answer.json["job_id"]), (201, job), "The key was forgotten.")
        self.assertEqual(len((await web.ask("GET", "/v1/jobs")).json["jobs"]), 3)

    async def test_an_upload_resumes_from_what_was_received(self) -> None:
        server = self.serve()
        web = self.web(server)
        whole = random.Random(1).randbytes(3 << 20)
        part = 1 << 20
        total = len(whole)
        # A request that the kill interrupts: it announced the whole file, and has sent a third of it.
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        fields = {"Content-Length": str(total), "Content-Range": f"bytes 0-{total - 1}/{total}"}
        writer.write(head("PUT", "/v1/uploads/clip.bin", fields) + whole[:part])
        await writer.drain()
        partial = server.folder / "uploads/.partial/clip.bin"
        async def is_received() -> bool:
            return partial.exists() and partial.stat().st_size == part
        await self.until("a third has been received", is_received)
        server.kill()
        writer.close()

        server.start()
        # To find out how much was received, a client resumes at the end and reads the answer.
        answer = await self.put(web, whole, total - 1)
        self.assertEqual(answer.status, 409, answer.body)
        received = int(re.search(r"(\d+) bytes", answer.json["detail"])[1])
        self.assertEqual(received, part)
        answer = await self.put(web, whole, received)
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(answer.json["bytes"], total)
        self.assertEqual(answer.json["sha256"], hashlib.sha256(whole).hexdigest())
        self.assertEqual((server.folder / "uploads/clip.bin").read_bytes(), whole)

    async def put(self, web: Web, whole: bytes, start: int) -> Any:
        fields = {"Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"}
        return await web.ask("PUT", "/v1/uploads/clip.bin", whole[start:], fields)


if __name__ == "__main__":
    unittest.main(verbosity=2)
