#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hmq_act.sh DAEMON: hmq's commands that act, set and judge, against a real agent: what is
# shown before and asked, what is done and printed, and what it does with answers that are lost.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/hmq.sh
. "$support/hmq.sh"
credentials='-v2c -c private'
export USER=tester

mailq() { pf postqueue -p; }
# hmq_input STATUS INPUT ARGUMENT...
hmq_input() {
    local expected=$1 input=$2 status=0
    shift 2
    "$client" -H "127.0.0.1:$snmp_port" "$@" -- -v2c -c private -t 5 >"$root/out" 2>"$root/err" \
        <<<"$input" || status=$?
    [ "$status" -eq "$expected" ] || {
        cat "$root/out" "$root/err"
        fail "hmq $*: exit $status instead of $expected"
    }
}
start_postfix
allow_set
start_snmpd
inject 3 a@suspended.example alice@source.example
inject 12 b@suspended.example bob@source.example
eventually "15 are deferred" settled 15
start_agent allow_view=yes view_limit=20K message_limit=8 \
    condition.aged.watch=age condition.aged.above=1h \
    condition.quiet.watch=undelivered condition.quiet.above=1h "mail_log=$root/no.log"
expect 1.2.1.0 15 "15 messages"
eventually "it takes SETs" takes_sets
unchanged() { same "$(on_disk)" "$before" || fail "$1: the queue has changed"; }

# Nothing is done by what is wrong, refused or only asked about.
test_nothing() {
    local id
    before=$(on_disk)
    id=$(ids deferred 1)
    while IFS='|' read -r expected words message; do
        # shellcheck disable=SC2086 # words
        hmq "$expected" $words
        complains "$message"
    done <<END
2|delete -y|^hmq: delete which messages\? Give IDs, criteria such as --sender, or --all
2|hold|hold which messages
2|hodl --all|^hmq: hodl is no command; is it hold\?
2|remove $id|remove is no command; is it delete\?
2|hold ALL -y|^hmq: ALL is not a queue ID
2|hold ${id}** -y|is not a queue ID
2|hold $id,$id -y|is not a queue ID
2|hold --min-age 5 -y|^hmq: --min-age 5 has no unit: s, m, h, d or w
2|hold --min-age 5x -y|--min-age 5x is no number with a unit
2|hold --min-age 0d -y|--min-age 0d is any age
2|hold --min-size 5 -y|--min-size 5 has no unit: B, K, M or G
2|hold --queue deferedd -y|--queue deferedd is none of maildrop
2|hold --queue corrupt -y|--queue corrupt is none of
2|hold --sender= -y|is empty; the null sender is '<>'
2|hold --reason= -y|is empty, which would match everything
2|hold --sender|^hmq: --sender needs a value: --sender PATTERN
2|hold --sendr x|^hmq: --sendr is no option; those of SNMP come after --
2|hold --all --sender x|--all cannot be combined
2|delete --all -y|^hmq: delete --all -y needs --expect N
2|delete --all -y --expect many|--expect many is no number
2|delete --all|there is no terminal to ask on: add -y
2|hold --json --all|--json cannot ask: add -y
2|status --sender x|--sender is no option of status
2|status now|status: what is now\? It takes options only
2|show|show needs ID
2|view|view needs ID
2|view $id $id|what is $id\? It takes ID
2|pause 5|pause: 5 has no unit
2|settings message_limit|message_limit has no value
2|settings message_limit=x|message_limit: x is no number
2|settings bounce_queue_lifetime=36h|is not a number of whole days
2|settings colour=red|colour is no setting that can be set
2|list --limit -1|--limit -1 is no number
2|-H , list|is no host
2|--base-oid here list|--base-oid here is no numeric OID
3|check -w high|--warning high is no number
1|delete --all -y --expect 3|15 messages match, and not the 3 expected; nothing was done
1|delete --sender alice@source.example -y --expect 2|3 messages match, and not the 2 expected
END
    gateways=127.0.0.1:$snmp_port,127.0.0.1:$snmp_port hmq 2 hold "$id" -y
    complains 'queue IDs belong to one gateway'
    credentials='-v2c -c public' hmq 1 hold "$id" -y
    complains "this user may not hold under the owner 'tester': the write view lacks it"
    for input in '' 'x@suspended.example' "$id**" 'ALL' '-- 3 Kbytes in 3 Requests.' \
        "$(mailq)"$'\nnot mailq'; do
        hmq_input 2 "$input" hold - -y
    done
    hmq_input 0 'Mail queue is empty' delete --expect 0 -y -
    says '^delete: no message, since mailq says'
    unchanged "what is wrong"
    hmq 0 delete --sender 'alice@*' --dry-run
    says '^delete: would act on 3 messages from alice@\*$'
    hmq 0 hold --all --dry-run
    says '^hold: would act on ALL 15 messages$'
    hmq 0 unhold --all --dry-run
    says '^unhold: would act on ALL 0 messages$'
    hmq 0 hold "$id" 4ABC12DEF0 --dry-run
    says '^hold: would act on 1 message of those named$'
    hmq 0 flush --dry-run
    says '^flush: would flush the whole queue$'
    answers 80 -i n delete --sender 'bob@*'
    says '^Delete 12 messages from bob@\* on 127.0.0.1:[0-9]+\? \[y/N\] n$'
    says 'nothing was done$'
    [ "$status" -eq 1 ] || fail "exit $status"
    unchanged "a dry run, and a no"
    # Neither what was typed for something else, nor the end of a long line, is an answer.
    for answer in yn 'yes, but' nynnnnnnnnnnnnnnny ''; do
        gateways=127.0.0.1:$snmp_port,localhost:$snmp_port \
            answers 80 -a y -i "$answer" -i n delete --sender 'bob@*'
        says "^Delete 12 messages from bob@\\* on 127.0.0.1:[0-9]+\\? \\[y/N\\] $answer\$"
        says '^Delete 12 messages from bob@\* on localhost:[0-9]+\? \[y/N\] n$'
        [ "$status" -eq 1 ] || fail "exit $status"
    done
    unchanged "what is not y or yes"
    ok "nothing is done by what is wrong"
}

