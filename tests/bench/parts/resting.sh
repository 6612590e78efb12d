# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What the agent takes while nobody asks anything: memory, CPU, and what it costs Postfix.  Sourced
# by bench.sh.
# shellcheck disable=SC2154

# hook: for the process that calls hooks.
hook='webhook.bench.url = http://127.0.0.1:1/'

bench_memory() {
    local -a all
    restart_agent big
    list_again # at its peak at least once more
    read -r -a all < <(memory_kib)
    echo "${all[0]}" >"$root/memory.without"
    row_against "RSS of ${all[2]} processes, without hooks, the limit" memory.without 16384 KiB \
        '<= 1'
    restart_agent big "$hook"
    list_again
    read -r -a all < <(memory_kib)
    echo "${all[0]}" >"$root/memory.with"
    echo "${all[1]}" >"$root/memory.pss"
    row_against "RSS of ${all[2]} processes, with hooks, the limit" memory.with 28672 KiB '<= 1'
    row_against 'PSS of the same, the limit' memory.pss 28672 KiB info
    # Of the first size that was measured.
    [ -e "$root/memory.first" ] || cp "$root/memory.with" "$root/memory.first"
    echo "${all[0]} $(<"$root/memory.first")" >"$root/memory.growth"
    row 'RSS, that with the smallest queue' memory.growth KiB '0.95..1.05'
}

# Nothing is asked meanwhile and nothing changes.
bench_idle() {
    local before waited seconds=$idle_seconds
    local -a processes
    restart_agent big
    sleep 5 # what a start leaves to do
    mapfile -t processes < <(family)
    before=$(cpu_usec "${processes[@]}")
    waited=$(waited_cpu_usec "${processes[@]}")
    sleep "$seconds"
    echo $(($(cpu_usec "${processes[@]}") - before)) >"$root/idle.own"
    waited=$(($(waited_cpu_usec "${processes[@]}") - waited))
    echo $((waited > 0 ? waited : 1)) >"$root/idle.commands"
    row_against "idle for $seconds s: CPU of ${#processes[@]} processes, the limit" idle.own \
        $((seconds * 1000)) us '<= 1'
    row_against "idle for $seconds s: CPU of the commands they ran" idle.commands \
        $((seconds * 1000)) us info
}

# One message to very many: what that adds.
to_many() {
    {
        seq -f 'Bcc: subscriber%06.0f@other.example' "$recipients"
        printf '\nhello\n'
    } | sendmail -C "$root/small/etc" -t -f list@sender.example
}

bench_recipients() {
    local -a before after
    # It must not stay for what comes next, whatever happens here.
    trap empty_small EXIT
    restart_agent small
    list_again
    read -r -a before < <(memory_kib)
    to_many
    # Postfix takes some 20,000 recipients at a time (qmgr_message_recipient_limit).
    check wait_for $((120 + recipients / 100)) all_deferred small $((threshold + 1))
    check wait_for 120 shows "$ours.1.2.3.0" $((threshold + recipients))
    list_again
    read -r -a after < <(memory_kib)
    messages=$((threshold + 1))
    echo "$((after[0] > before[0] ? after[0] - before[0] : 1))" >"$root/memory.recipients"
    row_against "RSS that a message with $recipients recipients adds, the limit" memory.recipients \
        1024 KiB '<= 1'
}

# How fast a Postfix takes mail, the agent watching and not, in turn.
take_mail() {
    smtp-source -s 5 -l 1024 -m "$taken" -f sender@sender.example -t recipient@other.example \
        "127.0.0.1:$(<"$root/small/port")"
}

empty_small() {
    postsuper -c "$root/small/etc" -d ALL deferred 2>/dev/null
    postsuper -c "$root/small/etc" -d ALL 2>/dev/null
}

bench_postfix() {
    local round with without
    rm -f "$root"/smtp.*
    empty_small
    messages=$taken
    for ((round = 0; round < 2 * rounds; round++)); do
        stop_daemon "$root/agent.pid"
        without=$(stopwatch take_mail)
        check wait_for 120 all_deferred small "$taken"
        empty_small
        restart_agent small
        with=$(stopwatch take_mail)
        check wait_for 120 all_deferred small "$taken"
        empty_small
        # Throughput: the reciprocal of the times.
        echo "$((taken * 1000000 / with)) $((taken * 1000000 / without))" >>"$root/smtp.rate"
    done
    row 'messages/s by SMTP: with the agent, without' smtp.rate /s '>= 0.98'
}
