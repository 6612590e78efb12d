#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# For the next boot: overloaded; then, while the agent is away, no longer.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

mail v1 v2 v3 v4 v5 v6
eventually "overloaded before the reboot" is 1.2.5.0 1
raised="SELECT count(*) > 0 FROM event_log WHERE event = 'hmqOverloadRaised'"
overload_stored() { same "$(db "$raised")" 1; }
eventually "which is in the database" overload_stored
db 'SELECT max(serial) FROM event_log' >/root/serial
audit_rows >/root/audit
journalctl --sync
systemctl stop "$agent"
postsuper -d ALL 2>/dev/null
check "the queue is empty" same "$(queue)" ''
