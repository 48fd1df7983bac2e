#!/usr/bin/env bash
# Tests the pages in Chromium against the built server (TELLTALE_BINARY, or else .build/release or .build/debug).
# Arguments select tests by substrings of their names.
set -euo pipefail
cd "$(dirname "$0")/../.."
Tests/scripts/setup.sh browser
exec .venv/bin/python Tests/browser/run.py "$@"
