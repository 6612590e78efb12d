#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# memcheck.sh BUILD [NAME...]: the unit tests, the corpora of the fuzzers and the system tests with
# valgrind's memcheck, or only those of these names (`unit.core.text`, `fuzz.set`,
# `system.reading`), in a build by the preset dev. In a system test, it is on all processes of ours
# that a daemon starts, and not on Postfix's. A test fails by itself, as it may where time is short,
# since everything is some twenty times slower; or because there is a report about it: of memory
# that is not set, not owned, or lost. BUILD/memcheck/NAME has these. The last line is
# `N passed, N failed`. Run by `tests/run.sh memcheck`.

set -euo pipefail
here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
project=$(dirname -- "$(dirname -- "$here")")
# shellcheck source=contrib/lab/lib.sh
. "$project/contrib/lab/lib.sh"
build=$(realpath "$1")
shift
names=("$@")
reports=$build/memcheck
wrapped=$reports/bin

# System tests that install something, need a container or start no daemon of this build, and unit
# tests of what valgrind itself needs: other programs, users and descriptors.
without='^system\.(bench|container_.*|image|integrations|npm|package|quickstart|run)$'
without+='|^unit\.os\.(confine|identity|socket)$'

valgrind=(valgrind -q --vgdb=no --num-callers=25 --leak-check=full
    --show-leak-kinds=definite --errors-for-leak-kinds=definite --error-exitcode=99)

# Debian 12's ends a program that calls pidfd_open(2).
may_start() {
    local version
    version=$(valgrind --version) || die 'there is no valgrind'
    [ "$(printf '%s\n' valgrind-3.24 "$version" | sort -V | head -n 1)" = valgrind-3.24 ] ||
        die "$version is too old; use tests/run.sh release trixie memcheck"
}

cleanup() { rm -rf --one-file-system "$now"; }

# A directory like BUILD/bin, in which the daemon is a script.
wrap() {
    rm -rf "$reports"
    mkdir -p "$wrapped"
    ln -s "$build"/bin/* "$wrapped"
    rm "$wrapped/hermes-mailqueued"
    {
        echo '#!/bin/bash'
        printf 'exec'
        printf ' %q' "${valgrind[@]}" --trace-children=yes \
            '--trace-children-skip=/usr/*,/bin/*,/sbin/*,/lib*,/tmp/*,*/postfix/*,*.sh'
        printf ' --log-file=%q/%%p.log %q "$@"\n' "$now" "$build/bin/hermes-mailqueued"
    } >"$wrapped/hermes-mailqueued"
    chmod 755 "$wrapped/hermes-mailqueued"
}

# run NAME: returns how the test ended.
run() {
    local name=${1#*.}
    case $1 in
    unit.*) "${alone[@]}" "$build/bin/test_${name//./_}" ;;
    fuzz.*) "${alone[@]}" "$build/bin/fuzz_$name" \
        "$project/tests/fuzz/corpus/$name" ;;
    system.*) "$project/tests/system/test_$name.sh" "$wrapped/hermes-mailqueued" ;;
    *) die "'$1' is no such test" ;;
    esac
}

# found NAME [FIND'S ACTION...]: the reports about that test.
found() { find "$reports/$1" -type f -name '*.log' "${@:2}"; }

may_start
# Processes of other users, too, write their reports there.
now=$(mktemp -d /tmp/hmq-memcheck.XXXXXX)
trap cleanup EXIT
# What a unit test forks, and ends by _exit(2), has given nothing back.
alone=("${valgrind[@]}" --child-silent-after-fork=yes "--log-file=$now/%p.log")
wrap
if [ ${#names[@]} -eq 0 ]; then
    mapfile -t names < <(ctest --test-dir "$build" -N -L '^(unit|fuzz|system)$' -E "$without" |
        sed -n 's/^ *Test *#[0-9]*: //p')
fi
passed=0 failed=0
for name in "${names[@]}"; do
    rm -rf "$now"
    mkdir -m 1777 "$now"
    status=0 started=$SECONDS
    run "$name" </dev/null >"$now/output" 2>&1 || status=$?
    find "$now" -type f -name '*.log' -empty -delete
    cp -r "$now" "$reports/$name"
    if [ "$status" -eq 0 ] && [ -z "$(found "$name")" ]; then
        passed=$((passed + 1))
        echo "$name: passed, $((SECONDS - started)) s"
    elif [ "$status" -eq 77 ]; then
        grep -h SKIP: "$reports/$name/output" || true
    else
        failed=$((failed + 1))
        echo "$name: FAILED, status $status, see $reports/$name"
        found "$name" -exec head -n 40 {} +
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
