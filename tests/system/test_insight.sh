#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_insight.sh DAEMON: what fills the queue of a real Postfix, next to what jq(1) makes of
# `postqueue -j` and to qshape(1); and each row acted on: it selects what it counts.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

# set_age SECONDS ID...: in the queue file, as if it had arrived then (its first record of type T).
set_age() {
    python3 - "$spool" "$@" <<'END'
import pathlib, re, sys, time
spool, age = sys.argv[1], int(sys.argv[2])
for name in sys.argv[3:]:
    path = next(pathlib.Path(spool, "deferred").rglob(name))
    with open(path, "r+b") as file:
        found = re.search(rb"T.(\d{10}) \d+", file.read(4096), re.S)
        file.seek(found.start(1))
        file.write(b"%010d" % (time.time() - age))
END
}

# column TABLE COLUMN: its values as text, one a line, in the order of rank.
column() {
    local rank=1 value
    while value=$(get "1.7.$1.1.$2.$rank") && [[ $value != No\ Such* ]]; do
        if [[ $value == \"* ]]; then text "1.7.$1.1.$2.$rank"; else printf '%s' "$value"; fi
        echo
        rank=$((rank + 1))
    done
}

# table TABLE COLUMN...: its rows, columns separated by tabs.
table() {
    local number=$1
    local -a files=()
    shift
    while [ $# -gt 0 ]; do
        column "$number" "$1" >"$root/column.$1"
        files+=("$root/column.$1")
        shift
    done
    paste "${files[@]}"
}

# counted FILTER: of all messages, by jq; as table prints it, ranked in the same way.
counted() { pf postqueue -j | jq -rs "$1"; }

same_table() { # WHAT FILTER TABLE COLUMN...
    local what=$1 filter=$2
    shift 2
    counted "$filter" >"$root/counted"
    table "$@" >"$root/shown"
    diff "$root/counted" "$root/shown" >"$root/difference" || {
        cat "$root/difference"
        fail "$what: jq counts what is marked <, the agent what is marked >"
    }
    ok "$what: $(wc -l <"$root/shown") rows as jq counts them"
}

# shape: domain and ten ages for each domain, as qshape prints them, sorted.
shape() {
    qshape -w 200 "$spool/deferred" | awk 'NF == 12 && $1 != "TOTAL" {
        line = $1
        for (i = 3; i <= 12; i++) line = line "\t" $i
        print line
    }' | sort
}

shape_shown() {
    local rank=1 name
    column 6 2 | while read -r name; do
        printf '%s' "$name"
        for bucket in {1..10}; do printf '\t%s' "$(get "1.7.9.1.1.$rank.$bucket")"; done
        echo
        rank=$((rank + 1))
    done | sort
}

# acts_on KIND TABLE COUNT-COLUMN PATTERN-COLUMN PREFIX: a dry run with each row matches its count.
number=0
acts_on() {
    local kind=$1 text count rows=0
    while IFS=$'\t' read -r count text; do
        number=$((number + 1))
        rows=$((rows + 1))
        act al count "$number" "$kind=$5${text:-<>}"
        finished al count "$number" "done" "$count" 0 0
    done < <(table "$2" "$3" "$4")
    [ "$rows" -gt 1 ] || fail "no rows to act on by $kind"
}

start_postfix 'soft_bounce = yes'
allow_set
start_snmpd
inject 5 x@refused.example news@Shop.example
inject 3 y@Greylisted.example boss@shop.example
inject 4 z@full.example news@shop.example
inject 2 u@suspended.example list@lists.example
b1=$(send '' 'h@hangup.example b@busy.example')
b2=$(send 'we?rd*@shop.example' 'x@refused.example y@suspended.example z@suspended.example' 9000)
eventually "all are deferred" settled 16
mapfile -t files < <(ids deferred)
set_age 400 "${files[@]:0:3}"
set_age 3000 "${files[@]:3:2}"
set_age 30000 "${files[@]:5:2}"
set_age 100000 "$b2"
pf postsuper -h "$b1" 2>/dev/null
start_agent overload_threshold=0
expect 1.7.4.0 1 "the counts are exact"
eventually "it takes SETs" takes_sets
expect 1.2.1.0 16 "sixteen messages"

domain='ascii_downcase | sub(".*@"; "")'
lower='if . == "MAILER-DAEMON" then "" elif test("@") then
    (split("@") | .[:-1] + [.[-1] | ascii_downcase] | join("@")) else . end'
ranked='sort_by(-.n, .name) | .[]'
same_table senders "map(.sender |= ($lower)) | group_by(.sender) | map({name: .[0].sender,
    n: length, r: (map(.recipients | length) | add),
    v: (map(.message_size) | add / 1024 | ceil)}) | $ranked | [.name, .n, .r, .v] | @tsv" 5 2 3 4 5
