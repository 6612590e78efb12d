#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hmq_top.sh DAEMON: hmq top on a terminal of tmux(1): against fake agents, of which there can
# be many and which can be silent, and then against a real one, where actions are done.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/hmq.sh
. "$support/hmq.sh"
# shellcheck source=tests/support/tmux.sh
. "$support/tmux.sh"
export USER=tester

listening() { [ -s "$root/fakes/ports" ]; }

# start_fakes COUNT ROWS: $gateways are theirs.
start_fakes() {
    mkdir -p "$root/fakes"
    rm -f "$root/fakes/ports" "$root/fakes/silent" "$root/fakes/delay"
    : >"$root/fakes/log"
    cp "$support/data/client_objects" "$root/fakes/objects"
    start_daemon "$root/fakes.pid" "$root/fakes.log" \
        "$support/fake_agents.py" "$root/fakes" "$1" "$2"
    wait_for "$patience" listening || {
        cat "$root/fakes.log"
        fail "the fake agents do not start"
    }
    gateways=$(sed 's/^/127.0.0.1:/' "$root/fakes/ports" | paste -sd,)
}

stop_fakes() {
    stop_daemon "$root/fakes.pid"
    unset gateways
}

# change OID TYPE VALUE: another value of one object of the fake agents.
change() {
    { grep -v "^${1//./\\.} " "$root/fakes/objects" && echo "$1 $2 $3"; } >"$root/fakes/new"
    mv "$root/fakes/new" "$root/fakes/objects"
}

# How many requests of a kind there were.
requests() { grep -c " $1 " "$root/fakes/log" || true; }

test_tables() {
    start_fakes 1 0
    hmq 2 top
    complains '^hmq: top needs a terminal'
    hmq 2 top --interval 0s
    complains '--interval 0s is no time'
    start_top 80x24
    shows '^127\.0\.0\.1:[0-9]+  CRITICAL, 1,234 messages, 33 MiB, the oldest 2d03h old'
    shows '^deferred +1,200  ██'
    shows '^  4ABC12DEF0 +deferred +2d03h .* news@list'
    shows '2 of 2 \(1,232 more are not listed\), by AGE, greatest first'
    shows '^host mx said: 452 4\.2\.2 the mailbox is full'
    press 2
    shows '  1 +900 +4,000 .* news@list\.example'
    press 3
    shows '  1 +800 .* full\.example'
    press 4
    shows ' 700 .* host \* said: 452'
    press 5
    shows 'old-mail +raised +critical'
    press 6
    shows 'hmqConditionRaised'
    press 7
    shows 'hold +partial .* admin'
    press Enter
    shows '^COMMENT +ticket 4711'
    press q Tab
    shows '4ABC12DEF0'
    press '?'
    shows '^/ +filter: only rows'
    press q
    quits 0
    ok "every table, and the help"
}

test_filter() {
    start_top 80x24
    shows '4ABC12DEF1'
    press /
    types 'zoë'
    hides '4ABC12DEF0'
    shows '1 of 2 '
    shows '^/zoë'
    press Enter
    shows '^filter: zoë'
    press Escape
    shows '4ABC12DEF0'
    press / n o t h i n g Enter
    shows 'No row has the text of the filter'
    press / C-u Enter
    shows '4ABC12DEF0'
    press s
    shows 'by SIZE, greatest'
    press r
    shows 'by SIZE$|by SIZE,( read)'
    first_row() { [ "$(screen | grep -o '4ABC12DEF.' | head -n 1)" = "$1" ]; }
    wait_for "$patience" first_row 4ABC12DEF1 || { screen; fail "the smallest comes first"; }
    press Space
    shows '^\* 4ABC12DEF1'
    shows ', 1 marked'
    press '*'
    shows ', 2 marked'
    press u
    hides ', [0-9]+ marked'
    press 2
    shows ' 900 .* news@list'
    press Enter
    shows '^filter: news@list\.example'
    shows '1 of 2 '
    quits 0
    ok "filter, order, marks"
}

# A refresh costs one GET of few objects while the serials stand still.
test_refresh() {
    start_top 80x24
    shows '4ABC12DEF1'
    more() { [ "$(requests get)" -ge $((before + 3)) ]; }
    : >"$root/fakes/log"
    before=0
    wait_for "$patience" more || fail "it asks again"
    [ "$(requests bulk)" -eq 0 ] || { cat "$root/fakes/log"; fail "a table was read for nothing"; }
    [ -z "$(awk '$3 > 30' "$root/fakes/log")" ] || fail "a small GET"
    change 1.2.1.0 u 777
    shows 'CRITICAL, 777 messages'
    [ "$(requests bulk)" -eq 0 ] || fail "a number is not a listing"
    change 1.5.4.1.6.10.52.65.66.67.49.50.68.69.70.49 s new@sender.example
    change 1.5.3.0 c 8
    shows 'new@sender\.example'
    change 1.2.1.0 u 1234
    quits 0
    ok "a refresh costs one small GET until the listing changes"
}