test_acting() {
    local id
    answers 80 -i y hold --sender 'bob@*'
    says '^\.\.\. and [0-9]+ more$'
    says '^Hold 12 messages from bob@\* on '
    says '^12 messages  done: placed on hold$'
    says '^hold: 12 done \(owner tester, number [0-9]+\)$'
    [ "$(count_queue "$spool" hold)" -eq 12 ] || fail "12 are not on hold"
    hmq 0 hold --all -y
    says '^3 messages  done: placed on hold$'
    hmq 0 hold --all -y
    says '^hold: no message matches'
    id=$(ids hold 1)
    hmq 0 hold "$id" -y
    says "^$id  unchanged: on hold already$"
    says '^hold: 1 unchanged '
    hmq 1 unhold "$id" 4ABC12DEF0 -y
    says '^4ABC12DEF0  notFound'
    says '^unhold: partial, 1 done, 1 notFound '
    hmq 0 unhold --queue hold --sender 'bob@*' -y -q --comment 'ticket 4711'
    [ "$(wc -l <"$root/out")" -eq 1 ] || fail "-q: more than the summary"
    hmq 0 actions
    says 'unhold +done +.* tester +[0-9]+ +ticket 4711'
    hmq_input 0 "$(mailq)" unhold - -y
    hmq_input 0 "$(mailq)" count -
    says '^15 messages$'
    hmq 0 count --recipient '*@suspended.example' --json
    json '.gateways[0].counted == 15'
    has_tables
    hmq 0 hold --sender 'alice@*' --dry-run --json
    json '.gateways[0] | .counted == 3 and .actions == [] and .results == []'
    has_tables actions results
    hmq 0 hold --sender 'nobody@*' --expect 0 -y --json
    json '.gateways[0].counted == 0'
    has_tables actions results
    hmq 1 hold --sender 'nobody@*' --expect 1 -y --json
    has_tables actions results
    hmq_input 0 'Mail queue is empty' hold - -y --json
    has_tables actions results
    hmq 0 requeue --sender 'alice@*' -y --json
    json '.gateways[0] | .actions[0].state == "done" and (.results | length) == 3 and
        all(.results[]; .outcome == "done")'
    has_tables actions results
    hmq 0 flush --sender 'nobody@nowhere.example' -y
    says '^flush: no message matches'
    eventually "they are back in deferred" settled 15
    answers 80 -i y requeue --sender 'alice@*'
    # This agent has no log to read, so that nothing is waited for.
    says '^3 messages  done: requeued; Postfix logs the new ID with orig_id=\*$'
    ok "acting"
}