same_table domains "[.[] | .queue_id as \$id | .recipients[] | {id: \$id,
    name: (.address | $domain)}] | group_by(.name) | map({name: .[0].name,
    n: (map(.id) | unique | length), r: length}) | $ranked | [.name, .n, .r] | @tsv" 6 2 3 4

# A row's text is a pattern here; each message that it matches is counted, by another program.
column 7 2 >"$root/texts"
grep -q '\*' "$root/texts" || fail "no reason has a *"
pf postqueue -j | jq -rs --rawfile texts "$root/texts" '. as $all |
    ($texts | split("\n") | map(select(. != ""))) | map(. as $text |
    ("^" + (gsub("(?<c>[^A-Za-z0-9* ])"; "\\\(.c)") | gsub("\\*"; ".*")) + "$") as $pattern |
    [$all[] | [.recipients[] | .delay_reason // "" | select(test($pattern))] |
    select(length > 0) | length] | [$text, length, add] | @tsv) | .[]' >"$root/counted"
table 7 2 3 4 >"$root/shown"
diff "$root/counted" "$root/shown" || fail "reasons: jq counts <, the agent >"
ok "reasons: $(wc -l <"$root/shown") rows as jq counts them"
[ "$(awk -F'\t' '{ n += $2 } END { print n }' "$root/shown")" -ge 16 ] ||
    fail "some reasons are missing"

for queue in 4:deferred 5:hold; do
    for bucket in {1..10}; do get "1.7.8.1.3.${queue%:*}.$bucket"; done | paste -sd ' '
done >"$root/shown"
counted 'def bucket: (now - .arrival_time) / 300 | if . < 1 then 0 else
    ([9, 1 + ((log / (2 | log)) | floor)] | min) end;
    . as $all | ("deferred", "hold") | . as $queue |
    [range(10) as $b | [$all[] | select(.queue_name == $queue and bucket == $b)] | length] |
    join(" ")' >"$root/counted"
diff "$root/counted" "$root/shown" || fail "ages: jq counts <, the agent >"
ok "ages: $(paste -sd/ "$root/shown")"

# qshape counts recipients and this table messages, so without what has two in one domain.
pf postsuper -d "$b2" 2>/dev/null
expect 1.2.1.0 15 "one less"
expect 1.7.1.0 4 "and one sender less"
pf postsuper -H "$b1" 2>/dev/null
expect 1.7.8.1.3.5.1 0 "nothing on hold"
shape >"$root/counted"
shape_shown >"$root/shown"
diff "$root/counted" "$root/shown" || fail "ages of domains: qshape prints <, the agent >"
ok "ages of $(wc -l <"$root/shown") domains as qshape(1) prints them"

acts_on sender 5 3 2 ''
acts_on recipient 6 3 2 '*@'
acts_on reason 7 3 2 ''

# The limit is live, and 0 leaves the scalars.
sed -i '$a insight_limit = 2' "$root/agent.conf"
kill -HUP "$agent"
expect 1.7.6.1.3.3 'No Such*' "a third domain is no longer shown"
expect 1.7.6.1.3.2 '[0-9]*' "but the second is"
sed -i 's/^insight_limit = .*/insight_limit = 0/' "$root/agent.conf"
kill -HUP "$agent"
expect 1.7.6.1.3.1 'No Such*' "no domain is shown"
expect 1.7.2.0 6 "but they are counted"
stop_agent
check "no sanitizer has reported anything" no_sanitizer_report
