# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What the checks here have in common. Each prints what is wrong as FILE:LINE: WHAT and fails.

set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/../.."

failures=0

# wrong WHAT: one finding.
wrong() {
    echo "$*"
    failures=$((failures + 1))
}

finish() {
    [ "$failures" -eq 0 ] || { echo "$failures findings" >&2; exit 1; }
}

# files NAME...: the project's files with such names, one a line; nothing that is built.
files() {
    local names=(-name "$1")
    shift
    for name in "$@"; do
        names+=(-o -name "$name")
    done
    find . \( -name build -o -name .git \) -prune -o -type f \( "${names[@]}" \) -print |
        sed 's|^\./||' | LC_ALL=C sort
}
