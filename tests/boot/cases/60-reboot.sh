#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# For the next boot: overloaded, with mail on hold; then, while the agent is away, no longer.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

mail v1 v2 v3 v4 v5 v6
eventually "overloaded before the reboot" is 1.2.5.0 1
raised="SELECT count(*) > 0 FROM event_log WHERE event = 'hmqOverloadRaised'"
overload_stored() { same "$(db "$raised")" 1; }
postsuper -h "$(id_of v6)" 2>/dev/null
eventually "the condition of held mail, too" is 1.11.3.1.11.4.104.101.108.100 4
held_stored() { same "$(db "SELECT count(*) FROM conditions WHERE name = 'held'")" 1; }
eventually "which is in the database, too" held_stored
eventually "which is in the database" overload_stored
db 'SELECT max(serial) FROM event_log' >/root/serial
audit_rows >/root/audit
journalctl --sync
systemctl stop "$agent"
postsuper -d ALL 2>/dev/null
check "the queue is empty" same "$(queue)" ''
