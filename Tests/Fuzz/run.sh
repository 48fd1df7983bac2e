#!/usr/bin/env bash
# Fuzzes every parser: Tests/Fuzz/run.sh [SECONDS] [TARGET...]. With 0 seconds it only builds.
#
# Runs two targets per core, 60 seconds each. SwiftPM links libFuzzer but does not instrument for coverage, so the
# modules are built with swiftc directly. The corpus is kept in .build/fuzz/corpus, and the next run continues from it;
# a crash leaves its input in .build/fuzz. To add a target, add a file here and its seeds to seeds.sh.
set -euo pipefail

cd "$(dirname "$0")/../.."
seconds="${1:-60}"
[ $# -gt 0 ] && shift
shared="Tests/Fuzz/Fuzzing.swift Tests/Fuzz/HTTPTranscript.swift"
targets="${*:-$(for file in Tests/Fuzz/*.swift; do case " $shared " in *" $file "*) ;; *) basename "$file" .swift ;; esac; done)}"
modules="Hashing JSONValues Compression Wire Imaging Domain"
# Parsers that are internal to a module which needs SQLite: they are compiled with their target.
rows="$(printf 'Sources/Store/Messages/%s.swift ' Chunk Posting Varint RowChecksum)"
out="$PWD/.build/fuzz"
corpus="$out/corpus"
at_once=$(($(getconf _NPROCESSORS_ONLN) * 2))
mkdir -p "$out"
# Swift's backtracer would end the process before libFuzzer can write the crashing input.
export SWIFT_BACKTRACE=enable=no

swift_flags="-swift-version 6 -O -sanitize=fuzzer -package-name telltale -parse-as-library -I $out
  -Xcc -fmodule-map-file=$PWD/Sources/CZlib/module.modulemap"

# With whole-module optimisation, as in a release build.
module() {
  swiftc $swift_flags -whole-module-optimization -module-name "$1" -emit-module -emit-module-path "$out/$1.swiftmodule" \
    -c $(find "Sources/$1" -name '*.swift') -o "$out/$1.o"
}

target() {
  local more=""
  [ "$1" != StoredRows ] || more="$rows"
  swiftc $swift_flags -module-name "Fuzz$1" $shared "Tests/Fuzz/$1.swift" $more $(printf "$out/%s.o " $modules) -lz -o "$out/$1"
}

fuzz() {
  # The maximum length exceeds every limit of the parsers. An input may take 5 s, and the process 1 GiB.
  "$out/$1" -max_total_time="$seconds" -max_len=20000 -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$out/$1-" "$corpus/$1" >"$out/$1.log" 2>&1 && crashes=0 || crashes=1
  local edges runs
  edges=$(grep -oE 'cov: [0-9]+' "$out/$1.log" | tail -1 | cut -d' ' -f2 || true)
  runs=$(grep -oE 'number_of_executed_units: [0-9]+' "$out/$1.log" | cut -d' ' -f2 || true)
  printf '%-16s %12s %8s %8s\n' "$1" "${runs:-?}" "${edges:-?}" "$crashes"
  return "$crashes"
}

# seed TARGET NAME BYTES: adds an input to the initial corpus. BYTES are in printf's notation.
seed() {
  mkdir -p "$corpus/$1"
  printf "$3" >"$corpus/$1/seed-$2"
}

# each FUNCTION NAME...: calls the function for every name, a few at a time.
each() {
  local running=0 failed=0
  local action="$1"
  shift
  for name in "$@"; do
    if [ "$running" -ge "$at_once" ]; then
      wait -n || failed=1
      running=$((running - 1))
    fi
    "$action" "$name" &
    running=$((running + 1))
  done
  while [ "$running" -gt 0 ]; do
    wait -n || failed=1
    running=$((running - 1))
  done
  return "$failed"
}

# Builds only if the sources have changed since the last build.
built="$out/.built"
sources=$(cat "$0" Tests/Fuzz/*.swift $rows $(for name in $modules; do find "Sources/$name" -name '*.swift' | sort; done) | cksum)
if [ "$(cat "$built" 2>/dev/null)" != "$sources $targets" ]; then
  echo "Building $(wc -w <<<"$targets") fuzz targets…"
  rm -f "$built"
  each module Hashing JSONValues Compression
  each module Wire Imaging Domain
  each target $targets
  echo "$sources $targets" >"$built"
fi
[ "$seconds" != 0 ] || exit 0
. Tests/Fuzz/seeds.sh

echo "Fuzzing for $seconds s each, $at_once at a time."
printf '%-16s %12s %8s %8s\n' target executions edges crashes
if ! each fuzz $targets; then
  for name in $targets; do
    grep -q '^Done ' "$out/$name.log" || { echo "--- $name" && tail -40 "$out/$name.log"; }
  done
  echo "The crashing input is in $out. Run the target's binary with it to reproduce the failure." >&2
  exit 1
fi
echo "No failure."
