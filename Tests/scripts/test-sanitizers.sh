#!/usr/bin/env bash
# Runs Swift tests under a sanitizer: test-sanitizers.sh address|thread [all|build]
#
#   address   the suites whose targets hold unsafe pointers or call C
#   thread    the suites with more than one thread
#   all       every suite
#   build     only build
# Each sanitizer has its own build folder: .build-address, .build-thread.
set -euo pipefail
cd "$(dirname "$0")/../.."

sanitizer="${1:-}"
scratch="$PWD/.build-$sanitizer"
# These tests check the verdicts of the simulation, which a sanitizer run doesn't need to repeat.
verdicts='^RealtimeTests\.SimulationVerdictTests'
flags=(--sanitize="$sanitizer" --scratch-path "$scratch")
case "$sanitizer" in
  address)
    skipped=$verdicts
    suites='^(WireTests|CompressionTests|ImagingTests|HTMLTests|JSONValuesTests|RealtimeTests|FilesTests|NetTests|ProcessesTests|ServerTests|JobsTests|StoreTests)\.'
    export ASAN_OPTIONS=detect_leaks=1
    ;;
  thread)
    # The sanitizer's own memory for 10,000 clients exceeds what the test allows.
    skipped="$verdicts|^AppTests\.ChurnTests"
    suites='^(NetTests|ProcessesTests|ServerTests|RealtimeTests|JobsTests|StoreTests|AppTests)\.'
    # Optimised: this sanitizer makes work on pictures take minutes otherwise.
    flags+=(-c release)
    export TSAN_OPTIONS="suppressions=$PWD/Tests/sanitizers/races.txt"
    if [ "$(uname)" = Linux ]; then
      # The clang of the Swift toolchain, because others don't support the Swift calling convention.
      toolchain=$(swiftc -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1|p')
      mkdir -p "$scratch"
      "$toolchain/bin/clang" -O1 -fsanitize=thread -c Tests/sanitizers/ThreadSanitizerMutex.c -o "$scratch/mutex.o"
      flags+=(-Xlinker "$scratch/mutex.o")
    fi
    ;;
  *)
    echo "usage: test-sanitizers.sh address|thread [all|build]" >&2
    exit 2
    ;;
esac
[ "${2:-}" = all ] && suites=.

log="$scratch/log"
swift build "${flags[@]}" --build-tests 2>&1 | grep -v 'ld.gold: warning: Cannot export local symbol'
[ "${2:-}" != build ] || exit 0
SECONDS=0
status=0
swift test --disable-xctest "${flags[@]}" --skip-build --filter "$suites" \
  --skip "$skipped" >"$log" 2>&1 || status=$?
grep 'Test run with' "$log" || true
if [ "$status" != 0 ] || ! grep -qE 'Test run with [1-9][0-9]* tests? .*passed' "$log" || grep -q '^SUMMARY: ' "$log"; then
  grep -E '^(✘|SUMMARY: )' "$log" | sort | uniq -c | head -50 >&2
  echo "The $sanitizer sanitizer reported problems, or tests failed: see $log." >&2
  exit 1
fi
echo "The $sanitizer sanitizer reported no problems in $SECONDS s."
