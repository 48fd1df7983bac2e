#!/usr/bin/env bash
# pyte, a terminal emulator for tests, keeps a line that is deleted if nothing below it was ever written.
#
# Seen with pyte 0.8.2 (PyPI): DL (ESC [ M) on the lowest line that has text changes nothing, and on a line above it the
# lines move up as they should. NEL (ESC E) goes down without going back to the first column (ECMA-48 §8.3.86), as IND
# does. EL (ESC [ K) right after the last column was written erases nothing, while xterm and the VT510 erase the last
# column. A test that compares another emulator with pyte on generated input finds these three first, so it must leave
# them out or expect what terminals do.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyte==0.8.2 wcwidth==0.9.4
"$folder/venv/bin/python" - <<'PYTHON'
import pyte

def rows(output):
    screen = pyte.Screen(12, 3)
    pyte.Stream(screen).feed(output)
    return [row.rstrip() for row in screen.display]

cases = [
    ("DL on the lowest line with text", "first\r\x1b[M", ["first", "", ""], ["", "", ""]),
    ("DL above another line", "first\r\nsecond\x1b[H\x1b[M", ["second", "", ""], ["second", "", ""]),
    ("NEL", "ab\x1bEcd", ["ab", "  cd", ""], ["ab", "cd", ""]),
    ("EL behind the last column", "abcdefghijkl\x1b[K", ["abcdefghijkl", "", ""], ["abcdefghijk", "", ""]),
]
for name, output, seen, terminal in cases:
    found = rows(output)
    print(f"{name}: {found}, a terminal shows {terminal}")
    assert found == seen, f"{name}: the behaviour has changed"
PYTHON
