#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hooks_e2e.sh DAEMON: webhooks and a script of the whole agent, with a real Postfix and snmpd:
# each event reaches each endpoint at least once and in order, whichever process is killed.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/events.sh
. "$support/events.sh"
need python3 python3
need jq jq

# /tmp is writable by others, so that no script of it is run.
scripts=$(mktemp -d /var/lib/hmq-hooks.XXXXXX)
chmod 755 "$scripts"
mkdir "$root/out"
chmod 777 "$root/out"
load=

stop_load() {
    [ -n "$load" ] || return 0
    touch "$root/load.stop"
    wait "$load" || fail "the load: $(<"$root/set.log")"
    load=
}

cleanup_more() {
    touch "$root/load.stop"
    [ -z "$load" ] || wait "$load" || true
    rm -rf --one-file-system "$scripts"
}

cat >"$scripts/record" <<END
#!/bin/sh
[ ! -e "$root/out/script.down" ] || exit 75
printf '%s %s\n' "\$HMQ_SERIAL" "\$(cat)" >>"$root/out/script"
END
chmod 755 "$scripts/record"

start_daemon "$root/recorder.pid" "$root/recorder.log" python3 "$support/recorder.py" "$root/out"
wait_for "$patience" test -s "$root/out/port" || fail "the recorder does not start"
url=http://127.0.0.1:$(<"$root/out/port")

begin() {
    start_agent
    expect 1.1.5.0 1 "the agent reads the queue"
}

begin_configured() {
    configure hooks_user=nobody overload_threshold=5 overload_clear_threshold=4
    # Rows of hmqHookTable are in this order.
    cat >>"$root/agent.conf" <<END
webhook.one.url = $url/one
webhook.two.url = $url/two
script.rec.path = $scripts/record
END
    begin
}

# record NAME: the serials an endpoint got, as they came.
record() {
    if [ "$1" = script ]; then
        awk '{ print $1 }' "$root/out/script"
    else
        sed 's/ .*//; s/.*-//' "$root/out/$1" 2>/dev/null
    fi
}

events() { db 'SELECT serial FROM events ORDER BY serial'; }

# has_all NAME: what came is all events in order, apart from those that came again.
has_all() { [ "$(record "$1" | awk '!seen[$1]++')" = "$(events)" ]; }

everywhere() { # WHAT
    local name
    for name in one two script; do
        eventually "$1: $name has all events, in order" has_all "$name"
    done
}

# body NAME EVENT FILTER: of the last such event an endpoint got.
body() {
    sed 's/^[^ ]* //' "$root/out/$1" | jq -rs --arg event "$2" \
        "map(select(.event == \$event)) | last | $3"
}

hooks_supervisor() { child_of "$agent" hermes-mailqueue-hooks; }
helper_supervisor() { child_of "$agent" hermes-mailqueue-helper; }
worker_of() { children_of "$("$1")" | awk '{ print $1 }'; }
other_worker() { # SUPERVISOR PID
    local pid
    pid=$(worker_of "$1")
    [ -n "$pid" ] && [ "$pid" != "$2" ]
}

kill_worker() { # SUPERVISOR
    local pid
    eventually "a worker of the $1 is there" other_worker "$1" ''
    pid=$(worker_of "$1")
    kill -KILL "$pid"
    eventually "another worker of the $1 is there" other_worker "$1" "$pid"
}

# Events as fast as SETs make them, until told to stop. One that fails is tried again: the agent is
# killed meanwhile.
make_load() {
    while [ ! -e "$root/load.stop" ]; do
        (set_value 1.4.7.0 u 2 1.4.8.0 u 1) >/dev/null || true
        (set_value 1.4.7.0 u 0) >/dev/null || true
    done
}

# grows COUNT: so many more events than $from.
grows() { [ "$(db 'SELECT max(serial) FROM events')" -ge $((from + $1)) ]; }
more_events() {
    from=$(db 'SELECT max(serial) FROM events')
    eventually "events go on" grows 6
}

start_postfix
allow_set
start_snmpd
touch "$root/out/two.down"
begin_configured
everywhere_but_two() {
    eventually "$1: one has all events" has_all one
    eventually "$1: script has all events" has_all script
}
everywhere_but_two "after the start"

# ---- hmqHookTable

expect 1.9.1.1.2.1 '"webhook.one"' "the first row"
now 1.9.1.1.2.2 '"webhook.two"' "the second"
now 1.9.1.1.2.3 '"script.rec"' "the third"
now 1.9.1.1.3.1 1 "a webhook"
now 1.9.1.1.3.3 2 "a script"
expect 1.9.1.1.4.1 1 "one: 1 delivered"
now 1.9.1.1.5.1 0 "no failure"
now 1.9.1.1.6.1 0 "nothing pending"
check "delivered at a time" test "$(text 1.9.1.1.8.1 | od -An -tx1 | tr -d ' 0')" != ''
now 1.9.1.1.4.2 0 "two: nothing delivered"
now 1.9.1.1.6.2 1 "1 pending"
expect 1.9.1.1.7.2 '*503*' "why"
check "failures" test "$(get 1.9.1.1.5.2)" -ge 1
check "delivered never" test "$(text 1.9.1.1.8.2 | wc -c)" -eq 8

