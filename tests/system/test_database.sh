#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_database.sh DAEMON: one database for one agent, restoring a copy of it, what is read of
# it late, and a database that a newer version wrote.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

second=
db=$root/state/agent.db
cleanup_more() {
    [ -z "$second" ] || kill -KILL "$second" 2>/dev/null || true
}
sql() { sqlite3 -cmd '.timeout 10000' "$db" "$1"; }
sql_is() { [ "$(sql "$1")" = "$2" ]; }
kill_agent() {
    kill -KILL "$agent"
    wait "$agent" 2>/dev/null || true
    agent=
}

start_postfix ""
allow_set
start_snmpd
start_trapd
inject 8
eventually "8 are deferred" settled 8

# By the file's thresholds there would be an overload all the time; by what is set there is none at
# the end.
start_agent overload_threshold=1 overload_clear_threshold=0
expect 1.2.1.0 8 "8 messages"
eventually "it takes SETs" takes_sets
check "it remembers its instance" sql_is "SELECT value FROM instance WHERE name = 'container'" ''
set_object 1.4.8.0 u 4 1.4.7.0 u 5 >/dev/null
expect 1.2.5.0 1 "an overload"
eventually "stored" sql_is "SELECT count(*) FROM conditions WHERE name = 'overload'" 1
check "only what was set is stored" sql_is \
    "SELECT group_concat(name || '=' || value) FROM tunables" \
    'overload_clear_threshold=4,overload_threshold=5'

# Two agents: the second one is given the first one's database.
mapfile -t messages < <(ids deferred)
act ops hold 1 ids="${messages[0]}"
finished ops hold 1 "done" 1 1 0
sed 's/^base_oid.*//' "$root/agent.conf" >"$root/second.conf"
echo 'base_oid = .1.3.6.1.4.1.99999.7' >>"$root/second.conf"
"$daemon" -c "$root/second.conf" -f 2>"$root/agent2.log" </dev/null >/dev/null &
second=$!
monitors() { (base=.1.3.6.1.4.1.99999.7 && [ "$(get 1.2.1.0)" = 8 ]); }
eventually "the second agent monitors" monitors
(base=.1.3.6.1.4.1.99999.7 && refused "it takes no SET" resourceUnavailable 1.4.8.0 1.4.8.0 u 0)
eventually "it is refused the database, by whom" grep -q \
    "in use by another hermes-mailqueued (process $agent); stop that one" "$root/agent2.log"
act ops delete 2 ids="${messages[1]}"
finished ops delete 2 "done" 1 1 0
check "it has touched nothing" sql_is \
    "SELECT count(*) FROM events WHERE event = 'hmqAgentStarted'" 1
kill -TERM "$second"
wait "$second" || true
second=

# A copy, more actions, a kill, and the copy back in its place.
sql ".backup $root/state/copy.db"
sql ".backup $root/state/again.db"
copied=$(sql 'SELECT count(*) FROM actions')
for i in 11 12 13; do act ops count "$i" all=1; done
finished ops count 13 "done" 7 0 0
kill_agent
check "the log is left behind" test -s "$db-wal"
chown nobody "$root/state/copy.db"
mv "$root/state/copy.db" "$db"
is_the_copy() {
    check "the database is whole" sql_is 'PRAGMA integrity_check' ok
    check "it has the actions of the copy" sql_is 'SELECT count(*) FROM actions' "$copied"
}
start_agent
eventually "the copy is used" takes_sets
is_the_copy

# The same as the manual has it.
for i in 31 32 33; do act ops count "$i" all=1; done
finished ops count 33 "done" 7 0 0
kill_agent
sqlite3 "$db" ".restore $root/state/again.db"
is_the_copy
start_agent
eventually "the restored file is used" takes_sets
is_the_copy
expect 1.2.5.0 1 "still an overload"
check "the log is the agent's user's" test "$(stat -c %U "$db-wal")" = nobody

# Read late: the overload is over by then, and that is sent, once. What the file would raise is not.
stop_agent
raises=$(trap_count 1)
clears=$(trap_count 2)
keep=$(ids deferred 2)
for id in $(ids deferred) $(ids hold); do
    [[ $keep == *$id* ]] || pf postsuper -d "$id" 2>/dev/null
done
eventually "two are left" settled 2
{
    echo 'BEGIN IMMEDIATE; SELECT 1;'
    sleep 5
    echo 'COMMIT;'
} | sqlite3 "$db" >"$root/locked" &
locker=$!
eventually "the database is locked" test -s "$root/locked"
start_agent
expect 1.2.1.0 2 "2 messages"
wait "$locker"
eventually "the database is read" takes_sets
eventually "the clear is sent" has_traps 2 $((clears + 1))
expect 1.2.5.0 2 "no overload"
eventually "the start is stored" sql_is \
    "SELECT max(event = 'hmqAgentStarted') FROM
        (SELECT * FROM events ORDER BY serial DESC LIMIT 3)" 1
check "once" test "$(trap_count 2)" -eq $((clears + 1))
check "and no raise" test "$(trap_count 1)" -eq "$raises"
now 1.4.7.0 5 "the threshold that was set"
stop_agent

# After a downgrade: the file of a newer version is refused and stays as it is.
sql 'PRAGMA user_version = 99' && sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
check "no log is left" test ! -s "$db-wal"
newer=$(sha256sum <"$db")
start_agent
eventually "the log says who wrote the file" grep -q \
    "$db: was written by a newer version; install that version again" "$root/agent.log"
expect 1.2.1.0 2 "monitoring goes on"
refused "it takes no SET" resourceUnavailable 1.4.8.0 1.4.8.0 u 0
stop_agent
check "the file is as it was" test "$(sha256sum <"$db")" = "$newer"
check "no sanitizer report" no_sanitizer_report
echo "$checks checks"
