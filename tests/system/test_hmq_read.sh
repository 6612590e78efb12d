#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hmq_read.sh DAEMON: hmq's commands for reading, against a real agent and then against
# canned objects behind the same snmpd: what no agent serves on demand, and what none should.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/hmq.sh
. "$support/hmq.sh"

start_postfix
inject 3 a@full.example alice@source.example
inject 2 b@suspended.example
eventually "5 are deferred" settled 5
start_snmpd
configuration=(message_limit=4 condition.aged.watch=age condition.aged.above=0s)
start_agent "${configuration[@]}"
expect 1.2.1.0 5 "5 messages"
expect 1.5.1.0 4 "4 of them listed"
# Of what has just come no age is shown, and `aged` is not raised.
has_age() { [ "$(get 1.2.4.0)" -ge 1 ]; }
eventually "the oldest has an age" has_age

test_status() {
    hmq 0
    says '^(OK|WARNING), 5 messages, .* KiB, the oldest .* old$'
    says '^Postfix 3[0-9.]* is running, counted .* ago, listed .* ago$'
    says '^deferred +5 '
    says '^Overload: no \(begins above 500, ends at 450\)$'
    hmq 0 status
    hmq 0 -j status
    json '.version == 1 and .command == "status" and (.gateways | length) == 1'
    json '.gateways[0] | .error == null and .summary.messages == 5 and .summary.overload == false'
    json '[.gateways[0].queues[] | select(.queue == "deferred").messages] == [5]'
    json '.gateways[0].agent | .data == "ok" and .postfix == "running"'
    ok "status"
}

test_list() {
    local id
    id=$(ids deferred 1)
    hmq 0 list
    says '^ID +QUEUE +AGE +SIZE +FROM +TO +REASON$'
    says 'alice@source.example +a@full.example +.*over its quota'
    says '^\.\.\. and 1 more, which the agent does not list'
    hmq 0 list --json
    json '.gateways[0] | (.messages | length) == 4 and .listing.omitted == 1'
    json '.gateways[0].messages[0] | .queue == "deferred" and .size_bytes > 0 and
        (.arrival | test("^20..-..-..T..:..:..Z$")) and .forced_expire == false'
    hmq 0 list --sender 'ALICE@source.example'
    says '^No message matches\.$'
    hmq 0 list --sender 'alice@SOURCE.example' --min-size 1B
    [ "$(grep -c 'alice@source' "$root/out")" -ge 1 ] || fail "the sender's domain has no case"
    says '1 more were not looked at \(hmq count counts all: from alice@SOURCE.example, at least'
    hmq 0 list --reason 'over its quota' --recipient '*@full.example' --limit 1
    [ "$(grep -c 'a@full.example' "$root/out")" -eq 1 ] || fail "--limit"
    hmq 0 list --recipient '*@full.example' --reason suspended
    says 'No message matches'
    for args in '--queue hold' '--min-age 1w' '--min-size 1G' '--sender <>'; do
        # shellcheck disable=SC2086 # words
        hmq 0 list $args
        says 'No message matches'
    done
    hmq 0 list --json --sender '<>'
    json '.gateways[0].messages == []'
    hmq 0 show "$(awk '$2 == "deferred" { print $1; exit }' < <(hmq 0 list && cat "$root/out"))"
    says '^queue +deferred$'
    says '^arrived +20..-..-.. ..:..:.. UTC$'
    says '^   [ab]@(full|suspended).example$'
    hmq 1 show 4ABC12DEF0
    complains 'it is not among the messages that the agent lists'
    ok "list and show ($id)"
}

test_others() {
    hmq 0 events
    says 'hmqAgentStarted +hermes-mailqueued .* started$'
    hmq 0 events --limit 1 --json
    json '.gateways[0].events[0].event == "hmqAgentStarted"'
    hmq 0 actions
    says '^No actions\.$'
    hmq 0 hooks
    says '^No webhooks'
    hmq 0 senders
    says '^1 +3 +3 .* alice@source.example$'
    hmq 0 domains
    says '^1 +3 +3 .* full.example +.*over its quota'
    hmq 0 reasons
    says '^1 +3 +3 .* full.example .* 452 4.2.2 .*over its quota'
    hmq 0 ages
    says '^UP TO +deferred$'
    says '^5m +5$'
    hmq 0 --json
    json '.gateways[0] | .insight.senders == 2 and .senders[0].sender == "alice@source.example" and
        .reasons[0].messages == 3'
    hmq 0 list --json --reason "$(jq -r '.gateways[0].reasons[0].reason' "$root/out")"
    json '.gateways[0].messages | length == 3 and all(.[]; .first_recipient == "a@full.example")'
    hmq 0 delivery
    says '^log +ok$'
    says '^received '
    hmq 0 conditions
    says '^overload +clear +.* total +5 +500 '
    says '^aged +raised +warning +age +[0-9]+s +0s '
    hmq 0 conditions --json
    json '.gateways[0] | .condition_counts == {"raised": 1, "worst": "warning"} and
        ([.conditions[].name] | sort) == ["aged", "overload"]'
    hmq 0
    says '^WARNING, 5 messages'
    says '^aged: raised, [0-9]+[sm] \(above 0s\)'
    hmq 1 check
    says '^MAILQUEUE WARNING - 5 messages, aged is raised \|'
    ok "events, actions, hooks, insight, delivery, conditions"
}

