#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_history.sh DAEMON: the history in the database, read as a user reads it while the agent runs:
# what the agent saw before a restart, both in minutes and in hours, and nothing of the time in
# which it could not read the queue or did not run.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/events.sh
. "$support/events.sh"

known_for() { # STEP: seconds, over all rows
    db "SELECT coalesce(sum(known), 0) FROM history WHERE step = $1"
}
is_recorded() { [ "$(known_for 60)" -gt "$1" ]; }
# The agent writes at its end what it has seen, of a second or of several.
record_more() {
    local before
    before=$(known_for 60)
    stop_agent
    start_agent
    expect 1.2.1.0 "$1" "$1 messages after a restart"
    is_recorded "$before"
}

start_postfix
start_snmpd
start_agent
expect 1.2.1.0 0 "an empty queue"
expect 1.10.2.1.3.1 0 "the log is read, and has nothing"
inject 3
expect 1.2.1.0 3 "3 messages"
expect 1.10.2.1.3.1 3 "which the log reports as received"
eventually "time in which there were 3 is recorded" record_more 3
check "the greatest number is there, in minutes" test \
    "$(db 'SELECT max(total_max) FROM history WHERE step = 60')" = 3
check "and in hours" test "$(db 'SELECT max(total_max) FROM history WHERE step = 3600')" = 3
check "an average is not more than that" test \
    "$(db 'SELECT count(*) FROM history WHERE total < 0 OR total > 3')" = 0
check "minutes and hours are of the same time" test "$(
    db "SELECT abs((SELECT sum(known) FROM history_steps WHERE step = 60) -
        (SELECT sum(known) FROM history_steps WHERE step = 3600))"
)" -lt 1000
check "the times are those of now" test "$(
    db "SELECT count(*) FROM history WHERE time > datetime('now')
        OR time < datetime('now', '-2 hours')"
)" = 0
check "what the log reported is there" test \
    "$(db 'SELECT sum(received) FROM history_steps WHERE step = 60')" = 3
check "in hours, too" test \
    "$(db 'SELECT sum(received) FROM history_steps WHERE step = 3600')" = 3
check "per minute" test "$(db 'SELECT max(received) FROM history WHERE step = 3600')" != 0.0
stop_agent
log_before=$(db 'SELECT sum(log) FROM history_steps')
start_agent mail_log=off
expect 1.2.1.0 3 "without the log"
eventually "time without the log is recorded" record_more 3
check "what it would have reported is not made up" test \
    "$(db 'SELECT sum(log) FROM history_steps')" = "$log_before"

# ---- a queue that cannot be read: the rows are there, without numbers

stop_agent
before=$(known_for 60)
unread() { db 'SELECT count(*) FROM history WHERE known = 0'; }
without=$(unread)
mv "$root/pf/etc/main.cf" "$root/pf/etc/main.cf.away"
# At first it may be a minute that has numbers from before.
unread_minute() {
    start_agent
    expect 1.1.5.0 3 "the queue cannot be read"
    stop_agent
    [ "$(unread)" -gt "$without" ]
}
eventually "a minute without numbers is recorded" unread_minute
check "nothing is made up" test "$(known_for 60)" -eq "$before"
check "what is not known is NULL" test "$(
    db 'SELECT count(total) + count(total_max) + count(deferred) FROM history WHERE known = 0'
)" = 0
check "the database is whole" test "$(db 'PRAGMA integrity_check')" = ok
