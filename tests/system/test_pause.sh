#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_pause.sh DAEMON: a pause of outbound mail with a real Postfix and a place that it delivers
# to: mail waits during the pause and is delivered after its end, which the agent carries out after
# a restart, too; main.cf comes back octet by octet; and what somebody else has set is left alone.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

main_cf=$root/pf/etc/main.cf

# hmqOutboundPause, hmqOutboundPauseFor, hmqOutboundPauseEnds
pause_object=1.4.14.0 for_object=1.4.15.0 ends_object=1.4.16.0

# A Postfix that delivers everything to smtp-sink, and retries what it has deferred every 3 seconds.
make_postfix() {
    local sink_port
    sink_port=$(free_port)
    mkdir "$root/sink"
    chown nobody "$root/sink"
    start_daemon "$root/sink.pid" "$root/sink.log" \
        smtp-sink -u nobody -R "$root/sink" -d 'message.' "127.0.0.1:$sink_port" 100
    wait_for "$patience" port_in_use "$sink_port" || fail "smtp-sink does not start"
    "$lab/postfix.sh" create "$root/pf"
    sed -i -e '/^defer_transports/d' -e '/_backoff_time/d' "$main_cf"
    cat >>"$main_cf" <<END
relayhost = [127.0.0.1]:$sink_port
minimal_backoff_time = 3s
maximal_backoff_time = 3s
queue_run_delay = 3s
END
    cp -p "$main_cf" "$root/main.cf.before"
}

delivered() { [ "$(find "$root/sink" -type f | wc -l)" -eq "$1" ]; }
as_before() { cmp -s "$root/main.cf.before" "$main_cf"; }
transports() { [ "$(pf postconf -h defer_transports)" = "$1" ]; }
stored() { sql_is "SELECT coalesce((SELECT phase FROM pause), 'none')" "$1"; }
pause() { set_object "$pause_object" i 1 "$@" >/dev/null || fail "a pause was not taken"; }
resume() { set_object "$pause_object" i 2 >/dev/null || fail "the end of a pause was not taken"; }
said() { grep -qF -- "$1" < <(traps 12); }
no_end() { now "$ends_object" '*00 00 00 00 00 00 00 00*' "hmqOutboundPauseEnds: $1"; }
# Seconds since the epoch.
end_stored() { sql 'SELECT coalesce(ends, 0) FROM pause'; }
past() { [ "$(date +%s)" -gt "$1" ]; }

# ended WHAT: main.cf is as it was, and mail is delivered.
ended() {
    expect "$pause_object" 2 "$1: hmqOutboundPause"
    expect 1.4.5.0 1 "$1: applied"
    check "$1: main.cf is as it was" as_before
    now 1.2.8.0 2 "$1: hmqOutboundPaused"
    no_end "$1"
    eventually "$1: nothing is stored any more" stored none
}

make_postfix
start_postfix
allow_set
start_snmpd
start_trapd
start_agent list_interval=2s
expect "$pause_object" 2 "no pause"
now "$for_object" 0 "hmqOutboundPauseFor"
no_end "no pause"
inject 1
eventually "mail is delivered" delivered 1

# By hand
pause
expect "$pause_object" 1 "a pause"
expect 1.4.5.0 1 "applied"
now 1.2.8.0 1 "hmqOutboundPaused"
no_end "a pause without an end"
check "main.cf has it" transports 'smtp relay'
eventually "stored" stored 'in force'
eventually "the notification says so" said 'outbound mail is paused until it is resumed'
inject 3
eventually "mail waits" settled 3
pause
check "a retry changes nothing" test "$(trap_count 12)" -eq 1
check "nothing was sent" delivered 1
resume
ended "set to false"
eventually "the mail is delivered" delivered 4
eventually "the notification says so" said 'the pause of outbound mail has ended: it was resumed'
resume
check "false again changes nothing" test "$(trap_count 12)" -eq 2

# With an end, in one request with its comment, in any order
refused "an end without a pause" inconsistentValue "$for_object" "$for_object" u 60
refused "an end, and no pause" inconsistentValue "$for_object" "$pause_object" i 2 "$for_object" u 5
refused "more than 30 days" wrongValue "$for_object" "$for_object" u 2592001
arguments=("$for_object" u 4)
row_arguments alice count 1 all=1 comment='the relay moves'
set_object "${arguments[@]}" "$pause_object" i 1 >/dev/null || fail "a pause was not taken"
expect "$pause_object" 1 "a pause with an end"
now "$for_object" 4 "its length"
eventually "the notification says until when, and who" \
    said "$(date +'outbound mail is paused until %Y-')"
eventually "and who asks" said ', by alice: the relay moves'
inject 2
eventually "its time is over: the mail is delivered" delivered 6
ended "its time is over"
eventually "the notification says so" said 'ended: its time is over'

