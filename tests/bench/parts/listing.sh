# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Listing the queue, and walking the table that comes of it.  Sourced by bench.sh.
# shellcheck disable=SC2154

list_queue() { postqueue -c "$root/big/etc" -j >/dev/null; }

# The target is a quarter of a second for 100,000 messages; what each listing costs whatever its
# length weighs more in a short one.
cpu_target() { if [ "$messages" -ge 100000 ]; then echo '<= 1'; else echo info; fi; }

bench_listing() {
    local round before other
    rm -f "$root"/list.*
    restart_agent big
    for ((round = 0; round < rounds; round++)); do
        other=$(stopwatch list_queue)
        before=$(cpu_usec "$(agent_pid)")
        list_again
        echo "$(($(cpu_usec "$(agent_pid)") - before))" >>"$root/list.cpu"
        echo "$(($(get "$list_duration") * 1000)) $other" >>"$root/list.wall"
    done
    row 'listing: wall, postqueue -j >/dev/null' list.wall us '<= 1.05'
    row_against "listing: agent's own CPU, the limit" list.cpu $((messages * 5 / 2)) us \
        "$(cpu_target)"
}

# What the insight costs, without Postfix and pipes.
bench_parsing() {
    local round
    rm -f "$root"/parse.*
    for ((round = 0; round < rounds; round++)); do
        "$bin/bench_listing" "$messages" >"$root/parse"
        echo "$(cell parse 2 2) $(cell parse 1 2)" >>"$root/parse.insight"
        cell parse 3 2 >>"$root/parse.varied"
    done
    row 'parsing: CPU with insight, without' parse.insight us info
    row_against 'parsing: CPU, each reason differs, the limit' parse.varied \
        $((messages * 5 / 2)) us "$(cpu_target)"
}

compare_walks() { # WHAT ARGUMENTS...
    local what=$1 round cells
    shift
    rm -f "$root"/walk.*
    for ((round = 0; round < rounds; round++)); do
        "${on_cpu[@]}" "$bin/bench_snmp" walk "$@" "127.0.0.1:$port" 10 "$ours.1.5.4.1" \
            "$constant_table" >"$root/walks"
        cells=$(cell walks 1 2)
        check [ $((cells % rows)) -eq 0 ]
        check [ $((cells / rows)) -ge 10 ]
        check [ "$(cell walks 2 2)" -eq $((rows * 10)) ]
        echo "$(cell walks 1 3) $(cell walks 2 3)" >>"$root/walk.cells"
    done
    row "cells/s, $rows rows, $what" walk.cells /s '>= 1'
}

compare_tables() { # ROWS TIMES
    restart_agent big "message_limit = $1"
    start_constant_agent "$rows"
    share_cpu
    compare_walks 'column by column' -n "$2"
    compare_walks 'ten columns at once' -c -r 10 -n "$2"
}

bench_walk_100() { compare_tables 100 10; }
bench_walk_10000() { compare_tables 10000 1; }
