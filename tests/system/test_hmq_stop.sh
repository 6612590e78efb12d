#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hmq_stop.sh DAEMON: Ctrl-C while the agent is busy with another action, and the pause of
# outbound mail.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/hmq.sh
. "$support/hmq.sh"
credentials='-v2c -c private'
export USER=tester

start_postfix
allow_set
start_snmpd
inject 3 c@suspended.example
eventually "3 are deferred" settled 3
# shellcheck disable=SC2046 # words
start_agent $(use_engine)
eventually "it takes SETs" takes_sets
expect 1.2.1.0 3 "3 messages"

all_actions() { hmq 0 --json actions && jq '.gateways[0].actions | length' "$root/out"; }

# Ctrl-C while the agent is busy with another action: stopped, left, and gone on with.
test_stop() {
    local id
    id=$(ids deferred 1)
    touch "$root/hang.postsuper"
    act other hold 1 ids="$id"
    eventually "an action hangs" hanging postsuper
    answers 80 -i y -i ^C -i y hold --all
    says 'Stop the action\? What is done stays done. \[y/N\] y$'
    says '^hold: cancelled'
    [ "$status" -eq 1 ] || fail "exit $status"
    ok "Ctrl-C stops it"
    answers 80 -i y -i ^C -i ^C hold --all
    says 'the action has not ended yet, and goes on; hmq actions will show what becomes of it'
    [ "$status" -eq 3 ] || fail "exit $status"
    ok "Ctrl-C leaves it"
    # Ctrl-C is for all gateways: those that come after are not begun.
    local begun
    begun=$(all_actions)
    gateways=127.0.0.1:$snmp_port,localhost:$snmp_port answers 80 -i ^C -i y hold --all -y
    says 'localhost:[0-9]+: not begun, because of Ctrl-C$'
    [ "$status" -eq 1 ] || fail "exit $status"
    [ "$(all_actions)" -eq $((begun + 1)) ] || fail "an action was begun after Ctrl-C"
    ok "Ctrl-C is for all gateways"
    rm "$root/hang.postsuper"
    ended() { hmq 0 actions && ! grep -Eq ' (queued|running) ' "$root/out"; }
    eventually "it goes on all the same" ended
}

# Where nobody else has paused.
test_pause() {
    pf postconf -e defer_transports=
    pf postfix reload 2>/dev/null
    expect 1.2.8.0 2 "outbound mail is not paused"
    hmq 0 pause 1h
    says 'outbound mail is paused until 20..-..-.. ..:..:.. UTC \(was not paused\)$'
    [ "$(pf postconf -h defer_transports)" = 'smtp relay' ] || fail "it is not paused"
    hmq 0
    says '^Outbound mail is paused until 20'
    hmq 0 resume
    says 'outbound mail is not paused \(was paused until 20.*\)$'
    [ -z "$(pf postconf -h defer_transports)" ] || fail "it is still paused"
    ok "pause and resume"
}

# snmpd goes away while the agent acts: what becomes of it is not known, and nothing else is said.
test_silence() {
    local running
    : >"$root/hanging"
    touch "$root/hang.postsuper"
    timeout=1 retries=0 run_hmq unhold --all -y --wait 6s &
    running=$!
    eventually "an action hangs" hanging postsuper
    stop_daemon "$root/snmpd.pid"
    status=0
    wait "$running" || status=$?
    [ "$status" -eq 3 ] || fail "exit $status"
    complains 'no answer: whether the action has ended is unknown; hmq actions will show'
    timeout=1 retries=0 hmq 3 hold --all -y
    complains 'no answer$'
    rm "$root/hang.postsuper"
    ok "an action that is lost sight of"
}

test_stop
test_pause
test_silence
stop_agent
check "no report of a sanitizer" no_sanitizer_report
echo "$checks checks passed"
