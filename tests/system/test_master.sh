#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_master.sh DAEMON: snmpd that is not there yet, out of reach, killed, stopped, busy and
# started again and again: the agent says so, comes back by itself, and its notifications arrive in
# order, once each; and other agents, which want the same objects or take them away.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

held=(condition.held.watch='queue hold' condition.held.above=1)

kill_snmpd() {
    kill -KILL "$(<"$root/snmpd.pid")"
    wait_for "$patience" not running "$root/snmpd.pid" || fail "snmpd does not end"
    rm -f "$root"/snmpd.pid*
}

hold() { pf postsuper -h ALL 2>/dev/null; }
unhold() { pf postsuper -H ALL 2>/dev/null; }

logged() { [ "$(grep -c "$1: " "$root/agent.log")" -ge "$2" ]; }

rows_in_walk() { walk 1.3.1.2 | grep -c "$base.1.3.1.2.[1-6] [0-9]" || true; }
registered() { [ "$(rows_in_walk)" = 6 ]; }

# in_order_once COUNT: the serials are 1 to COUNT.
in_order_once() { [ "$(serials | tr '\n' ' ')" = "$(seq -s ' ' "$1") " ]; }
arrived() { [ "$(serials | wc -l)" -ge "$1" ]; }

said() { grep -q "$1" "$root/agent.log"; }
lost() { grep -c 'lost the SNMP master' "$root/agent.log" || true; }
answers() { matches 1.1.1.0 '*.*.*'; }

# SIGPIPE is bit 12 of the mask of ignored signals, proc(5).
ignores_sigpipe() {
    local mask
    mask=$(awk '/^SigIgn:/ { print $2 }' "/proc/$1/status")
    [ $((0x$mask >> 12 & 1)) = 1 ]
}

# back_within MILLISECONDS: from now on until an answer.
back_within() {
    local start
    start=$(milliseconds)
    wait_for 20 answers && [ $(($(milliseconds) - start)) -lt "$1" ]
}

start_postfix
inject 3
eventually "3 are deferred" settled 3
start_trapd

# A master whose host drops everything: it never says no.
tcp_port=$(free_port)
start_daemon "$root/silent.pid" "$root/silent.log" python3 -c '
import socket, sys, time
listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(0)
held = []
for _ in range(4):
    link = socket.socket()
    link.setblocking(False)
    link.connect_ex(listener.getsockname())
    held.append(link)
time.sleep(600)' "$tcp_port"
wait_for 10 port_in_use "$tcp_port"
start_agent "${held[@]}" agentx_socket="tcp:127.0.0.1:$tcp_port"
eventually "the agent starts though a connect(2) would wait" logged hmqAgentStarted 1
hold
eventually "and detects meanwhile" logged hmqConditionRaised 1
unhold
eventually "all the time" logged hmqConditionCleared 1
for process in "$agent" "$(supervisor)" "$(worker)"; do
    check "process $process ignores SIGPIPE" ignores_sigpipe "$process"
done
stop_agent
stop_daemon "$root/silent.pid"
rm -f "$root/agent.log" "$root/agent.conf" "$root"/state/agent.db*

# A master that dies in the middle of a SET.
start_agent
eventually "actions can be stored" logged hmqAgentStarted 1
"$support/fake_master.py" "$root/agentx" "$base" >"$root/phases" || fail "the fake master"
check "a SET that got to TestSet is forgotten" grep -q '^TestSet: queued 0' "$root/phases"
check "one that got to CommitSet is undone" grep -q '^CommitSet: queued 0' "$root/phases"
stop_agent
rm -f "$root/agentx" "$root/agent.log" "$root/agent.conf" "$root"/state/agent.db*

start_agent "${held[@]}"
eventually "the agent starts without a master" logged hmqAgentStarted 1
eventually "and says what is missing" said "no SNMP: there is no socket at unix:$root/agentx; start"
hold
eventually "and detects without one" logged hmqConditionRaised 1
unhold
eventually "all the time" logged hmqConditionCleared 1
start_snmpd
check "it registers at once with a master that came later" back_within 1500
eventually "and is there as a whole" registered
expect 1.1.13.0 0 "which is no reconnect"
eventually "what was kept arrives" arrived 3
check "in order" in_order_once 3

