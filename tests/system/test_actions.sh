#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_actions.sh DAEMON: every command and selector over SNMP with the queue looked at on disk, and
# every refusal with its precise error and nothing changed.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

# A flush reaches the transport that is deferred, too; what it would return stays.
start_postfix 'soft_bounce = yes'
allow_set
start_snmpd
start_trapd
m1=$(send alice@one.example x@suspended.example)
m2=$(send bob@Two.Example 'y@refused.example z@suspended.example')
m3=$(send '' n@greylisted.example)
m4=$(send alice@two.example w@suspended.example 20000)
m5=$(send Carol@one.example Pete@SUSPENDED.example)
gone=0A0A0A0A0A
all=("$m1" "$m2" "$m3" "$m4" "$m5")
started=$EPOCHSECONDS
start_agent allow_view=yes 'allow_actions=hold unhold requeue delete flush expire count' \
    view_limit=4K overload_threshold=0
expect 1.2.1.0 5 "five messages"
eventually "it takes SETs" takes_sets
eventually "all are deferred" settled 5

# Selectors, each by what it puts on hold.
number=0
selects() { # WHAT "ID..." [COLUMN=VALUE...]
    local what=$1 count
    local -a expected
    read -r -a expected <<<"$2"
    shift 2
    number=$((number + 1))
    count=${#expected[@]}
    act al hold "$number" "$@"
    finished al hold "$number" "done" "$count" "$count" 0
    check "$what: on hold on disk" holds hold "${expected[@]}"
    [ "$count" -gt 0 ] || return 0
    act al unhold "$number" queue=5
    finished al unhold "$number" "done" "$count" "$count" 0
    holds hold || fail "$what: something stayed on hold"
    holds deferred "${all[@]}" || fail "$what: not all are back in deferred"
}

selects "ids" "$m1 $m3" ids="$m1,$m3"
selects "a queue" "${all[*]}" queue=4
selects "a queue without messages" "" queue=3
selects "a sender" "$m1" sender=alice@one.example
selects "a sender as a glob" "$m1 $m4" 'sender=alice@*.example'
selects "a sender's domain, in either case" "$m2 $m4" 'sender=*@tWo.example'
selects "but not the local part" "" sender=carol@one.example
selects "the null sender" "$m3" 'sender=<>'
selects "a recipient that is not the first" "$m2" recipient=z@suspended.example
selects "a recipient as a glob" "$m1 $m2 $m4 $m5" 'recipient=*@suspended.*'
selects "a reason" "$m2" 'reason=Connection refused'
selects "a size" "$m4" size=20000
selects "a sender and a recipient" "$m1" 'sender=*@one.example' recipient=x@suspended.example
selects "a reason and a recipient that has another" "" 'reason=Connection refused' \
    recipient=z@suspended.example
selects "all that there is" "$m2" queue=4 'sender=bob@*' 'recipient=y@*' reason=refused size=1 \
    age=1 ids="$m2" expected=1 comment=everything
selects "all" "${all[*]}" all=1
sleep_until() { [ $((EPOCHSECONDS - started)) -ge "$1" ]; }
eventually "the first messages are 20 s old" sleep_until 20
m6=$(send late@one.example x@suspended.example)
all+=("$m6")
eventually "and one is new" settled 6
selects "an age" "$m1 $m2 $m3 $m4 $m5" age=20
expect_traps 11 "$(sql 'SELECT count(*) FROM actions')" "an hmqActionFinished for each"
line=$(traps 11 | tail -n 1)
check "it has the row's state" test "$(trap_value "$line" "$(cell 14 al unhold "$number")")" = 3

# Ids and a criterion: what is there but does not match is told apart.
act al hold 99 ids="$m1 $m2 $gone" 'sender=alice@*'
finished al hold 99 partial 1 1 2
check "the one that matches is on hold" holds hold "$m1"
check "what is said of another" sql_is "SELECT text FROM action_results WHERE queue_id = '$m2' AND
    outcome = 'notFound'" 'no message with this ID matches the other criteria'
act al unhold 99 ids="$m1"
finished al unhold 99 "done" 1 1 0

# The guard of a count, and what it does not let through.
before=$(on_disk)
act al count 1 'sender=*@one.example'
finished al count 1 "done" 3 0 0
act al count 2 all=1
finished al count 2 "done" 6 0 0
act al delete 1 all=1 expected=5
finished al delete 1 refused 6 0 0 '6 messages match, but hmqActionExpectedCount is 5'
act al expire 1 all=1 expected=0
finished al expire 1 refused 6 0 0 '6 messages match*'
act al hold 100 'sender=*@one.example' expected=4
finished al hold 100 refused 3 0 0 '3 messages match*'
check "nothing changed on disk" same "$(on_disk)" "$before"

# The commands.
requeued() { [ -n "$(ids deferred)" ] && ! lies_in deferred "$m6" && settled 6; }
act al requeue 1 ids="$m6"
finished al requeue 1 "done" 1 1 0
eventually "requeue: under another id" requeued
# What is on disk already may not have come to the log yet.
tries() { grep -c "$1: .* status=" "$root/pf/log/maillog" || true; }
tried() { [ "$(tries "$1")" -gt "$2" ]; }
all_tries() { for id in "$m1" "$m2" "$m3" "$m4" "$m5"; do tries "$id"; done; }
all_tried() { # BEFORE: Postfix's listing misses what is on the move, so it has to be at rest
    paste -d ' ' <(echo "$1") <(all_tries) | awk '$2 <= $1 { exit 1 }' && settled 6
}
n2=$(tries "$m2")
n3=$(tries "$m3")
act al flush 1 ids="$m2"
finished al flush 1 "done" 1 1 0
check "what is known of a flush" same "$(results al flush 1)" "$m2 5 "
eventually "flush of one: it was tried" tried "$m2" "$n2"
check "the others were not" same "$(tries "$m3")" "$n3"
before=$(all_tries)
act al flush 2
finished al flush 2 "done" 0 0 0
eventually "flush of all: another was tried" tried "$m3" "$n3"
eventually "all were, and are back" all_tried "$before"
expired() { [ -n "$(find "$spool/deferred" -name "$1" -perm -0010)" ]; }
act al expire 2 ids="$m5"
finished al expire 2 "done" 1 1 0
check "expire: marked on disk" expired "$m5"
act al delete 2 ids="$m5 $gone"
finished al delete 2 partial 1 1 1
check "delete: what became of each" same "$(results al delete 2)" \
    "$(printf '%s\n' "$gone 2" "$m5 1" | sort | tr '\n' ' ')"
check "it is gone from disk" not lies_in deferred "$m5"
act al hold 101 ids="$gone"
finished al hold 101 failed 1 0 1

output() { # OWNER ID: hmqActionOutputText of a view, joined
    snmpbulkwalk -v2c -c public -t 10 -Cr20 -On -OQ -Oxt "127.0.0.1:$snmp_port" \
        "$base.1.6.7.1.2.$(row_index "$1" view "$2")" | python3 -c '
import re, sys
lines = re.split(r"^\.[0-9.]+ = ", sys.stdin.read(), flags=re.M)[1:]
for line in lines:
    octets = bytes.fromhex("".join(re.findall(r"[0-9A-Fa-f]{2}", line)))
    sys.stdout.buffer.write(octets + (b"" if len(octets) == 255 else b"\n"))'
}
act al view 1 ids="$m1"
finished al view 1 "done" 1 1 0
pf postcat -q "$m1" >"$root/message"
check "view: postcat's text" same "$(output al 1)" "$(<"$root/message")"
act al view 2 ids="$m4"
finished al view 2 "done" 1 1 0 'the message is longer than view_limit'
output al 2 >"$root/output"
check "a long one is cut at view_limit" test "$(wc -c <"$root/output")" -le 4200
check "not before" test "$(wc -c <"$root/output")" -ge 4000
act al view 3 ids="$gone"
finished al view 3 failed 1 0 1 'no such message'

# One object a message.
control() { set_object "1.5.4.1.12.$(sub_ids "$1")" i "$2" >/dev/null || fail "control $2 of $1"; }
last_control() { # COMMAND: the number of the newest row of owner ""
    sql "SELECT max(id) FROM actions WHERE owner = '' AND command = '$1'"
}
control "$m1" 1
eventually "hmqMessageControl hold" lies_in hold "$m1"
control "$m1" 2
eventually "unhold" holds hold
control "$m1" 6
eventually "expire" expired "$m1"
n2=$(tries "$m2")
control "$m2" 5
eventually "flush" tried "$m2" "$n2"
control "$m2" 3
eventually "requeue" not lies_in deferred "$m2"
control "$m1" 4
eventually "delete" not lies_in deferred "$m1"
finished '' delete "$(last_control delete)" "done" 1 1 0
n3=$(tries "$m3")
set_object 1.6.1.0 i 1 >/dev/null
eventually "hmqFlush" tried "$m3" "$n3"
now 1.6.1.0 0 "it reads idle"
set_object 1.6.1.0 i 0 >/dev/null
check "idle starts nothing" sql_is "SELECT count(*) FROM actions WHERE owner = ''
    AND command = 'flush' AND queue_ids = ''" 1

# The same SET again.
eventually "at rest" settled 4
actions='SELECT count(*) FROM actions'
some=$(sql "$actions")
act al delete 2 ids="$gone, $m5"
check "the same row again runs nothing" sql_is "$actions" "$some"
finished al delete 2 partial 1 1 1
act_refused "other ids in the same row" inconsistentValue status al delete 2 ids="$m3"
act_refused "another comment" inconsistentValue status al count 1 'sender=*@one.example' comment=x
check "destroy of a finished row" destroy al count 2
check "it is gone" same "$(outcome al count 2)" absent
check "but stays in the audit" \
    sql_is "SELECT state FROM audit WHERE command = 'count' AND id = 2" "done"
check "destroy of none is no error" destroy nobody count 7
# Its supervisor too, which would replace it.
stopped=("$(supervisor)" "$(worker)")
kill -STOP "${stopped[@]}"
act al count 3 all=1
eventually "running while the helper is stopped" in_state al count 3 running
kill -CONT "${stopped[@]}"
finished al count 3 "done" 4 0 0

# Two managers: one of them is too late.
arguments=()
row_arguments al delete 5 ids="$m4"
row_arguments bo delete 5 ids="$m4"
set_object "${arguments[@]}" >/dev/null
finished al delete 5 "done" 1 1 0
finished bo delete 5 failed 0 0 1
check "for the other it was not there" same "$(results bo delete 5)" "$m4 2 "

# What is refused changes nothing.
eventually "at rest" settled 3
before=$(on_disk)
some=$(sql "$actions")
row=$(row_index al hold 900)
refused "an integer for text" wrongType "1.6.5.1.4.$row" "1.6.5.1.4.$row" i 1
refused "text for a number" wrongType "1.6.5.1.9.$row" "1.6.5.1.9.$row" s 1
refused "a signed one for an unsigned one" wrongType "1.6.5.1.10.$row" "1.6.5.1.10.$row" i 1
refused "256 octets" wrongLength "1.6.5.1.6.$row" "1.6.5.1.6.$row" s "$(printf 'x%.0s' {1..256})"
refused "a queue that is none" wrongValue "1.6.5.1.5.$row" "1.6.5.1.5.$row" i 7
refused "createAndWait" wrongValue "1.6.5.1.21.$row" "1.6.5.1.21.$row" i 5
refused "an expected count below -1" wrongValue "1.6.5.1.12.$row" "1.6.5.1.12.$row" i -2
refused "a sender that is not UTF-8" wrongValue "1.6.5.1.6.$row" "1.6.5.1.6.$row" x ff00
refused "no index" noCreation 1.6.5.1.21.1 1.6.5.1.21.1 i 4
refused "the id 0" noCreation "1.6.5.1.21.2.97.108.1.0" "1.6.5.1.21.2.97.108.1.0" i 4
refused "a command that is none" noCreation "1.6.5.1.21.2.97.108.9.1" \
    "1.6.5.1.21.2.97.108.9.1" i 4
refused "an owner of 33 octets" noCreation \
    "1.6.5.1.21.33$(printf '.97%.0s' {1..33}).1.1" \
    "1.6.5.1.21.33$(printf '.97%.0s' {1..33}).1.1" i 4
refused "a column without a row" inconsistentName "1.6.5.1.13.$row" "1.6.5.1.13.$row" s x
refused "a column of a row that is there" inconsistentValue "$(cell 13 al count 1)" \
    "$(cell 13 al count 1)" s x
refused "a message that is not there" inconsistentName "1.5.4.1.12.$(sub_ids "$gone")" \
    "1.5.4.1.12.$(sub_ids "$gone")" i 1
refused "a control that is none" wrongValue "1.5.4.1.12.$(sub_ids "$m3")" \
    "1.5.4.1.12.$(sub_ids "$m3")" i 7
refused "hmqFlush 2" wrongValue 1.6.1.0 1.6.1.0 i 2
refused "a scalar at another index" noCreation 1.6.1.1 1.6.1.1 i 1
refused "a read-only column" notWritable "1.6.5.1.14.$row" "1.6.5.1.14.$row" i 1
refused "a read-only scalar" notWritable 1.2.1.0 1.2.1.0 u 1
refused "no object at all" notWritable 1.6.99.0 1.6.99.0 i 1
act_refused "no criterion" inconsistentValue status al hold 900
act_refused "a blank for ids" inconsistentValue status al hold 900 'ids= '
act_refused "delete of all without a guard" inconsistentValue status al delete 900 all=1
act_refused "expire of all without a guard" inconsistentValue status al expire 900 all=1
act_refused "view of two" inconsistentValue status al view 900 ids="$m3 $gone"
arguments=()
row_arguments al hold 901 ids="$m3"
row_arguments al hold 902 ids="$m3;x"
row_arguments al hold 903 all=1
refused "three rows of which one is bad" wrongValue "$(cell 4 al hold 902)" "${arguments[@]}"
arguments=()
row_arguments al hold 901 all=1
row_arguments al delete 902 all=1
refused "two rows of which one is unguarded" inconsistentValue "$(cell 21 al delete 902)" \
    "${arguments[@]}"
arguments=()
row_arguments al hold 901 all=1
refused "a row and a read-only object of snmpd's" notWritable 1 "${arguments[@]}" \
    1 i 1 2>/dev/null || true
check "no row was made" sql_is "$actions" "$some"
check "nor is one to be seen" same "$(outcome al hold 901)" absent
check "nothing changed on disk" same "$(on_disk)" "$before"

# Undone: another subagent fails in its commit.
start_daemon "$root/failing.pid" "$root/failing.log" \
    python3 "$test_dir/failing_agent.py" "$root/agentx" 1.3.6.1.4.1.8072.9999.9999.77 "$root/phases"
eventually "a second subagent" grep -q registered "$root/phases"
arguments=()
row_arguments al hold 904 all=1
row_arguments '' delete 905 ids="$m3"
said=$(raw_set "${arguments[@]/#1./$base.1.}" .1.3.6.1.4.1.8072.9999.9999.77.1.0 i 1 2>&1) &&
    fail "a PDU that one of two subagents failed was taken"
check "the PDU fails as a whole" eval '[[ $said == *commitFailed* || $said == *undoFailed* ]]'
check "it came to the other's commit" grep -q commit "$root/phases"
check "no row was made" sql_is "$actions" "$some"
check "nor is one to be seen" same "$(outcome al hold 904)" absent
check "nothing changed on disk" same "$(on_disk)" "$before"
act al hold 904 ids="$m3"
finished al hold 904 "done" 1 1 0
act al unhold 904 ids="$m3"
finished al unhold 904 "done" 1 1 0

# 1,000 ids in one SET: two of messages, 998 of none.
others=$(ids deferred | grep -v "$m3" | head -n 1)
many="$m3 $others $(seq -f '0A0B%08.0f' 998 | tr '\n' ' ')"
act al hold 1000 ids="$many"
finished al hold 1000 partial 1000 2 998
check "those two are on hold" holds hold "$m3" "$others"
eventually "each of the thousand has its result" sql_is "SELECT count(*) FROM action_results
    WHERE action = (SELECT serial FROM actions WHERE id = 1000)" 1000
act al unhold 1000 ids="$many"
finished al unhold 1000 partial 1000 2 998
stop_agent

# Ids that are none, with a look at everything that Postfix's commands are given.
rm -f "$root"/engine.*
sqlite3 "$root/state/agent.db" 'DELETE FROM instance' # as the manual has it for a move
# shellcheck disable=SC2046
start_agent $(use_engine) 'allow_actions=hold unhold count flush' command_timeout=10s
expect 1.2.1.0 3 "through a container engine"
eventually "it takes SETs" takes_sets
some=$(sql "$actions")
before=$(on_disk)
bad=("3F25A01B7C;id" '$(id)' '`id`' '3F25A01B7C|id' '../../etc/passwd' ALL - -d '--' -c/tmp
    "$(printf '0%.0s' {1..33})" 0A0A0 3f25a01b7c Baaaaaaaaaaaaa 'Bcdfghjklmn e' '*' '3F25A01B7C*'
    $'3F25A01B7C\nALL' $'3F25A01B7C\x1b[31m' 3F25A01B7C_ "deferred/$m3")
for id in "${bad[@]}"; do
    act_refused "the id $(printf '%q' "${id:0:30}")" wrongValue ids al hold 950 ids="$id"
done
refused "an id with NUL" wrongValue "$(cell 4 al hold 950)" "$(cell 4 al hold 950)" x \
    33463235413031423743003041
for id in 'A;id' ALL -d "$(printf '0%.0s' {1..40})"; do
    refused "hmqMessageControl of ${id:0:20}" inconsistentName "1.5.4.1.12.$(sub_ids "$id")" \
        "1.5.4.1.12.$(sub_ids "$id")" i 1
done
check "500 random ones" same "$(python3 "$test_dir/bad_ids.py" "$snmp_port" 500 "$SRANDOM")" 500
check "no action was made" sql_is "$actions" "$some"
check "postsuper was not run" not grep -q postsuper "$root/engine.log"
check "nothing changed on disk" same "$(on_disk)" "$before"
act al hold 951 ids="$m3"
finished al hold 951 "done" 1 1 0
check "a good one reaches postsuper" same "$(<"$root/engine.stdin")" "$m3"
check "on its input only" not grep -q "$m3" "$root/engine.log"

# A postsuper that does not do its work. Its words are told, as far as they are text.
postsuper_does() {
    printf '#!/bin/bash\n%s\n' "$1" >"$root/fail.postsuper"
    chmod 755 "$root/fail.postsuper"
}
postsuper_does 'echo "postsuper: fatal: no queue today" >&2; exit 1'
act al unhold 952 ids="$m3"
finished al unhold 952 failed 1 0 1 '*no queue today*'
postsuper_does '
    echo "Error: exec: \"postsuper\": executable file not found in \$PATH" >&2
    exit 127'
act al unhold 953 ids="$m3"
finished al unhold 953 failed 1 0 1 '*executable file not found*'
postsuper_does 'head -c 3000 /dev/urandom >&2; exit 0'
act al unhold 954 ids="$m3"
finished al unhold 954 failed 1 0 1 '*'
check "no word of it is success" sql_is "SELECT outcome FROM action_results WHERE action =
    (SELECT serial FROM actions WHERE command = 'unhold' AND id = 954)" failed
postsuper_does 'exit 0'
act al unhold 955 ids="$m3"
finished al unhold 955 failed 1 0 1 '*'
check "nor is silence" lies_in hold "$m3"
rm "$root/fail.postsuper"
touch "$root/hang.postsuper"
act al unhold 956 ids="$m3"
finished al unhold 956 interrupted 1 0 1 '*did not end within command_timeout*'
check "one that hangs is ended" test -n "$(error_of al unhold 956)"
rm "$root/hang.postsuper"

# What the configuration does not allow.
act_refused "a command that is not allowed" notWritable status al delete 951 ids="$m3"
act_refused "view, which is off" notWritable status al view 951 ids="$m3"
refused "hmqMessageControl of one" wrongValue "1.5.4.1.12.$(sub_ids "$m3")" \
    "1.5.4.1.12.$(sub_ids "$m3")" i 4
check "it is still there" lies_in hold "$m3"
stop_agent
sqlite3 "$root/state/agent.db" 'DELETE FROM instance'
start_agent allow_actions=count allow_view=yes
expect 1.2.1.0 3 "with nothing but count"
eventually "it takes SETs" takes_sets
refused "hmqFlush" notWritable 1.6.1.0 1.6.1.0 i 1
act al view 951 ids="$m3"
finished al view 951 "done" 1 1 0
check "rows came back with their results" same "$(results al delete 2)" \
    "$(printf '%s\n' "$gone 2" "$m5 1" | sort | tr '\n' ' ')"
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "nothing unprintable in the log" clean_log
check "no report of a sanitizer" no_sanitizer_report
