#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# run.sh [unit|mib|lint|system|boot|image|bench|soak|fuzz|all]: installs what the tests need (Debian
# 12 or 13, as root), builds with warnings as errors and sanitizers, and runs them. all, the
# default, is all but four: image builds a container image from packages, bench measures a release
# build for half an hour, soak watches one at work for as long, and of fuzz only the corpora are
# replayed; fuzz itself goes on for a minute on each target. The last line is `N passed, N failed`.
#
# run.sh release SUITE [PART]: the quickstart and `run.sh PART` on a fresh Debian of that name; see
# release.sh.

set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=contrib/lab/lib.sh
. contrib/lab/lib.sh

usage() {
    echo "usage: ${0##*/} [unit|mib|lint|system|boot|image|bench|soak|fuzz|all]" >&2
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
    grep -cE "^ *[0-9]+/[0-9]+ Test .*$1" build/asan/ctest.log || true
}

# show_skipped: which, and in their own words why; single cases of a unit test too.
show_skipped() {
    awk '/^[0-9]+\/[0-9]+ Testing: / { name = $3 }
        sub(/^ *SKIP: /, "") { print "skipped: " name ": " $0 }' \
        build/asan/Testing/Temporary/LastTest.log
}

part=${1:-all}
case $part in
unit | mib | lint | system | boot | image | bench | soak | fuzz | all) [ $# -le 1 ] || usage ;;
release)
    [ $# -eq 2 ] || [ $# -eq 3 ] || usage
    exec tests/release.sh "${@:2}" ;;
*) usage ;;
esac
may_start "$part"
install_packages
case $part in
image) contrib/install-packages.sh image ;;
system | all) contrib/install-packages.sh checkers ;;
esac
if [ "$part" = bench ] || [ "$part" = soak ]; then
    cmake --preset release -DHMQ_WERROR=ON
    cmake --build build/release
    exec "tests/bench/$part.sh" build/release
fi
cmake --preset asan -DHMQ_WERROR=ON
cmake --build build/asan
case $part in
all) select=(-LE '^image$') ;;
lint) select=(-L '^(lint|tidy)$') ;;
*) select=(-L "^$part$") ;;
esac
status=0
# The tests wait more than they work: each core has two besides the one it works on.
ctest --test-dir build/asan -j "$(($(nproc) * 5 / 2))" --output-on-failure --no-tests=error \
    "${select[@]}" | tee build/asan/ctest.log || status=$?

passed=$(count ' Passed ')
skipped=$(count '\*\*\*Skipped')
failed=$(($(count '') - passed - skipped))
show_skipped
if [ "$part" = fuzz ]; then
    tests/fuzz/run.sh 60 | tee build/asan/fuzz.log || status=$?
    read -r more _ less _ < <(tail -n 1 build/asan/fuzz.log)
    passed=$((passed + more)) failed=$((failed + less))
fi
echo "$passed passed, $failed failed"
exit "$status"