# An agent that goes away and returns; what is shown meanwhile is old.
test_silence() {
    start_top 100x24
    shows '4ABC12DEF1'
    cp "$root/fakes/ports" "$root/fakes/silent"
    shows '^127\.0\.0\.1:[0-9]+  NO ANSWER since 20..-..-.. ..:..:.. UTC; OLD: of 20'
    shows '4ABC12DEF1'
    press 2
    shows 'no answer'
    rm "$root/fakes/silent"
    shows '  CRITICAL, 1,234'
    shows 'news@list\.example'
    quits 0
    cp "$root/fakes/ports" "$root/fakes/silent"
    start_top 100x24
    shows 'NO ANSWER since 20..-..-.. ..:..:.. UTC \(no answer\) '
    hides 'messages'
    quits 3
    rm "$root/fakes/silent"
    grep -v -e '^1\.2\.' -e '^1\.3\.' -e '^1\.5\.' "$root/fakes/objects" >"$root/fakes/some"
    mv "$root/fakes/some" "$root/fakes/objects"
    start_top 100x24
    shows 'how many messages is unknown'
    shows '^deferred +\?'
    shows 'the queue could not be listed'
    quits 0
    stop_fakes
    ok "an agent that goes away, returns, or does not know"
}

# On a link where each answer takes its time the keys work all the same.
test_slow() {
    start_fakes 1 300
    echo 0.2 >"$root/fakes/delay"
    start_top 80x40
    shows 'reading: [0-9]+ values'
    press '?'
    help_meanwhile() {
        screen >"$root/screen"
        grep -q '^Home, g' "$root/screen" && grep -q 'reading: [0-9,]* values' "$root/screen"
    }
    wait_for "$patience" help_meanwhile || { cat "$root/screen"; fail "help has to wait"; }
    press q 2
    shows ' 900 .* news@list'
    rm "$root/fakes/delay"
    press 1
    shows '302 of 302'
    quits 0
    stop_fakes
    ok "a slow link"
}

# The screen follows the size of the terminal, and shows several gateways with the worst first.
test_size() {
    start_fakes 3 100
    first=${gateways%%,*}
    start_top 200x60
    shows "^$first  CRITICAL"
    shows '^! ?127.* 1,236│'
    worst_first() {
        [ "$(screen | grep -oE '1,23[4-6]│' | paste -sd' ')" = '1,236│ 1,235│ 1,234│' ]
    }
    wait_for "$patience" worst_first || { screen; fail "those with most messages come first"; }
    shows 'REASON$'
    shows 'the mailbox is full and very full indeed$'
    terminal resize-window -x 80 -y 24
    hides 'REASON$'
    shows '^\? help  q quit'
    [ "$(screen | grep -c '│')" -eq 20 ] || { screen; fail "the list of gateways"; }
    press '['
    hides "^$first "
    press ']'
    shows "^$first "
    terminal resize-window -x 20 -y 6
    shows '^hmq top needs 30x8'
    terminal resize-window -x 60 -y 12
    shows '4ABC12DEF0'
    hides '│'
    quits 0
    LC_ALL=C start_top 80x24
    shows 'zo\?@elsewhere'
    ! LC_ALL=C grep -qP '[\x80-\xff]' < <(screen) || fail "ASCII only where UTF-8 is not"
    quits 0
    stop_fakes
    ok "sizes, several gateways, and a terminal without UTF-8"
}

# Nothing of an agent is obeyed by the terminal: what is sent to it has sequences of top's own only.
test_hostile() {
    local tab
    start_fakes 1 0
    sed -i 's/ s .*[a-z]$/ s a\\xc2\\x9b31mb\\xe2\\x80\\xaec\\x1b[2J\\x1b]0;title\\x07d\\xff/' \
        "$root/fakes/objects"
    start_top 120x24
    shows 'CRITICAL'
    : >"$root/sent"
    terminal pipe-pane "cat >>$root/sent"
    for tab in 1 2 3 4 5 6; do
        press "$tab" C-l
        shows 'a 31mb c \[2J \]0;title d'
    done
    quits 0
    [ -s "$root/sent" ] || fail "nothing was recorded"
    ! LC_ALL=C grep -nP '\x1b\]|\x1b\[2J.*title|\x07|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xff' \
        "$root/sent" || fail "a terminal obeys it"
    stop_fakes
    ok "nothing that a terminal obeys"
}

# With 50 gateways, and 10,000 rows that change all the time, it stays below 5 % of a processor and
# reacts within 100 ms.
test_cost() {
    start_fakes 50 10000
    while change 1.5.3.0 c "$RANDOM"; do sleep 1; done 2>/dev/null &
    local changing=$!
    # shellcheck disable=SC2086 # words
    "$support/measure_top.py" 30 10,002 "$client" -H "$gateways" top \
        -- ${credentials--v2c -c public} -t 5 >"$root/cost" 2>"$root/top.err" ||
        { cat "$root/top.err"; fail "it cannot be measured"; }
    cat "$root/cost"
    awk '$1 == "cpu" && $2 < 5 || $1 == "reaction" && $2 < 100 { good++ } END { exit good != 2 }' \
        "$root/cost" || fail "it costs too much"
    kill "$changing"
    stop_fakes
    ok "what it costs"
}

