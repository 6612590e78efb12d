#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# monitors.sh [SUITE...]: `run.sh rounds` on a fresh Debian of each release, bookworm and trixie by
# default. Called by run.sh. The last line is `N passed, N failed`.

set -euo pipefail
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
[ $# -gt 0 ] || set -- bookworm trixie
passed=0 failed=0
last=$(mktemp)
trap 'rm -f "$last"' EXIT
for suite in "$@"; do
    echo "==== $suite"
    "$here/../release.sh" "$suite" rounds | tee "$last" || true
    read -r more what less _ < <(tail -n 1 "$last") || true
    if [ "$what" = passed, ]; then
        passed=$((passed + more)) failed=$((failed + less))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
