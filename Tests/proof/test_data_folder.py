"""A data folder that can't be used: the server prints one clear line, exits with an error, and changes nothing."""
import hashlib
import pathlib
import re
import shutil
import sqlite3
import subprocess
import unittest

from case import ServerCase
from server import Server

MESSAGES = 60


def contents(folder: pathlib.Path) -> dict[str, str]:
    """A hash of every file. Skips the lock, which names a process, as well as SQLite's shared memory file and an empty
    log, which SQLite creates whenever it opens the database."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("telltale.lock", "telltale.db-shm")
        and not (path.name == "telltale.db-wal" and path.stat().st_size == 0)}


class DataFolderTests(ServerCase):
    async def a_used_folder(self, end: str) -> pathlib.Path:
        """A folder with some hundred thousand bytes, left by a server that was stopped in order or killed."""
        server = self.serve()
        web = self.web(server)
        job = await self.new_job(web)
        for number in range(MESSAGES):
            self.assertEqual((await self.report(web, job, f"m{number}", size=5_000)).status, 202)
        web.close()
        if end == "stopped":
            self.assertEqual(server.stop(), 0, server.log_tail())
        else:
            server.kill()
        return server.folder

    def assert_refused(self, folder: pathlib.Path, words: str, code: int | None = None) -> None:
        """The server doesn't start, prints the reason in one line, and changes nothing."""
        before = contents(folder) if folder.is_dir() else hashlib.sha256(folder.read_bytes()).hexdigest()
        ended = Server(folder).refused_start()
        said = ended.stderr.strip()
        self.assertNotEqual(ended.returncode, 0, "The server started.")
        self.assertGreater(ended.returncode, 0, f"Killed by signal {-ended.returncode}: {said}")
        if code is not None:
            self.assertEqual(ended.returncode, code)
        self.assertEqual(len(said.splitlines()), 1, f"Not exactly one line: {said}")
        self.assertRegex(said, re.compile(words, re.IGNORECASE))
        self.assertNotIn("is ready", ended.stdout)
        after = contents(folder) if folder.is_dir() else hashlib.sha256(folder.read_bytes()).hexdigest()
        self.assertEqual(after, before, "The folder was changed.")

    async def test_an_undamaged_folder_starts_again(self) -> None:
        """Otherwise the other tests would prove nothing."""
        for end in ("stopped", "killed"):
            folder = await self.a_used_folder(end)
            server = self.serve(folder=folder)
            web = self.web(server)
            self.assertEqual(len(await web.messages("1")), MESSAGES + 1, end)
            server.kill()
            shutil.rmtree(folder)

    async def test_a_database_with_flipped_bytes_is_refused(self) -> None:
        folder = await self.a_used_folder("stopped")
        database = folder / "telltale.db"
        size = database.stat().st_size
        self.assertGreater(size, MESSAGES * 5_000, "Some messages are not in the file yet.")
        # Flips a whole page of a table's B-tree, because the format can't detect damage within a text.
        page = size // 2 // 4096 * 4096
        with database.open("r+b") as file:
            file.seek(page)
            flipped = bytes(byte ^ 0xFF for byte in file.read(4096))
            file.seek(page)
            file.write(flipped)
        self.assert_refused(folder, r"telltale\.db is damaged.*restore")

    async def test_a_truncated_database_is_refused(self) -> None:
        folder = await self.a_used_folder("stopped")
        database = folder / "telltale.db"
        with database.open("r+b") as file:
            file.truncate(database.stat().st_size // 2)
        self.assert_refused(folder, r"telltale\.db.*damaged")

    async def test_an_empty_database_is_refused(self) -> None:
        folder = await self.a_used_folder("stopped")
        (folder / "telltale.db").write_bytes(b"")
        self.assert_refused(folder, r"telltale\.db.*damaged")

    async def test_a_database_of_a_newer_version_is_refused(self) -> None:
        folder = await self.a_used_folder("stopped")
        with sqlite3.connect(folder / "telltale.db") as database:
            database.execute("PRAGMA user_version = 1000")
        database.close()
        self.assert_refused(folder, r"newer")

    async def test_a_folder_in_use_by_another_server_is_refused(self) -> None:
        server = self.serve()
        pid = server.process.pid
        ended = Server(server.folder).refused_start()
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertEqual(len(ended.stderr.strip().splitlines()), 1, ended.stderr)
        self.assertRegex(ended.stderr, rf"\b{pid}\b")
        self.assertEqual((await self.web(server).ask("GET", "/readyz")).status, 200)

    async def test_a_file_in_place_of_the_folder_is_refused(self) -> None:
        path = self.home / "data"
        path.write_text("not a folder")
        self.assert_refused(path, r"not a folder")

    async def test_a_folder_in_place_of_the_database_is_refused(self) -> None:
        folder = self.home / "data"
        (folder / "telltale.db").mkdir(parents=True)
        self.assert_refused(folder, r"telltale\.db.*is a folder")

    async def test_a_read_only_folder_is_refused(self) -> None:
        folder = await self.a_used_folder("stopped")
        for options in (["--bind", str(folder), str(folder)], ["-o", "remount,ro,bind", str(folder)]):
            mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
            if mounted.returncode:
                self.skipTest(f"no permission to mount read-only: {mounted.stderr.strip()}")
            self.addCleanup(subprocess.run, ["umount", "-l", str(folder)], check=False, capture_output=True)
        self.assert_refused(folder, r"read-only|can't be used")

    async def test_a_database_without_its_log_after_a_crash_is_refused(self) -> None:
        folder = await self.a_used_folder("killed")
        (folder / "telltale.db-wal").unlink()
        self.assert_refused(folder, r"lost|damaged")

    async def test_a_database_with_a_truncated_log_after_a_crash_is_refused(self) -> None:
        folder = await self.a_used_folder("killed")
        log = folder / "telltale.db-wal"
        self.assertGreater(log.stat().st_size, MESSAGES * 5_000)
        with log.open("r+b") as file:
            file.truncate(log.stat().st_size // 2)
        self.assert_refused(folder, r"lost|damaged")


if __name__ == "__main__":
    unittest.main(verbosity=2)
