#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_settings.sh DAEMON: lifetimes over SNMP into main.cf and the running qmgr, back out when that
# fails, drift, and thresholds that hold at once and over a restart.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

main_cf=$root/pf/etc/main.cf
cleanup_more() {
    chattr -i "$main_cf" 2>/dev/null || true
    umount "$main_cf" 2>/dev/null || true
}

# Postfix replaces the file by another one: on a mount point it cannot either.
lock_main_cf() {
    chattr +i "$main_cf" 2>/dev/null || mount --bind "$main_cf" "$main_cf"
}
unlock_main_cf() {
    chattr -i "$main_cf" 2>/dev/null || umount "$main_cf"
}

value() { pf postconf -h "$1_queue_lifetime"; }
is() { [ "$(value "$1")" = "$2" ]; }
stored() { # NAME VALUE: in Hermes' shape, and nothing left to apply
    sql_is "SELECT v.parameter || ' ' || v.applied || ' ' || v.action
        FROM parameters v, parameters d
        WHERE d.parameter = '$1_queue_lifetime' AND d.child = 2 AND d.module = 'postfix'
        AND v.parent_name = d.parameter AND v.child = 1" "$2 1 NONE"
}
set_lifetimes() { # BOUNCE MAXIMAL, "" for neither
    local -a arguments=()
    [ -z "$1" ] || arguments+=(1.4.1.0 i "$1")
    [ -z "$2" ] || arguments+=(1.4.2.0 i "$2")
    set_object "${arguments[@]}" >/dev/null || fail "lifetimes $1 $2 were not taken"
}
in_maillog() { grep -q "$1" "$root/pf/log/maillog"; }

start_postfix 'bounce_queue_lifetime = 5d' 'maximal_queue_lifetime = 30d'
allow_set
start_snmpd
start_trapd
start_agent overload_threshold=500 condition.warning.watch=total condition.warning.above=1000
eventually "it takes SETs" takes_sets
expect 1.4.2.0 30 "the lifetimes are those of the running Postfix"
now 1.4.1.0 5 "both"
expect 1.4.5.0 1 "applied"
nothing_stored() { sql_is "SELECT count(*) FROM parameters" 0; }
check "nothing is stored before it is set" nothing_stored

# What was never set is what main.cf says, whoever changes that.
pf postconf -e 'bounce_queue_lifetime = 4d'
expect 1.4.1.0 4 "an edit of main.cf is followed"
now 1.4.3.0 345600 "in seconds"
now 1.4.5.0 1 "and is no drift"
check "nothing is stored" nothing_stored
pf postconf -e 'bounce_queue_lifetime = 5d'
expect 1.4.1.0 5 "and back"

reloads() { grep -c 'postfix/master.*reload' "$root/pf/log/maillog" || true; }
last_text() { # of hmqSettingsChanged
    local line serial
    line=$(traps 12 | tail -n 1)
    serial=$(trap_value "$line" 1.8.1.0)
    trap_value "$line" "1.8.2.1.4.$serial" | tr -d '"'
}
unchanged() {
    check "$1: main.cf is as it was" is bounce "$2"
    check "$1: both" is maximal "$3"
}
stored_are() {
    check "stored is what was" stored bounce "$1"
    check "both" stored maximal "$2"
}
refused "91 days" wrongValue 1.4.1.0 1.4.1.0 i 91
refused "-1 days" wrongValue 1.4.2.0 1.4.2.0 i -1
refused "an unsigned number" wrongType 1.4.1.0 1.4.1.0 u 5
refused "a string" wrongType 1.4.1.0 1.4.1.0 s 5d
refused "one good and one bad" wrongValue 1.4.2.0 1.4.1.0 i 1 1.4.2.0 i 91
refused "a good one and a bad threshold" inconsistentValue 1.4.8.0 1.4.1.0 i 1 1.4.8.0 u 501
refused "what Postfix runs with" notWritable 1.4.3.0 1.4.3.0 u 5
now 1.4.5.0 1 "still applied"
unchanged "refused" 5d 30d
check "refused: nothing is stored" nothing_stored
expect_traps 12 0 "no hmqSettingsChanged"

# 0 is a choice: qmgr gives up after one attempt.
m1=$(send a@one.example x@refused.example)
eventually "a message is deferred" settled 1
set_lifetimes 0 0
expect 1.4.5.0 1 "applied"
now 1.4.3.0 0 "in effect as soon as it is applied"
now 1.4.4.0 0 "both"
expect_traps 12 1 "hmqSettingsChanged"
check "with what Postfix had before" test "$(last_text)" = \
    'bounce_queue_lifetime: 0d, was 5d; maximal_queue_lifetime: 0d, was 30d'
