#!/usr/bin/env bash
# Proves that no acknowledged message is lost.
#   test-proof.sh                  20,000 worlds of the simulation, then the tests below on the built binary
#   test-proof.sh worlds COUNT     only the simulation, with COUNT worlds
#   test-proof.sh SEED [ROUNDS]    only the tests below, with the given seed
#
#   test_oracle        the oracle detects each kind of faulty server
#   test_crash         publishers, clients on a bad network, and 50 times kill -9
#   test_disk_full     a full disk: writes get 507, reads continue, and the server recovers
#   test_data_folder   damaged, newer, locked and read-only folders, and a lost log: refused without changes
#   test_restart       jobs, uploads and keys that a kill -9 interrupted
# A failure prints its seed, which reproduces the same decisions. For the simulation: simulate --seed N.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ $# = 0 ] || [ "$1" = worlds ]; then
  # The same flags as for the product, so that both builds share their modules.
  swift build -c release --product simulate --static-swift-stdlib
  .build/release/simulate "${2:-20000}"
  [ $# = 0 ] || exit 0
fi
cd Tests/proof
export PYTHONDONTWRITEBYTECODE=1
python3 test_oracle.py
python3 test_crash.py "$@"
python3 -m unittest --verbose test_disk_full test_data_folder test_restart
