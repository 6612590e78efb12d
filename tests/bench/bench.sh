#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# bench.sh BUILD [PART...]: the targets, each as a ratio of two sides measured in the same run,
# against a private Postfix with 100,000 messages and a private snmpd.  Prints a table, one row a
# line as it is measured, and writes it to BUILD/bench.tsv.  A target that is missed is printed;
# only a measurement that does not work fails.  Run by `tests/run.sh bench`, with a release build.

set -euo pipefail
here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
lab=$here/../../contrib/lab
# shellcheck source=contrib/lab/lib.sh
. "$lab/lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$here/measure.sh"

build=$(realpath "$1")
shift
bin=$build/bin
results=$build/bench.tsv
messages=100000 # in the big queue
fewer=10000     # what memory is compared with
seeds=2000      # sent by SMTP; the others are copies, see clone_queue.c
threshold=500
seconds_max=660 # no part is begun later
rows=100
ours=.1.3.6.1.4.1.8072.9999.9999.2525
uptime=.1.3.6.1.2.1.1.3.0
total=$ours.1.2.1.0
serial=$ours.1.5.3.0
list_duration=$ours.1.1.9.0
# The constant agent's scalar and table.
constant=.1.3.6.1.4.1.8072.9999.9999.2526.1.2.1.0
constant_table=.1.3.6.1.4.1.8072.9999.9999.2526.1.5.4.1
# NET-SNMP-EXTEND-MIB::nsExtendOutput1Line."bench"
extended=.1.3.6.1.4.1.8072.1.3.2.3.1.1.5.98.101.110.99.104
passed=0 failed=0

need_root
root=$(mktemp -d /tmp/hmq-bench.XXXXXX)
chmod 755 "$root"
trap cleanup EXIT
trap 'exit 1' INT TERM

bench_fill() {
    local name
    for name in big small; do
        "$lab/postfix.sh" create "$root/$name"
        "$lab/postfix.sh" start "$root/$name"
    done
    inject big "$seeds"
    inject small "$threshold"
    "$bin/bench_clone_queue" "$root/big/spool" "$messages"
    postqueue -c "$root/big/etc" -j | grep -o '"queue_id": "[^"]*"' | sort -u >"$root/ids"
    check [ "$(wc -l <"$root/ids")" -eq "$messages" ]
    # Postfix's own check of names, inodes and folders finds nothing to put right.
    postsuper -c "$root/big/etc" -s 2>"$root/structure"
    check [ ! -s "$root/structure" ]
    note "$messages messages, $seeds of them sent by SMTP, the others copies named by their" \
        "inodes: postqueue -j lists each, postsuper -s finds nothing to repair"
}

# Counting (row 1).

mailq_total() { mailq -C "$root/big/etc" | tail -n 1 | grep -q " $messages Requests"; }

bench_counts() {
    local what
    local -A usec
    restart_agent big # for its configuration file
    stop_daemon "$root/agent.pid"
    for _ in 1 2 3; do
        "$bin/bench_scan" "$root/big/spool" "$messages" 10 "$bin/hermes-mailqueue-helper" \
            "$root/big.conf"
        echo "mailq $(stopwatch mailq_total)"
    done >"$root/counts"
    for what in walk scan helper mailq; do
        usec[$what]=$(awk -v what="$what" '$1 == what { print $2 }' "$root/counts" | median)
    done
    row 'counts refresh: scan, mailq | tail -1' "${usec[scan]}" "${usec[mailq]}" us '>= 90 faster'
    row 'counts refresh: asked of the helper, mailq | tail -1' "${usec[helper]}" \
        "${usec[mailq]}" us '>= 90 faster'
    row 'counts refresh: scan, getdents walk' "${usec[scan]}" "${usec[walk]}" us '<= 1.3'
    row 'counts refresh: asked of the helper, getdents walk' "${usec[helper]}" "${usec[walk]}" \
        us '<= 1.3'
}

# A GET through snmpd, alone and while something else is going on (row 2).

compare_gets() { # WHAT TARGET_P50 TARGET_P99 ARGUMENTS...
    local what=$1 p50=$2 p99=$3
    shift 3
    "$bin/bench_snmp" get "$@" "127.0.0.1:$port" "$total" "$constant" >"$root/gets"
    row "GET p50 of $(cell gets 1 2), $what" "$(cell gets 1 3)" "$(cell gets 2 3)" us "$p50"
    row "GET p99, $what" "$(cell gets 1 4)" "$(cell gets 2 4)" us "$p99"
}

