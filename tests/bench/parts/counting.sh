# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What it costs to count the queue.  Sourced by bench.sh.
# shellcheck disable=SC2154

mailq_total() { grep -q " $messages Requests" < <(mailq -C "$root/big/etc" | tail -n 1); }

# The peers' ways: mailq | tail -1, and Telegraf's walk, which asks for each file's size and time.
bench_counting() {
    local round walk stat scan helper mailq
    rm -f "$root"/count.*
    restart_agent big # for its configuration file
    stop_daemon "$root/agent.pid"
    for ((round = 0; round < rounds; round++)); do
        "$bin/bench_scan" "$root/big/spool" "$messages" 5 "$bin/hermes-mailqueue-helper" \
            "$root/big.conf" >"$root/scan"
        walk=$(cell scan 1 2) stat=$(cell scan 2 2) scan=$(cell scan 3 2) helper=$(cell scan 4 2)
        mailq=$(stopwatch mailq_total)
        echo "$scan $walk" >>"$root/count.walk"
        echo "$helper $walk" >>"$root/count.helper"
        echo "$helper $stat" >>"$root/count.stat"
        echo "$scan $mailq" >>"$root/count.mailq"
    done
    row 'count: scan, bare getdents walk' count.walk us '<= 1.1'
    row 'count: asked of the helper, bare getdents walk' count.helper us '<= 1.25'
    row "count: asked of the helper, a stat of each file" count.stat us '<= 1'
    row 'count: scan, mailq | tail -1' count.mailq us '>= 45 faster'
}
