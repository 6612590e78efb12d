#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_action_store.sh DAEMON: a database on a full disk, and one that cannot be opened: what has to
# be stored is refused, monitoring goes on and says why, and all comes back by itself.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

cleanup_more() { umount "$root/state" 2>/dev/null || true; }

# takes_none NUMBER...: a SET is refused with resourceUnavailable. What was taken before that was
# known has failed, and did nothing.
takes_none() {
    local said
    local -a arguments=()
    attempt=$((attempt + 1))
    row_arguments al hold "$attempt" all=1
    said=$(set_object "${arguments[@]}" 2>&1) && return 1
    [[ $said == *resourceUnavailable* ]] || fail "refused, but with $said"
}
takes_one() {
    local -a arguments=()
    attempt=$((attempt + 1))
    row_arguments al hold "$attempt" all=1
    set_object "${arguments[@]}" >/dev/null 2>&1
}
attempt=0

mount -t tmpfs -o size=1M,mode=0755,uid="$(id -u nobody)" hmq "$root/state"
start_postfix 'bounce_queue_lifetime = 5d'
allow_set
start_snmpd
start_trapd
inject 2
eventually "two are deferred" settled 2
start_agent
expect 1.2.1.0 2 "two messages"
eventually "it takes SETs" takes_sets
act al count 1 all=1
finished al count 1 "done" 2 0 0

dd if=/dev/zero of="$root/state/filler" bs=4096 2>/dev/null || true
eventually "the disk is full: refused" takes_none
expect 1.1.11.0 '*no space left*' "hmqLastReadError says why"
check "so does the log" grep -q 'no space left.*actions are refused' "$root/agent.log"
check "nothing was done" holds hold
for ((i = 1; i < attempt; i++)); do
    in_state al hold "$i" failed || fail "al hold $i is $(outcome al hold "$i")"
done
refused "lifetimes" resourceUnavailable 1.4.1.0 1.4.1.0 i 7
refused "thresholds" resourceUnavailable 1.4.7.0 1.4.7.0 u 600
now 1.4.1.0 5 "the lifetime is what it was"
check "in main.cf" same "$(pf postconf -h bounce_queue_lifetime)" 5d
inject 1
expect 1.2.1.0 3 "monitoring goes on"
now 1.1.5.0 1 "with good data"
rm "$root/state/filler"
eventually "with room on the disk: taken" takes_one
finished al hold "$attempt" "done" 3 3 0
check "and done" test "$(count_queue "$spool" hold)" = 3
set_object 1.4.1.0 i 7 >/dev/null
eventually "lifetimes too" eval '[ "$(pf postconf -h bounce_queue_lifetime)" = 7d ]'
check "it is in the audit" \
    sql_is "SELECT state FROM audit WHERE id = $attempt AND command = 'hold'" "done"
stop_agent

# A file that the agent may not write.
attempt=1000
chown root "$root/state" "$root"/state/*
start_agent
expect 1.2.1.0 3 "a database of somebody else: monitoring goes on"
eventually "actions are refused" takes_none
expect 1.1.11.0 '*permission denied*' "hmqLastReadError says why"
check "and what to do" grep -q 'permission denied; give the file' "$root/agent.log"
chown nobody "$root/state" "$root"/state/*
eventually "once it may: taken" takes_one
now 1.4.1.0 7 "and what was stored is back"
stop_agent
check "no report of a sanitizer" no_sanitizer_report
