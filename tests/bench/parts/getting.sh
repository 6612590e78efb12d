# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# A GET of the total through snmpd beside that of a constant, alone and while something else goes
# on.  Sourced by bench.sh.
# shellcheck disable=SC2154

# time_gets ARGUMENTS...: one more round of GETs.
time_gets() {
    "${on_cpu[@]}" "$bin/bench_snmp" get "$@" "127.0.0.1:$port" "$total" "$constant" >"$root/gets"
    echo "$(cell gets 1 3) $(cell gets 2 3)" >>"$root/get.p50"
    echo "$(cell gets 1 4) $(cell gets 2 4)" >>"$root/get.p99"
}

report_gets() { # WHAT TARGET_P50 TARGET_P99
    row "GET p50, $1" get.p50 us "$2"
    row "GET p99, $1" get.p99 us "$3"
}

# compare_gets WHAT TARGET_P50 TARGET_P99 ARGUMENTS...
compare_gets() {
    local round
    rm -f "$root"/get.*
    for ((round = 0; round < rounds; round++)); do
        time_gets "${@:4}"
    done
    report_gets "$1" "$2" "$3"
}

bench_get_alone() {
    restart_agent big
    share_cpu
    compare_gets 'nothing else going on' '<= 1.05' '<= 1.05' -n "$gets"
}

bench_get_listing() {
    local round
    rm -f "$root"/get.*
    restart_agent big
    for ((round = 0; round < rounds; round++)); do
        kill -HUP "$(agent_pid)" # has it list again at once
        time_gets -t 300 -u "$serial"
        check wait_for 60 not has_child postqueue
    done
    report_gets 'while listing' info '<= 1.5'
}

bench_get_postfix_stopped() {
    restart_agent big
    suspend_postfix big
    kill -HUP "$(agent_pid)"
    check wait_for 10 has_child postqueue
    compare_gets 'with Postfix stopped (SIGSTOP)' info '<= 1.5' -n "$gets"
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
        python3 "$here/../support/recorder.py" "$out"
    check wait_for 20 test -s "$out/port"
    restart_agent big "webhook.ops.url = http://127.0.0.1:$(<"$out/port")/ops" \
        'webhook.ops.timeout = 1h'
    check wait_for 20 test -s "$out/ops.hung"
    compare_gets 'with a webhook that hangs' info '<= 1.5' -n "$gets"
    check [ "$(get "$ours.1.9.1.1.4.1")" -eq 0 ] # it has been hanging all the time
    check [ "$(get "$ours.1.9.1.1.6.1")" -ge 1 ]
    stop_daemon "$root/endpoint.pid"
}

# A disk that takes two seconds for each fsync(2), while thresholds are set and stored.
bench_get_disk_stalled() {
    local setting
    rm -rf "$root/faults" "$root/enough"
    install -d -m 755 "$root/faults"
    head -c 8 /dev/zero >"$root/faults/clock"
    agent_environment=("LD_PRELOAD=$bin/libfault_shim.so" "HMQ_FAULTS=$root/faults")
    restart_agent big
    touch "$root/faults/slow-disk"
    set_on_and_on >"$root/setting.log" 2>&1 &
    setting=$!
    check wait_for 20 reached "$overload_threshold" 601
    compare_gets 'with a disk that takes 2 s to store' info '<= 1.5' -n "$gets"
    touch "$root/enough"
    check wait "$setting"
}

set_on_and_on() {
    local value=600
    until [ -e "$root/enough" ]; do
        value=$((value + 1))
        MIBS='' snmpset -v2c -c actor -t 10 -r 0 -Oqv "127.0.0.1:$port" "$overload_threshold" u \
            "$value" || return 1
    done
}

bench_get_acting() {
    local acting ended
    restart_agent big
    choose_ids
    rm -f "$root/enough"
    hold_on_and_on >"$root/acting.log" 2>&1 &
    acting=$!
    check wait_for 60 reached "$ours.1.6.3.0" 1
    ended=$(get "$ours.1.6.3.0")
    compare_gets 'during actions on 1,000 ids' info '<= 1.5' -n "$gets"
    check [ "$(get "$ours.1.6.3.0")" -gt "$ended" ] # it went on
    touch "$root/enough"
    check wait "$acting"
}