test_flush() {
    hmq 0 flush -y
    says '^flush: delivery of everything requested'
    complains 'outbound mail is paused \(defer_transports\), but a flush delivers'
    ok "flush"
}

test_view() {
    local id
    eventually "what was requeued is back" settled 15
    id=$(ids deferred 1)
    hmq 0 view "$id"
    says '^sender: .*source.example$'
    says '^\*\*\* MESSAGE FILE END '
    hmq 1 view 4ABC12DEF0
    complains '4ABC12DEF0: no such message'
    # A message whose end is not shown is not taken for a whole one.
    id=$(send big@source.example big@suspended.example 40000)
    hmq 1 view "$id"
    complains "$id: the message is longer than view_limit\$"
    [ "$(wc -c <"$root/out")" -ge 20000 ] || fail "its beginning is not shown"
    hmq 0 delete "$id" -y
    ok "view"
}

test_delete() {
    local count
    count=$(count_queue "$spool" deferred incoming active maildrop hold)
    answers 80 -i y delete --sender 'bob@*'
    says '^12 messages  done'
    [ "$(count_queue "$spool" deferred incoming active maildrop hold)" -eq $((count - 12)) ] ||
        fail "not 12 are gone"
    hmq 0 count
    hmq 0 delete --all -y --expect "$(awk '{ print $1 }' "$root/out")"
    hmq 0 count
    says '^0 messages$'
    ok "delete"
}

# More IDs than one row takes are one action.
test_many() {
    local id ids='' i
    for i in {1..1400}; do printf -v id '4ABC12%04X' "$i" && ids+="$id "; done
    hmq_input 1 "$ids" hold - -y -q
    says '^hold: failed, 1400 notFound \(owner tester, numbers [0-9]+ to [0-9]+\)$'
    hmq_input 1 "$ids" delete - -y --expect 7
    complains '0 messages match, and not the 7 expected; nothing was done'
    ok "1,400 IDs"
}

test_settings() {
    hmq 0 settings
    says '^bounce_queue_lifetime +5d'
    says '^overload_threshold +500$'
    says '^state: applied$'
    says '^condition.overload.enabled  yes$'
    says '^message_limit               8$'
    hmq 0 settings --json
    json '.gateways[0].settings | .overload_threshold == 500 and .state == "applied"'
    hmq 0 settings overload_threshold=600 message_limit=20 maximal_queue_lifetime=4d
    says '^overload_threshold: 600, was 500$'
    says '^message_limit: 20, was 8$'
    says '^maximal_queue_lifetime: 4d, was 5d$'
    says '^state: applied$'
    [ "$(pf postconf -h maximal_queue_lifetime)" = 4d ] || fail "Postfix has not the new lifetime"
    hmq 1 settings overload_clear_threshold=601
    complains 'overload_clear_threshold would be 601, which is above its threshold'
    hmq 1 settings condition.aged.above=30m
    complains 'condition.aged.clear would be 54m, which is above its threshold'
    hmq 1 settings message_limit=10001
    complains 'out of range'
    hmq 0 settings condition.aged.above=2h condition.aged.for=90s condition.aged.enabled=no
    says '^condition.aged.above: 2h, was 1h$'
    says '^condition.aged.for: 90s, was 0s$'
    says '^condition.aged.enabled: no, was yes$'
    hmq 0 conditions
    says '^aged +disabled '
    hmq 1 settings condition.none.above=3
    complains 'no such condition'
    credentials='-v2c -c public' hmq 1 settings message_limit=20
    complains 'its write view lacks it'
    status=0
    run_hmq pause 1h || status=$?
    # Postfix of the lab has defer_transports, which somebody else has set.
    [ "$status" -eq 1 ] || fail "pause: exit $status"
    complains 'this agent cannot pause|defer_transports was set by someone else'
    ok "settings"
}