now 1.4.1.0 0 "0 days"
check "in main.cf" is bounce 0d
check "both" is maximal 0d
eventually "stored" stored bounce 0d
check "both" stored maximal 0d
expect 1.4.4.0 0 "in effect"
pf postqueue -f
eventually "the running qmgr knows: the message expires" in_maillog "$m1: .*status=expired"
eventually "and its bounce does not stay either" settled 0
set_lifetimes 3 7
expect_traps 12 2 "hmqSettingsChanged"
check "in main.cf" is bounce 3d
check "both" is maximal 7d
expect 1.4.4.0 604800 "in effect"
m2=$(send b@one.example x@refused.example)
eventually "a message is deferred" settled 1
pf postqueue -f
tried_again() { [ "$(grep -c "$m2: .*status=deferred" "$root/pf/log/maillog")" -ge 2 ]; }
eventually "the running qmgr knows: it is tried again" tried_again
eventually "and stays" settled 1
check "it did not expire" not in_maillog "$m2: .*status=expired"
stop_agent
start_agent
eventually "it takes SETs" takes_sets
expect 1.4.1.0 3 "after a restart"
now 1.4.2.0 7 "both"
expect 1.4.5.0 1 "applied"
check "in main.cf" is maximal 7d

# main.cf cannot be written.
lock_main_cf
before=$(reloads)
set_lifetimes 4 8
expect 1.4.5.0 3 "main.cf is immutable: failed"
now 1.4.6.0 '*main.cf could not be changed*' "hmqSettingsError"
now 1.4.6.0 '*main.cf is as it was*' "and that nothing is half done"
now 1.4.1.0 3 "the old value"
check "Postfix did not reload" test "$(reloads)" -eq "$before"
unlock_main_cf
unchanged "failed" 3d 7d
stored_are 3d 7d
expect_traps 12 2 "no hmqSettingsChanged"
set_lifetimes 4 8
expect 1.4.5.0 1 "once it can be written: applied"
check "in main.cf" is bounce 4d
expect_traps 12 3 "hmqSettingsChanged"

# Postfix does not run.
stop_postfix
expect 1.1.4.0 2 "Postfix is stopped"
set_lifetimes 6 ''
expect_traps 12 4 "hmqSettingsChanged"
now 1.4.6.0 '*not running*' "hmqSettingsError says so"
check "in main.cf" is bounce 6d
check "the other is as it was" is maximal 8d
eventually "stored" stored bounce 6d
start_postfix
expect 1.1.4.0 1 "Postfix runs"
expect 1.4.3.0 518400 "with the new value"

# Somebody edits main.cf.
pf postconf -e 'maximal_queue_lifetime = 3h'
expect 1.4.5.0 4 "3h by hand: drifted"
now 1.4.4.0 10800 "in seconds, not rounded"
now 1.4.2.0 8 "stored is what was"
expect_traps 12 5 "one hmqSettingsChanged"
stop_agent
start_agent
eventually "it takes SETs" takes_sets
expect 1.4.5.0 4 "still drifted after a restart"
eventually "the agent has started" has_traps 13 3
expect_traps 12 5 "which is not reported again"
set_lifetimes '' 8
expect 1.4.5.0 1 "set again: repaired"
check "in main.cf" is maximal 8d
now 1.4.4.0 691200 "in effect"
expect_traps 12 6 "hmqSettingsChanged"
check "from what was edited" test "$(last_text)" = 'maximal_queue_lifetime: 8d, was 3h'

# A reader has the database open for long.
mkfifo "$root/reader"
sqlite3 -readonly "$root/state/agent.db" <"$root/reader" >"$root/read" &
reader=$!
exec {to_reader}>"$root/reader"
echo 'BEGIN; SELECT count(*) FROM parameters;' >&"$to_reader"
eventually "a reader" test -s "$root/read"
set_lifetimes 9 ''
expect 1.4.5.0 1 "does not matter"
eventually "in main.cf" is bounce 9d
exec {to_reader}>&-
wait "$reader"
eventually "stored" stored bounce 9d

# Outbound mail is paused (and was all the time).
now 1.2.8.0 1 "hmqOutboundPaused"
pf postconf -e 'defer_transports ='
expect 1.2.8.0 2 "not any more"
pf postconf -e 'defer_transports = smtp relay'
expect 1.2.8.0 1 "again"

