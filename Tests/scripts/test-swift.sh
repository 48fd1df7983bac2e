#!/usr/bin/env bash
# Runs the Swift tests, and fails if none ran. Options are passed to `swift test`.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Sample pictures with the pixels that an independent decoder reads, if it is installed (make test installs it).
if .venv/bin/python -c 'import numpy, PIL, png, skimage' 2>/dev/null; then
  mkdir "$scratch/pictures"
  .venv/bin/python Tests/scripts/real-pictures.py "$scratch/pictures"
  export TELLTALE_REAL_PICTURES="$scratch/pictures"
fi
# promtool checks the format of /metrics (make test fetches it).
[ -x .venv/bin/promtool ] && export TELLTALE_PROMTOOL="$PWD/.venv/bin/promtool"
swift test --disable-xctest "$@" 2>&1 | tee "$scratch/log" | awk '/Test run with/ || !/^(◇|✔|↳|━)/' || true
grep -qE 'Test run with [1-9][0-9]* tests? .*passed' "$scratch/log" || {
  echo "The Swift tests failed, or none ran." >&2
  exit 1
}
