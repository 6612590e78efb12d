#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_events.sh DAEMON: each notification is first an event in the database, whose serial never
# repeats; hmqEventTable has the last 1,000 of them, so that a manager recovers what it missed; what
# was raised and what was not sent yet survive a kill -9.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/events.sh
. "$support/events.sh"

notified() { [ "$(db "SELECT notified FROM events WHERE serial = $1")" = "$2" ]; }
pending_are() { [ "$(db "SELECT count(*) FROM events WHERE notified = 'pending'")" -eq "$1" ]; }
last_event() { [ "$(db 'SELECT event FROM events ORDER BY serial DESC LIMIT 1')" = "$1" ]; }
total_is() { matches 1.2.1.0 "$1"; }
empty_queue() { ids deferred | pf postsuper -d - 2>/dev/null; }

# same_order: the notifications came in the order of their serials, none of them twice.
same_order() { [ "$(serials)" = "$(serials | sort -nu)" ]; }

older_than() { [ "$(get 1.2.4.0)" -gt "$1" ] 2>/dev/null; }
has_serial() { grep -qx "$1" < <(serials); }

start_postfix
allow_set
start_snmpd
start_trapd
start_agent overload_threshold=5 overload_clear_threshold=4
expect 1.8.1.0 1 "the first event"
expect 1.8.2.1.7.1 2 "its notification was sent"
now 1.8.2.1.3.1 13 "it is hmqAgentStarted"
check "it stands in the database" test "$(db 'SELECT event FROM events')" = hmqAgentStarted
expect 1.2.1.0 0 "an empty queue"

# ---- suppressed

set_value 1.4.13.0 x 0000
expect 1.8.2.1.7.2 3 "even that notifications were switched off is an event, and suppressed"
check "with the old and the new value" test "$(text 1.8.2.1.4.2)" = \
    'notifications: 000000, was C0FF80'
inject 6
expect 1.2.5.0 1 "6 are an overload"
expect 1.8.1.0 3 "an event"
expect 1.8.2.1.7.3 3 "whose notification is suppressed"
now 1.8.2.1.5.3 6 "with its total"
now 1.8.2.1.6.3 5 "and its threshold"
eventually "all are deferred" settled 6
set_value 1.4.13.0 x C0FF80
expect 1.8.2.1.7.4 2 "that they are sent again is sent"
ids deferred 2 | pf postsuper -d - 2>/dev/null
expect_traps 2 1 "the clear is sent: hmqOverloadCleared"
expect_traps 1 0 "the suppressed raise was not"
expect 1.8.2.1.7.5 2 "the table says so"
eventually "and the database" notified 5 sent

# ---- the last 1,000, and a manager that missed some

ids deferred 2 | pf postsuper -h - 2>/dev/null
expect 1.3.1.2.5 2 "2 on hold"
eventually "the oldest message is more than a second old" older_than 1
# Four conditions change with each SET, and the SET is an event. Their thresholds come first.
cat >>"$root/agent.conf" <<'END'
condition.a.watch = total
condition.a.above = 1000
condition.b.watch = age
condition.b.above = 1000s
condition.c.watch = queue hold
condition.c.above = 1000
END
kill -HUP "$agent"
expect 1.11.3.1.11.1.99 2 "three more conditions"
enabled=1.11.3.1.10.1 above=1.11.3.1.5.1 clear=1.11.3.1.6.1
set_value $enabled.97 i 2 $enabled.98 i 2 $enabled.99 i 2
set_value $above.97 u 2 $above.98 u 1 $above.99 u 1 $clear.97 u 1 $clear.98 u 1 $clear.99 u 1
sets() { [ "$(db "SELECT count(*) FROM events WHERE event = 'hmqSettingsChanged' AND
    text LIKE '%condition.c%'")" -ge 2 ]; }
eventually "which are set" sets
toggle() { # COUNT
    local i
    for ((i = 0; i < $1; i++)); do
        set_value 1.4.8.0 u 1 1.4.7.0 u 2 $enabled.97 i 1 $enabled.98 i 1 $enabled.99 i 1
        set_value 1.4.7.0 u 0 $enabled.97 i 2 $enabled.98 i 2 $enabled.99 i 2
    done
}
start=$(get 1.8.1.0)
toggle 65
eventually "the manager has what there is" has_serial "$(get 1.8.1.0)"
stop_daemon "$root/snmptrapd.pid"
missed_from=$(get 1.8.1.0)
toggle 8
missed_to=$(get 1.8.1.0)
expect "1.8.2.1.7.$missed_to" 2 "the master has sent what no one took"
mv "$root/traps" "$root/traps.before"
start_trapd
toggle 60
last=$(get 1.8.1.0)
check "each crossing was an event ($start to $last)" test "$last" -eq $((start + 133 * 10))
expect "1.8.2.1.7.$last" 2 "the last one is sent"
walk 1.8.2.1.3 >"$root/table"
check "the table has 1,000 rows" test "$(wc -l <"$root/table")" -eq 1000
check "the first of them is 999 before the last" \
    grep -q "^$base.1.8.2.1.3.$((last - 999)) " <(head -n 1 "$root/table")
