#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# bench.sh [-s] BUILD [PART...]: the targets, each as a ratio of two sides measured in the same
# run, against a private Postfix whose queue grows from 1,000 messages to a million, and a private
# snmpd.  Prints a table, one row a line as it is measured, and writes it to
# BUILD/bench.tsv, from which report.py makes docs/performance.md.  A target that is missed is
# printed; only a measurement that does not work fails.  -s is a small and short run that proves
# that each part still works, whatever its figures.  Run by `tests/run.sh bench`, with a release
# build.

# Most of what is set here is for the parts.
# shellcheck disable=SC2034

set -euo pipefail
here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
lab=$here/../../contrib/lab
# shellcheck source=contrib/lab/lib.sh
. "$lab/lib.sh"
# shellcheck source=tests/bench/measure.sh
. "$here/measure.sh"
# shellcheck source=tests/bench/world.sh
. "$here/world.sh"
for part in counting getting listing acting telling resting; do
    # shellcheck source=/dev/null
    . "$here/parts/$part.sh"
done

sizes=(1000 10000 100000 1000000)
main_size=100000 # of the parts that are measured at one size only
rounds=5
gets=4000 # of each side in a round
crossings=60
log_seconds=10
frozen_seconds=10
idle_seconds=60
taken=3000 # messages by SMTP
recipients=100000
while getopts s option; do
    case $option in
    s)
        sizes=(1000) main_size=1000 rounds=1 gets=200 crossings=2
        log_seconds=1 frozen_seconds=1 idle_seconds=2 taken=200 recipients=1000
        ;;
    *) die "usage: ${0##*/} [-s] BUILD [PART...]" ;;
    esac
done
shift $((OPTIND - 1))
# Built with sanitizers, too, the programs here leave their memory to the end of the process, and a
# library is loaded before the sanitizer's.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0:verify_asan_link_order=0
build=$(realpath "$1")
shift
bin=$build/bin
results=$build/bench.tsv
seeds=1000    # sent by SMTP; the others are copies, see clone_queue.c
threshold=500 # messages in the small queue
quiet_max=5   # percent of the CPUs
picked=few@picked.example
# The constant agent's scalar and table.
constant=.1.3.6.1.4.1.8072.9999.9999.2526.1.2.1.0
constant_table=.1.3.6.1.4.1.8072.9999.9999.2526.1.5.4.1
# NET-SNMP-EXTEND-MIB::nsExtendOutput1Line."bench"
extended=.1.3.6.1.4.1.8072.1.3.2.3.1.1.5.98.101.110.99.104
busy=0 noisy=0 passed=0 failed=0
cpus=$(taskset -cp $$ | sed 's/.* //') on_cpu=()

# What is measured at each size, and what at one. What else a GET must not wait for is added here: a
# function bench_get_SOMETHING that starts it, calls compare_gets and proves that it was going on.
sweep=(counting get_alone get_listing listing parsing memory)
once=(get_postfix_stopped get_webhook_stalled get_disk_stalled get_acting get_log get_peers
    get_exporter walk_100 walk_10000 action selection crossing idle recipients postfix)

# wanted NAME: among the parts that were asked for, which is all of them unless some were named.
wanted() { [ "${#only[@]}" -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]; }

any_wanted() { # NAME...
    local name
    for name; do
        ! wanted "$name" || return 0
    done
    return 1
}

# A part breaks as a whole, and the others run all the same.
run() { # NAME
    local started=$SECONDS status
    wanted "$1" || return 0
    part=$1
    stop_daemon "$root/agent.pid"
    busy=$(others_busy)
    [ "$busy" -le "$quiet_max" ] || noisy=$((noisy + 1))
    set +e
    (
        set -eE
        trap 'echo "broken: $part, line $LINENO: $BASH_COMMAND" >&2' ERR
        "bench_$1"
    )
    status=$?
    set -e
    resume_postfix
    keep_to_cpus "$cpus" || true # one that has ended is noticed by what needs it
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
    note "$1 took $((SECONDS - started)) s"
}

only=("$@")
for name in "${only[@]}"; do
    [ "$(type -t "bench_$name")" = function ] || die "there is no part '$name'"
done

make_root bench
make_postfix big
make_postfix small
inject_mixed big "$seeds"
inject small "$threshold" other.example sender@sender.example
check wait_for 120 all_deferred small "$threshold"
start_snmpd
start_constant_agent 100
machine | tee "$results"
printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' messages what ours other unit ratio \
    least greatest rounds target verdict busy >>"$results"
printf '%8s %-50s %11s %11s %-4s %8s %6s..%-8s %-13s %-6s %4s\n' messages 'what: ours, other' ours \
    other '' ratio least greatest target '' busy
for size in "${sizes[@]}"; do
    parts=("${sweep[@]}")
    [ "$size" -ne "$main_size" ] || parts+=("${once[@]}")
    any_wanted "${parts[@]}" || continue
    grow "$size"
    for name in "${parts[@]}"; do
        run "$name"
    done
done
note "$(awk -F '\t' '$11 == "met"' "$results" | wc -l) targets met," \
    "$(awk -F '\t' '$11 == "missed"' "$results" | wc -l) missed; kept in $results"
[ "$noisy" -eq 0 ] ||
    note "The machine was not quiet: before $noisy parts others used more than $quiet_max % of it."
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
