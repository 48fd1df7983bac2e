#!/usr/bin/env bash
# Runs the Swift tests, and fails if none ran. Options are passed to `swift test`. Everything that the tests print, with the
# time of each, is in .build/test-swift.log, or in the file that TEST_LOG names.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log="${TEST_LOG:-$PWD/.build/test-swift.log}"
mkdir -p "$(dirname "$log")"
rm -f "$log" "$log.newer-ffmpeg"
# Sample pictures with the pixels that an independent decoder reads, if it is installed (make test installs it).
if .venv/bin/python -c 'import numpy, PIL, png, skimage' 2>/dev/null; then
  mkdir "$scratch/pictures"
  .venv/bin/python Tests/scripts/real-pictures.py "$scratch/pictures"
  export TELLTALE_REAL_PICTURES="$scratch/pictures"
fi
# promtool checks the format of /metrics (make test fetches it).
[ -x .venv/bin/promtool ] && export TELLTALE_PROMTOOL="$PWD/.venv/bin/promtool"
# `bench publish --beside redis` starts a redis-server (make test fetches it).
[ -x .venv/redis/redis-server ] && export PATH="$PATH:$PWD/.venv/redis"
swift test --disable-xctest "$@" 2>&1 | tee "$log" | awk '/Test run with/ || !/^(◇|✔|↳|━)/' || true
passed() {
  grep -qE 'Test run with [1-9][0-9]* tests? .*passed' "$1" || {
    echo "The Swift tests failed, or none ran." >&2
    exit 1
  }
}
passed "$log"
# Once more with the newer ffmpeg, unless only some tests were asked for.
case " $* " in
  *" --filter "*) ;;
  *)
    if [ -x .venv/ffmpeg/ffmpeg ]; then
      echo "== with $(.venv/ffmpeg/ffmpeg -version | head -1 | cut -d' ' -f1-3)"
      PATH="$PWD/.venv/ffmpeg:$PATH" swift test --disable-xctest --skip-build --filter 'Media.*Tests|PictureFolderTests' "$@" 2>&1 |
        tee "$log.newer-ffmpeg" | awk '/Test run with/ || !/^(◇|✔|↳|━)/' || true
      passed "$log.newer-ffmpeg"
    else
      echo "The tests with a newer ffmpeg are skipped: .venv/ffmpeg/ffmpeg is missing (Tests/scripts/setup.sh pictures installs it)."
    fi
    ;;
esac
