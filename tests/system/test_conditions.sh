#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_conditions.sh DAEMON: a condition is raised once it has lasted, repeated, tuned by SET, kept
# over a restart, cleared when it is removed, and neither raised nor cleared while its queue cannot
# be read. What is counted by sender and domain, and by the log, is of a Postfix beside servers that
# take mail, put it off and refuse it.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

# of COLUMN CONDITION: the object.
of() { echo "1.11.3.1.$1.$(sub_ids "$2")"; }

last_trap() { traps "$1" | tail -n 1; }
about() { trap_value "$(last_trap "$1")" "$(of 2 "$2")"; }
# How often it was cleared.
cleared_of() { traps 15 | grep -cF -- "$base.$(of 2 "$1") = " || true; }
is_cleared() { [ "$(cleared_of "$1")" -gt 0 ]; }
serial_in() { trap_value "$1" 1.8.1.0; }

delete_some() { ids deferred "$1" | pf postsuper -d - 2>/dev/null; }

allow_set
start_postfix
start_snmpd
start_trapd
start_agent condition.lasting.watch='queue deferred' condition.lasting.above=2 \
    condition.lasting.for=5s condition.lasting.severity=critical \
    condition.held.watch='queue hold' condition.held.above=0 condition.held.repeat=2s \
    condition.old.watch=age condition.old.above=1d
expect_traps 13 1 "hmqAgentStarted"
eventually "it takes SETs" takes_sets
expect 1.11.1.0 0 "nothing is raised"
now 1.11.2.0 0 "and nothing is wrong"
check "overload and three others" test "$(walk 1.11.3.1.2 | wc -l)" -eq 4
now "$(of 3 old)" 3 "an age is watched"
now "$(of 6 old)" 77760 "cleared at 90 %"
now "$(of 9 lasting)" 3 "critical"

# For how long
before=$SECONDS
inject 3
expect "$(of 11 lasting)" 3 "pending"
now "$(of 13 lasting)" 3 "the value"
expect_traps 14 0 "no notification yet"
expect "$(of 11 lasting)" 4 "raised"
check "once it has lasted" test $((SECONDS - before)) -ge 5
expect_traps 14 1 "hmqConditionRaised"
check "of that condition" test "$(about 14 lasting)" = '"lasting"'
line=$(last_trap 14)
check "its severity" test "$(trap_value "$line" "$(of 9 lasting)")" = 3
check "its value" test "$(trap_value "$line" "$(of 13 lasting)")" = 3
check "its threshold" test "$(trap_value "$line" "$(of 5 lasting)")" = 2
check "the total" test "$(trap_value "$line" 1.2.1.0)" = 3
now 1.11.2.0 3 "the worst is critical"
now "$(of 15 lasting)" 1 "raised once"
serial=$(serial_in "$line")
now "1.8.2.1.8.$serial" 1 "the event is critical, too"
now "1.8.2.1.9.$serial" '"lasting"' "and is about the condition"
delete_some 1
expect_traps 15 0 "2 are more than 1: nothing is cleared"
delete_some 1
expect_traps 15 1 "hmqConditionCleared"
now "$(of 11 lasting)" 2 "clear"
now 1.11.2.0 0 "nothing is wrong any more"
check "since never" test "$(text "$(of 12 lasting)" | wc -c)" -eq 8

# Repeated
ids deferred 1 | pf postsuper -h - 2>/dev/null
expect_traps 14 2 "the first held message"
serial=$(serial_in "$(last_trap 14)")
repeated() { [ "$(trap_count 14)" -ge "$1" ]; }
eventually "it is sent again" repeated 4
check "with its serial" test "$(serial_in "$(last_trap 14)")" = "$serial"
now 1.8.1.0 "$serial" "which is the last one"
eventually "the log has it" grep -q "event $serial (hmqConditionRaised) is sent again" \
    "$root/agent.log"

# Over a restart
since=$(text "$(of 12 held)" | od -An -tx1)
set_object "$(of 8 held)" u 0 >/dev/null
stop_agent
raised=$(trap_count 14)
start_agent
eventually "it takes SETs" takes_sets
expect "$(of 11 held)" 4 "still raised"
check "since then" test "$(text "$(of 12 held)" | od -An -tx1)" = "$since"
now "$(of 15 held)" 0 "by an earlier process"
now "$(of 8 held)" 0 "not repeated any more, as it was set"
check "nothing was raised again" test "$(trap_count 14)" -eq "$raised"