# All that is wrong is named, of as many conditions as there can be, and with the longest names.
check_of_many() {
    local number
    stop_agent
    cp "$root/agent.conf" "$root/few.conf"
    for number in {10..38}; do
        printf 'condition.%s.watch = total\ncondition.%s.above = 0\n' \
            "of-those-with-the-longest-name$number"{,}
    done >>"$root/agent.conf"
    start_agent
    expect 1.11.1.0 30 "all conditions are raised"
    stop_postfix
    expect 1.1.4.0 2 "Postfix is stopped"
    hmq 2 check
    says '-name10 is raised, .*-name38 is raised, .*quiet is unknown, Postfix is stopped \|'
    start_postfix
    expect 1.1.4.0 1 "Postfix runs"
    stop_agent
    cp "$root/few.conf" "$root/agent.conf"
    start_agent
    expect 1.1.5.0 1 "the agent reads the queue"
}

test_check() {
    # There is no log that would show whether anything is delivered.
    hmq 3 check
    says "^MAILQUEUE UNKNOWN - 0 messages, quiet is unknown \| 'messages'=0;;600;0 'volume'=0KB;"
    says " 'oldest'=0s"
    inject 4
    eventually "4 are deferred" settled 4
    expect 1.2.1.0 4 "4 messages"
    hmq 1 check -w 3 -c 5
    says "^MAILQUEUE WARNING - 4 messages, above 3 \| 'messages'=4;3;5;0 "
    hmq 2 check -c 3
    hmq 0 check -w 4
    hmq 0 settings overload_threshold=3 overload_clear_threshold=2
    expect 1.2.5.0 1 "overload"
    hmq 2 check
    says '^MAILQUEUE CRITICAL - 4 messages, overload'
    gateways=127.0.0.1:$trap_port hmq 3 check
    says '^MAILQUEUE UNKNOWN - no answer$'
    hmq 3 check --base-oid .1.3.6.1.4.1.8072.9999.9999.1
    says '^MAILQUEUE UNKNOWN - snmpd answers, but there is no hermes-mailqueued'
    gateways=127.0.0.1:$snmp_port,127.0.0.1:$trap_port hmq 2 check
    says '^MAILQUEUE CRITICAL - 127.0.0.1:[0-9]+ CRITICAL, .*; 127.0.0.1:[0-9]+ UNKNOWN, no answer'
    check_of_many
    ok "check"
}

test_doctor() {
    hmq 0 doctor
    says '^ok +agent: hermes-mailqueued '
    says '^ok +data: 4 messages$'
    says '^ok +actions: this user may: hold, unhold, requeue, delete, expire, count '
    says ' \(flush is not tried\)$'
    says '^ok +clock: in step'
    before=$(on_disk)
    hmq 0 doctor --json
    json '.gateways[0].checks | length >= 8 and all(.[]; .result != "failed")'
    unchanged "doctor"
    credentials='-v2c -c public' hmq 0 doctor
    says '^note +actions: this user may not act on messages$'
    gateways=no-such-host.invalid hmq 3 doctor
    says '^failed +name: '
    gateways=127.0.0.1:$trap_port hmq 3 doctor
    says '^failed +snmpd: no answer$'
    hmq 3 doctor --base-oid .1.3.6.1.4.1.8072.9999.9999.1
    says '^failed +agent: snmpd answers, but'
    stop_agent
    hmq 3 doctor
    says '^failed +agent: '
    start_agent
    expect 1.2.1.0 4 "4 messages again"
    ok "doctor"
}

# Two answers to each request are lost: everything runs once.
test_lost_answers() {
    local port rows
    port=$(free_port)
    start_daemon "$root/relay.pid" "$root/relay.log" \
        python3 "$support/lossy_relay.py" "$port" "$snmp_port" 2 "$root/relayed"
    eventually "the relay" grep -q ready "$root/relayed"
    rows=$(sql 'SELECT count(*) FROM actions')
    gateways=127.0.0.1:$port timeout=1 retries=5 hmq 0 hold --all -y
    says '^hold: 4 done'
    grep -q lost "$root/relayed" || fail "no answer was lost"
    same "$(sql 'SELECT count(*) FROM actions')" $((rows + 1)) || fail "it ran more than once"
    # Without retries every answer to a SET is lost; the row is looked up, in vain.
    gateways=127.0.0.1:$port timeout=1 retries=0 hmq 3 unhold --all -y
    complains 'no answer'
    stop_daemon "$root/relay.pid"
    ok "answers that are lost"
}

test_nothing
test_acting
test_view
test_delete
test_many
test_settings
test_check
test_lost_answers
test_doctor
test_flush
stop_agent
check "no report of a sanitizer" no_sanitizer_report
echo "$checks checks passed"
