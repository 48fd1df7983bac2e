#!/usr/bin/env bash
# Tests the browser's modules under Node's own runner.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v node >/dev/null || Tests/scripts/setup.sh web
exec node --no-warnings --test "$@" Tests/web/