# Tuned
refused "a negative threshold" wrongValue "$(of 5 held)" "$(of 5 held)" u -5
refused "a clear value above the threshold" inconsistentValue "$(of 6 held)" "$(of 6 held)" u 1
set_object "$(of 5 held)" u 1 "$(of 6 held)" u 1 >/dev/null
expect_traps 15 2 "a threshold above the value clears"
check "of that condition" test "$(about 15 held)" = '"held"'
set_object "$(of 5 held)" u 0 "$(of 6 held)" u 0 >/dev/null
expect_traps 14 $((raised + 1)) "a threshold below the value raises"
set_object "$(of 10 held)" i 2 >/dev/null
expect_traps 15 3 "disabled: cleared"
set_object "$(of 10 held)" i 1 >/dev/null
expect_traps 14 $((raised + 2)) "enabled again: raised"
check "the database has what was set" sql_is \
    "SELECT group_concat(name || '=' || value) FROM (SELECT * FROM tunables WHERE name LIKE
     'condition.held.%' ORDER BY name)" \
    'condition.held.above=0,condition.held.clear=0,condition.held.enabled=1,condition.held.repeat=0'
check "and what is raised" sql_is "SELECT name || watch FROM conditions" 'heldqueue hold'

# A queue that cannot be read
mv "$spool/hold" "$spool/hold.away"
expect "$(of 13 held)" "$none" "the value is unknown"
now "$(of 11 held)" 4 "and the condition is still raised"
expect "$(of 11 lasting)" 1 "what is not raised is unknown"
expect_traps 15 3 "nothing was cleared"
mv "$spool/hold.away" "$spool/hold"
expect "$(of 13 held)" 1 "known again"
expect "$(of 11 lasting)" 2 "and clear"
check "nothing was raised again" test "$(trap_count 14)" -eq $((raised + 2))

# Removed, and the subject of an age
sed -i '/^condition.held/d; s/^condition.old.above.*/condition.old.above = 0/' "$root/agent.conf"
kill -HUP "$agent"
expect_traps 15 4 "removed while raised: cleared"
check "the log says why" grep -q 'held: the condition was removed from the configuration' \
    "$root/agent.log"
now "$(of 11 held)" "$none" "its row is gone"
inject 1
expect_traps 14 $((raised + 3)) "the age of the first message"
check "the subject is the message" test "$(trap_value "$(last_trap 14)" "$(of 14 old)")" = \
    "$(get "$(of 14 old)")"

# The largest sender, and what the log says
cat >>"$root/agent.conf" <<'END'
condition.sender.watch = sender
condition.sender.above = 3
condition.deferrals.watch = deferrals
condition.deferrals.above = 3
END
kill -HUP "$agent"
expect "$(of 11 sender)" 2 "no sender has many"
inject 4 x@refused.example stolen@source.example
expect "$(of 11 sender)" 4 "one has"
now "$(of 14 sender)" '"stolen@source.example"' "which one"
eventually "the event names it" sql_is "SELECT condition_subject FROM events
    WHERE condition_name = 'sender'" stolen@source.example
expect "$(of 11 deferrals)" 4 "deferred: from the log"

# The largest domain, bounces, and mail that nobody takes
start_sinks
cat >>"$root/agent.conf" <<'END'
condition.domain.watch = domain
condition.domain.above = 5
condition.bounces.watch = bounces
condition.bounces.above = 2
condition.undelivered.watch = undelivered
condition.undelivered.above = 1h
END
kill -HUP "$agent"
expect "$(of 11 domain)" 2 "no domain has many"
expect "$(of 11 bounces)" 2 "nothing has bounced"
expect "$(of 11 undelivered)" 2 "and nothing has waited for an hour"
inject 6 a@Later.example
expect "$(of 11 domain)" 4 "one domain has"
now "$(of 14 domain)" '"later.example"' "which one"
now "$(of 13 domain)" 6 "how many"
inject 3 a@never.example
expect "$(of 11 bounces)" 4 "bounced: from the log"
now "$(of 13 bounces)" 3 "how many"
set_object "$(of 5 undelivered)" u 5 "$(of 6 undelivered)" u 5 >/dev/null
expect "$(of 11 undelivered)" 4 "nothing was sent since the agent started"
mailq_ids() { pf postqueue -j | jq -r "select(.recipients[].address == \"$1\") | .queue_id"; }
mailq_ids a@Later.example | pf postsuper -d - 2>/dev/null
expect "$(of 11 domain)" 2 "the domain is gone"
eventually "the notification says so" is_cleared domain

# A log that is read from now on says nothing about the time before.
stop_agent
start_agent
expect "$(of 13 bounces)" 0 "the log is read anew"
now "$(of 11 bounces)" 4 "what bounced before is not forgotten"
expect "$(of 13 undelivered)" '[0-9]*' "something waits"
now "$(of 11 undelivered)" 4 "and nothing says that anything was sent"
check "nothing was cleared" test "$(cleared_of bounces)$(cleared_of undelivered)" = 00
inject 1 a@takes.example
eventually "something was sent: cleared" is_cleared undelivered
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
check "each event was sent" sql_is "SELECT count(*) FROM events WHERE notified <> 'sent'" 0

# The retired keys say what to write.
echo 'warning_threshold = 100' >>"$root/agent.conf"
"$daemon" -c "$root/agent.conf" -t >"$root/said" 2>&1 && fail 'a retired key was taken'
check "a retired key says what to write" grep -q \
    'agent.conf:[0-9]*: warning_threshold: .*condition.warning.watch = total' "$root/said"
