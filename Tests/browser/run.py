#!/usr/bin/env python3
"""Runs the browser tests: the functions `test_…` in the files `test_*.py` here, or those whose name contains an argument.

Two workers share the tests. Each has its own servers, ports and browser. Tests that measure time run alone afterwards.
The last line is the result: `12 passed, 0 failed`.
"""

import importlib
import multiprocessing
import pathlib
import queue
import sys
import time
import traceback

from harness import Site, everything

HERE = pathlib.Path(__file__).resolve().parent
WORKERS = 2
# These modules measure time, so they need the machine to themselves.
ALONE = {"test_latency"}


def tests(wanted: list[str]) -> list[tuple[str, str]]:
    """The module and the name of each selected test."""
    return [
        (path.stem, name)
        for path in sorted(HERE.glob("test_*.py"))
        for name, function in vars(importlib.import_module(path.stem)).items()
        if name.startswith("test_") and callable(function) and function.__module__ == path.stem
        and (not wanted or any(each in name for each in wanted))
    ]


def run(module: str, name: str, site: Site) -> bool:
    began = time.monotonic()
    try:
        getattr(importlib.import_module(module), name)(site)
        site.finish()
    except Exception:
        print(f"✗ {name} ({time.monotonic() - began:.1f} s)\n{traceback.format_exc(limit=-4)}", flush=True)
        try:
            site.finish()
        except Exception as complaint:
            print(complaint, flush=True)
        return False
    print(f"✓ {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def work(waiting, passed) -> None:
    """Runs tests from the queue until it is empty."""
    with everything() as (browser, real, scripted):
        while True:
            try:
                module, name = waiting.get_nowait()
            except queue.Empty:
                return
            if run(module, name, Site(browser, real, scripted)):
                with passed.get_lock():
                    passed.value += 1


def share(selected: list[tuple[str, str]], workers: int) -> int:
    """Distributes the tests to workers.

    Returns the number of passed tests. A test whose worker died counts as failed."""
    if not selected:
        return 0
    spawning = multiprocessing.get_context("spawn")
    passed = spawning.Value("i", 0)
    with spawning.Manager() as manager:
        waiting = manager.Queue()
        for each in selected:
            waiting.put(each)
        processes = [spawning.Process(target=work, args=(waiting, passed)) for _ in range(min(workers, len(selected)))]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    return passed.value


def main() -> int:
    selected = tests(sys.argv[1:])
    alone = [each for each in selected if each[0] in ALONE]
    passed = share([each for each in selected if each not in alone], WORKERS) + share(alone, 1)
    failed = len(selected) - passed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not selected else 0


if __name__ == "__main__":
    sys.exit(main())
