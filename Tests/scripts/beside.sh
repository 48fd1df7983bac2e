#!/usr/bin/env bash
# Runs a command beside other steps of `make test`.
#   beside.sh start NAME COMMAND...   starts it and returns at once
#   beside.sh wait NAME               waits for it, prints its output and exits with its code
#   beside.sh stop                    ends everything that still runs
set -euo pipefail
cd "$(dirname "$0")/../.."
folder="$PWD/.build/beside"
mkdir -p "$folder"

# The code is written last. Without it the command was aborted, unless its process still runs.
is_running() { [ ! -f "$folder/$1.code" ] && kill -0 "$(cat "$folder/$1.pid")" 2>/dev/null; }

case "${1:-}" in
  start)
    name="${2:?a name}"
    shift 2
    rm -f "$folder/$name".*
    # A process group of its own, for `stop`. Not a session of its own: Linux weighs priorities only within a session.
    set -m
    {
      code=0
      "$@" || code=$?
      echo "$code" >"$folder/$name.code"
    } >"$folder/$name.log" 2>&1 </dev/null &
    echo $! >"$folder/$name.pid"
    ;;
  wait)
    name="${2:?a name}"
    [ -f "$folder/$name.pid" ] || { echo "$name was not started." >&2; exit 1; }
    while is_running "$name"; do sleep 0.2; done
    rm -f "$folder/$name.pid"
    cat "$folder/$name.log"
    code=$(cat "$folder/$name.code" 2>/dev/null) || { echo "$name was aborted." >&2; exit 1; }
    [ "$code" = 0 ] || echo "$name failed with exit code $code." >&2
    exit "$code"
    ;;
  stop)
    for file in "$folder"/*.pid; do
      [ -f "$file" ] || continue
      name=$(basename "$file" .pid)
      ! is_running "$name" || kill -- "-$(cat "$file")" 2>/dev/null || true
      rm -f "$file"
    done
    ;;
  *)
    echo "usage: beside.sh start NAME COMMAND...|wait NAME|stop" >&2
    exit 2
    ;;
esac