# The log of a busy Postfix: what it costs the agent, and whether a GET waits for it.
bench_get_log() {
    local log=$root/mail.log before rate writer took sent=0
    local -a processes memory
    : >"$log"
    rm -f "$root"/get.* "$root"/log.*
    restart_agent small "mail_log = $log"
    check wait_for 20 shows "$ours.1.10.1.0" 1
    read -r -a memory < <(memory_kib)
    for rate in 10000 50000; do
        before=$(cpu_usec "$(agent_pid)")
        took=${EPOCHREALTIME/./}
        sent=$((sent + $("$here/write_log.py" "$log" "$rate" "$log_seconds")))
        check wait_for 60 shows "$ours.1.10.2.1.3.2" "$sent" # not one is left out
        took=$((${EPOCHREALTIME/./} - took))
        echo "$(($(cpu_usec "$(agent_pid)") - before)) $((took * rate / 100000))" >"$root/log.cpu"
        row "log of $rate lines/s: the agent's CPU, the limit" log.cpu us '<= 1'
        "$here/write_log.py" "$log" "$rate" "$log_seconds" >"$root/sent" &
        writer=$!
        rm -f "$root"/get.*
        time_gets -t "$log_seconds"
        wait "$writer"
        sent=$((sent + $(<"$root/sent")))
        check wait_for 60 shows "$ours.1.10.2.1.3.2" "$sent"
        report_gets "with a log of $rate lines/s" info '<= 1.5'
    done
    "$here/write_log.py" "$log" 10 "$log_seconds" 1000000 >/dev/null &
    writer=$!
    rm -f "$root"/get.*
    time_gets -t "$log_seconds"
    wait "$writer"
    report_gets 'with lines of 1 MB in the log' info '<= 1.5'
    mapfile -t processes < <(memory_kib)
    echo "${processes[0]%% *} ${memory[0]}" >"$root/log.memory"
    row 'RSS after lines of 1 MB, before' log.memory KiB '<= 1.1'
}

# What the agent replaces: a total for which snmpd runs a command.  While one manager asks for the
# total every few seconds, another asks for sysUpTime: how long does it wait at worst?
bench_get_peers() {
    local round
    rm -f "$root"/worst.*
    restart_agent big
    for ((round = 0; round < rounds; round++)); do
        frozen "$extended" >"$root/extend"
        frozen "$total" >"$root/agent"
        echo "$(cell agent 1 5) $(cell extend 1 5)" >>"$root/worst.wait"
    done
    row 'sysUpTime at worst: total by the agent, by extend' worst.wait us info
}

# frozen OID: `OID COUNT P50 P99 MAX` of a GET of sysUpTime while OID is asked for again and again.
frozen() {
    local asking
    # An answer that does not come in time is what extend is like, and asked for again.
    (while :; do "$bin/bench_snmp" get -n 1 "127.0.0.1:$port" "$1" || true; sleep 1; done) \
        >/dev/null 2>&1 &
    asking=$!
    "$bin/bench_snmp" get -t "$frozen_seconds" -p 5000 "127.0.0.1:$port" "$uptime"
    kill "$asking" 2>/dev/null || true
    wait "$asking" 2>/dev/null || true
}

# A scrape of prometheus-postfix-exporter, which has Postfix list the queue each time.
bench_get_exporter() {
    local round address
    rm -f "$root"/exporter.*
    (cd "$root" && apt-get download prometheus-postfix-exporter >"$root/apt.log" 2>&1) || {
        note "prometheus-postfix-exporter cannot be had here: $(tail -n 1 "$root/apt.log")"
        return 0
    }
    dpkg -x "$root"/prometheus-postfix-exporter_*.deb "$root/exporter.d"
    address=127.0.0.1:$(free_port)
    : >"$root/exporter.mail"
    restart_agent big
    start_daemon "$root/exporter.pid" "$root/exporter.log" \
        "$root/exporter.d/usr/bin/prometheus-postfix-exporter" "--web.listen-address=$address" \
        "--postfix.showq_path=$root/big/spool/public/showq" \
        "--postfix.logfile_path=$root/exporter.mail"
    check wait_for 20 scrape "$address"
    for ((round = 0; round < rounds; round++)); do
        "$bin/bench_snmp" get -n 100 "127.0.0.1:$port" "$total" >"$root/gets"
        echo "$(cell gets 1 3) $(stopwatch scrape "$address")" >>"$root/exporter.rounds"
    done
    stop_daemon "$root/exporter.pid"
    row 'GET of the total, a scrape of postfix-exporter' exporter.rounds us info
}

# It answers with its own error, or without the queue, where it cannot reach Postfix.
scrape() {
    curl -sf --max-time 300 -o "$root/scraped" "http://$1/metrics" &&
        grep -q '^postfix_showq_message_size_bytes_count' "$root/scraped"
}
