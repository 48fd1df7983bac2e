#!/usr/bin/env bash
# Lints the browser's modules and checks their types, which are written as JSDoc comments.
set -euo pipefail
cd "$(dirname "$0")/../.."
Tests/scripts/setup.sh web

.venv/bin/oxlint --quiet --deny-warnings web/js Tests/web
mapfile -t modules < <(find web/js -name '*.js' | sort)
.venv/bin/deno check --quiet --config Tests/web/deno.json "${modules[@]}"

# Data must never become markup or code.
if grep -rnE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function' web/js; then
  echo "web/js must not turn data into markup or code." >&2
  exit 1
fi
# The visitor's clock may be wrong: the present is `serverClock.now()`.
if grep -rnE 'Date\.now\(|new Date\(\)' web/js --include='*.js' | grep -v '^web/js/realtime/sleep-aware-timer\.js:'; then
  echo "web/js must not use the visitor's clock." >&2
  exit 1
fi
echo "web/js: ${#modules[@]} modules checked"
