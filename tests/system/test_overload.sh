#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_overload.sh DAEMON: thresholds are raised strictly above and cleared at or below, with one
# notification for each crossing whose values are those of a GET.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

# same_as_get LINE OBJECT...
same_as_get() {
    local line=$1 object
    shift
    for object in "$@"; do
        [ "$(trap_value "$line" "$object")" = "$(get "$object")" ] ||
            fail "$object is $(trap_value "$line" "$object") in the notification, $(get "$object")"
    done
    ok "the notification has the values of a GET: $*"
}

delete_some() { ids deferred "$1" | pf postsuper -d - 2>/dev/null; }

start_postfix
start_snmpd
start_trapd
start_agent warning_threshold=600 age_threshold=0 hold_threshold=10
expect 1.2.1.0 0 "an empty queue is an honest 0"
for queue in 1 2 3 4 5 6; do
    expect "1.3.1.2.$queue" 0 "row $queue is 0"
done
expect 1.2.5.0 2 "an empty queue is no overload"
check "and has been overloaded at no time" test "$(text 1.2.6.0 | wc -c)" -eq 8
expect 1.1.4.0 1 "Postfix runs"
expect_traps 13 1 "hmqAgentStarted"

inject 500 x@refused.example
eventually "500 are deferred" settled 500
expect 1.2.1.0 500 "500 messages"
expect 1.3.1.2.4 500 "in deferred"
now 1.2.5.0 2 "500 are no overload"
now 1.2.7.0 0 "nothing was raised"

# They move from deferred through incoming and active and back: none is there twice.
pf postqueue -f
eventually "all were tried again" settled 500
expect 1.2.1.0 500 "500 messages, still"
now 1.2.7.0 0 "moving them raised nothing"

inject 1
expect 1.2.5.0 1 "501 are an overload"
expect 1.2.1.0 501 "501 messages"
expect_traps 1 1 "hmqOverloadRaised"
now 1.2.7.0 1 "raised once"
eventually "all are deferred" settled 501
line=$(traps 1)
same_as_get "$line" 1.8.1.0 1.2.1.0 1.4.7.0
for object in 1.3.1.2.2 1.3.1.2.3 1.3.1.2.4 1.3.1.2.5; do
    check "it carries $object" test -n "$(trap_value "$line" "$object")"
done
check "the queues in it add up" test \
    $(($(trap_value "$line" 1.3.1.2.2) + $(trap_value "$line" 1.3.1.2.3) + \
        $(trap_value "$line" 1.3.1.2.4) + $(trap_value "$line" 1.3.1.2.5))) -le 501

inject 100
expect_traps 3 1 "601 are more than 600: hmqWarningRaised"
expect 1.2.1.0 601 "601 messages"
eventually "all are deferred" settled 601
delete_some 61
expect_traps 4 1 "540 are 90 % of 600: hmqWarningCleared"
check "with the threshold" test "$(trap_value "$(traps 4)" 1.4.9.0)" = 600
delete_some 89
expect 1.2.1.0 451 "451 messages"
now 1.2.5.0 1 "451 are still an overload"
expect_traps 2 0 "nothing was cleared"
delete_some 1
expect_traps 2 1 "450 are none: hmqOverloadCleared"
now 1.2.5.0 2 "no overload any more"
same_as_get "$(traps 2)" 1.8.1.0 1.2.1.0 1.4.7.0 1.3.1.2.2 1.3.1.2.3 1.3.1.2.4 \
    1.3.1.2.5

ids deferred 10 | pf postsuper -h - 2>/dev/null
expect 1.3.1.2.5 10 "10 on hold"
expect 1.2.1.0 450 "held ones are in the total"
ids deferred 1 | pf postsuper -h - 2>/dev/null
expect_traps 7 1 "11 are more than 10: hmqHoldRaised"
ids hold 1 | pf postsuper -H - 2>/dev/null
expect 1.3.1.2.5 10 "10 on hold"
expect_traps 8 0 "10 are more than 9: nothing is cleared"
ids hold 1 | pf postsuper -H - 2>/dev/null
expect_traps 8 1 "9 are 90 % of 10: hmqHoldCleared"

sed -i 's/^age_threshold.*/age_threshold = 1/' "$root/agent.conf"
kill -HUP "$agent"
expect_traps 5 1 "hmqAgeRaised, by a reload"
check "the age in it is above the threshold" test "$(trap_value "$(traps 5)" 1.2.4.0)" -gt 1
delete_some 450
ids hold | pf postsuper -d - 2>/dev/null
expect_traps 6 1 "an empty queue has no age: hmqAgeCleared"
expect 1.2.1.0 0 "empty again"
check "each came once, in the order of their serials" test \
    "$(serials | tr '\n' ' ')" = "1 2 3 4 5 6 7 8 9 10 "
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