# What each command has, by its name; the page has the keys.
test_schema() {
    local command names
    while read -r command names; do
        run_hmq "$command" --json || true # the doctor may find a fault
        # shellcheck disable=SC2086 # words
        has_tables $names
    done <<'END'
status agent summary queues settings condition_counts conditions insight senders domains reasons
list agent listing messages recipients
senders agent insight senders
domains agent insight domains
reasons agent insight reasons
ages agent insight ages domains domain_ages
delivery agent delivery outcomes
conditions agent condition_counts conditions
events agent event_serial events
actions agent action_counts actions
hooks agent hooks
settings agent summary settings condition_counts conditions
doctor checks
END
    ok "the JSON of every command is what hmq(1) says"
}

# Gateways that do not answer, do not resolve, refuse, or have no agent.
test_several() {
    local here=127.0.0.1:$snmp_port
    gateways=$here,127.0.0.1:$trap_port,$here hmq 1 list --limit 1
    complains "^hmq: 127.0.0.1:$trap_port: no answer$"
    [ "$(grep -c "^$here\$" "$root/out")" -eq 2 ] || fail "both others are shown"
    gateways=$here,127.0.0.1:$trap_port hmq 1 --json
    json '.gateways | length == 2 and .[0].error == null and .[1].error == "no answer"'
    json '.gateways[1] | keys == ["error", "gateway"]'
    gateways=127.0.0.1:$trap_port hmq 3
    complains 'no answer'
    gateways=no-such-host.invalid hmq 3
    complains '^hmq: no-such-host.invalid: '
    credentials='-v2c -c wrong' hmq 3
    complains 'no answer'
    hmq 3 --base-oid .1.3.6.1.4.1.8072.9999.9999.1
    complains 'there is no hermes-mailqueued behind it, or this user has no view of it'
    credentials='-v1 -c public' hmq 0 list
    says 'a@full.example'
    gateways=localhost:$snmp_port hmq 0
    gateways=udp:127.0.0.1:$snmp_port hmq 0
    ok "several gateways, and what is wrong with some"
}

test_follow() {
    run_hmq events -f &
    local follower=$!
    sees_event() { grep -q 'hmqAgentStarted' "$root/out"; }
    eventually "what was before is printed" sees_event
    stop_agent
    start_agent "${configuration[@]}"
    sees_new() { [ "$(grep -c 'started' "$root/out")" -ge 2 ]; }
    eventually "a new event is printed as it comes" sees_new
    kill -INT "$(children_of "$follower" | awk '{ print $1 }')"
    wait "$follower" || fail "Ctrl-C is no failure"
    ok "events -f"
}

test_status
test_list
test_schema
test_others
test_several
test_follow
stop_agent
check "no report of a sanitizer" no_sanitizer_report

# From here on a file is the agent.
stop_daemon "$root/snmpd.pid"
serve_file
cp "$support/data/client_objects" "$root/objects"
start_snmpd
# snmpd answers before what it runs for these objects does.
canned_answers() { [ "$(get 1.2.1.0)" = 1234 ]; }
eventually "a file is the agent" canned_answers

test_canned() {
    hmq 0
    says '^CRITICAL, 1,234 messages, 33 MiB, the oldest 2d03h old$'
    says '^Outbound mail is paused until 20..-'
    says '^old-mail: raised, 2d03h \(above 1d00h\): 4ABC12DEF0$'
    says '^1 other condition is clear or disabled$'
    says '^ +900  news@list.example$'
    says '^ +700  host \* said: 452'
    hmq 0 senders
    says '^1 +900 .* news@list.example$'
    says '^2 +100 .* <>$'
    says '^\.\.\. of 250 senders$'
    says 'lower bounds'
    hmq 0 domains
    says '^1 +800 .* 3h00m +full.example +host \* said'
    hmq 0 reasons
    says '452 4.2.2 mailbox full$'
    hmq 0 ages
    says '^UP TO +deferred$'
    says '^5m +10$'
    says '^older +1,000$'
    says '^DOMAIN .* 21h20m +older$'
    says '^full.example .* 7 '
    hmq 0 delivery
    says '^sent +12 +3,456 '
    says '^delay, median +1.5s$'
    says '^delay, 95 % +nothing sent in 5'
    hmq 0 conditions
    says '^old-mail +raised +critical +age deferred +2d03h +1d00h '
    says '^off +disabled '
    hmq 0 hooks
    says '^webhook.pager +10 +3 +2 .* no route to host$'
    hmq 0 actions
    says ' hold +partial +3 +2 +1 +admin +77 +ticket 4711'
    hmq 0 conditions --json
    json '.gateways[0].conditions[1] | .name == "old-mail" and .state == "raised" and
        .watch == "age" and .value == 183600 and .since == "2026-11-25T08:00:00Z"'
    hmq 0 delivery --json
    json '.gateways[0].delivery.delay_p95_ms == null'
    ok "what an agent with everything serves"
}