bench_get_alone() {
    restart_agent big
    compare_gets 'nothing else going on' '<= 1.15' '<= 1.15' -n 20000
}

bench_get_listing() {
    restart_agent big
    kill -HUP "$(agent_pid)" # has it list again at once
    check wait_for 10 has_child postqueue
    compare_gets "while listing $messages" info '<= 2' -t 120 -u "$serial"
}

bench_get_postfix_stopped() {
    restart_agent big
    suspend_postfix big
    kill -HUP "$(agent_pid)"
    check wait_for 10 has_child postqueue
    compare_gets 'with Postfix stopped (SIGSTOP)' info '<= 2' -t 5
    check has_child postqueue # it has been waiting all the time
    resume_postfix
    check wait_for 120 listing_is_good
}

bench_get_webhook_stalled() {
    local out=$root/endpoint
    stop_daemon "$root/agent.pid"
    rm -rf "$out"
    mkdir "$out"
    touch "$out/ops.hang"
    start_daemon "$root/endpoint.pid" "$root/endpoint.log" \
        python3 "$here/../system/recorder.py" "$out"
    check wait_for 20 test -s "$out/port"
    restart_agent big "webhook.ops.url = http://127.0.0.1:$(<"$out/port")/ops" \
        'webhook.ops.timeout = 1h'
    check wait_for 20 test -s "$out/ops.hung"
    compare_gets 'with a webhook that hangs' info '<= 2' -t 5
    check [ "$(get "$ours.1.9.1.1.4.1")" -eq 0 ] # it has been hanging all the time
    check [ "$(get "$ours.1.9.1.1.6.1")" -ge 1 ]
    stop_daemon "$root/endpoint.pid"
}

choose_ids() { head -n 1000 "$root/ids" | cut -d '"' -f 4 >"$root/some"; }

# One action after the other, each on 1,000 messages: hold and unhold in turn.
act_on_and_on() { # FILE
    local id
    for id in $(seq 40); do
        start_action $((1 + id % 2)) "$id" "$1" || return 1
        wait_for 60 action_ended $((1 + id % 2)) "$id" || return 1
    done
}

bench_get_acting() {
    local acting
    restart_agent big
    choose_ids
    act_on_and_on "$root/some" >"$root/acting.log" 2>&1 &
    acting=$!
    compare_gets 'during actions on 1,000 ids' info '<= 2' -t 5
    check [ "$(get "$ours.1.6.3.0")" -ge 2 ] # several ended meanwhile
    kill "$acting" 2>/dev/null || true
    wait "$acting" 2>/dev/null || true
    postsuper -c "$root/big/etc" -H - <"$root/some" 2>/dev/null
}

# What else a GET must not wait for (a slow disk, for one) is added here: a function
# bench_get_SOMETHING that starts it, calls compare_gets and proves that it was still going on.
gets=(get_alone get_listing get_postfix_stopped get_webhook_stalled get_acting)

# The message table (row 3).

compare_walks() { # WHAT ARGUMENTS...
    local what=$1 cells
    shift
    "$bin/bench_snmp" walk "$@" "127.0.0.1:$port" 10 "$ours.1.5.4.1" "$constant_table" \
        >"$root/walks"
    cells=$(cell walks 1 2)
    check [ $((cells % rows)) -eq 0 ]
    check [ $((cells / rows)) -ge 10 ]
    check [ "$(cell walks 2 2)" -eq $((rows * 10)) ]
    row "cells/s, $rows rows, $what" "$(cell walks 1 3)" "$(cell walks 2 3)" /s '>= 0.9'
}

compare_tables() { # ROWS ROUNDS
    stop_daemon "$root/constant.pid"
    start_constant_agent "$1"
    restart_agent big "message_limit = $1"
    compare_walks 'column by column' -n "$2"
    compare_walks 'ten columns at once' -c -r 10 -n "$2"
}

bench_walk_100() { compare_tables 100 20; }
bench_walk_10000() { compare_tables 10000 1; }

# Listing (row 4).

list_queue() { postqueue -c "$root/big/etc" -j >/dev/null; }

