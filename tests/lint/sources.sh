#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# sources.sh: calls that are not to be made, typedef'd structs, tabs, the license line, the opening
# words and the length of C files.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

lines_max=500
test_lines_max=700
lines_without_opening=150

banned='atoi|atol|atoll|sprintf|vsprintf|strcpy|strcat|strtok|gets|system|popen|alloca'

# The product's own files; a test may call what it likes.
mapfile -t own < <(files '*.c' '*.h' | grep -E '^(agent|hooks|client)/')
mapfile -t sources < <(files '*.c' '*.h')

while read -r lines file; do
    limit=$lines_max
    [[ $file != tests/* ]] || limit=$test_lines_max
    [ "$lines" -le "$limit" ] || wrong "$file:$lines: more than $limit lines"
done < <(wc -l "${sources[@]}" | grep -v ' total$')

while IFS= read -r line; do
    wrong "$line"
done < <(
    grep -nE "(^|[^_[:alnum:].>\"])($banned)\(" "${own[@]}" | grep -vE '^[^:]*:[0-9]+: *(/?\*|//)'
    grep -nP '\t|^\s*typedef\s+(struct|union|enum)' "${sources[@]}"
)

for file in "${sources[@]}"; do
    [ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: BSD-3-Clause */' ] ||
        wrong "$file:1: no SPDX line"
done

# opening FILE: the lines with words of the comment that follows the license line.
opening() {
    awk 'NR == 1 { next }
        NR == 2 && $0 != "/*" || $0 == " */" { exit }
        NR > 2 && /[[:alpha:]]/ { lines++ }
        END { print lines + 0 }' "$1"
}
# A longer file of the product says first what it owns, in which states, and which order matters.
for file in "${own[@]}"; do
    [[ $file == *.c ]] || continue
    [ "$(wc -l <"$file")" -le "$lines_without_opening" ] || [ "$(opening "$file")" -ge 2 ] ||
        wrong "$file:2: no comment of two lines or more opens the file"
done

echo 'The longest C files:'
wc -l "${sources[@]}" | grep -v ' total$' | sort -rn | sed -n 1,5p
finish
