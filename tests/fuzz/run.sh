#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# run.sh SECONDS [NAME...]: fuzzes each target for so long, from its corpus; clang is needed.
# What breaks one is left in build/fuzz/crashes and shown. The last line is `N passed, N failed`.

set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/../.."
[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || { echo "usage: ${0##*/} SECONDS [NAME...]" >&2; exit 1; }
seconds=$1
shift
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for folder in tests/fuzz/corpus/*/; do
        names+=("$(basename -- "$folder")")
    done
fi

cmake --preset fuzz >/dev/null
cmake --build build/fuzz --target "${names[@]/#/fuzz_}"
crashes=build/fuzz/crashes
mkdir -p "$crashes"
passed=0 failed=0
for name in "${names[@]}"; do
    # What is found new goes to a folder that is not kept in the sources.
    mkdir -p "build/fuzz/found/$name"
    if "build/fuzz/bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -print_final_stats=1 -verbosity=0 -artifact_prefix="$crashes/$name-" \
        "build/fuzz/found/$name" "tests/fuzz/corpus/$name" >"build/fuzz/$name.log" 2>&1; then
        echo "fuzz.$name: passed, $(awk '/number_of_executed_units/ { print $2 }' \
            "build/fuzz/$name.log") runs"
        passed=$((passed + 1))
    else
        tail -n 30 "build/fuzz/$name.log"
        echo "fuzz.$name: FAILED, see $crashes" >&2
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
