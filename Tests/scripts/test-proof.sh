#!/usr/bin/env bash
# Proves on the built binary that nothing acknowledged is lost: test-proof.sh [SEED] [ROUNDS]
#
#   test_oracle        the check can fail: it finds each fault of a server that has one
#   test_crash         publishers, clients through a bad network, and kill -9, 50 times
#   test_disk_full     507, reading goes on, it recovers
#   test_data_folder   damaged, newer, locked, read-only, log lost: refused, nothing changed
#   test_restart       jobs, uploads and keys that a kill -9 interrupted
# A seed that failed is printed; with it the same decisions are made again.
set -euo pipefail
cd "$(dirname "$0")/../proof"
export PYTHONDONTWRITEBYTECODE=1
python3 test_oracle.py
python3 test_crash.py "$@"
python3 -m unittest --verbose test_disk_full test_data_folder test_restart
