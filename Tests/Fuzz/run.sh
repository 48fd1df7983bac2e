#!/bin/sh
# Fuzzes every parser of the wire formats: Tests/Fuzz/run.sh [SECONDS] [TARGET...]
#
# SwiftPM links libFuzzer but gives it no coverage to steer by, so the modules are built with swiftc directly. Inputs
# found are kept under .build/fuzz/corpus, so that the next run goes on from there; a crash leaves its input beside them.
set -eu

cd "$(dirname "$0")/../.."
seconds="${1:-60}"
[ $# -gt 0 ] && shift
targets="${*:-HTTPHead HTTPChunks WebSocketFrames Inflate JSONText PercentEscapes}"
out="$PWD/.build/fuzz"
corpus="$out/corpus"
mkdir -p "$out"
# Swift's own crash report would end the process before libFuzzer has written the input down.
export SWIFT_BACKTRACE=enable=no

swift_flags="-swift-version 6 -O -sanitize=fuzzer -package-name telltale -parse-as-library -I $out
  -Xcc -fmodule-map-file=$PWD/Sources/CZlib/module.modulemap"

module() {
  name="$1"
  # The optimiser works on whole modules, as in a release build.
  swiftc $swift_flags -whole-module-optimization -module-name "$name" -emit-module -emit-module-path "$out/$name.swiftmodule" \
    -c $(find "Sources/$name" -name '*.swift') -o "$out/$name.o"
}

echo "Building the modules with coverage for the fuzzer…"
for name in Hashing JSONValues Compression Wire; do module "$name"; done

# seed TARGET NAME BYTES: one input to begin with, its bytes in printf's notation.
seed() {
  mkdir -p "$corpus/$1"
  printf "$3" > "$corpus/$1/seed-$2"
}
. Tests/Fuzz/seeds.sh

failed=""
for target in $targets; do
  swiftc $swift_flags -module-name "Fuzz$target" Tests/Fuzz/Fuzzing.swift Tests/Fuzz/HTTPTranscript.swift "Tests/Fuzz/$target.swift" \
    "$out/Hashing.o" "$out/JSONValues.o" "$out/Compression.o" "$out/Wire.o" -lz -o "$out/$target"
  echo "Fuzzing $target for $seconds s…"
  # The longest input reaches past every limit of the parsers. An input may take 5 s, and the process 1 GiB.
  if ! "$out/$target" -max_total_time="$seconds" -max_len=20000 -timeout=5 -rss_limit_mb=1024 \
    -artifact_prefix="$out/$target-" "$corpus/$target" 2> "$out/$target.log"; then
    failed="$failed $target"
    tail -40 "$out/$target.log"
  fi
  grep -E "^#[0-9]+.*DONE" "$out/$target.log" || true
done

if [ -n "$failed" ]; then
  echo "Failed:$failed. The input is in $out; run the target's binary with it to see the failure again." >&2
  exit 1
fi
echo "No failure."