bench_listing() {
    local old before
    restart_agent big
    for _ in 1 2 3; do
        echo "other $(stopwatch list_queue)"
        old=$(get "$serial")
        before=$(cpu_usec "$(agent_pid)")
        kill -HUP "$(agent_pid)"
        check wait_for 120 changed "$serial" "$old"
        echo "cpu $(($(cpu_usec "$(agent_pid)") - before))"
        echo "ours $(($(get "$list_duration") * 1000))"
    done >"$root/listings"
    row 'listing: wall, postqueue -j >/dev/null' \
        "$(awk '$1 == "ours" { print $2 }' "$root/listings" | median)" \
        "$(awk '$1 == "other" { print $2 }' "$root/listings" | median)" us '<= 1.05'
    row "listing: agent's own CPU, the limit" \
        "$(awk '$1 == "cpu" { print $2 }' "$root/listings" | median)" 250000 us '<= 1'
    # The agent always gathers the insight; what it adds shows without Postfix and pipes.
    "$bin/bench_listing" "$messages" >"$root/listing_cpu"
    row 'listing: CPU of parsing with insight, and without' "$(cell listing_cpu 2 2)" \
        "$(cell listing_cpu 1 2)" us '<= 1.5'
    row 'listing: CPU of parsing, all reasons differ, the limit' "$(cell listing_cpu 3 2)" 250000 \
        us '<= 1'
}

# An action on 1,000 ids by one SET, from the start of snmpset until a GET shows its end (row 5).

hold_by_set() { # NUMBER
    start_action 1 "$1" "$root/some" && wait_for 60 action_ended 1 "$1"
}
hold_by_postsuper() { postsuper -c "$root/big/etc" -h - <"$root/some" 2>/dev/null; }
hold_one_by_one() {
    local id
    while read -r id; do
        postsuper -c "$root/big/etc" -h "$id" 2>/dev/null
    done < <(head -n 50 "$root/some")
}
unhold() { postsuper -c "$root/big/etc" -H - <"$root/some" 2>/dev/null; }

bench_action() {
    local round what
    local -A usec
    restart_agent big
    choose_ids
    for round in 1 2 3 4 5; do
        echo "other $(stopwatch hold_by_postsuper)"
        unhold
        echo "ours $(stopwatch hold_by_set "$round")"
        check [ "$(get "$ours.1.6.5.1.16.1.98.1.$round")" -eq 1000 ] # succeeded
        unhold
    done >"$root/actions"
    echo "single $(($(stopwatch hold_one_by_one) * 20))" >>"$root/actions"
    unhold
    for what in ours other single; do
        usec[$what]=$(awk -v what="$what" '$1 == what { print $2 }' "$root/actions" | median)
    done
    row 'action on 1,000 ids by one SET, one postsuper -h -' "${usec[ours]}" "${usec[other]}" us \
        '<= 1.5'
    row 'action on 1,000 ids by one SET, a process per id' "${usec[ours]}" "${usec[single]}" us \
        '>= 30 faster'
}

# From the disk to the trap (row 6).

bench_crossing() {
    restart_agent small
    check shows "$total" "$threshold" # bench_memory adds to this queue
    "$bin/bench_crossings" "$root/small/etc" "$root/small/spool" "$(<"$root/small/port")" \
        "$trap_port" "$ours" 60 >"$root/crossings"
    row '501st on disk to trap: p50 of 60, the limit' "$(cell crossings 1 2)" 150000 us info
    row '501st on disk to trap: p99, the limit' "$(cell crossings 1 3)" 150000 us '<= 1'
    row "501st, from the sender's last dot: p99, the limit" "$(cell crossings 2 3)" 150000 us info
}

# The mail log: what the agent needs for it, and whether a GET waits for it.

