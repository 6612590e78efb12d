#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_action_crash.sh DAEMON: kill -9 of the agent, of its helper, and of both, at each step of an
# action: none is lost once it is journaled, none runs twice, and what was running is interrupted.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/crash.sh
. "$support/crash.sh"

restart() {
    go_on
    start_agent
    wait_for "$patience" answers || fail "the agent does not come back"
}
answers() { [[ $(get 1.2.1.0) == [0-9]* ]] && [ "$(outcome none hold 1)" = absent ]; }

# postsuper_runs: how often it was started, ever.
postsuper_runs() { grep -c ' postsuper ' "$root/engine.log" || true; }

row_is() { # COMMAND ID STATE
    sql_is "SELECT state FROM audit WHERE command = '$1' AND id = $2" "$3" >/dev/null
}

start_postfix
allow_set
start_snmpd
id=()
for i in {1..8}; do id[i]=$(send "s$i@one.example" x@suspended.example); done
# shellcheck disable=SC2046
start_agent $(use_engine) overload_threshold=0 list_interval=2s
expect 1.2.1.0 8 "eight messages"
eventually "it takes SETs" takes_sets
eventually "all are deferred" settled 8

# Taken, but not in the journal yet.
lock_database
act al hold 1 ids="${id[1]}"
crash agent
unlock_database
restart
check "not journaled: it is as if it had never been" same "$(outcome al hold 1)" absent
check "nothing was done" holds hold
check "postsuper was not run" same "$(postsuper_runs)" 0

# Two in the journal, the first before its postsuper.
hang hang.postsuper
act al hold 2 ids="${id[1]} ${id[2]}"
eventually "one waits for its postsuper" hanging postsuper
act al hold 3 ids="${id[3]}"
eventually "another is in the journal" row_is hold 3 queued
check "the first is journaled as running" row_is hold 2 running
crash agent
restart
finished al hold 3 "done" 1 1 0
finished al hold 2 interrupted 2 0 0 '*'
check "only the queued one was done" holds hold "${id[3]}"
check "postsuper was run twice" same "$(postsuper_runs)" 2

# While its messages are looked for: nothing was done yet, and it is done anew.
hang hang.postqueue
act al delete 1 'sender=s8@*' expected=1
eventually "a listing hangs" hanging postqueue
eventually "it is in the journal" row_is delete 1 queued
crash agent
restart
finished al delete 1 "done" 1 1 0
check "it is gone" not lies_in deferred "${id[8]}"
check "postsuper was run a third time" same "$(postsuper_runs)" 3

# After postsuper, before its end is known.
hang hang-after.postsuper
act al hold 4 ids="${id[4]}"
eventually "postsuper has done its work" lies_in hold "${id[4]}"
eventually "but not ended" hanging postsuper
crash agent supervisor worker
restart
check "interrupted" in_state al hold 4 interrupted
check "postsuper was not run again" same "$(postsuper_runs)" 4

# The helper alone: before and after postsuper.
hang hang.postsuper
act al hold 5 ids="${id[5]}"
eventually "one waits for its postsuper" hanging postsuper
crash worker
eventually "the helper is gone: interrupted" in_state al hold 5 interrupted
go_on
check "nothing was done" lies_in deferred "${id[5]}"
hang hang-after.postsuper
act al hold 6 ids="${id[5]} ${id[6]}"
eventually "postsuper has done its work" lies_in hold "${id[5]}" "${id[6]}"
eventually "but not ended" hanging postsuper
crash worker
go_on
finished al hold 6 "done" 2 2 0
ok "postsuper had said all there was to say"
check "of each" same "$(results al hold 6)" \
    "$(printf '%s\n' "${id[5]} 1" "${id[6]} 1" | sort | tr '\n' ' ')"
act al unhold 1 ids="${id[5]}"
finished al unhold 1 "done" 1 1 0
runs=$(postsuper_runs)

# Done, but its end is not stored.
hang hang-after.postsuper
act al hold 7 ids="${id[7]}"
eventually "postsuper has done its work" hanging postsuper
lock_database
go_on
finished al hold 7 "done" 1 1 0
crash agent
unlock_database
restart
check "the end was not stored: interrupted" in_state al hold 7 interrupted
check "it was done" lies_in hold "${id[7]}"
check "and not again" same "$(postsuper_runs)" $((runs + 1))

# The audit.
check "no row is left open" \
    sql_is "SELECT count(*) FROM audit WHERE state IN ('queued', 'running')" 0
check "each has its row" sql_is \
    "SELECT group_concat(command || id, ' ') FROM (SELECT * FROM audit ORDER BY serial)" \
    'hold2 hold3 delete1 hold4 hold5 hold6 unhold1 hold7'
check "with owner, criteria and outcome" sql_is "SELECT owner, criteria, state, results FROM audit
    WHERE command = 'delete'" "al|sender=s8@* expected_count=1|done|${id[8]} done"
check "and its times" sql_is "SELECT count(*) FROM audit WHERE created IS NULL OR ended IS NULL" 0
check "the file is sound" sql_is 'PRAGMA integrity_check' ok
stop_agent
check "no report of a sanitizer" no_sanitizer_report
