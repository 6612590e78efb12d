#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Every function, inside the sandboxes.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

mail u1 u2 u3 u4 u5 u6
eventually "counts come from the spool" is 1.2.1.0 6
eventually "an overload is raised" said '^webhook hmqOverloadRaised'
eventually "all are deferred" is 1.3.1.2.4 6
declare -A id
while read -r user _ queue_id; do
    id[$user]=$queue_id
done < <(queue)
check "hold" act hold "${id[u1]}" "${id[u2]}"
check "is on hold" lies_in u1 hold
check "unhold" act unhold "${id[u1]}"
check "is released" lies_in u1 deferred
check "requeue" act requeue "${id[u3]}"
check "flush of one" act flush "${id[u4]}"
check "expire" act expire "${id[u4]}"
check "delete" act delete "${id[u5]}"
check "is gone" gone u5
check "flush" act flush
check "view" env SNMPCONFPATH=/root/view hmq view "${id[u6]}"
set_object 1.4.2.0 i 4 >/dev/null
lifetime_is() { same "$(postconf -h maximal_queue_lifetime)" "$1"; }
eventually "a lifetime reaches main.cf" lifetime_is 4d
eventually "and is applied" is 1.4.5.0 1
check "the audit has all of them" test "$(audit_rows)" -ge 8
audit_rows >/root/audit
