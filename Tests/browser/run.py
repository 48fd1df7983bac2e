#!/usr/bin/env python3
"""Runs the browser's tests: every function `test_…` of every file `test_*.py` here, or those whose name holds an argument.

The last line is the result: `12 passed, 0 failed`.
"""

import importlib
import pathlib
import sys
import time
import traceback

from harness import Site, everything

HERE = pathlib.Path(__file__).resolve().parent


def tests(wanted: list[str]):
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function) and (not wanted or any(each in name for each in wanted)):
                yield name, function


def run(name, function, site) -> bool:
    began = time.monotonic()
    try:
        function(site)
        site.finish()
    except Exception:
        print(f"✗ {name} ({time.monotonic() - began:.1f} s)\n{traceback.format_exc(limit=-4)}", flush=True)
        try:
            site.finish()
        except Exception as complaint:
            print(complaint)
        return False
    print(f"✓ {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def main() -> int:
    selected = list(tests(sys.argv[1:]))
    with everything() as (browser, real, scripted):
        passed = sum(run(name, function, Site(browser, real, scripted)) for name, function in selected)
    failed = len(selected) - passed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not selected else 0


if __name__ == "__main__":
    sys.exit(main())