# Messages are counted sooner than they are listed.
test_unlisted() {
    local command
    {
        grep -v -e '^1\.5\.[45]\.' -e '^1\.7\.[5-9]\.' "$root/all" |
            sed -E 's/^(1\.5\.[12]\.0) u .*/\1 u 0/'
        printf '1.7.8.1.3.%s u 0\n' {1..5}.{1..10}
    } >"$root/objects"
    for command in list senders domains reasons ages; do
        hmq 0 "$command"
        says '^No message is listed yet\.$'
    done
    sed -i -e 's/^1\.2\.1\.0 .*/1.2.1.0 u 0/' "$root/objects"
    for command in list senders domains ages; do
        hmq 0 "$command"
        says '^No messages\.$'
    done
    ok "what is not listed yet is not nothing"
}

# Nothing known is not nothing there.
test_unknown() {
    grep -v -e '^1\.2\.' -e '^1\.3\.' -e '^1\.1\.[5-8]\.' -e '^1\.5\.' "$root/objects" >"$root/some"
    mv "$root/some" "$root/objects"
    hmq 0
    says '^CRITICAL, how many messages is unknown$'
    says '^Overload: unknown'
    hmq 1 list
    says '^the queue could not be listed$'
    hmq 0 --json
    json '.gateways[0] | .summary == null and .queues == []'
    ok "what is not known is never 0"
}

widths() { # COMMAND...: no line is longer than the terminal
    local width line
    for width in 40 80 200; do
        on_terminal "$width" "$@"
        while IFS= read -r line; do
            [ "${#line}" -le "$width" ] || fail "hmq $* at $width: ${#line} columns: $line"
        done <"$root/plain"
    done
}

all_help() {
    local command
    "$client" --help
    for command in $("$client" --help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
        "$client" "$command" --help
    done
}

test_widths() {
    local command line
    while IFS= read -r line; do
        [ "${#line}" -le 80 ] || fail "--help: ${#line} columns: $line"
    done < <(all_help)
    for command in status list senders domains reasons ages delivery conditions events actions \
        hooks settings doctor 'show 4ABC12DEF0' 'list -l' 'reasons -l' 'events -l'; do
        # shellcheck disable=SC2086 # words
        widths $command
    done
    on_terminal 200 list
    grep -q 'REASON$' "$root/plain" || fail "wide: reasons are in the table"
    on_terminal 40 list -l
    [ "$(tr -d ' \n' <"$root/plain" | grep -c 'fullandveryfullindeed')" -eq 1 ] ||
        fail "-l: the whole reason"
    grep -q $'\e\[1m' "$root/terminal" || fail "colors on a terminal"
    NO_COLOR=1 on_terminal 80 list
    ! grep -q $'\e' "$root/terminal" || fail "NO_COLOR"
    TERM=dumb on_terminal 80 list
    ! grep -q $'\e' "$root/terminal" || fail "TERM=dumb"
    hmq 0 list
    ! grep -q $'\e' "$root/out" || fail "no colors in a pipe"
    says 'mailbox is full and very full indeed$'
    LC_ALL=C on_terminal 40 list
    ! LC_ALL=C grep -qP '[\x80-\xff]' "$root/terminal" || fail "ASCII only where UTF-8 is not"
    ok "widths 40, 80 and 200, and no terminal"
}

test_hostile() {
    local harmful='a\xc2\x9b31mb\xe2\x80\xaec\xe2\x81\xa6d\xe2\x80\xa8e\x1b[0mf\xffg'
    local obeyed='[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81\xa6|\xff'
    local command
    sed "s/ s .*[a-z]\$/ s $harmful/" "$root/objects" >"$root/some"
    mv "$root/some" "$root/objects"
    for command in status list senders domains reasons ages delivery conditions events actions \
        hooks; do
        run_hmq "$command" || true
        ! LC_ALL=C grep -nP "$obeyed" "$root/out" || fail "hmq $command: a terminal obeys it"
        run_hmq "$command" --json || true
        ! LC_ALL=C grep -nP "$obeyed" "$root/out" || fail "hmq $command --json: a terminal obeys it"
    done
    ok "nothing that a terminal obeys"
}

test_canned
test_schema
test_widths
cp "$root/objects" "$root/all"
test_hostile
test_unlisted
cp "$root/all" "$root/objects"
test_unknown
echo "$checks checks passed"
