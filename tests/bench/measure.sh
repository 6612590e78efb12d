# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# How bench.sh measures, and keeps what it has measured, after contrib/lab/lib.sh.  Sourced, never
# run.  A measurement is a file of rounds, a line `OURS OTHER` for each: the two sides of a round
# are measured one right after the other, so that what the machine does meanwhile meets both.  Its
# variables are bench.sh's.
# shellcheck disable=SC2154

note() { printf '  # %s\n' "$*"; }

# check COMMAND...: a measurement that would not mean anything ends here.
check() {
    "$@" || {
        echo "broken: ${FUNCNAME[1]}: $*" >&2
        return 1
    }
}

# row WHAT ROUNDS UNIT TARGET: the medians of both sides and of their ratio, and the least and the
# greatest ratio.  TARGET is `<= X` or `>= X` for ours/other, `X..Y` for a range of it, `>= X
# faster` for other/ours, or info.
row() {
    awk -v what="$1" -v unit="$3" -v target="$4" -v messages="$messages" -v results="$results" \
        -v busy="$busy" '
        function sort(v, n, i, j, t) {
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && v[j - 1] > v[j]; j--) {
                    t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
                }
        }
        function median(v, n) { return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2 }
        { if ($1 + 0 <= 0 || $2 + 0 <= 0) bad = $0; else { n++; ours[n] = $1; other[n] = $2 } }
        END {
            if (bad != "" || n == 0) {
                print "broken: " what ": " (n == 0 ? "nothing was measured" : bad) >"/dev/stderr"
                exit 1
            }
            faster = target ~ /faster$/
            for (i = 1; i <= n; i++) ratios[i] = faster ? other[i] / ours[i] : ours[i] / other[i]
            sort(ours, n); sort(other, n); sort(ratios, n)
            ratio = median(ratios, n)
            split(target, word, " ")
            verdict = "-"
            if (word[1] == "<=") verdict = ratio <= word[2] ? "met" : "missed"
            else if (word[1] == ">=") verdict = ratio >= word[2] ? "met" : "missed"
            else if (split(target, range, /\.\./) == 2)
                verdict = ratio >= range[1] && ratio <= range[2] ? "met" : "missed"
            printf "%8d %-50s %11.0f %11.0f %-4s %8.2f %6.2f..%-8.2f %-13s %-6s %3d%%\n", messages,
                what, median(ours, n), median(other, n), unit, ratio, ratios[1], ratios[n], target,
                verdict, busy
            printf "%d\t%s\t%.1f\t%.1f\t%s\t%.4f\t%.4f\t%.4f\t%d\t%s\t%s\t%d\n", messages, what,
                median(ours, n), median(other, n), unit, ratio, ratios[1], ratios[n], n, target,
                verdict, busy >>results
        }' "$root/$2"
}

# row_against WHAT ROUNDS LIMIT UNIT TARGET: the same where the other side is a fixed limit, and a
# line of ROUNDS is `OURS`.
row_against() {
    awk -v limit="$3" '{ print $1, limit }' "$root/$2" >"$root/$2.limit"
    row "$1" "$2.limit" "$4" "$5"
}

# machine: the head of the table, `# ` before each line.
machine() {
    echo "# $(date -u '+%Y-%m-%d %H:%M UTC'), $(git -C "$here" describe --always --dirty \
        2>/dev/null || echo 'no commit')"
    echo "# $(nproc) x $(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)," \
        "$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GiB," \
        "Linux $(uname -r)"
    # shellcheck source=/dev/null
    echo "# $(. /etc/os-release && echo "$PRETTY_NAME"), Postfix $(postconf -dh mail_version)," \
        "net-snmp $(net-snmp-config --version)"
    echo "# queue files on $(stat -f -c %T "$root")"
}

# others_busy: which part of the CPUs, in percent, is used while nothing of ours has anything to
# do.  Above quiet_max the figures that follow are not to be trusted.
others_busy() {
    local before after
    before=$(grep '^cpu ' /proc/stat)
    sleep 2
    after=$(grep '^cpu ' /proc/stat)
    printf '%s\n%s\n' "$before" "$after" | awk '
        { all = 0; for (i = 2; i <= 9; i++) all += $i; idle = $5 + $6 }
        NR == 1 { all1 = all; idle1 = idle }
        END { printf "%d\n", 100 - 100 * (idle - idle1) / (all - all1) + 0.5 }'
}

# cell FILE LINE FIELD: of a program's output in $root.
cell() { awk -v line="$2" -v field="$3" 'NR == line { print $field; exit }' "$root/$1"; }

# stopwatch COMMAND...: its wall time in microseconds.
stopwatch() {
    local start=${EPOCHREALTIME/./}
    "$@" >/dev/null || return 1
    echo $((${EPOCHREALTIME/./} - start))
}

# Processes.  The agent's family is the daemon and what it started.

agent_pid() { cat "$root/agent.pid"; }

descendants() {
    local pid child
    for pid; do
        echo "$pid"
        for child in $(cat "/proc/$pid"/task/*/children 2>/dev/null || true); do
            descendants "$child"
        done
    done
}

family() { descendants "$(agent_pid)"; }

# share_cpu: until run releases them, snmpd, our agent and the constant one keep to one CPU, and so
# does what is run by "${on_cpu[@]}".  Otherwise the time depends more on where the kernel wakes
# each of them than on what they do, and differs from one start to the next.
share_cpu() {
    local -a processes
    mapfile -t processes < <(family)
    on_cpu=(taskset -c "$(shared_cpu)")
    keep_to_cpus "$(shared_cpu)" "${processes[@]}"
}
shared_cpu() { taskset -cp $$ | sed 's/.*[ ,-]//'; }
keep_to_cpus() { # CPUS PID...
    local pid
    for pid in "$(<"$root/snmpd.pid")" "$(<"$root/constant.pid")" "${@:2}"; do
        taskset -acp "$1" "$pid" >/dev/null
    done
}

# has_child NAME: whether the agent's family runs a program of this name now.
has_child() {
    local pid
    for pid in $(family); do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null || true)" != "$1" ] || return 0
    done
    return 1
}

# cpu_usec PID...: what they have used so far, of all their threads.
cpu_usec() {
    local pid
    for pid; do
        cat "/proc/$pid"/task/*/schedstat
    done | awk '{ sum += $1 } END { printf "%d\n", sum / 1000 }'
}

# waited_cpu_usec PID...: what the commands they ran and waited for have used, in steps of 10 ms.
waited_cpu_usec() {
    local pid
    for pid; do
        cat "/proc/$pid/stat"
    done | sed 's/.*) //' | awk -v hz="$(getconf CLK_TCK)" '
        { sum += $14 + $15 } END { printf "%d\n", sum * 1000000 / hz }'
}

# memory_kib: RSS and PSS of the family together, and how many processes they are.
memory_kib() {
    local pid
    for pid in $(family); do
        cat "/proc/$pid/smaps_rollup"
    done | awk '/^Rss:/ { rss += $2; n++ } /^Pss:/ { pss += $2 } END { print rss, pss, n }'
}
