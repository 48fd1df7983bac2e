#!/usr/bin/env bash
# Runs the tests of the browser's modules with Node's test runner.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v node >/dev/null || Tests/scripts/setup.sh web
exec node --no-warnings --test "$@" Tests/web/