bench_delivery() {
    local log=$root/mail.log before seconds=10 rate writer took sent=0
    local -a processes memory
    : >"$log"
    restart_agent small "mail_log = $log"
    check wait_for 20 shows "$ours.1.10.1.0" 1
    read -r -a memory < <(memory_kib)
    for rate in 10000 50000; do
        before=$(cpu_usec "$(agent_pid)")
        took=${EPOCHREALTIME/./}
        "$here/write_log.py" "$log" "$rate" "$seconds" >"$root/sent" &
        writer=$!
        compare_gets "with a log of $rate lines/s" info info -t "$seconds"
        wait "$writer"
        sent=$((sent + $(<"$root/sent")))
        check wait_for 60 shows "$ours.1.10.2.1.3.2" "$sent" # not one is left out
        took=$((${EPOCHREALTIME/./} - took))
        # That of the GETs, which idle costs nothing to speak of, is in it.
        row "log of $rate lines/s for $seconds s: the agent's CPU, the limit" \
            $(($(cpu_usec "$(agent_pid)") - before)) $((seconds * 100000 * rate / 10000)) us '<= 1'
    done
    "$here/write_log.py" "$log" 10 "$seconds" 1000000 >/dev/null &
    writer=$!
    compare_gets 'with lines of 1 MB in the log' info info -t "$seconds"
    wait "$writer"
    mapfile -t processes < <(memory_kib)
    row "RSS after lines of 1 MB, before" "${processes[0]%% *}" "${memory[0]}" KiB '<= 1.1'
}

# Memory (row 7).

bench_memory() {
    local many few hook='webhook.bench.url = http://127.0.0.1:1/' # for the hooks' process
    restart_agent big "$hook"
    read -r -a many < <(memory_kib)
    stop_daemon "$root/agent.pid"
    "$bin/bench_clone_queue" "$root/small/spool" "$fewer"
    restart_agent small "$hook"
    read -r -a few < <(memory_kib)
    row "RSS of ${many[2]} processes, 100 rows, the limit" "${many[0]}" 30720 KiB '<= 1'
    row 'PSS of the same, the limit' "${many[1]}" 30720 KiB info
    row "RSS, at $fewer messages" "${many[0]}" "${few[0]}" KiB '0.9..1.1'
}

# Idling (row 8). Nothing is asked meanwhile and nothing changes.

bench_idle() {
    local before waited seconds=60
    local -a processes
    restart_agent big
    mapfile -t processes < <(family)
    before=$(cpu_usec "${processes[@]}")
    waited=$(waited_cpu_usec "${processes[@]}")
    sleep "$seconds"
    row "idle for $seconds s: CPU of ${#processes[@]} processes, the limit" \
        $(($(cpu_usec "${processes[@]}") - before)) $((seconds * 2000)) us '<= 1'
    waited=$(($(waited_cpu_usec "${processes[@]}") - waited))
    row "idle for $seconds s: CPU of the commands they ran" $((waited > 0 ? waited : 1)) \
        $((seconds * 2000)) us info
}

# What the agent replaces: a total for which snmpd runs a command.  While one manager asks for the
# total every few seconds, another asks for sysUpTime: how long does it wait at worst?
bench_status_quo() {
    stop_daemon "$root/agent.pid"
    frozen "$extended" >"$root/alone"
    restart_agent big
    frozen "$extended" >"$root/beside"
    frozen "$total" >"$root/agent"
    row 'sysUpTime at worst: total by the agent, by extend' "$(cell agent 1 5)" \
        "$(cell alone 1 5)" us info
    row 'sysUpTime at worst: extend beside the agent, alone' "$(cell beside 1 5)" \
        "$(cell alone 1 5)" us info
}

# A part breaks as a whole, and the others run all the same.
run() { # NAME
    local started=$SECONDS status
    if [ "$started" -ge "$seconds_max" ]; then
        echo "broken: $1: no time is left after $started s" >&2
        failed=$((failed + 1))
        return
    fi
    part=$1
    set +e
    (
        set -eE
        trap 'echo "broken: $part, line $LINENO: $BASH_COMMAND" >&2' ERR
        "bench_$1"
    )
    status=$?
    set -e
    resume_postfix
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
    note "$1 took $((SECONDS - started)) s"
}

parts=(counts "${gets[@]}" walk_100 walk_10000 listing action crossing delivery memory idle
    status_quo)
[ $# -eq 0 ] || parts=("$@")
printf 'what\tours\tother\tratio\ttarget\tverdict\tload\n' >"$results"
printf '%-58s %12s %12s %-3s %8s  %-12s %-6s %5s\n' 'what: ours, other' ours other '' ratio target \
    '' load
run fill
[ "$failed" -eq 0 ] || exit 1
start_snmpd
start_constant_agent "$rows"
for name in "${parts[@]}"; do
    run "$name"
done
note "$(awk -F '\t' '$6 == "met"' "$results" | wc -l) targets met," \
    "$(awk -F '\t' '$6 == "missed"' "$results" | wc -l) missed; kept in $results"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
