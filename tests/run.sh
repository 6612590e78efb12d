#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# run.sh [unit|mib|system|bench|all]: installs what the tests need (Debian 12, as root), builds with
# warnings as errors and sanitizers, and runs them. bench is not in all: it measures a release build
# for some ten minutes. The last line is `N passed, N failed`.

set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/.."

part=${1:-all}
case $part in
unit | mib | system | bench | all) ;;
*)
    echo "usage: ${0##*/} [unit|mib|system|bench|all]" >&2
    exit 1
    ;;
esac

contrib/install-packages.sh build postfix snmp snmpd test
if [ "$part" = bench ]; then
    cmake --preset release -DHMQ_WERROR=ON
    cmake --build build/release
    exec tests/bench/bench.sh build/release
fi
cmake --preset asan -DHMQ_WERROR=ON
cmake --build build/asan
select=()
[ "$part" = all ] || select=(-L "^$part$")
status=0
ctest --test-dir build/asan --output-on-failure --no-tests=error "${select[@]}" |
    tee build/asan/ctest.log || status=$?

passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed ' build/asan/ctest.log || true)
total=$(grep -cE '^ *[0-9]+/[0-9]+ Test ' build/asan/ctest.log || true)
skipped=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' build/asan/ctest.log || true)
[ "$skipped" -eq 0 ] || echo "$skipped skipped; see above why"
echo "$passed passed, $((total - passed - skipped)) failed"
exit "$status"
