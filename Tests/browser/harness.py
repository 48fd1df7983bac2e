"""Shared by the browser tests: the built server, a browser, and pages that record their errors."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from playwright.sync_api import BrowserContext, Page, sync_playwright

from scripted_server import ScriptedServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A debug build is slow to write its sample clip on a busy machine.
START_SECONDS = 60


def binary() -> str:
    """The server to test: TELLTALE_BINARY, or else the release or the debug build."""
    candidates = [os.environ.get("TELLTALE_BINARY", "")]
    candidates += [str(ROOT / ".build" / kind / "telltale") for kind in ("release", "debug")]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    sys.exit("No telltale binary. Run `swift build`, or set TELLTALE_BINARY.")


class Server:
    """A `telltale serve` process. Its data folder outlives a kill."""

    def __init__(self, *options: str):
        self._folder = tempfile.TemporaryDirectory(prefix="telltale-browser-")
        self.data = pathlib.Path(self._folder.name) / "data"
        self._options = options
        self.port = 0
        self._process = None
        self.start()

    def start(self) -> None:
        command = [binary(), "serve", "--port", str(self.port), *self._options]
        self._log = open(pathlib.Path(self._folder.name) / "log", "ab")
        self._process = subprocess.Popen(command, cwd=self._folder.name, stdout=subprocess.PIPE, stderr=self._log)
        self.url = self._ready_url()
        self.port = int(self.url.rsplit(":", 1)[1])

    def _ready_url(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        os.set_blocking(self._process.stdout.fileno(), False)
        output = b""
        while time.monotonic() < deadline and self._process.poll() is None:
            output += self._process.stdout.read() or b""
            if found := re.search(rb"http://[\w.\[\]:]+:\d+", output):
                return found.group().decode()
            time.sleep(0.02)
        raise AssertionError(f"The server did not start within {START_SECONDS} s:\n{output.decode()}\n{self.log()}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> str:
        return (pathlib.Path(self._folder.name) / "log").read_text(errors="replace")[-2000:]

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def terminate(self) -> None:
        """Tells it to stop, as an ordinary restart does."""
        self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        return self._process.wait(timeout=40)

    def stop(self) -> None:
        if self._process.poll() is None:
            self.kill()
        self._folder.cleanup()


class Site:
    """Gives a test its servers and fresh pages, and checks at the end that no page reported an error."""

    def __init__(self, browser, real: Server, scripted: ScriptedServer):
        self.browser, self.real, self.scripted = browser, real, scripted
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []
        self.expected: list[str] = []

    def page(self, **options) -> Page:
        context = self.browser.new_context(**options)
        self._contexts.append(context)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', event =>"
            " console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))")
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda line: self._complain(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self._complain(f"uncaught: {error}"))
        return page

    def _complain(self, text: str) -> None:
        self._complaints.append(text)

    def expect_complaint(self, pattern: str) -> None:
        """Allows console errors that match the pattern. A browser reports each failed request as an error, so a test that cuts
        the network has to allow those."""
        self.expected.append(pattern)

    def finish(self) -> None:
        for context in self._contexts:
            context.close()
        self.scripted.forget()
        complaints = [line for line in self._complaints if not any(re.search(each, line) for each in self.expected)]
        assert not complaints, "the page reported errors:\n  " + "\n  ".join(complaints)


@contextlib.contextmanager
def everything():
    """Starts the servers and the browser that all tests share."""
    upstream = os.environ.get("TELLTALE_URL")
    real = None if upstream else Server("--demo")
    scripted = ScriptedServer(upstream or real.url)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield browser, real, scripted
        finally:
            browser.close()
            if real:
                real.stop()


def chromium() -> str:
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not os.access(path, os.X_OK):
        sys.exit(f"No Chromium at {path}. Run Tests/scripts/setup.sh browser, or set CHROMIUM.")
    return path


def eventually(check, what: str, seconds: float = 10):
    """Waits until `check()` returns something true, and returns it."""
    deadline = time.monotonic() + seconds
    while not (value := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return value


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()
