"""The built binary on a data folder: starts, kills and restarts it."""
import os
import pathlib
import queue
import resource
import signal
import socket
import subprocess
import threading

BINARY = pathlib.Path(
    os.environ.get("TELLTALE_BINARY", pathlib.Path(__file__).parents[2] / ".build/release/telltale")).resolve()
START_SECONDS = 20.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class DidNotStart(Exception):
    """The process exited, or printed nothing, before it was ready."""


class Server:
    """A data folder and a port, with at most one server process."""

    def __init__(self, folder: pathlib.Path, *options: str, max_file_bytes: int | None = None):
        self.folder = folder
        self.port = free_port()
        self.log = folder.with_name(folder.name + ".log")
        self.options = options
        self.max_file_bytes = max_file_bytes
        self.process: subprocess.Popen[str] | None = None

    def command(self, *options: str) -> list[str]:
        return [str(BINARY), "serve", "--data", str(self.folder), "--port", str(self.port), *self.options, *options]

    def start(self, *options: str) -> None:
        """Starts the server, and returns when it is ready."""
        assert self.process is None
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self.command(*options), stdout=subprocess.PIPE, stderr=log, text=True, cwd=self.folder.parent,
                preexec_fn=self._limit if self.max_file_bytes else None)
        line = self._first_line(self.process)
        if "http://" not in line:
            code = self.process.poll()
            self.kill()
            raise DidNotStart(f"exit code {code}, printed {line!r}\n{self.log_tail()}")

    def _limit(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.max_file_bytes, resource.RLIM_INFINITY))

    def limit(self, max_file_bytes: int) -> None:
        """Changes the file size limit of the running process."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (max_file_bytes, resource.RLIM_INFINITY))

    @staticmethod
    def _first_line(process: subprocess.Popen[str]) -> str:
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()
        try:
            return lines.get(timeout=START_SECONDS)
        except queue.Empty:
            return f"nothing within {START_SECONDS} s"

    def kill(self) -> None:
        """Kills the process with SIGKILL and waits until it has ended."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        self.process = None

    def stop(self) -> int:
        """Stops the server in order, and returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=40)
        self.process.stdout.close()
        self.process = None
        return code

    def refused_start(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Runs the binary on a folder that it is expected to refuse."""
        return subprocess.run(
            self.command(*options), capture_output=True, text=True, timeout=START_SECONDS, cwd=self.folder.parent)

    def log_tail(self, lines: int = 20) -> str:
        return "\n".join(self.log.read_text().splitlines()[-lines:]) if self.log.exists() else ""
