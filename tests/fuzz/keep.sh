#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# keep.sh NAME...: adds to the corpus of each target, under names that begin with f_, what run.sh
# has found since: as few inputs, of at most 4 KiB, as reach all the code that was reached.

set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/../.."
[ $# -gt 0 ] || { echo "usage: ${0##*/} NAME..." >&2; exit 1; }
for name in "$@"; do
    corpus=tests/fuzz/corpus/$name
    "build/fuzz/bin/fuzz_$name" -set_cover_merge=1 -use_counters=0 -max_len=4096 "$corpus" \
        "build/fuzz/found/$name" >"build/fuzz/$name.log" 2>&1 ||
        { tail -n 10 "build/fuzz/$name.log" >&2; exit 1; }
    # libFuzzer names an input by its SHA-1.
    find "$corpus" -name '????????????????????????????????????????' | while IFS= read -r file; do
        mv "$file" "$corpus/f_$(basename "$file" | cut -c 1-10)"
    done
    echo "$name: $(find "$corpus" -type f | wc -l) inputs, $(du -sk "$corpus" | cut -f 1) KiB"
done
