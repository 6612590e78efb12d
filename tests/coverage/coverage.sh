#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# coverage.sh BUILD [report]: runs the unit, process and system tests of a build by the preset
# coverage, and prints which lines and branches of agent/, hooks/ and client/ they reached, per file
# and in total. With `report`, only prints what the last run reached. The last line is
# `N passed, N failed`: each file and each total is one of them.

set -euo pipefail
here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
build=$(realpath "$1")
profile=$build/profile
programs=("$build"/bin/hermes-mailqueue{d,-helper,-hooks,-hooks-worker} "$build/bin/hmq")

# Processes of other users write there, too: into files that exist, because they create none that
# others may write. Each program starts once for that, and complains of its arguments.
prepare() {
    local program
    rm -rf "$profile"
    mkdir -p "$profile"
    chmod 1777 "$profile"
    umask 000
    for program in "${programs[@]}"; do
        "$program" -V >/dev/null 2>&1 </dev/null || true
    done
    umask 022
}

if [ "${2-}" != report ]; then
    prepare
    # What installs a package or builds the tree anew counts nothing here.
    ctest --test-dir "$build" -j "$(($(nproc) * 5 / 2))" --no-tests=error \
        -L '^(unit|process|system|fuzz)$' \
        -E '^system\.(package|npm|quickstart|run|image|client)$' |
        tee "$build/ctest.log" || echo "coverage.sh: some tests have failed" >&2
fi
llvm-profdata merge "$profile"/*.profraw -o "$build/coverage.profdata"
objects=()
for program in "${programs[@]:1}"; do objects+=(-object "$program"); done
llvm-cov export -summary-only -instr-profile "$build/coverage.profdata" "${programs[0]}" \
    "${objects[@]}" >"$build/coverage.json"
exec "$here/report.py" "$build/coverage.json" "$here/reasons.txt"
