#!/usr/bin/env bash
# Builds what the address sanitizer's tests and the fuzz targets need, beside steps that leave a core idle.
#   build-ahead.sh start   begins, and returns at once
#   build-ahead.sh wait    returns when it is done; whatever went wrong is found, and told, by the step itself
set -euo pipefail
cd "$(dirname "$0")/../.."
running="$PWD/.build/ahead.pid"

case "${1:-}" in
  start)
    mkdir -p .build
    {
      Tests/scripts/test-sanitizers.sh address build || true
      Tests/Fuzz/run.sh 0 || true
      rm -f "$running"
    } >.build/ahead.log 2>&1 </dev/null &
    echo $! >"$running"
    # Whoever measures or waits comes first.
    renice -n 19 -p $! >/dev/null
    ;;
  wait)
    # A file left behind by a run that was ended names nobody.
    while pid=$(cat "$running" 2>/dev/null) && kill -0 "$pid" 2>/dev/null; do sleep 0.5; done
    ;;
  *)
    echo "usage: build-ahead.sh start|wait" >&2
    exit 2
    ;;
esac
