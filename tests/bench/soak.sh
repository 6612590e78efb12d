#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# soak.sh BUILD [MINUTES]: whether anything grows or slows down with time.  For half an hour, or so
# many minutes, a manager asks 500 times a second, mail comes and goes, part of it stays deferred
# until an action deletes it, messages are put on hold and released, and a webhook is told of each
# action.  Prints a line of what the processes hold every ten seconds, and at the end how fast each
# figure grows, by the method of least squares over the second half.  Keeps all lines in
# BUILD/soak.tsv.  Fails if a request or an action fails, or if memory or descriptors keep growing,
# which shows after ten minutes at the earliest.  Run by `tests/run.sh soak`, with a release build.

# Most of what is set here is for the files that are read.
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

build=$(realpath "$1")
minutes=${2:-30}
bin=$build/bin
results=$build/soak.tsv
threshold=400
pause_usec=1800 # between two GETs: 500 a second
growth_kib_max=1024 # an hour, of all processes together
descriptors_max=1 # an hour

make_root soak

make_world() {
    local sink
    sink=$(free_port)
    make_postfix small
    echo "delivered.example labsmtp:[127.0.0.1]:$sink" >>"$root/small/etc/transport"
    "$lab/postfix.sh" reload "$root/small"
    start_daemon "$root/sink.pid" "$root/sink.log" smtp-sink -u nobody "127.0.0.1:$sink" 100
    mkdir "$root/endpoint"
    start_daemon "$root/endpoint.pid" "$root/endpoint.log" \
        python3 "$here/../support/recorder.py" "$root/endpoint"
    check wait_for 20 test -s "$root/endpoint/port"
    start_snmpd
    # Few finished actions are kept, so that their table is full long before the second half.
    restart_agent small "webhook.ops.url = http://127.0.0.1:$(<"$root/endpoint/port")/ops" \
        'action_retention = 50 1h'
}

# Until there is a file enough: some messages that are delivered, some that stay.
come_and_go() {
    until [ -e "$root/enough" ]; do
        inject small 10 delivered.example sender@sender.example
        inject small 5 refused.example sender@sender.example
        sleep 1
    done
}

# Holds and releases what waits, and deletes it, now and then.
act_on_and_on() {
    local number=0
    until [ -e "$root/enough" ]; do
        number=$((number + 1))
        act "$number" 1 6 s sender@sender.example || return 1
        act "$number" 2 6 s sender@sender.example || return 1
        [ $((number % 20)) -ne 0 ] || act "$number" 4 6 s sender@sender.example || return 1
        sleep 3
    done >"$root/acting"
}

descriptors() {
    local pid
    for pid in $(family); do
        ls "/proc/$pid/fd" 2>/dev/null
    done | wc -l
}

# sample: seconds, RSS, descriptors, processes, CPU, GETs, p50, p99 and the longest of them.
sample() {
    local -a memory
    "$bin/bench_snmp" get -t 10 -p "$pause_usec" "127.0.0.1:$port" "$total" >"$root/gets"
    read -r -a memory < <(memory_kib)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$((SECONDS - started))" "${memory[0]}" \
        "$(descriptors)" "${memory[2]}" "$(cpu_usec "$(agent_pid)")" "$(cell gets 1 2)" \
        "$(cell gets 1 3)" "$(cell gets 1 4)" "$(cell gets 1 5)" | tee -a "$results"
}

# growth COLUMN: by the hour, over the second half.
growth() {
    awk -F '\t' -v column="$1" '
        $1 ~ /^[0-9]+$/ { n++; x[n] = $1; y[n] = $column }
        END {
            for (i = int(n / 2) + 1; i <= n; i++) {
                k++; sx += x[i]; sy += y[i]; sxx += x[i] * x[i]; sxy += x[i] * y[i]
            }
            d = k * sxx - sx * sx
            printf "%.1f\n", d == 0 ? 0 : 3600 * (k * sxy - sx * sy) / d
        }' "$results"
}

at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }

make_world
machine | tee "$results"
printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' seconds RSS_KiB descriptors processes CPU_us GETs \
    p50_us p99_us max_us | tee -a "$results"
come_and_go >"$root/coming.log" 2>&1 &
coming=$!
act_on_and_on 2>"$root/acting.log" &
acting=$!
started=$SECONDS
while [ $((SECONDS - started)) -lt $((minutes * 60)) ]; do
    sample
done
touch "$root/enough"
check wait "$coming"
check wait "$acting"
growing=$(growth 2) open=$(growth 3) late=$(growth 8)
note "$(wc -l <"$root/acting") actions, $(wc -l <"$root/endpoint/ops") events delivered," \
    "$(awk -F '\t' '$1 ~ /^[0-9]+$/ { n += $6 } END { print n }' "$results") GETs, none without" \
    "an answer"
note "by the hour: memory $growing KiB, descriptors $open, p99 of a GET $late us"
[ "$(get "$ours.1.1.4.0")" -eq 1 ] || note "at the end the data is not current"
failed=0
if [ "$minutes" -ge 10 ]; then
    at_most "$growing" "$growth_kib_max" || failed=1
    at_most "$open" "$descriptors_max" || failed=1
fi
echo "$((1 - failed)) passed, $failed failed"
exit "$failed"
