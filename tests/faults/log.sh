# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Faults of Postfix's log, for fault.sh.
# shellcheck disable=SC2154

log=$root/pf/log/maillog

lines_of_deferral() { cat "$log"* | grep -c 'status=deferred' || true; }
as_many() { [ "$(get 1.10.2.1.3.3)" = $(($(lines_of_deferral) - before)) ]; }

fault_log_rotated() {
    start_world
    exercise
    note_normal
    expect 1.10.1.0 1 "the log is read"
    stop_agent
    before=$(lines_of_deferral)
    restart_agent
    watch
    most=$((messages + 40 * 20))
    for round in {1..20}; do
        mv "$log" "$log.$round"
        inject 20
        "$lab/postfix.sh" reload "$root/pf"
        inject 20
        # The agent leaves a file for the next one when two looks, a second apart, have found
        # something in that; until then there is no other rotation.
        eventually "round $round: the new log is used" test -s "$log"
        sleep 3
    done
    messages=$most
    eventually "all are deferred" settled "$messages"
    wait_for "$patience" as_many || fail "$(get 1.10.2.1.3.3) deferrals were counted," \
        "the logs have $(($(lines_of_deferral) - before))"
    ok "each line of all logs was counted once"
    echo "# $(get 1.10.2.1.3.3) deferrals"
    check "nothing is missing, says the agent" not grep -q 'may be missing' "$root/agent.log"
    # 814 messages are more for a process to remember than six.
    memory_kib=8192
    as_before
}
