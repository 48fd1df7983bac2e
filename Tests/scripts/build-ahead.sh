#!/usr/bin/env bash
# Builds the address sanitizer's tests and the fuzz targets in the background, during steps that leave a core idle.
#   build-ahead.sh start               starts the build and returns at once
#   build-ahead.sh wait address|fuzz   waits for that build; the step that uses it reports any errors
set -euo pipefail
cd "$(dirname "$0")/../.."
running="$PWD/.build/ahead"

case "${1:-}" in
  start)
    mkdir -p "$running"
    {
      Tests/scripts/test-sanitizers.sh address build || true
      rm -f "$running/address"
      Tests/Fuzz/run.sh 0 || true
      rm -f "$running/fuzz"
    } >"$running/log" 2>&1 </dev/null &
    tee "$running/address" "$running/fuzz" <<<$! >/dev/null
    # Lowest priority, so that it doesn't disturb tests that measure time.
    renice -n 19 -p $! >/dev/null
    ;;
  wait)
    # A file left by an aborted run names a process that no longer exists.
    while pid=$(cat "$running/${2:?address or fuzz}" 2>/dev/null) && kill -0 "$pid" 2>/dev/null; do sleep 0.5; done
    ;;
  *)
    echo "usage: build-ahead.sh start|wait address|wait fuzz" >&2
    exit 2
    ;;
esac
