#!/usr/bin/env bash
# Runs the tests of the browser's modules with Node's test runner.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v node >/dev/null || Tests/scripts/setup.sh web
# Left alone, Node uses one core less than there are. Node 20 has the option from 20.10 on.
concurrency=()
! node --help | grep -c -- --test-concurrency >/dev/null || concurrency=("--test-concurrency=$(getconf _NPROCESSORS_ONLN)")
exec node --no-warnings --test ${concurrency[@]+"${concurrency[@]}"} "$@" Tests/web/