# Thresholds.
inject 2
expect 1.2.1.0 3 "three messages"
refused "a clear threshold above its own" inconsistentValue 1.4.8.0 1.4.8.0 u 501
refused "a threshold below the clear threshold" inconsistentValue 1.4.7.0 1.4.7.0 u 2
refused "both, in one PDU" inconsistentValue 1.4.8.0 1.4.7.0 u 2 1.4.8.0 u 3
refused "too many rows" wrongValue 1.4.12.0 1.4.12.0 u 10001
refused "a notification that is retired" wrongValue 1.4.13.0 1.4.13.0 x 2000
now 1.4.7.0 500 "nothing changed"
now 1.2.5.0 2 "no overload"
changes=$(trap_count 12)
set_object 1.4.7.0 u 2 1.4.8.0 u 1 >/dev/null
now 1.2.5.0 1 "lowered below the total: overload at once"
expect_traps 12 $((changes + 1)) "and an event"
check "with the old and the new values" test "$(last_text)" = \
    'overload_threshold: 2, was 500; overload_clear_threshold: 1, was 450'
check "which the log has too" grep -q 'hmqSettingsChanged.*overload_threshold: 2, was 500' \
    "$root/agent.log"
expect_traps 1 1 "one hmqOverloadRaised"
set_object 1.4.12.0 u 1 >/dev/null
# A listing made while the messages arrived may have one row too, but leaves nothing out.
expect 1.5.2.0 2 "two left out"
now 1.5.1.0 1 "one row"
# A condition of the file, by both of its names.
warning=7.119.97.114.110.105.110.103
now "1.11.3.1.5.8.111.118.101.114.108.111.97.100" 2 "overload is a row, too"
refused "a clear value above the threshold" inconsistentValue "1.11.3.1.6.$warning" \
    "1.11.3.1.6.$warning" u 1001
refused "no such condition" noCreation 1.11.3.1.5.1.97 1.11.3.1.5.1.97 u 1
# All but hmqConditionRaised.
set_object 1.4.13.0 x C0FB80 >/dev/null
set_object "1.11.3.1.5.$warning" u 2 "1.11.3.1.6.$warning" u 1 >/dev/null
suppressed="SELECT count(*) FROM events
    WHERE event = 'hmqConditionRaised' AND notified = 'suppressed'"
eventually "what is not enabled is kept as suppressed" sql_is "$suppressed" 1
serial=$(sql "SELECT serial FROM events WHERE event = 'hmqConditionRaised'")
now "1.8.2.1.3.$serial" 14 "in hmqEventTable: its type"
now "1.8.2.1.7.$serial" 3 "and that it was suppressed"
now "1.8.2.1.8.$serial" 2 "its severity"
now "1.8.2.1.9.$serial" '"warning"' "and what it is about"
set_object "1.11.3.1.10.$warning" i 2 >/dev/null
expect_traps 15 1 "what is enabled comes: hmqConditionCleared, by disabling it"
expect_traps 14 0 "no hmqConditionRaised before it"
now "1.11.3.1.11.$warning" 2 "disabled: clear"
stop_agent
start_agent overload_threshold=100 overload_clear_threshold=90 message_limit=50 \
    condition.warning.watch=total condition.warning.above=1000
eventually "it takes SETs" takes_sets
expect 1.4.7.0 2 "after a restart, whatever the configuration says"
now 1.4.8.0 1 "the same"
now "1.11.3.1.5.$warning" 2 "the same"
now "1.11.3.1.10.$warning" 2 "the same"
now 1.4.12.0 1 "the same"
check "the same" same "$(snmpget -v2c -c public -Oqvx "127.0.0.1:$snmp_port" "$base.1.4.13.0" |
    tr -d '" ')" C0FB80
expect 1.2.1.0 3 "three messages"
now 1.2.5.0 1 "still overloaded"
now 1.2.7.0 0 "which was raised before this start"
# The log names what the file has in vain, at a start and at a reload.
overridden() { # KEY VALUE FILE'S VALUE TIMES
    [ "$(grep -c "notice: $root/agent.conf:[0-9]*: $1 is $2, not $3: .* delete the row '$1' of \
the table tunables in $root/state/agent.db" "$root/agent.log")" -eq "$4" ]
}
check "the log names the overridden threshold" overridden overload_threshold 2 100 1
check "and its clear value" overridden overload_clear_threshold 1 90 1
check "and the limit" overridden message_limit 1 50 1
check "and nothing that the file does not set" not grep -q 'warning.clear is' "$root/agent.log"
sed -i 's/^message_limit.*/message_limit = 60/' "$root/agent.conf"
kill -HUP "$agent"
eventually "a reload names what it could not change" overridden message_limit 1 60 1
expect_traps 1 1 "one hmqOverloadRaised"
set_object 1.4.7.0 u 0 >/dev/null
expect_traps 2 1 "switched off: cleared"
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
