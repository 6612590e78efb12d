#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_master.sh DAEMON: snmpd that is not there yet, killed, stopped and started again and again:
# the agent comes back by itself, and its notifications arrive in order, once each.

set -euo pipefail
# shellcheck source=tests/system/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

kill_snmpd() {
    kill -KILL "$(<"$root/snmpd.pid")"
    wait_for "$patience" not running "$root/snmpd.pid" || fail "snmpd does not end"
    rm -f "$root"/snmpd.pid*
}

hold() { pf postsuper -h ALL 2>/dev/null; }
unhold() { pf postsuper -H ALL 2>/dev/null; }

logged() { [ "$(grep -c "$1: " "$root/agent.log")" -ge "$2" ]; }

was_lost() { [ "$(grep -c 'lost the SNMP master' "$root/agent.log")" -ge "$1" ]; }

fill_backlog() {
    python3 - "$root/agentx" <<'END'
import socket, sys
held = []
try:
    for _ in range(64):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.setblocking(False)
        link.connect(sys.argv[1])
        held.append(link)
except BlockingIOError:
    sys.exit(0)
sys.exit(1)
END
}

rows_in_walk() { walk 1.3.1.2 | grep -c "$base.1.3.1.2.[1-6] [0-9]" || true; }
registered() { [ "$(rows_in_walk)" = 6 ]; }

# in_order_once COUNT: the serials are 1 to COUNT.
in_order_once() { [ "$(serials | tr '\n' ' ')" = "$(seq -s ' ' "$1") " ]; }
arrived() { [ "$(serials | wc -l)" -ge "$1" ]; }

start_postfix
inject 3
eventually "3 are deferred" settled 3
start_trapd
start_agent hold_threshold=1
eventually "the agent starts without a master" logged hmqAgentStarted 1
hold
eventually "and detects without one" logged hmqHoldRaised 1
unhold
eventually "all the time" logged hmqHoldCleared 1
start_snmpd
eventually "it registers with a master that came later" registered
expect 1.1.13.0 0 "which is no reconnect"
eventually "what was kept arrives" arrived 3
check "in order" in_order_once 3

kill_snmpd
hold
eventually "raised while the master is dead" logged hmqHoldRaised 2
unhold
eventually "and cleared" logged hmqHoldCleared 2
start_snmpd
eventually "it is back at a new master" registered
expect 1.1.13.0 1 "and has counted that"
eventually "what was raised meanwhile arrives" arrived 5
check "in order, once" in_order_once 5

kill -STOP "$(<"$root/snmpd.pid")"
hold
eventually "raised while the master is stopped" logged hmqHoldRaised 3
unhold
eventually "and cleared" logged hmqHoldCleared 3
eventually "it notices that the master is stopped" was_lost 2
# Each attempt leaves a connection in the backlog of the stopped master. Once that is full a
# connect waits, which must not stop everything else.
check "the backlog of the stopped master is full" fill_backlog
hold
eventually "it goes on detecting" logged hmqHoldRaised 4
unhold
eventually "for longer than a connect would wait" logged hmqHoldCleared 4
cpu_before=$(awk '{ print $14 + $15 }' "/proc/$agent/stat")
hold
eventually "again" logged hmqHoldRaised 5
unhold
eventually "and again" logged hmqHoldCleared 5
check "without turning in circles" test \
    "$(($(awk '{ print $14 + $15 }' "/proc/$agent/stat") - cpu_before))" -lt 500
kill -CONT "$(<"$root/snmpd.pid")"
eventually "the master goes on: it is registered" registered
eventually "what was raised meanwhile arrives" arrived 11
check "in order, once" in_order_once 11
expect 1.1.12.0 '[0-9]*' "hmqLoopLatency"
check "nothing held the loop for long" test "$(get 1.1.12.0)" -lt 5000

for round in 1 2 3 4; do
    kill_snmpd
    start_snmpd
    eventually "restart $round" registered
done
stop_daemon "$root/snmpd.pid"
start_snmpd
eventually "a master that ended in good order" registered
answers_fast "it answers as before"
expect 1.1.13.0 7 "seven reconnects by now"
hold
expect_traps 7 6 "and one more notification"
check "once each, still in order" in_order_once 12

# A second agent cannot have the subtree, waits, and takes over.
first=$agent
sed "s|^database.*|database = $root/state/second.db|" "$root/agent.conf" >"$root/second.conf"
"$daemon" -c "$root/second.conf" -f 2>"$root/agent-second.log" </dev/null >/dev/null &
agent=$!
eventually "a second agent is refused" grep -q 'registering pdu failed' "$root/agent-second.log"
check "and does not claim to be registered" not grep -q 'registered with' "$root/agent-second.log"
check "the first one answers" registered
kill -TERM "$first"
check "the first one stops" wait "$first"
eventually "the second one registers by itself" grep -q 'registered with' "$root/agent-second.log"
eventually "and answers" registered
stop_agent
check "no report of a sanitizer" no_sanitizer_report