# ---- what an action and a setting tell

inject 4
eventually "all are deferred" settled 4
read -r -d '' first second < <(ids deferred 2 | tr '\n' ' ') || true
owner=5.97.108.105.99.101 # "alice"
set_value 1.6.5.1.4.$owner.1.7 s "$first $second 0123456789ABC" 1.6.5.1.13.$owner.1.7 s 'a "test"' \
    1.6.5.1.21.$owner.1.7 i 4
action_told() { [ "$(body "$1" hmqActionFinished .event)" = hmqActionFinished ]; }
summary='.action | "\(.owner) \(.command) \(.id) \(.state) '
summary+='\(.matched) \(.succeeded) \(.failed) \(.comment)"'
for name in one script; do
    eventually "$name is told of the action" action_told "$name"
    check "$name: by whom, what, how it ended" test \
        "$(body "$name" hmqActionFinished "$summary")" = 'alice hold 7 partial 3 2 1 a "test"'
done
set_value 1.4.1.0 i 3
settings_told() { [ "$(body one hmqSettingsChanged .event)" = hmqSettingsChanged ]; }
eventually "a changed lifetime is told" settings_told
check "from what to what" test "$(body one hmqSettingsChanged '.settings | tojson')" = \
    '{"bounce_queue_lifetime":{"old":"5d","new":"3d"}}'

# ---- an endpoint that is down over a restart

expect 1.9.1.1.6.2 3 "two: 3 pending"
stop_agent
check "a clean stop" test "$agent_status" -eq 0
begin
expect 1.9.1.1.6.2 4 "two: 4 pending after a restart"
expect 1.9.1.1.4.1 4 "one: 4 delivered, over the restart"
check "two got nothing" test ! -e "$root/out/two"
rm "$root/out/two.down"
everywhere "up again"
check "nothing came twice" test "$(record two | sort | uniq -d | wc -l)" -eq 0
expect 1.9.1.1.6.2 0 "two: nothing pending"

# ---- a reload while they run

sed -i 's/^list_interval.*/list_interval = 700ms/' "$root/agent.conf"
kill -HUP "$agent"
logged() { grep -q "$1" "$root/agent.log"; }
eventually "a reload" logged 'configuration reloaded'
cp "$root/agent.conf" "$root/agent.conf.good"
echo "webhook.three.url = $url/three" >>"$root/agent.conf"
kill -HUP "$agent"
eventually "another endpoint needs a restart" \
    logged 'not reloaded: .*webhooks and scripts.* a restart'
cp "$root/agent.conf.good" "$root/agent.conf"
for _ in 1 2 3; do
    set_value 1.4.7.0 u 2 1.4.8.0 u 1
    kill -HUP "$agent"
    set_value 1.4.7.0 u 0
    kill_worker hooks_supervisor
done
everywhere "after reloads"

# ---- kill -9 of each process under load

make_load &
load=$!
more_events
kill_worker hooks_supervisor
more_events
kill_worker helper_supervisor
more_events
touch "$root/out/two.down"
more_events
kill_agent
begin
more_events
rm "$root/out/two.down"
kill -KILL "$(hooks_supervisor)"
eventually "the agent says what to do" logged 'events are kept, restart hermes-mailqueued'
more_events
expect 1.2.1.0 4 "it goes on counting"
check "and lives" agent_lives
check "what is to be delivered is pending" test "$(get 1.9.1.1.6.1)" -gt 0
kill_agent
begin
more_events
kill -KILL "$(helper_supervisor)"
expect 1.1.11.0 '*the helper has ended*' "without a helper it says so"
expect 1.2.1.0 "$none" "and knows no total, which is not 0"
data_lost() { [ "$(db "SELECT count(*) FROM events WHERE event = 'hmqDataLost'")" -ge 1 ]; }
eventually "which is an event" data_lost
check "it lives" agent_lives
stop_load
everywhere "with a helper or without"
stop_agent
begin
everywhere "at the end"

# ---- with a service manager the whole is started anew

stop_agent
for which in hooks_supervisor helper_supervisor; do
    agent_command=(env "NOTIFY_SOCKET=$root/no-such-manager" "$daemon")
    begin
    wait_for "$patience" other_worker "$which" '' || fail "no worker"
    everywhere "before the $which is killed"
    kill -KILL "$("$which")"
    agent_status=0
    wait "$agent" || agent_status=$?
    agent=
    check "without its $which it ends with status 2" test "$agent_status" -eq 2
done
agent_command=("$daemon")

# ---- an endpoint that is not configured any more is forgotten

cursors() { db 'SELECT hook FROM deliveries ORDER BY hook' | tr '\n' ' '; }
check "3 cursors" test "$(cursors)" = 'script.rec webhook.one webhook.two '
sed -i '/^webhook.two/d' "$root/agent.conf"
begin
cursors_are() { [ "$(cursors)" = "$1" ]; }
eventually "the one of an endpoint that was removed is dropped" \
    cursors_are 'script.rec webhook.one '
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
