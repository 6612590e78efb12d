#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# run.sh [unit|mib|lint|system|bench|fuzz|all]: installs what the tests need (Debian 12, as root),
# builds with warnings as errors and sanitizers, and runs them. all, the default, is all but two:
# bench measures a release build for some ten minutes, and of fuzz only the corpora are replayed;
# fuzz itself goes on for a minute on each target. The last line is `N passed, N failed`.

set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/.."

part=${1:-all}
case $part in
unit | mib | lint | system | bench | fuzz | all) ;;
*)
    echo "usage: ${0##*/} [unit|mib|lint|system|bench|fuzz|all]" >&2
    exit 1
    ;;
esac

contrib/install-packages.sh build postfix snmp snmpd test
# Whichever it came with: other packages of it exclude Debian's.
command -v npm >/dev/null || contrib/install-packages.sh npm
if [ "$part" = bench ]; then
    cmake --preset release -DHMQ_WERROR=ON
    cmake --build build/release
    exec tests/bench/bench.sh build/release
fi
cmake --preset asan -DHMQ_WERROR=ON
cmake --build build/asan
case $part in
all) select=() ;;
lint) select=(-L '^(lint|tidy)$') ;;
*) select=(-L "^$part$") ;;
esac
status=0
# The tests wait more than they work: each core has two besides the one it works on.
ctest --test-dir build/asan -j "$(($(nproc) * 5 / 2))" --output-on-failure --no-tests=error \
    "${select[@]}" | tee build/asan/ctest.log || status=$?

passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed ' build/asan/ctest.log || true)
total=$(grep -cE '^ *[0-9]+/[0-9]+ Test ' build/asan/ctest.log || true)
skipped=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' build/asan/ctest.log || true)
[ "$skipped" -eq 0 ] || echo "$skipped skipped; see above why"
failed=$((total - passed - skipped))
if [ "$part" = fuzz ]; then
    tests/fuzz/run.sh 60 | tee build/asan/fuzz.log || status=$?
    read -r more _ less _ < <(tail -n 1 build/asan/fuzz.log)
    passed=$((passed + more)) failed=$((failed + less))
fi
echo "$passed passed, $failed failed"
exit "$status"