# An end that is moved; an agent that is restarted, one that is killed, and one that is not there
pause "$for_object" u 3600
expect "$pause_object" 1 "a pause of an hour"
status_shows() {
    grep -qF -- "$1" < <("$(dirname -- "$daemon")/hmq" -H "127.0.0.1:$snmp_port" -- -v2c -c public)
}
check "hmq shows until when" status_shows "Outbound mail is paused until $(date +%Y-)"
set_object "$for_object" u 0 >/dev/null
eventually "it has no end" status_shows "Outbound mail is paused until hmq resume"
set_object "$for_object" u 15 >/dev/null
eventually "its end is moved" said "outbound mail is now paused until $(date +%Y-)"
inject 1
stop_agent
start_agent
expect "$pause_object" 1 "after a restart"
expect 1.2.8.0 1 "and Postfix has it"
kill -KILL "$agent"
wait "$agent" 2>/dev/null || true
start_agent
eventually "after another: the mail is delivered" delivered 7
ended "after another"
pause "$for_object" u 3600
expect "$pause_object" 1 "a pause of an hour"
inject 1
eventually "mail waits" settled 1
stop_agent
# As if the agent had not run for an hour.
sqlite3 "$root/state/agent.db" 'UPDATE pause SET ends = ends - 3601'
check "the time is over while no agent runs" past "$(end_stored)"
check "the pause is not" transports 'smtp relay'
start_agent
eventually "it ends as soon as one does: the mail is delivered" delivered 8
ended "as soon as one does"

# An empty line in main.cf comes back, too.
pf postconf -e 'defer_transports ='
cp -p "$main_cf" "$root/main.cf.before"
pause
expect "$pause_object" 1 "over an empty line"
resume
ended "over an empty line"

# Postfix is stopped; the change takes effect when it starts.
stop_postfix
expect 1.1.4.0 2 "Postfix is stopped"
pause
expect "$pause_object" 1 "a pause of a stopped Postfix"
expect 1.4.6.0 '*not running*' "hmqSettingsError"
start_postfix
inject 1
eventually "it started with the pause" settled 1
stop_postfix
expect 1.1.4.0 2 "Postfix is stopped again"
resume
expect "$pause_object" 2 "the end of it"
check "main.cf is as it was" as_before
start_postfix
eventually "it started without the pause" delivered 9

# main.cf cannot be written at the end: postconf(1) makes this file.
pause
expect "$pause_object" 1 "a pause"
inject 1
mkdir "$root/pf/etc/main.cf.tmp"
resume
expect 1.4.5.0 3 "main.cf cannot be written: failed"
now "$pause_object" 1 "still paused"
expect 1.4.6.0 '*could not be ended*next attempt in*' "hmqSettingsError"
eventually "the notification says so" said 'the pause of outbound mail could not be ended'
check "the log, too" grep -q 'the pause of outbound mail could not be ended' "$root/agent.log"
rmdir "$root/pf/etc/main.cf.tmp"
ended "the next attempt"
eventually "the mail is delivered" delivered 10

# Somebody else's
pf postconf -e 'defer_transports = lmtp'
cp -p "$main_cf" "$root/main.cf.others"
expect 1.2.8.0 1 "somebody else has set defer_transports"
now "$pause_object" 2 "which is no pause"
eventually "the log says so" \
    grep -q 'defer_transports is "lmtp" in main.cf, and no pause set here' "$root/agent.log"
refused "a pause now" inconsistentValue "$pause_object" "$pause_object" i 1
refused "with an end" inconsistentValue "$pause_object" "$for_object" u 9 "$pause_object" i 1
resume
check "it is left alone" cmp "$root/main.cf.others" "$main_cf"
pf postconf -X defer_transports
cp -p "$main_cf" "$root/main.cf.before"
expect 1.2.8.0 2 "it is gone"

pause "$for_object" u 3600
expect "$pause_object" 1 "a pause"
pf postconf -X defer_transports
expect "$pause_object" 2 "somebody else removes it: the pause is over"
eventually "the notification says so" said 'somebody else has removed defer_transports'
ended "removed"
"$lab/postfix.sh" reload "$root/pf"

pause "$for_object" u 3600
expect "$pause_object" 1 "a pause"
pf postconf -e 'defer_transports = lmtp'
expect "$pause_object" 2 "somebody else sets another value: the pause is over"
eventually "the notification says so" said 'another value, which is left alone'
expect 1.4.5.0 4 "drifted"
check "it is left alone" cmp "$root/main.cf.others" "$main_cf"
pf postconf -X defer_transports
expect 1.4.5.0 1 "no longer"
"$lab/postfix.sh" reload "$root/pf"
inject 1
eventually "mail is delivered" delivered 11

# A database from before the pause
stop_agent
cp -p "$root/state/agent.db" "$root/before.db"
start_agent
expect "$pause_object" 2 "no pause"
eventually "it takes SETs" takes_sets
pause
expect "$pause_object" 1 "a pause"
stop_agent
rm -f "$root"/state/agent.db*
cp -p "$root/before.db" "$root/state/agent.db"
start_agent
expect 1.2.8.0 1 "outbound mail is paused"
now "$pause_object" 2 "by nobody whom the database knows"
eventually "the log says so" grep -q 'defer_transports is "smtp relay" in main.cf, and no pause' \
    "$root/agent.log"
pf postconf -X defer_transports
expect 1.2.8.0 2 "removed by hand"
"$lab/postfix.sh" reload "$root/pf"

# What the configuration does not allow
stop_agent
start_agent list_interval=2s 'allow_settings=lifetimes thresholds'
expect "$pause_object" 2 "a pause can be read"
refused "but not set" notWritable "$pause_object" "$pause_object" i 1
stop_agent
start_agent list_interval=2s 'pause_transports=lmtp,smtp'
expect "$pause_object" 2 "other transports"
pause
expect "$pause_object" 1 "a pause of them"
check "in main.cf" transports 'lmtp smtp'
resume
ended "a pause of them"
stop_agent
check "no report of a sanitizer" no_sanitizer_report
