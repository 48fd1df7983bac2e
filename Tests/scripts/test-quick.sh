#!/usr/bin/env bash
# The unit tests of pure code: no socket, no child process, no file.
set -euo pipefail
cd "$(dirname "$0")/../.."
Tests/scripts/test-swift.sh --filter 'HTMLTests|JSONValuesTests|MetricsTests|WireTests|DomainTests|RealtimeTests|ComponentsTests'
