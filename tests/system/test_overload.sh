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

# As an index: the length and the characters.
warning=7.119.97.114.110.105.110.103
old=3.111.108.100

last_trap() { traps "$1" | tail -n 1; }

delete_some() { ids deferred "$1" | pf postsuper -d - 2>/dev/null; }

start_postfix
start_snmpd
start_trapd
start_agent condition.warning.watch=total condition.warning.above=600 \
    condition.held.watch='queue hold' condition.held.above=10 condition.held.severity=info
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
expect_traps 14 1 "601 are more than 600: hmqConditionRaised"
line=$(last_trap 14)
check "of the condition warning" test "$(trap_value "$line" "1.11.3.1.2.$warning")" = '"warning"'
check "its value" test "$(trap_value "$line" "1.11.3.1.13.$warning")" -gt 600
expect 1.2.1.0 601 "601 messages"
eventually "all are deferred" settled 601
delete_some 61
expect_traps 15 1 "540 are 90 % of 600: hmqConditionCleared"
check "with the threshold" test "$(trap_value "$(last_trap 15)" "1.11.3.1.5.$warning")" = 600
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
expect_traps 14 2 "11 are more than 10: hmqConditionRaised"
now 1.11.1.0 1 "one condition is raised"
now 1.11.2.0 1 "for information"
ids hold 1 | pf postsuper -H - 2>/dev/null
expect 1.3.1.2.5 10 "10 on hold"
expect_traps 15 1 "10 are more than 9: nothing is cleared"
ids hold 1 | pf postsuper -H - 2>/dev/null
expect_traps 15 2 "9 are 90 % of 10: hmqConditionCleared"
now 1.11.2.0 0 "nothing is wrong any more"

printf '%s\n' 'condition.old.watch = age' 'condition.old.above = 1' >>"$root/agent.conf"
kill -HUP "$agent"
expect_traps 14 3 "hmqConditionRaised, by a reload"
line=$(last_trap 14)
check "the age in it is above the threshold" test "$(trap_value "$line" "1.11.3.1.13.$old")" -gt 1
check "the subject is a message" test -n "$(trap_value "$line" "1.11.3.1.14.$old")"
delete_some 450
expect_traps 15 3 "held mail has its own age: hmqConditionCleared"
ids hold | pf postsuper -d - 2>/dev/null
expect 1.2.1.0 0 "empty again"
check "each came once, in the order of their serials" test \
    "$(serials | tr '\n' ' ')" = "1 2 3 4 5 6 7 8 9 "
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
