#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# fault.sh DAEMON CASE: one line of cases.txt against a real Postfix, snmpd and snmptrapd. While the
# fault lasts a manager never stops asking, and no answer may be false; after it no event and no
# action is lost, none has run twice, and all processes use what they used before. The last line but
# the figures says what was found.

set -euo pipefail
here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
name=$2
file=$(awk -v name="$name" '$2 == name { print $1 }' "$here/cases.txt")
[ -n "$file" ] || { echo "fault.sh: no case $name in cases.txt" >&2; exit 1; }
build=$(cd "$(dirname -- "$1")/.." && pwd)
# shellcheck source=tests/support/lib.sh
. "$here/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/events.sh
. "$support/events.sh"
# shellcheck source=tests/support/crash.sh
. "$support/crash.sh"
# shellcheck source=tests/faults/world.sh
. "$here/world.sh"
# shellcheck source=/dev/null
. "$here/$file.sh"

"fault_${name//-/_}"
