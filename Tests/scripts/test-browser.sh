#!/usr/bin/env bash
# Tests the pages in Chromium against the built server (TELLTALE_BINARY, else .build/release or .build/debug).
# Arguments choose tests by a part of their names.
set -euo pipefail
cd "$(dirname "$0")/../.."
Tests/scripts/setup.sh browser
exec .venv/bin/python Tests/browser/run.py "$@"