# Where no shell can continue it, and on terminals whose cursor cannot be placed.
test_terminals() {
    start_fakes 1 0
    # shellcheck disable=SC2086 # words
    "$support/alone_top.py" 4ABC12DEF0 "$client" -H "$gateways" top \
        -- ${credentials--v2c -c public} -t 5 >"$root/out" 2>&1 ||
        { cat "$root/out"; fail "Ctrl-Z without a shell"; }
    # The library loses what it has allocated for a terminal that it does not know.
    ASAN_OPTIONS=detect_leaks=0 TERM=dumb on_terminal 80 top
    grep -q 'hmq: TERM is not the name of a terminal that top can use' "$root/plain" ||
        { cat "$root/plain"; fail "a terminal without a cursor"; }
    stop_fakes
    ok "Ctrl-Z without a shell, and a dumb terminal"
}

held() { count_queue "$spool" hold; }

# The messages of a sender are held by its row, and no others; a no does nothing.
test_row() {
    local before
    before=$(on_disk)
    start_top 100x30
    shows ' deferred '
    press 2
    shows ' 1 .* a\*b@source\.example'
    types /
    types 'a*b'
    press Enter
    shows '1 of 3'
    press D
    shows "hmq .* delete --sender 'a.{1,2}b@source\.example'"
    shows 'Delete 1 message from a\\\*b@source\.example on .*\? \[y/N\]'
    press n Enter
    shows 'nothing was done'
    same "$(on_disk)" "$before" || fail "a no has changed the queue"
    leaves
    press H
    shows 'Hold 1 message from'
    press Escape
    shows 'nothing was done'
    leaves
    press H
    shows 'Hold 1 message from'
    press y Enter
    shows 'done: placed on hold'
    shows '^hold: 1 done \(owner tester, number'
    [ "$(held)" -eq 1 ] || fail "one message is on hold, not $(held)"
    leaves
    shows '^hold +1 '
    quits 0
    ok "a whole row, with wildcards in it"
}

# What is marked, by its IDs.
test_marks() {
    start_top 100x30
    shows ' hold '
    press / b o b @ Enter
    shows '12 of 15'
    press '*'
    shows ', 12 marked'
    press H
    shows '\.\.\. and 2 more'
    shows 'Hold 12 messages named by ID'
    press y Enter
    shows '^hold: 12 done'
    [ "$(held)" -eq 13 ] || fail "13 messages are on hold, not $(held)"
    leaves
    shows '^hold +13 '
    press D
    shows 'Delete 12 messages named by ID'
    press y Enter
    shows '^delete: 12 done'
    leaves
    shows '0 of 3|No row has the text'
    hides ', [0-9]+ marked'
    [ "$(held)" -eq 1 ] || fail "one message is on hold, not $(held)"
    press 7
    shows 'delete +done +12 +12 +0 +tester'
    quits 0
    ok "what is marked"
}

test_reading() {
    start_top 100x30
    shows ' hold '
    press Enter
    shows '^arrived +20'
    press q v
    shows 'ENVELOPE RECORDS'
    press G
    shows 'MESSAGE FILE END'
    press g /
    types 'message contents'
    press Enter
    first_line() { grep -q '^\*\*\* MESSAGE CONTENTS' < <(screen | sed -n 9p); }
    wait_for "$patience" first_line || { screen; fail "what was searched for comes first"; }
    press q
    shows ' hold '
    quits 0
    ok "a message in the pager"
}

# While an action hangs the screen lives on; Ctrl-C is for the action and does not end the screen.
test_hanging() {
    touch "$root/hang.postsuper"
    start_top 100x30
    shows ' hold '
    press U
    shows 'Unhold 1 message named by ID'
    press y Enter
    eventually "an action hangs" hanging postsuper
    shows 'unhold: (waiting|running), 0 of 1'
    time=$(screen | sed -n '1s/.* //p')
    later() { [ "$(screen | sed -n '1s/.* //p')" != "$time" ]; }
    wait_for "$patience" later || fail "the screen stands still"
    press C-c
    shows 'Stop the action\?'
    press y Enter
    rm "$root/hang.postsuper"
    shows '^unhold: '
    leaves
    quits 0
    ok "the screen does not wait for an action"
}

test_tables
test_filter
test_refresh
test_silence
test_slow
test_size
test_hostile
test_cost
test_terminals

credentials='-v2c -c private'
# shellcheck disable=SC2119 # no lines for main.cf
start_postfix
allow_set
start_snmpd
inject 1 c@suspended.example 'a*b@source.example'
inject 2 c@suspended.example 'aXb@source.example'
inject 12 b@suspended.example bob@source.example
eventually "15 are deferred" settled 15
# shellcheck disable=SC2046 # words
start_agent $(use_engine) allow_view=yes
eventually "it takes SETs" takes_sets
expect 1.2.1.0 15 "15 messages"
test_row
test_marks
test_reading
test_hanging
stop_agent
check "no report of a sanitizer" no_sanitizer_report
echo "$checks checks passed"
