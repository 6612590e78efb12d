#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# After the reboot.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

check "all are active" up "$agent" "$helper" "$helper.socket" "$hooks.socket" snmpd postfix
eventually "an empty queue" is 1.2.1.0 0
eventually "the overload is cleared" is 1.2.5.0 2
events_are() {
    same "$(db "SELECT group_concat(event) FROM
        (SELECT event FROM event_log WHERE serial > $(cat /root/serial) ORDER BY event)")" "$1"
}
eventually "and that is all there is to tell, but for the held mail" \
    events_are hmqAgentStarted,hmqConditionCleared,hmqOverloadCleared
check "the audit is kept" same "$(audit_rows)" "$(cat /root/audit)"
check "the lifetime is kept" is 1.4.2.0 4
