#!/usr/bin/env bash
# Builds what the address sanitizer's tests and the fuzz targets need, beside steps that leave a core idle.
#   build-ahead.sh start               begins, and returns at once
#   build-ahead.sh wait address|fuzz   returns when that is done; whatever went wrong is found, and told, by the step itself
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
    # Whoever measures or waits comes first.
    renice -n 19 -p $! >/dev/null
    ;;
  wait)
    # A file left behind by a run that was ended names nobody.
    while pid=$(cat "$running/${2:?address or fuzz}" 2>/dev/null) && kill -0 "$pid" 2>/dev/null; do sleep 0.5; done
    ;;
  *)
    echo "usage: build-ahead.sh start|wait address|wait fuzz" >&2
    exit 2
    ;;
esac
