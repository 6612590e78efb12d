#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# faults.sh: each case of tests/faults/cases.txt has its function, and its row in
# docs/reliability.md, which names no other.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

cases=tests/faults/cases.txt
page=docs/reliability.md
count=0
while read -r file name _; do
    [[ $file != '#' ]] || continue
    count=$((count + 1))
    grep -q "^fault_${name//-/_}() {" "tests/faults/$file.sh" ||
        wrong "tests/faults/$file.sh: no fault_${name//-/_}, which $cases names"
    grep -q "^| .*\`$name\`" "$page" || wrong "$page: no row for the case $name"
done <"$cases"
[ "$count" -gt 20 ] || wrong "$cases: only $count cases"
while read -r name; do
    grep -qE "^[a-z]+ +$name " "$cases" || wrong "$page: $name is no case in $cases"
done < <(grep -oP '^\| [^|]*\| `\K[a-z-]+(?=`)' "$page")
finish
