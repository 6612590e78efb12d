#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_settings_crash.sh DAEMON: kill -9 between the steps of a change of Postfix's lifetimes: the
# next start completes it or takes it back, and says which; and a postconf or a reload that fails.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/crash.sh
. "$support/crash.sh"

bounce() { [ "$(pf postconf -h bounce_queue_lifetime)" = "$1" ]; }
stored() {
    sql_is "SELECT v.parameter || v.applied || v.action FROM parameters v WHERE v.child = 1 AND
        v.parent_name = 'bounce_queue_lifetime'" "$1" >/dev/null
}
set_bounce() { set_object 1.4.1.0 i "$1" >/dev/null || fail "$1 days were not taken"; }
made_again() {
    [ "$(grep -c 'was interrupted and is being made again' "$root/agent.log")" -eq "$1" ]
}

completed() { # DAYS TIMES
    expect 1.4.5.0 1 "the next start completes it"
    now 1.4.1.0 "$1" "with the new value"
    check "in main.cf" bounce "$1d"
    eventually "in the database" stored "$1d1NONE"
    check "the log says which" made_again "$2"
}

start_postfix 'bounce_queue_lifetime = 5d' 'maximal_queue_lifetime = 30d'
allow_set
start_snmpd
start_trapd
# shellcheck disable=SC2046
start_agent $(use_engine) overload_threshold=0 list_interval=2s
expect 1.4.1.0 5 "what main.cf has"
eventually "it takes SETs" takes_sets

hang hang.postconf-e
set_bounce 6
eventually "before postconf" hanging postconf-e
now 1.4.5.0 2 "pending"
check "it is stored as not applied" stored 6d2APPLY
crash
go_on
check "main.cf is as it was" bounce 5d
start_agent
completed 6 1

hang hang-after.postconf-e
set_bounce 7
eventually "after postconf" hanging postconf-e
crash
go_on
before=$(reloads)
start_agent
completed 7 2
check "Postfix was reloaded" reloaded "$before"

hang hang.postfix
set_bounce 8
eventually "before the reload" hanging postfix
crash
go_on
before=$(reloads)
start_agent
completed 8 3
check "Postfix was reloaded" reloaded "$before"

# The end is not stored.
hang hang.postfix
set_bounce 9
eventually "before the reload" hanging postfix
lock_database
go_on
expect 1.4.5.0 1 "applied"
crash
unlock_database
check "but not in the database" stored 9d2APPLY
start_agent
completed 9 4

# What cannot be completed is taken back.
hang hang.postconf-e
set_bounce 10
eventually "before postconf" hanging postconf-e
crash
go_on
fails_with postfix 'echo "postfix: fatal: no reload today" >&2; exit 1'
start_agent
expect 1.4.5.0 3 "the reload fails at the next start: taken back"
now 1.4.6.0 '*no reload today*' "hmqSettingsError"
now 1.4.1.0 9 "the old value"
check "in main.cf" bounce 9d
eventually "in the database" stored 9d1NONE
check "the log says which" grep -q 'settings were not changed: .*no reload today' "$root/agent.log"
go_on

# Without a crash.
traps_before=$(trap_count 12)
fails_with postfix 'echo "postfix: fatal: no reload today" >&2; exit 1'
set_bounce 11
expect 1.4.5.0 3 "a reload that fails"
check "main.cf is back" bounce 9d
go_on
set_bounce 9
expect 1.4.5.0 1 "set again: applied"
fails_with postconf-e 'echo "postconf: fatal: no edit today" >&2; exit 1'
set_bounce 11
expect 1.4.5.0 3 "a postconf that fails"
now 1.4.6.0 '*no edit today*main.cf is as it was*' "hmqSettingsError"
go_on
set_bounce 9
expect 1.4.5.0 1 "set again: applied"
fails_with postconf-e '
    echo "Error: exec: \"postconf\": executable file not found in \$PATH" >&2
    exit 127'
set_bounce 11
expect 1.4.5.0 3 "a postconf that is missing"
now 1.4.6.0 '*not found*' "hmqSettingsError"
go_on
set_bounce 9
expect 1.4.5.0 1 "set again: applied"
hang hang.postconf-e
set_bounce 11
expect 1.4.5.0 3 "a postconf that hangs"
check "main.cf is as it was" bounce 9d
go_on
set_bounce 9
expect 1.4.5.0 1 "set again: applied"
hang hang.postconf-e
set_bounce 11
eventually "before postconf" hanging postconf-e
kill -KILL "$(worker)"
go_on
expect 1.4.5.0 3 "the helper is killed: failed"
check "main.cf is as it was" bounce 9d
now 1.4.1.0 9 "and what is stored"
set_bounce 12
expect 1.4.3.0 1036800 "the next change goes through"
check "main.cf" bounce 12d
check "what failed raised no hmqSettingsChanged of 11 days" not grep -q '11d' \
    <(grep hmqSettingsChanged "$root/agent.log")
check "what was done did" test "$(trap_count 12)" -gt "$traps_before"
stop_agent
check "no report of a sanitizer" no_sanitizer_report
