#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_run.sh PROJECT: where tests/run.sh and what it calls cannot work, they say so within a line,
# before anything is installed or built.

set -euo pipefail
project=$(realpath -- "$1")
# shellcheck source=contrib/lab/lib.sh
. "$project/contrib/lab/lib.sh"
# shellcheck source=tests/support/checkout.sh
. "$project/tests/support/checkout.sh"
# Debian's programs, not a wrapper that some version manager has put in front.
PATH=/usr/bin:/bin:$PATH
root=$(mktemp -d /tmp/hmq-run.XXXXXX)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
copy="$root/a copy"
copy_checkout "$project" "$copy"

fail() {
    echo "FAIL: $*"
    exit 1
}

# refused PATTERN COMMAND...: as a user without rights.
refused() {
    local said status=0
    said=$(setpriv --reuid=nobody --regid=nogroup --clear-groups "${@:2}" 2>&1) || status=$?
    [ "$status" -ne 0 ] || fail "${*:2} succeeds"
    # shellcheck disable=SC2053
    [[ $said == $1 && $said != *$'\n'* ]] || fail "${*:2}: $said"
    echo "ok: $said"
}

refused '*must run as root*' "$copy/tests/run.sh"
refused '*must run as root*' "$copy/tests/run.sh" system
refused '*must run as root*' "$copy/contrib/quickstart.sh" --once
mkdir "$copy/build"
refused '*build was made by root*' "$copy/tests/run.sh" unit
refused '*no purpose*' "$copy/contrib/install-packages.sh" nothing
said=$("$copy/tests/run.sh" release nowhere nothing 2>&1) && fail 'a part that is none'
[[ $said == *"'nothing' is no part"* && $said != *$'\n'* ]] || fail "run.sh release: $said"

# A machine with other checkers than those the sources are written for.
mkdir "$root/bin"
for tool in bash cat dirname find python3 sed sort xargs; do
    ln -s "$(command -v "$tool")" "$root/bin/$tool"
done
for tool in clang-format clang-tidy cppcheck gcc; do
    printf '#!/bin/bash\necho "%s version 99.0.1"\n' "$tool" >"$root/bin/$tool"
    chmod 755 "$root/bin/$tool"
done
for check in format.sh "tidy.py $root" "analyze.py $root gcc" "analyze.py $root cppcheck"; do
    status=0
    # shellcheck disable=SC2086
    said=$(PATH=$root/bin "$copy"/tests/lint/$check) || status=$?
    [ "$status" -eq 77 ] && [[ $said == 'SKIP: '* ]] || fail "$check: $status, $said"
    echo "ok: $said"
done
