#!/usr/bin/env bash
# Proves that nothing acknowledged is lost.
#   test-proof.sh                  first 20,000 worlds of the simulation, then, on the built binary, what follows
#   test-proof.sh worlds COUNT     so many worlds, and no more than that
#   test-proof.sh SEED [ROUNDS]    what follows, with the decisions of that seed
#
#   test_oracle        the check can fail: it finds each fault of a server that has one
#   test_crash         publishers, clients through a bad network, and kill -9, 50 times
#   test_disk_full     507, reading goes on, it recovers
#   test_data_folder   damaged, newer, locked, read-only, log lost: refused, nothing changed
#   test_restart       jobs, uploads and keys that a kill -9 interrupted
# A seed that failed is printed; with it the same decisions are made again. So is a world's: simulate --seed N.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ $# = 0 ] || [ "$1" = worlds ]; then
  # The same flags as the product's, so that its modules are compiled once for both.
  swift build -c release --product simulate --static-swift-stdlib
  .build/release/simulate "${2:-20000}"
  [ $# = 0 ] || exit 0
fi
cd Tests/proof
export PYTHONDONTWRITEBYTECODE=1
python3 test_oracle.py
python3 test_crash.py "$@"
python3 -m unittest --verbose test_disk_full test_data_folder test_restart