check "and the last is the last" grep -q "^$base.1.8.2.1.3.$last " <(tail -n 1 "$root/table")
all_sent() {
    [ "$(db "SELECT count(*) FROM events WHERE serial > $start AND notified = 'sent'")" -eq \
        $((last - start)) ]
}
eventually "the database has them all, and all are sent" all_sent
check "no serial twice" test "$(db 'SELECT count(*) - count(DISTINCT serial) FROM events')" -eq 0
eventually "the manager has the last notification" has_serial "$last"
grep -ho "$base.1.8.1.0 = [0-9]*" "$root/traps.before" "$root/traps" |
    awk '{ print $3 }' >"$root/had"
check "each came once, in order" diff "$root/had" <(sort -nu "$root/had")
seq "$((start + 1))" "$last" | grep -vxFf "$root/had" >"$root/missed"
check "it missed those of the time it was away" test \
    "$(tr '\n' ' ' <"$root/missed")" = "$(seq -s ' ' $((missed_from + 1)) "$missed_to") "
while read -r serial; do
    grep -q "^$base.1.8.2.1.3.$serial " "$root/table" || fail "event $serial is not in the table"
done <"$root/missed"
ok "and all of those stand in the table"
check "in the database's words" test "$(text "1.8.2.1.4.$missed_to")" = \
    "$(db "SELECT text FROM events WHERE serial = $missed_to")"

# ---- what was raised survives

raises=$(get 1.2.7.0)
set_value 1.4.8.0 u 4 1.4.7.0 u 5
inject 4
eventually "all are deferred" settled 6
expect 1.2.5.0 1 "an overload again"
now 1.2.7.0 $((raises + 1)) "raised once more"
eventually "it is the last event" last_event hmqOverloadRaised
since=$(text 1.2.6.0 | od -An -tx1)
count=$(trap_count 1)
raised_traps=$count
last=$(get 1.8.1.0)
stop_agent
check "a clean stop" test "$agent_status" -eq 0
start_agent
expect 1.8.1.0 $((last + 1)) "a clean start goes on with the next serial"
expect 1.2.1.0 8 "8 messages"
expect 1.2.5.0 1 "still an overload"
now 1.2.7.0 0 "which was raised before this start"
check "since the same time" test "$(text 1.2.6.0 | od -An -tx1)" = "$since"
check "no second raise" test "$(trap_count 1)" -eq "$count"

# A kill before the state of the conditions was written, after the event was.
kill_agent
sqlite3 "$root/state/agent.db" "
    DELETE FROM conditions WHERE name = 'overload';
    UPDATE state SET value = (SELECT max(serial) FROM events WHERE event = 'hmqOverloadRaised') - 1
        WHERE name = 'state_serial'"
check "the state before the raise" test \
    "$(db "SELECT count(*) FROM conditions WHERE name = 'overload'")" = 0
start_agent
expect 1.2.1.0 8 "8 messages"
expect 1.2.5.0 1 "the event tells of the overload"
now 1.2.7.0 0 "which was raised before this start"
check "since about the same time" test -n "$(text 1.2.6.0 | od -An -tx1 | tr -d ' 0')"
check "no second raise" test "$(trap_count 1)" -eq "$raised_traps"

last=$(get 1.8.1.0)
kill_agent
count=$(trap_count 2)
empty_queue
start_agent
eventually "a clear that happened while it was dead is sent" has_traps 2 $((count + 1))
check "once" test "$(trap_count 2)" -eq $((count + 1))
line=$(traps 2 | tail -n 1)
check "with a new serial" test "$(trap_value "$line" 1.8.1.0)" -gt "$last"
check "its total" test "$(trap_value "$line" 1.2.1.0)" = 2
check "and the threshold, which was set over SNMP" test "$(trap_value "$line" 1.4.7.0)" = 5
now 1.2.5.0 2 "no overload any more"

