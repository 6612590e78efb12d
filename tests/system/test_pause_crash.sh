#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_pause_crash.sh DAEMON: kill -9 of agent and helper between the steps by which a pause of
# outbound mail begins and ends: the next start goes on, and main.cf is as it was at the end.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/crash.sh
. "$support/crash.sh"

main_cf=$root/pf/etc/main.cf
pause_object=1.4.14.0

as_before() { cmp -s "$root/main.cf.before" "$main_cf"; }
paused() { [ "$(pf postconf -h defer_transports)" = 'smtp relay' ]; }
stored() { sql_is "SELECT coalesce((SELECT phase FROM pause), 'none')" "$1" >/dev/null; }
pause() { set_object "$pause_object" i 1 1.4.15.0 u "$1" >/dev/null || fail "not taken"; }
resume() { set_object "$pause_object" i 2 >/dev/null || fail "not taken"; }

"$lab/postfix.sh" create "$root/pf"
sed -i '/^defer_transports/d' "$main_cf"
cp -p "$main_cf" "$root/main.cf.before"
start_postfix
allow_set
start_snmpd
start_trapd
# shellcheck disable=SC2046
start_agent $(use_engine) overload_threshold=0 list_interval=2s
expect "$pause_object" 2 "no pause"
eventually "it takes SETs" takes_sets

# One step of each kind: before the command, after it, and at the reload.
for at in hang.postconf-e hang-after.postconf-e hang.postfix; do
    hang "$at"
    pause 3600
    eventually "beginning, $at" hanging "${at#*.}"
    now 1.4.5.0 2 "pending"
    now "$pause_object" 2 "no pause yet"
    check "it is stored before main.cf is touched" stored starting
    crash
    go_on
    before=$(reloads)
    start_agent
    expect "$pause_object" 1 "the next start goes on"
    check "main.cf has it" paused
    check "Postfix was reloaded" reloaded "$before"
    eventually "stored" stored 'in force'
    resume
    expect "$pause_object" 2 "and ends it"
    check "main.cf is as it was" as_before
    eventually "nothing is stored any more" stored none
done

for at in hang.postconf-X hang-after.postconf-X hang.postfix; do
    pause 3600
    expect "$pause_object" 1 "a pause"
    hang "$at"
    resume
    eventually "ending, $at" hanging "${at#*.}"
    now 1.4.5.0 2 "pending"
    now "$pause_object" 1 "still a pause"
    eventually "stored" stored ending
    crash
    go_on
    before=$(reloads)
    start_agent
    expect "$pause_object" 2 "the next start goes on"
    check "main.cf is as it was" as_before
    check "Postfix was reloaded" reloaded "$before"
    eventually "nothing is stored any more" stored none
done

# The time of a pause that was being made passes while no agent runs.
hang hang-after.postconf-e
pause 1
eventually "beginning" hanging postconf-e
crash
go_on
past() { [ "$(date +%s)" -gt "$(sql 'SELECT ends FROM pause')" ]; }
eventually "its time is over" past
check "main.cf has it" paused
start_agent
eventually "it ends at once" stored none
check "main.cf is as it was" as_before
expect "$pause_object" 2 "no pause"

# The helper alone is killed: the beginning is taken back, the end is tried again.
hang hang.postconf-e
pause 3600
eventually "beginning" hanging postconf-e
kill -KILL "$(worker)"
go_on
expect 1.4.5.0 3 "the helper is killed: failed"
now "$pause_object" 2 "no pause"
check "main.cf is as it was" as_before
expect 1.2.8.0 2 "which the agent has read"
pause 3600
expect "$pause_object" 1 "a pause"
hang hang.postconf-X
resume
eventually "ending" hanging postconf-X
kill -KILL "$(worker)"
go_on
expect "$pause_object" 2 "the helper is killed: the end is carried out by the next one"
check "main.cf is as it was" as_before
expect 1.4.5.0 1 "applied"

# A reload that fails: what was to begin is taken back, what was to end is not.
fails_with postfix 'echo "postfix: fatal: no reload today" >&2; exit 1'
pause 3600
expect 1.4.5.0 3 "a reload that fails: failed"
now "$pause_object" 2 "no pause"
check "main.cf is as it was" as_before
expect 1.2.8.0 2 "which the agent has read"
go_on
pause 3600
expect "$pause_object" 1 "a pause"
fails_with postfix 'echo "postfix: fatal: no reload today" >&2; exit 1'
resume
expect 1.4.5.0 3 "a reload that fails at the end: failed"
now "$pause_object" 1 "Postfix may still be paused"
check "main.cf is as it was" as_before
go_on
expect "$pause_object" 2 "the next attempt"
expect 1.4.5.0 1 "applied"

# The database cannot be written: no pause begins, but one ends.
pause 3600
expect "$pause_object" 1 "a pause"
lock_database
resume
expect "$pause_object" 2 "a pause ends without the database"
check "main.cf is as it was" as_before
refused "none begins" resourceUnavailable "$pause_object" "$pause_object" i 1
unlock_database
eventually "the end is stored later" stored none
stop_agent
check "no report of a sanitizer" no_sanitizer_report
