#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_faults.sh DAEMON: the helper's worker killed and stopped, the whole helper killed, the agent
# killed: data comes back or is unknown, never 0, and nothing is left behind.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

hung=
showq=()
stopped=()
cleanup_more() {
    [ -z "$hung" ] || kill -CONT "$hung" "${showq[@]}" 2>/dev/null || true
    [ ${#stopped[@]} -eq 0 ] || kill -CONT "${stopped[@]}" 2>/dev/null || true
}

start_postfix
inject 5
eventually "5 are deferred" settled 5
start_snmpd
start_trapd
start_agent command_timeout=3s
expect 1.2.1.0 5 "5 messages"
expect 1.5.1.0 5 "5 rows"

old=$(worker)
supervisor=$(supervisor)
kill -KILL "$old"
eventually "a worker that was killed is replaced" another_worker "$old"
never_zero
inject 1
expect 1.2.1.0 6 "and the new one counts"
expect 1.5.1.0 6 "and lists"
expect 1.1.5.0 1 "the data is good again"
expect 1.1.11.0 '*helper was restarted*' "hmqLastReadError tells of it"
check "nothing was lost for long" test "$(trap_count 9)" -eq 0

# postqueue is set-gid, so the kernel does not end it with its parent.
hung=$(awk '{ print $1; exit }' "$spool/pid/master.pid")
# First master, that it starts no other while those it has started are looked up.
kill -STOP "$hung"
master_stopped() { [ "$(awk '/^State:/ { print $2 }' "/proc/$hung/status")" = T ]; }
eventually "master is stopped" master_stopped
mapfile -t showq < <(pgrep -P "$hung" -x showq)
[ ${#showq[@]} -eq 0 ] || kill -STOP "${showq[@]}"
is_listing() {
    local child
    for child in $(children_of "$(worker)"); do
        [ "$(cat "/proc/$child/comm")" != postqueue ] || { listing=$child; return 0; }
    done
    return 1
}
listing=
pf postsuper -h "$(ids deferred 1)" 2>/dev/null
eventually "a listing hangs" is_listing
old=$(worker)
kill -KILL "$old"
eventually "its worker is replaced" another_worker "$old"
gone() { ! start_time "$listing" >/dev/null; }
eventually "and the command it ran is ended" gone
kill -CONT "${showq[@]}" "$hung"
showq=()
hung=
expect 1.3.1.2.5 1 "counts are back"

stopped=("$(worker)")
old=${stopped[0]}
kill -STOP "$old"
eventually "a worker that is stopped is replaced" another_worker "$old"
check "within seconds" grep -q "worker $old is stopped, ending it" "$root/agent.log"
expect 1.1.5.0 1 "the data is good again"

# With nobody to replace it. What was lost for a moment above, on a slow machine, does not count.
balanced() { [ "$(trap_count 9)" -eq "$(trap_count 10)" ]; }
eventually "what was lost is restored" balanced
lost=$(trap_count 9)
restored=$lost
stopped=("$supervisor" "$(worker)")
kill -STOP "${stopped[@]}"
expect 1.1.5.0 '[23]' "a helper that hangs: the data is stale"
never_zero
answers_fast "it delays no GET"
expect 1.2.1.0 "$none" "then there is none"
expect_traps 9 $((lost + 1)) "hmqDataLost"
kill -CONT "${stopped[@]}"
stopped=()
expect 1.2.1.0 6 "it goes on"
expect 1.1.5.0 1 "with good data"
expect_traps 10 $((restored + 1)) "hmqDataRestored"
lost=$(trap_count 9)

old=$(worker)
kill -KILL "$supervisor"
expect 1.1.5.0 3 "the whole helper killed: unavailable"
expect 1.2.1.0 "$none" "no total"
expect 1.5.1.0 "$none" "no rows"
expect 1.1.4.0 3 "nor whether Postfix runs"
expect 1.1.11.0 '*helper has ended*restart*' "hmqLastReadError says what to do"
expect_traps 9 $((lost + 1)) "hmqDataLost"
worker_gone() { ! start_time "$old" >/dev/null; }
eventually "the worker has ended with its supervisor" worker_gone
check "the agent lives" agent_lives
stop_agent
check "and stops in good order" test "$agent_status" -eq 0

start_agent command_timeout=3s
expect 1.2.1.0 6 "started anew"
old=$(worker)
supervisor=$(supervisor)
kill -KILL "$agent"
wait "$agent" 2>/dev/null || true
agent=
supervisor_gone() { ! start_time "$supervisor" >/dev/null; }
eventually "agent killed: the worker ends" worker_gone
eventually "and its supervisor" supervisor_gone
check "no report of a sanitizer" no_sanitizer_report
