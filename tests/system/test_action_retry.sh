#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_action_retry.sh DAEMON: the answers to a SET are lost and the manager sends it again: what it
# asks for is done once, and the manager is told that it was taken.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

start_postfix
allow_set
start_snmpd
m1=$(send a@one.example x@refused.example)
m2=$(send b@one.example x@refused.example)
m3=$(send c@one.example x@refused.example)
m4=$(send d@one.example x@refused.example)
start_agent overload_threshold=0 message_limit=1000
expect 1.5.1.0 4 "four rows"
eventually "all are deferred" settled 4
eventually "it takes SETs" takes_sets
relay_port=$(free_port)
touch "$root/relayed"
start_daemon "$root/relay.pid" "$root/relay.log" \
    python3 "$support/lossy_relay.py" "$relay_port" "$snmp_port" 2 "$root/relayed"
eventually "the relay" grep -q ready "$root/relayed"

actions='SELECT count(*) FROM actions'
done_actions="SELECT count(*) FROM actions WHERE state = 'done' AND ended IS NOT NULL"
total=0

requests() { grep -c request "$root/relayed" || true; }

# again WHAT TYPE-VALUE...: one SET through the relay; one action of it, however often it was sent.
again() {
    local what=$1 sent
    local -a arguments=()
    shift
    while [ $# -gt 0 ]; do
        arguments+=("$base.$1" "$2" "$3")
        shift 3
    done
    sent=$(requests)
    snmpset -v2c -c private -t 1 -r 9 -On -Oq "127.0.0.1:$relay_port" "${arguments[@]}" \
        >"$root/said" 2>&1 || fail "$what: $(<"$root/said")"
    total=$((total + 1))
    [ $(($(requests) - sent)) -ge 3 ] || fail "$what: was not sent again"
    eventually "$what: done, once" sql_is "$done_actions" "$total"
    check "$what: no other action" sql_is "$actions" "$total"
}

tries() { grep -c "$1: .*status=deferred" "$root/pf/log/maillog" || true; }

arguments=()
row_arguments al delete 1 ids="$m1"
again "a row" "${arguments[@]}"
finished al delete 1 "done" 1 1 0
check "it is gone" not lies_in deferred "$m1"
before=$(tries "$m4")
again "hmqFlush" 1.6.1.0 i 1
tried() { [ "$(tries "$m4")" -gt "$before" ]; }
eventually "it was flushed" tried
eventually "at rest" settled 3
again "hmqMessageControl hold" "1.5.4.1.12.$(sub_ids "$m2")" i 1
check "it is on hold" lies_in hold "$m2"
again "hmqMessageControl unhold" "1.5.4.1.12.$(sub_ids "$m2")" i 2
check "it is not" lies_in deferred "$m2"
again "hmqMessageControl requeue, whose message has another id then" \
    "1.5.4.1.12.$(sub_ids "$m3")" i 3
check "it has" not lies_in deferred "$m3"
again "hmqMessageControl delete, whose message is gone then" "1.5.4.1.12.$(sub_ids "$m4")" i 4
check "it is" not lies_in deferred "$m4"
eventually "two are left" settled 2
expect 1.5.1.0 2 "and their rows only"
refused "another command on a message that is gone" inconsistentName \
    "1.5.4.1.12.$(sub_ids "$m4")" "1.5.4.1.12.$(sub_ids "$m4")" i 1
stop_agent
check "no report of a sanitizer" no_sanitizer_report
