#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# run.sh [PART]: installs what the tests need (Debian 12 or 13, as root), builds with warnings as
# errors and sanitizers, and runs them. The parts are unit, mib, lint, system, boot, and all, the
# default, which is these. The last line is `N passed, N failed`. Others have to be asked for:
#
#   image     builds a container image from packages
#   fuzz      goes on for a minute on each fuzzer; all replays only their corpora
#   bench     measures a release build, for half an hour
#   soak      watches a release build at work, for as long
#   faults    does to a release build what docs/reliability.md promises that it stands, for some
#             ten minutes; HMQ_ROUNDS and HMQ_SEED say how often, and how, processes are killed
#   memcheck  runs the unit and the system tests in valgrind, which takes hours
#   coverage  counts the lines and branches that the unit, process and system tests reach
#   mutation  changes agent/core in many places, and counts the changes that no unit test notices
#   rounds    full rounds with the monitoring systems of contrib/integrations that are large
#   monitors  rounds, on a fresh Debian 12 and a fresh 13
#
# run.sh release SUITE [PART]: the quickstart and `run.sh PART` on a fresh Debian of that name; see
# release.sh.

set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=contrib/lab/lib.sh
. contrib/lab/lib.sh

usage() {
    echo "usage: ${0##*/} [unit|mib|lint|system|boot|all]" >&2
    echo "       ${0##*/} image|fuzz|bench|soak|faults|memcheck|coverage|mutation" >&2
    echo "       ${0##*/} monitors|rounds" >&2
    echo "       ${0##*/} release SUITE [PART]" >&2
    exit 1
}

# may_start PART: within a line, what would otherwise be many failures.
may_start() {
    local file
    case $1 in
    unit | mib | lint) ;;
    *)
        [ "$(id -u)" -eq 0 ] ||
            die "must run as root (try sudo); the parts unit, mib and lint need it only to install"
        ;;
    esac
    for file in build build/asan build/asan/CMakeCache.txt; do
        [ ! -e "$file" ] || [ -w "$file" ] ||
            die "$file was made by $(stat -c %U "$file"): run this as that user, or remove build/"
    done
}

install_packages() {
    local clang
    clang=$(<tests/lint/clang-version)
    # systemd-dev: Debian 12 has what is in it in systemd.
    contrib/install-packages.sh build postfix snmp snmpd test \
        -- "clang-format-$clang" "clang-tidy-$clang" systemd-dev
    # Whichever it came with: other packages of it exclude Debian's.
    command -v npm >/dev/null || contrib/install-packages.sh npm
}

# count PATTERN: of the lines that ctest prints as a test ends.
count() {
    grep -cE "^ *[0-9]+/[0-9]+ Test .*$1" "$build/ctest.log" || true
}

# show_skipped: which, and in their own words why; single cases of a unit test too.
show_skipped() {
    awk '/^[0-9]+\/[0-9]+ Testing: / { name = $3 }
        sub(/^ *SKIP: /, "") { print "skipped: " name ": " $0 }' \
        "$build/Testing/Temporary/LastTest.log"
}

part=${1:-all}
case $part in
unit | mib | lint | system | boot | all | image | fuzz | bench | soak | faults | memcheck | \
    coverage | mutation | rounds)
    [ $# -le 1 ] || usage ;;
monitors)
    [ $# -eq 1 ] || usage
    exec tests/monitors/monitors.sh ;;
release)
    [ $# -eq 2 ] || [ $# -eq 3 ] || usage
    exec tests/release.sh "${@:2}" ;;
*) usage ;;
esac
may_start "$part"
install_packages
case $part in
image | memcheck) contrib/install-packages.sh "$part" ;;
system | all) contrib/install-packages.sh checkers ;;
rounds) contrib/install-packages.sh checkers monitors ;;
esac
case $part in
bench | soak | faults) preset=release ;;
coverage) preset=coverage ;;
memcheck) preset=dev ;;
*) preset=asan ;;
esac
build=build/$preset
# clang, by which the coverage is counted, has warnings of its own.
warnings=ON
[ "$preset" != coverage ] || warnings=OFF
cmake --preset "$preset" "-DHMQ_WERROR=$warnings"
cmake --build "$build"
case $part in
bench | soak) exec "tests/bench/$part.sh" "$build" ;;
coverage | memcheck) exec "tests/$part/$part.sh" "$build" ;;
mutation) exec tests/mutation/mutate.py "$build" ;;
all) select=(-LE '^(image|faults|monitors)$') ;;
rounds) select=(-L '^monitors$') ;;
lint) select=(-L '^(lint|tidy)$') ;;
*) select=(-L "^$part$") ;;
esac
# The tests wait more than they work: each core has two besides the one it works on. Faults last
# for some time by the clock, and what they measure is theirs.
jobs=$(($(nproc) * 5 / 2))
[ "$part" != faults ] || jobs=$(nproc)
status=0
ctest --test-dir "$build" -j "$jobs" --output-on-failure --no-tests=error \
    "${select[@]}" | tee "$build/ctest.log" || status=$?

passed=$(count ' Passed ')
skipped=$(count '\*\*\*Skipped')
failed=$(($(count '') - passed - skipped))
show_skipped
if [ "$part" = fuzz ]; then
    tests/fuzz/run.sh 60 | tee "$build/fuzz.log" || status=$?
    read -r more _ less _ < <(tail -n 1 "$build/fuzz.log")
    passed=$((passed + more)) failed=$((failed + less))
fi
echo "$passed passed, $failed failed"
exit "$status"
