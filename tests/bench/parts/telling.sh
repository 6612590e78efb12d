# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# From the 501st message on the disk to the notification.  Sourced by bench.sh.
# shellcheck disable=SC2154

bench_crossing() {
    local round
    rm -f "$root"/cross.*
    restart_agent small
    check shows "$total" "$threshold"
    for ((round = 0; round < rounds; round++)); do
        "$bin/bench_crossings" "$root/small/etc" "$root/small/spool" "$(<"$root/small/port")" \
            "$trap_port" "$ours" "$crossings" >"$root/crossing"
        cell crossing 1 2 >>"$root/cross.p50"
        cell crossing 1 3 >>"$root/cross.p99"
        cell crossing 2 3 >>"$root/cross.sent"
    done
    messages=$((threshold + 1))
    row_against '501st on disk to trap: p50, the limit' cross.p50 10000 us '<= 1'
    row_against '501st on disk to trap: p99, the limit' cross.p99 60000 us '<= 1'
    row_against "501st, from the sender's last dot: p99, the limit" cross.sent 60000 us info
}
