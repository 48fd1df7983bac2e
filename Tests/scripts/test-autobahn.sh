#!/usr/bin/env bash
# Runs the client of the Autobahn test suite against an echo server that is part of the tests.
#   test-autobahn.sh           all cases of groups 1 to 7, 9 and 10, and two dozen of groups 12 and 13 (about 1 minute)
#   test-autobahn.sh all       all 517 cases (more than 5 minutes)
#   test-autobahn.sh install   only installs the suite
# The suite requires Python 2.7. Without it, the script prints a notice and succeeds.
set -euo pipefail
cd "$(dirname "$0")/../.."

python2=$(command -v python2.7 || true)
if ! "${python2:-false}" -m pip --version >/dev/null 2>&1; then
  python2=""
  version=$(pyenv versions --bare 2>/dev/null | grep -m1 '^2\.7' || true)
  [ -z "$version" ] || python2="$(pyenv prefix "$version")/bin/python2.7"
fi
if [ -z "$python2" ]; then
  echo "SKIPPED: the Autobahn test suite needs Python 2.7 with pip, for example from pyenv. No WebSocket cases were run."
  exit 0
fi

suite="$PWD/.build/autobahn/suite"
report="$PWD/.build/autobahn/report"
if [ ! -f "$suite/.installed" ]; then
  echo "Installing autobahntestsuite…"
  rm -rf "$suite"
  mkdir -p "$suite"
  "$python2" -m pip install --quiet --disable-pip-version-check --target "$suite" \
    autobahntestsuite==25.10.1 2>"$suite.log" || { cat "$suite.log" >&2; exit 1; }
  touch "$suite/.installed"
fi
[ "${1:-}" != install ] || exit 0

# The same flags as for the product, so that both builds share their modules.
swift build -c release --product WebSocketEcho --static-swift-stdlib

# Two clients share the cases, because a client uses one core.
case "${1:-}" in
  all)
    count=517
    first='"1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*", "12.1.*", "12.2.*", "12.3.*"'
    second='"12.4.*", "12.5.*", "13.*"'
    ;;
  "")
    count=325
    # Groups 12 and 13: each data set and each parameter set, with small, large and fragmented messages.
    first='"1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*",
      "12.1.1", "12.1.11", "12.2.2", "12.2.7"'
    second='"12.3.3", "12.3.12", "12.4.5", "12.4.16", "12.5.6", "12.5.11",
      "13.1.1", "13.1.13", "13.2.2", "13.2.8", "13.3.3", "13.3.11", "13.4.4", "13.4.13", "13.5.5", "13.5.12",
      "13.6.6", "13.6.11", "13.7.7", "13.7.12"'
    ;;
  *)
    echo "usage: test-autobahn.sh [all|install]" >&2
    exit 2
    ;;
esac

rm -rf "$report"
mkdir -p "$report"
exec 3< <(exec .build/release/WebSocketEcho)
echo_server=$!
trap 'kill "$echo_server"' EXIT
read -r -t 10 url <&3

# play NAME CASES: runs the cases, and leaves their report in a folder of that name.
play() {
  local folder="$report/$1"
  mkdir "$folder"
  cat >"$folder/spec.json" <<SPEC
{"outdir": "$folder", "servers": [{"agent": "telltale", "url": "$url"}], "cases": [$2], "exclude-cases": [],
 "exclude-agent-cases": {}}
SPEC
  # The suite contains namespace packages, which Python only finds through site.
  "$python2" -c "import site; site.addsitedir('$suite'); from autobahntestsuite.wstest import run; run()" \
    -m fuzzingclient -s "$folder/spec.json" >"$folder/log" 2>&1 || { tail -20 "$folder/log" >&2; return 1; }
}
play first "$first" &
other=$!
failed=0
play second "$second" || failed=1
wait "$other" || failed=1
[ "$failed" = 0 ] || exit 1
python3 Tests/scripts/autobahn-report.py "$count" "$report/first/index.json" "$report/second/index.json"
