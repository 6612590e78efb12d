#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# width.sh: no line of a text file is longer than 100 characters, but for the rows of Markdown
# tables, which cannot be wrapped, and for files whose octets are given or that a program makes.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

width_max=100

mapfile -t texts < <(
    files '*' | grep -vE '^(tests/fuzz/corpus|tests/support/data|docs/images)/' |
        grep -vE '^(LICENSE|docs/performance.tsv)$' |
        grep -vE '^contrib/integrations/(prometheus/snmp|grafana/.*json|zabbix/.*yaml|snmptt|mrtg)'
)
# Characters are counted, not octets. -I leaves out what is not text.
long=$(LC_ALL=C.UTF-8 grep -EHIn "^.{$((width_max + 1))}" "${texts[@]}" |
    grep -vE '^[^:]*\.md:[0-9]+: *\|.*\|' || true)
while IFS= read -r line; do
    [ -z "$line" ] || wrong "$(cut -d: -f 1,2 <<<"$line"): longer than $width_max characters"
done <<<"$long"
[ "${#texts[@]}" -gt 200 ] || wrong "only ${#texts[@]} files were found"
finish