echo 'extend slow /bin/sleep 6' >>"$root/snmpd.conf"
kill_snmpd
hold
eventually "raised while the master is dead" logged hmqConditionRaised 2
unhold
eventually "and cleared" logged hmqConditionCleared 2
start_snmpd
eventually "it is back at a new master" registered
expect 1.1.13.0 1 "and has counted that"
eventually "what was raised meanwhile arrives" arrived 5
check "in order, once" in_order_once 5

kill -STOP "$(<"$root/snmpd.pid")"
hold
eventually "raised while the master is stopped" logged hmqConditionRaised 3
unhold
eventually "and cleared" logged hmqConditionCleared 3
hold
eventually "it goes on detecting" logged hmqConditionRaised 4
unhold
eventually "for as long as it takes" logged hmqConditionCleared 4
kill -CONT "$(<"$root/snmpd.pid")"
check "the master goes on: so does the agent" back_within 3000
expect 1.1.13.0 1 "on the connection it had"
eventually "what was raised meanwhile arrives" arrived 9
check "in order, once" in_order_once 9
expect 1.1.12.0 '[0-9]*' "hmqLoopLatency"
check "nothing held the loop for long" test "$(get 1.1.12.0)" -lt 1000

for round in 1 2 3 4; do
    kill_snmpd
    start_snmpd
    check "back at once after restart $round" back_within 1500
    eventually "as a whole" registered
done
stop_daemon "$root/snmpd.pid"
start_snmpd
eventually "a master that ended in good order" registered
answers_fast "it answers as before"
expect 1.1.13.0 6 "six reconnects by now"
hold
expect_traps 14 5 "and one more notification"
check "once each, still in order" in_order_once 10

# snmpd runs its extend commands itself, and answers nobody meanwhile.
losses=$(lost)
snmpget -v2c -c public -t 20 -r 0 "127.0.0.1:$snmp_port" \
    .1.3.6.1.4.1.8072.1.3.2.3.1.1.4.115.108.111.119 >/dev/null ||
    fail "snmpd runs no extend command"
check "an answer right after a busy snmpd" answers
check "and no connection was given up" test "$(lost)" = "$losses"

# Another agent unregisters what it could not register.
check "another agent is refused, and takes the registration away" test \
    "$("$test_dir/agentx_unregister.py" "$root/agentx" "${base#.}.1")" = "263 0"
check "an answer all the same" answers
eventually "the agent notices" said 'another AgentX client has unregistered the objects'
eventually "and registers again" said 'the objects are registered again'
check "so that the place is taken" test \
    "$("$test_dir/agentx_unregister.py" "$root/agentx" "${base#.}.1")" = "263 0"
check "and again" answers

# A second agent cannot have the subtree, does no harm, waits, and takes over.
first=$agent
sed "s|^database.*|database = $root/state/second.db|" "$root/agent.conf" >"$root/second.conf"
"$daemon" -c "$root/second.conf" -f 2>"$root/agent-second.log" </dev/null >/dev/null &
agent=$!
eventually "a second agent says who has its place" grep -q \
    'no SNMP: another agent already serves the objects below' "$root/agent-second.log"
check "and does not claim to be registered" not grep -q 'registered with' "$root/agent-second.log"
kill -TERM "$agent"
wait "$agent" || true
check "it ends, and the first one still answers" answers
"$daemon" -c "$root/second.conf" -f 2>"$root/agent-second.log" </dev/null >/dev/null &
agent=$!
eventually "once more" grep -q 'no SNMP: another agent' "$root/agent-second.log"
check "the first one answers" registered
kill -TERM "$first"
check "the first one stops" wait "$first"
eventually "the second one registers by itself" grep -q 'registered with' "$root/agent-second.log"
eventually "and answers" registered
stop_agent

# A socket that the agent may not use.
chmod 600 "$root/agentx"
start_agent
eventually "it says who may use the socket" said \
    "no SNMP: permission denied: $root/agentx belongs to root:root and has mode 0600"
chmod 666 "$root/agentx"
eventually "and is there when it may" answers
stop_agent
check "no report of a sanitizer" no_sanitizer_report