# ---- notifications that wait when it is killed

expect "1.8.2.1.7.$(get 1.8.1.0)" 2 "nothing is pending"
last=$(get 1.8.1.0)
before=$(serials | wc -l)
# An action that ends while no master is there.
worker=$(worker)
kill -STOP "$worker"
set_value 1.6.5.1.13.3.111.112.115.1.7 s 'ticket 4711' \
    1.6.5.1.4.3.111.112.115.1.7 s 4F0C21A3B5 1.6.5.1.21.3.111.112.115.1.7 i 4
stop_daemon "$root/snmpd.pid"
kill -CONT "$worker"
crossing() { # EVENT COUNT
    eventually "$1 while no master is there" last_event "$1"
    check "it is pending" pending_are "$2"
}
crossing hmqActionFinished 1
inject 5
crossing hmqOverloadRaised 2
eventually "all are deferred" settled 5
empty_queue
crossing hmqOverloadCleared 3
inject 7
crossing hmqOverloadRaised 4
kill_agent
db "SELECT serial || ' ' || total || ' ' || threshold FROM events WHERE notified = 'pending'
    AND threshold IS NOT NULL ORDER BY serial" >"$root/pending"
eventually "all are deferred" settled 7
inject 3
eventually "all are deferred" settled 10
start_snmpd
start_agent
expect 1.2.1.0 12 "12 messages by now"
eventually "nothing is pending any more" pending_are 0
eventually "the last one has come" has_serial "$(get 1.8.1.0)"
grep -F "$base.0." "$root/traps" | tail -n "+$((before + 1))" >"$root/late"
for line in 2 3 4; do
    text=$(sed -n "${line}p" "$root/late")
    echo "$(trap_value "$text" 1.8.1.0) $(trap_value "$text" 1.2.1.0) $(trap_value "$text" 1.4.7.0)"
done >"$root/came"
line=$(sed -n 1p "$root/late")
index=3.111.112.115.1.7
for pair in 14=5 15=1 16=0 17=1 '13="ticket 4711"'; do
    check "the action's notification has column ${pair%%=*}" test \
        "$(trap_value "$line" "1.6.5.1.${pair%%=*}.$index")" = "${pair#*=}"
done
check "the three others that waited came then, in order, with the values of their time" \
    diff "$root/pending" "$root/came"
check "then hmqAgentStarted" grep -qF "$base.0.13|" <(sed -n 5p "$root/late")
check "and no more" test "$(wc -l <"$root/late")" -eq 5
check "no notification came twice, all came in order" same_order
stop_agent

# ---- starts in an overload: each notification is complete

stop_daemon "$root/snmptrapd.pid"
start_trapd
for round in {1..5}; do
    rm -f "$root/state/"agent.db*
    start_agent overload_threshold=5 overload_clear_threshold=4
    eventually "start $round: hmqAgentStarted" has_traps 13 "$round"
    eventually "and hmqOverloadRaised" has_traps 1 "$round"
    kill_agent
done
complete() { # NUMBER OBJECT...: all of them, in each notification, in order
    local number=$1 line found
    shift
    while read -r line; do
        found=$(tr '|' '\n' <<<"$line" | sed -n "s/^$base\.\(1\.[0-9.]*\) = .*/\1/p" | tr '\n' ' ')
        [ "$found" = "$* " ] || fail "notification $number has $found"
    done < <(traps "$number")
}
complete 1 1.8.1.0 1.2.1.0 1.4.7.0 1.3.1.2.2 1.3.1.2.3 1.3.1.2.4 1.3.1.2.5
ok "hmqOverloadRaised has all its objects each time"
complete 13 1.8.1.0 1.1.1.0 1.1.5.0
ok "and so has hmqAgentStarted"
check "which never says unavailable" not grep -q "$base.1.1.5.0 = 3" <(traps 13)

# ---- Postfix stops and starts

start_agent overload_threshold=0
expect 1.1.4.0 1 "Postfix runs"
stop_postfix
expect_traps 16 1 "a stop that lasts: hmqPostfixStopped"
check "with hmqPostfixStatus" test "$(trap_value "$(traps 16)" 1.1.4.0)" = 2
kill_agent
start_agent
expect 1.1.4.0 2 "stopped, after a restart of the agent"
eventually "the agent has read it" has_traps 13 7
start_postfix
expect_traps 17 1 "hmqPostfixStarted"
expect_traps 16 1 "the stop was not reported twice"
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
