#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# module.sh DUMP_MIB MODULE WORKDIR: the code serves what the module defines, and nothing else.
# Needs smitools and python3; WORKDIR/mibs keeps the standard modules between runs.

set -euo pipefail
[ $# -eq 3 ] || { echo "usage: $0 DUMP_MIB MODULE WORKDIR" >&2; exit 1; }
dump=$1
module=$2
work=$3
here=$(dirname -- "${BASH_SOURCE[0]}")

mkdir -p "$work"
"$here/../../contrib/fetch-mibs.sh" "$work/mibs"
"$dump" >"$work/dump"
SMIPATH=$work/mibs smidump -c /dev/null -f xml "$module" >"$work/module.xml"
"$here/check_module.py" "$work/module.xml" "$work/dump"

# A check that passes anything is none: each of these must be noticed.
broken() {
    if "$here/check_module.py" "$work/module.xml" "$work/broken" >"$work/out"; then
        echo "FAIL: not noticed: $1" >&2
        exit 1
    fi
}
grep -v '^object 1.2.1 ' "$work/dump" >"$work/broken"
broken 'an object left out'
sed 's/^object 1\.2\.1 .*/object 1.2.1 hmqTotalMessages integer/' "$work/dump" >"$work/broken"
broken 'an object of another type'
sed 's/^value 1\.1\.5\.0 .*/value 1.1.5.0 integer 9/' "$work/dump" >"$work/broken"
broken 'a value out of range'
sed 's/^notification 9 .*/notification 9 1.8.1.0/' "$work/dump" >"$work/broken"
broken 'a notification without its objects'
sed '/^hmqActionCommand 6 /d' "$work/dump" >"$work/broken"
broken 'a command left out'
sed 's/^hmqMessageControl 1 .*/hmqMessageControl 1 unhold/' "$work/dump" >"$work/broken"
broken 'a command under another number'
