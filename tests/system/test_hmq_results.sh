#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hmq_results.sh DAEMON: what hmq says of an action whose results no agent of today gives on
# demand: results that cannot all be read, outcomes and states of a later agent, text that would act
# on a terminal. A file behind a real snmpd is the agent; see canned_agent.py.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/hmq.sh
. "$support/hmq.sh"
credentials='-v2c -c private'
export USER=tester

spool=
allow_set
start_snmpd
stop_daemon "$root/snmpd.pid"
serve_file

# row STATE MATCHED SUCCEEDED FAILED ERROR [ID OUTCOME TEXT]...: what the agent holds of the action.
row() {
    local place=0
    : >"$root/objects.sets"
    {
        cat "$support/data/client_objects"
        printf '1.6.5.1.14.@ i %s\n1.6.5.1.15.@ u %s\n1.6.5.1.16.@ u %s\n1.6.5.1.17.@ u %s\n' \
            "${@:1:4}"
        printf '1.6.5.1.20.@ s %s\n' "$5"
        shift 5
        while [ $# -gt 0 ]; do
            place=$((place + 1))
            printf "1.6.6.1.%s.@.$place %s %s\n" 2 s "$1" 3 i "$2" 4 s "$3"
            shift 3
        done
    } >"$root/objects"
}

rows_made() { grep -c '\.1\.6\.5\.1\.21\.' "$root/objects.sets"; }

test_outcomes() {
    row 3 2 1 0 '' 4ABC12DEF0 1 'placed on hold' 4ABC12DEF1 6 'on hold already'
    hmq 0 hold 4ABC12DEF0 4ABC12DEF1 -y
    says '^4ABC12DEF0  done: placed on hold$'
    says '^4ABC12DEF1  unchanged: on hold already$'
    says '^hold: 1 done, 1 unchanged '
    row 8 3 1 0 'cancelled: 2 of 3 messages were not tried' 4ABC12DEF0 1 removed
    hmq 1 delete 4ABC12DEF0 4ABC12DEF1 4ABC12DEF2 -y
    says '^delete: cancelled, 1 done: cancelled: 2 of 3 messages were not tried '
    row 7 2 1 1 'the agent was restarted' 4ABC12DEF0 1 removed 4ABC12DEF1 4 'its fate is unknown'
    hmq 1 delete 4ABC12DEF0 4ABC12DEF1 -y
    says '^4ABC12DEF1  failed: its fate is unknown$'
    says '^delete: interrupted, 1 done, 1 failed: the agent was restarted '
    row 9 1 1 0 '' 4ABC12DEF0 7 'something new'
    hmq 1 hold 4ABC12DEF0 -y
    says '^4ABC12DEF0  outcome 7: something new$'
    says '^hold: state 9, 1 outcome 7 '
    hmq 1 hold 4ABC12DEF0 -y --json
    json '.gateways[0] | .actions[0].state == "state 9" and .results[0].outcome == "outcome 7"'
    row 3 3 3 0 '' 4ABC12DEF0 1 'requeued as 4ABC12DEF7' 4ABC12DEF1 1 'requeued as 4ABC12DEF8' \
        4ABC12DEF2 1 'requeued; Postfix logs the new ID with orig_id=4ABC12DEF2'
    hmq 0 requeue 4ABC12DEF0 4ABC12DEF1 4ABC12DEF2 -y
    says '^2 messages  done: requeued, with new IDs$'
    says '^   4ABC12DEF0 as 4ABC12DEF7, 4ABC12DEF1 as 4ABC12DEF8$'
    says '^4ABC12DEF2  done: requeued; Postfix logs the new ID with orig_id=4ABC12DEF2$'
    hmq 0 requeue 4ABC12DEF0 4ABC12DEF1 4ABC12DEF2 -y --json
    json '[.gateways[0].results[].new_id] == ["4ABC12DEF7", "4ABC12DEF8", null]'
    ok "outcomes and states, also those of a later agent, are not taken for success"
}

test_unread() {
    row 4 3 2 1 ''
    hmq 1 hold 4ABC12DEF0 4ABC12DEF1 4ABC12DEF2 -y
    says '^hold: partial, 2 done, 1 not; not all results could be read '
    hmq 1 hold 4ABC12DEF0 4ABC12DEF1 4ABC12DEF2 -y --json
    json '.gateways[0] | .results == [] and .actions[0].results_complete == false'
    row 3 3 3 0 '' 4ABC12DEF0 1 'placed on hold'
    hmq 0 hold --queue deferred -y
    says '^hold: 3 done, 0 not; not all results could be read '
    ok "results that are not in view are not \"no message\""
}

test_flush() {
    row 3 0 0 0 ''
    hmq 0 flush --sender a@b.example -y
    says '^flush: no message matches'
    ! grep -q 'a flush delivers' "$root/err" || fail "nothing is delivered"
    hmq 0 flush -y
    says '^flush: delivery of everything requested'
    complains 'a flush delivers'
    row 3 1 1 0 '' 4ABC12DEF0 5 ''
    hmq 0 flush 4ABC12DEF0 -y
    says '^4ABC12DEF0  requested$'
    complains 'a flush delivers'
    ok "what a flush has requested, in spite of a pause"
}

test_counting() {
    row 3 5 0 0 ''
    hmq 0 hold --sender a@b.example --dry-run
    says '^hold: would act on 0 messages from a@b.example$'
    same "$(rows_made)" 2 || fail "not a count of all, and of hold"
    row 3 5 0 0 ''
    hmq 0 unhold --all --dry-run
    says '^unhold: would act on ALL 5 messages$'
    same "$(rows_made)" 1 || fail "not one count of hold"
    ! grep -q '\.1\.6\.5\.1\.11\.' "$root/objects.sets" || fail "all, and not hold only"
    row 3 5 0 0 ''
    hmq 0 flush --queue hold --dry-run
    says '^flush: would act on 0 messages in the queue hold$'
    [ ! -s "$root/objects.sets" ] || fail "something was set"
    ok "a dry run is about what the command would act on"
}

# U+009B, U+202E, U+2066, U+2028, an escape, an invalid octet; and what is to be seen as it is.
test_text() {
    local harmful='a\xc2\x9b31mb\xe2\x80\xaec\xe2\x81\xa6d\xe2\x80\xa8e\x1b[0mf\xffg zo\xc3\xab'
    local obeyed='[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81\xa6|\xff'
    local args
    row 4 1 0 1 "$harmful" 4ABC12DEF0 4 "$harmful"
    for args in '' --json; do
        # shellcheck disable=SC2086 # none or one
        hmq 1 hold 4ABC12DEF0 -y $args
        ! LC_ALL=C grep -nP "$obeyed" "$root/out" || fail "a terminal obeys it"
        says 'zoë'
    done
    ok "nothing that a terminal obeys"
}

row 3 0 0 0 ''
start_snmpd
test_outcomes
test_unread
test_flush
test_counting
test_text
echo "$checks checks passed"
