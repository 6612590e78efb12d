#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_output.sh DAEMON: whatever postqueue prints. The helper runs fixed programs from a fixed
# PATH, so that the false one is mounted over the real one, in a mount namespace of the agent's.

# shellcheck disable=SC2059  # the formats are messages
set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
need_mounts

real=$(command -v postqueue)
cp "$real" "$root/postqueue.real"
cat >"$root/postqueue" <<END
#!/bin/bash
# The body is replaced while the agent runs; without one it is the real postqueue.
[ -s "$root/body" ] || exec "$root/postqueue.real" "\$@"
. "$root/body"
END
chmod 755 "$root/postqueue"
: >"$root/body"
cat >"$root/run" <<END
#!/bin/bash
mount --bind "$root/postqueue" "$real"
exec "$daemon" "\$@"
END
chmod 755 "$root/run"
agent_command=(unshare --mount --propagation private "$root/run")

line='{"queue_name": "deferred", "queue_id": "%s", "arrival_time": 1700000000, '
line+='"message_size": 300, "forced_expire": false, "sender": "s@x.example", '
line+='"recipients": [{"address": "r@x.example", "delay_reason": "why"}]}'

touch_queue() { # a change, so that the queue is listed again
    pf postsuper -h ALL 2>/dev/null
    pf postsuper -H ALL 2>/dev/null
}
listed_since() { [ "$(get 1.5.3.0)" -gt "$serial" ]; }
failed_since() { [ "$(get 1.1.10.0)" -gt "$errors" ]; }

# good: the real one again, and what it lists.
good() {
    : >"$root/body"
    serial=$(get 1.5.3.0)
    touch_queue
    eventually "a good listing again" listed_since
    expect 1.5.1.0 5 "with all rows"
    expect 1.1.5.0 1 "hmqDataStatus ok"
}

# bad WHAT ERROR BODY: a listing that must fail and be told so.
bad() {
    errors=$(get 1.1.10.0)
    printf '%s\n' "$3" >"$root/body.new"
    mv "$root/body.new" "$root/body"
    touch_queue
    eventually "$1: counted as a read error" failed_since
    expect 1.1.11.0 "$2" "$1: hmqLastReadError"
    expect 1.1.5.0 '[23]' "$1: hmqDataStatus"
    now 1.2.1.0 5 "$1: the counts do not depend on it"
    never_zero
    [[ $(get 1.5.1.0) != 0 ]] || fail "$1: no rows, which is not true"
    check "$1: the agent lives" agent_lives
}

start_postfix
inject 5
eventually "5 are deferred" settled 5
start_snmpd
start_agent command_timeout=4s
expect 1.2.1.0 5 "5 messages"
expect 1.5.1.0 5 "5 rows, by the real postqueue through the false one"

bad "no JSON" '*not one JSON object*' 'echo this is not JSON'
bad "a JSON array" '*not one JSON object*' 'echo "[1,2,3]"'
bad "an unknown queue" '*queue_name*' 'echo "{\"queue_name\": \"elsewhere\"}"'
bad "a line cut short" '*ends within line*' "printf '$line' ABCDE12345 | head -c 100"
bad "a failing command" '*status 69*no such luck*' 'echo no such luck >&2; exit 69'
bad "a command ended by a signal" '*signal 9*' 'kill -9 $$'
bad "nothing at all, and success" '*listed nothing*' 'exit 0'
bad "a line without an end" '*not one JSON*' 'exec tr "\0" x </dev/zero'
bad "output without an end" '*command_timeout*' "exec yes '$(printf "$line" ABCDE12345)'"
bad "invalid bytes" '*not one JSON*' 'head -c 100000 /dev/urandom | tr "\n" x; echo'
bad "a command that hangs" '*command_timeout*' 'exec sleep 1000'
good

# While one hangs, and while one prints without an end.
echo 'exec sleep 1000' >"$root/body"
touch_queue
runs_sleep() { pgrep -P "$(worker)" -x sleep >/dev/null; }
eventually "a command hangs" runs_sleep
answers_fast "a GET is answered at once meanwhile"
good
echo "exec yes '$(printf "$line" ABCDE12345)'" >"$root/body"
touch_queue
runs_yes() { pgrep -P "$(worker)" -x yes >/dev/null; }
eventually "a command floods" runs_yes
answers_fast "a GET is answered at once meanwhile"
good

# Members that are unknown or missing do not spoil the rest.
cat >"$root/body" <<END
printf '$line\n' ABCDE12345
echo '{"queue_name": "deferred", "queue_id": "ABCDE12346", \
"arrival_time": 1700000001, "message_size": 5, "sender": "", "novel": {"deep": [1, 2]}, \
"recipients": [{"address": "only", "more": true}]}'
echo '{"queue_name": "deferred", "queue_id": "ABCDE12347", \
"arrival_time": 1700000002, "message_size": 5, "sender": "'\$'\\xff\\xfe''@x", "recipients": []}'
echo '{"queue_name": "deferred", "queue_id": "ABCDE12348", \
"arrival_time": 1700000002, "message_size": 5, "recipients": []}'
echo '{"queue_name": "deferred", "queue_id": "../../etc", \
"arrival_time": 1700000002, "message_size": 5, "recipients": []}'
END
serial=$(get 1.5.3.0)
touch_queue
eventually "unknown and missing members: listed" listed_since
expect 1.5.1.0 3 "the messages that can be read have rows"
expect 1.1.11.0 '*sender*' "of those that cannot, the first is reported"
now 1.5.2.0 2 "they are counted as left out"
now 1.2.2.0 1 "with their sizes, which are known"
id=10.65.66.67.68.69.49.50.51.52
now 1.5.4.1.9.$id.54 '""' "no reason"
now 1.5.4.1.8.$id.55 "$none" "no recipient"
check "invalid bytes become valid UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null \
    <(text 1.5.4.1.6.$id.55)
good

# Odd lines among good ones cost their messages no more than the row.
cat >"$root/body" <<END
echo 'postqueue: a warning on the wrong stream'
printf '$line\n' ABCDE12345
echo '{"queue_name": "deferred", "queue_id": "ABCDE12346", \
"arrival_time": 1700000001, "message_size": 5, "sender": "s@x", "recipients": [{"address": "\\x"}]}'
printf '$line\n' ABCDE12347
printf '$line\n' ABCDE12345
END
serial=$(get 1.5.3.0)
touch_queue
eventually "odd lines: listed" listed_since
expect 1.5.1.0 2 "the others have rows, each once"
now 1.5.2.0 1 "the one that is broken counts"
now 1.2.3.0 "$none" "the recipients are unknown"
now 1.2.2.0 1 "the volume is not"
now 1.1.5.0 1 "the data is good"
good
stop_agent

# One slow listing says nothing of the next ones. Where the listing counts, 20 times its duration
# would be a minute in which nothing is seen to grow.
cat >"$root/body" <<END
if [ ! -e "$root/slow" ]; then touch "$root/slow"; sleep 3; fi
[ -e "$root/grown" ] && for i in {1..601}; do printf '$line\n' "A\$((100000 + i))"; done
exit 0
END
start_agent spool_directory=none
expect 1.1.5.0 1 "listed slowly"
now 1.2.1.0 0 "an empty queue"
touch "$root/grown"
start=$(milliseconds)
expect 1.2.1.0 601 "the queue has grown to 601"
check "which is seen soon" test $(($(milliseconds) - start)) -lt 30000
expect 1.2.5.0 1 "the overload too"
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
