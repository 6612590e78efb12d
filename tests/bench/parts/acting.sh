# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# An action beside what hands would type, in one process from the SET until a GET shows its end.
# Sourced by bench.sh.
# shellcheck disable=SC2154

# The ids of some messages that mailq lists, at most 1,000.
choose_ids() {
    postqueue -c "$root/big/etc" -j | jq -r .queue_id >"$root/ids"
    head -n 1000 "$root/ids" >"$root/some"
    some=$(wc -l <"$root/some")
}

hold_some() { act "$1" 1 4 s "$(tr '\n' ' ' <"$root/some")"; }
# Until there is a file enough; then none is on hold.
hold_on_and_on() {
    local number=0
    until [ -e "$root/enough" ]; do
        number=$((number + 1))
        hold_some "$number" || return 1
        act "$number" 2 4 s "$(tr '\n' ' ' <"$root/some")" || return 1
    done
}
hold_by_postsuper() { postsuper -c "$root/big/etc" -h - <"$root/some" 2>/dev/null; }
hold_one_by_one() {
    local id
    while read -r id; do
        postsuper -c "$root/big/etc" -h "$id" 2>/dev/null
    done < <(head -n 50 "$root/some")
}
unhold() { postsuper -c "$root/big/etc" -H - <"$root/some" 2>/dev/null; }

# acted NUMBER COUNT: the action under that number held so many.
acted() { check [ "$(get "$ours.1.6.5.1.16.1.98.1.$1")" -eq "$2" ]; }

bench_action() {
    local round other took
    rm -f "$root"/act.*
    restart_agent big
    choose_ids
    for ((round = 1; round <= rounds; round++)); do
        other=$(stopwatch hold_by_postsuper)
        unhold
        took=$(hold_some "$round")
        acted "$round" "$some"
        unhold
        echo "$took $other" >>"$root/act.one"
        echo "$took $(($(stopwatch hold_one_by_one) * some / 50))" >>"$root/act.each"
        unhold
    done
    row "hold $some ids: one SET, one postsuper -h -" act.one us '<= 1.2'
    row "hold $some ids: one SET, a postsuper for each" act.each us '>= 30 faster'
}

# All of one sender, one message in a hundred.
hold_picked_by_hand() {
    postqueue -c "$root/big/etc" -j | jq -r --arg sender "$picked" \
        'select(.sender == $sender) | .queue_id' >"$root/some"
    hold_by_postsuper
}

bench_selection() {
    local round other took count=$((messages / 100))
    rm -f "$root"/select.*
    restart_agent big
    for ((round = 1; round <= rounds; round++)); do
        other=$(stopwatch hold_picked_by_hand)
        check [ "$(wc -l <"$root/some")" -eq "$count" ]
        unhold
        took=$(act "$round" 1 6 s "$picked")
        acted "$round" "$count"
        unhold
        echo "$took $other" >>"$root/select.one"
    done
    row "hold $count by sender: one SET, postqueue | jq | postsuper" select.one us '<= 1.1'
}
