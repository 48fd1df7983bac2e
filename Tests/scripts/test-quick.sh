#!/usr/bin/env bash
# Runs the unit tests of pure code, which need no sockets, child processes or files.
set -euo pipefail
cd "$(dirname "$0")/../.."
Tests/scripts/test-swift.sh --filter 'HTMLTests|JSONValuesTests|MetricsTests|WireTests|DomainTests|RealtimeTests|ComponentsTests'
