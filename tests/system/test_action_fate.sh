#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_action_fate.sh DAEMON: actions whose helper is stopped or killed while they run, which ends
# them as interrupted with what the queue shows, and none of which is done later; what is where it
# was to go already; a long flush, which lets others go first and can be cancelled.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

stopped=()
cleanup_more() {
    [ ${#stopped[@]} -eq 0 ] || kill -CONT "${stopped[@]}" 2>/dev/null || true
}

# What a flush would return to the sender stays.
start_postfix 'soft_bounce = yes'
allow_set
start_snmpd
inject 200 x@refused.example
inject 100 x@refused.example many@source.example
eventually "300 are deferred" settled 300
start_agent command_timeout=5s
expect 1.2.1.0 300 "they are counted"
eventually "it takes SETs" takes_sets
eventually "the store is in use" grep -q 'registered with' "$root/agent.log"
mapfile -t all < <(ids deferred)
some="${all[*]:0:50}"

stop() {
    stopped=("$@")
    kill -STOP "${stopped[@]}"
}
go_on() {
    kill -CONT "${stopped[@]}" 2>/dev/null || true
    stopped=()
}
texts() { # COMMAND ID: the different ones among its results
    sql "SELECT group_concat(DISTINCT r.text) FROM action_results r JOIN actions ON serial = action
        WHERE command = '$1' AND id = $2"
}

# The worker is replaced, and the new one drops what was meant for the old one.
stop "$(worker)"
act al hold 1 ids="$some"
finished al hold 1 interrupted 50 0 50 '*helper was restarted*'
go_on
check "what is known of each" same "$(texts hold 1)" 'the queue does not show it on hold'
check "none was held" holds hold

# Nobody replaces it: the agent's own time-out passes. What wakes late refuses the order.
stop "$(supervisor)" "$(worker)"
act al hold 2 ids="$some"
finished al hold 2 interrupted 50 0 50 '*did not answer in time*'
go_on
act al hold 3 ids="${all[50]}"
finished al hold 3 "done" 1 1 0
check "it was not done later" holds hold "${all[50]}"
act al unhold 3 ids="${all[50]}"
finished al unhold 3 "done" 1 1 0

# Killed in the middle of 300: what was done until then is known.
kill_in_the_middle() { # WORKER
    python3 - "$spool/hold" "$1" "$root/watching" <<'END'
import os, signal, sys, time
open(sys.argv[3], "w").close()
end = time.monotonic() + 60
while not os.listdir(sys.argv[1]) and time.monotonic() < end:
    pass
os.kill(int(sys.argv[2]), signal.SIGKILL)
END
}
for number in {10..19}; do
    old=$(worker)
    rm -f "$root/watching"
    kill_in_the_middle "$old" &
    killer=$!
    wait_for "$patience" test -e "$root/watching" || fail "nobody watches"
    act al hold "$number" all=1
    wait "$killer"
    wait_for "$patience" another_worker "$old" || fail "the worker is not replaced"
    wait_for "$patience" ended_action al hold "$number" || fail "hold $number does not end: $said"
    mapfile -t held < <(ids hold)
    check "hold $number ($said) reports as done what is on hold" \
        sql_is "SELECT group_concat(queue_id, ' ') FROM (SELECT queue_id FROM action_results r
        JOIN actions ON serial = action WHERE command = 'hold' AND id = $number AND outcome = 'done'
        ORDER BY queue_id)" "$(printf '%s\n' "${held[@]}" | sort | paste -sd ' ')"
    interrupted=no
    [[ $said != interrupted* ]] || interrupted=yes
    act al unhold "$number" all=1
    finished al unhold "$number" "done" "${#held[@]}" "${#held[@]}" 0
    [ "$interrupted" = no ] || break
done
check "one was interrupted in the middle" test "${#held[@]}" -lt 300 -a "${#held[@]}" -gt 0

# Where it was to go already.
act al hold 30 ids="$some"
finished al hold 30 "done" 50 50 0
act al hold 31 ids="${all[0]} ${all[60]}"
finished al hold 31 "done" 2 2 0
check "an id that is on hold already" same "$(results al hold 31)" \
    "$(printf '%s\n' "${all[0]} 6" "${all[60]} 1" | sort | tr '\n' ' ')"
act al unhold 31 ids="${all[60]} ${all[61]}"
finished al unhold 31 "done" 2 2 0
check "one that was not" same "$(results al unhold 31)" \
    "$(printf '%s\n' "${all[60]} 1" "${all[61]} 6" | sort | tr '\n' ' ')"
act al hold 32 all=1 expected=250
finished al hold 32 "done" 250 250 0
act al unhold 32 'sender=*' expected=300
finished al unhold 32 "done" 300 300 0
act al unhold 33 all=1
finished al unhold 33 "done" 0 0 0

# One process for each of 100, and nobody has to wait for them.
start=$(milliseconds)
act al flush 1 'sender=many@*'
act al hold 40 ids="${all[0]}"
finished al hold 40 "done" 1 1 0
check "the flush goes on after it" in_state al flush 1 running
finished al flush 1 "done" 100 100 0
ok "a flush of 100 took $(($(milliseconds) - start)) ms"
act al flush 2 ids="${all[0]}"
finished al flush 2 failed 0 0 1
check "one on hold is not reached" same "$(texts flush 2)" 'on hold: release it first'
act al unhold 40 ids="${all[0]}"
eventually "they are back" settled 300
act al flush 3 'sender=*'
act al delete 3 ids="$some"
# Running begins with a listing, before which nothing has been done.
flushed_some() { [[ $(outcome al flush 3) =~ ^running\ 300\ [1-9] ]]; }
eventually "another flush has begun" flushed_some
destroy al flush 3
wait_for "$patience" ended_action al flush 3 || fail "not cancelled: $said"
check "it is cancelled ($said)" in_state al flush 3 cancelled
check "and says how far it came" test "$(error_of al flush 3)" = \
    "cancelled: $((300 - $(cut -d ' ' -f 3 <<<"$said"))) of 300 messages were not tried"
finished al delete 3 "done" 50 50 0
destroy al flush 3
check "then the row goes" same "$(outcome al flush 3)" absent

# One that waits.
stop "$(worker)"
act al count 1 all=1
act al delete 4 ids="${all[60]}"
destroy al delete 4
finished al delete 4 cancelled 0 0 0 'cancelled before it began'
go_on
check "it is not deleted" lies_in deferred "${all[60]}"
check "the audit has it" sql_is "SELECT state FROM audit WHERE command = 'delete' AND id = 4" \
    cancelled
check "no report of a sanitizer" no_sanitizer_report
