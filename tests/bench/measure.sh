# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What bench.sh measures with, after contrib/lab/lib.sh.  Sourced, never run.  Processes are known
# by pid files in $root, so that a part may run in a subshell.  Its variables are bench.sh's.
# shellcheck disable=SC2154

note() { printf '  # %s\n' "$*"; }

# check COMMAND...: a measurement that would not mean anything ends here.
check() {
    "$@" || {
        echo "broken: ${FUNCNAME[1]}: $*" >&2
        return 1
    }
}

# row WHAT OURS OTHER UNIT TARGET: TARGET is `<= X` or `>= X` for ours/other, `X..Y` for a range of
# it, `>= X faster` for other/ours, or info.
row() {
    local load
    read -r load _ </proc/loadavg
    awk -v what="$1" -v ours="$2" -v other="$3" -v unit="$4" -v target="$5" -v load="$load" \
        -v results="$results" '
        BEGIN {
            if (ours + 0 <= 0 || other + 0 <= 0) {
                print "broken: " what ": " ours " and " other >"/dev/stderr"
                exit 1
            }
            faster = target ~ /faster$/
            ratio = faster ? other / ours : ours / other
            split(target, word, " ")
            verdict = "-"
            if (word[1] == "<=") verdict = ratio <= word[2] ? "met" : "missed"
            else if (word[1] == ">=") verdict = ratio >= word[2] ? "met" : "missed"
            else if (split(target, range, /\.\./) == 2)
                verdict = ratio >= range[1] && ratio <= range[2] ? "met" : "missed"
            printf "%-58s %12.0f %12.0f %-3s %8.2f  %-12s %-6s %5s\n", what, ours, other, unit, \
                ratio, target, verdict, load
            printf "%s\t%s %s\t%s %s\t%.3f\t%s\t%s\t%s\n", what, ours, unit, other, unit, ratio, \
                target, verdict, load >>results
        }'
}

# cell FILE LINE FIELD: of a program's output in $root.
cell() { awk -v line="$2" -v field="$3" 'NR == line { print $field; exit }' "$root/$1"; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

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
    local pid count=0
    for pid in $(family); do
        cat "/proc/$pid/smaps_rollup"
        count=$((count + 1))
    done | awk '/^Rss:/ { rss += $2; n++ } /^Pss:/ { pss += $2 } END { print rss, pss, n }'
}

# The private snmpd and what hangs on it.

get() {
    MIBS='' snmpget -v2c -c public -t 1 -r 15 -Oqv "127.0.0.1:$port" "$1" 2>/dev/null
}
# start_action COMMAND ID FILE: a row of hmqActionTable under the owner "b" for the ids in FILE.
start_action() {
    local index=1.98.$1.$2
    MIBS='' snmpset -v2c -c actor -t 5 -r 2 -Oqv "127.0.0.1:$port" \
        "$ours.1.6.5.1.4.$index" s "$(tr '\n' ' ' <"$3")" "$ours.1.6.5.1.21.$index" i 4
}
# The state of that row is an end: done(3) and above.
action_ended() { [ "$(get "$ours.1.6.5.1.14.1.98.$1.$2")" -ge 3 ]; }

shows() { [ "$(get "$1")" = "$2" ]; }
changed() { [ "$(get "$1")" != "$2" ]; }
answers() { [[ $(get "$1") == [0-9]* ]]; }

# The column that is filled after the listing, by asking for each message's file, is complete.
retries_are_known() {
    "$bin/bench_snmp" walk "127.0.0.1:$port" 1 "$ours.1.5.4.1.11" >"$root/retries" &&
        [ "$(cell retries 1 2)" -eq "$rows" ]
}

start_snmpd() {
    port=$(free_port)
    trap_port=$(free_port)
    mkdir -p "$root/persist"
    cat >"$root/snmpd.conf" <<END
master agentx
agentXSocket unix:$root/agentx
agentXPerms 0666 0755
rocommunity public 127.0.0.1
rwcommunity actor 127.0.0.1
trap2sink 127.0.0.1:$trap_port public
dontLogTCPWrappersConnects yes
extend bench /bin/sh -c 'mailq -C $root/big/etc | tail -n 1'
END
    # Without the machine's own settings; its files go into $root.
    SNMP_PERSISTENT_DIR=$root/persist MIBS='' start_daemon "$root/snmpd.pid" "$root/snmpd.log" \
        snmpd -f -C -c "$root/snmpd.conf" -Lf "$root/snmpd.log" "udp:127.0.0.1:$port"
    check wait_for 20 answers "$uptime"
}

start_constant_agent() { # ROWS
    start_daemon "$root/constant.pid" "$root/constant.log" \
        "$bin/bench_constant_agent" "unix:$root/agentx" "$1"
    check wait_for 20 answers "$constant"
}

# restart_agent NAME [LINE...]: our agent on the Postfix NAME, with lines for its configuration;
# returns when it has counted and listed, and nothing of it is left to do.
restart_agent() {
    local name=$1 count line
    shift
    stop_daemon "$root/agent.pid"
    rm -rf "$root/state"
    mkdir -m 0700 "$root/state"
    chown nobody: "$root/state"
    cat >"$root/$name.conf" <<END
agentx_socket = unix:$root/agentx
postfix_config_directory = $root/$name/etc
database = $root/state/db
user = nobody
hooks_user = nobody
overload_threshold = $threshold
overload_clear_threshold = $threshold
END
    rows=100
    for line; do
        echo "$line" >>"$root/$name.conf"
        [[ $line != message_limit* ]] || rows=${line##* }
    done
    start_daemon "$root/agent.pid" "$root/agent.log" "$bin/hermes-mailqueued" \
        -c "$root/$name.conf" -f
    count=$(count_queue "$root/$name/spool" incoming active deferred)
    check wait_for 60 shows "$total" "$count"
    check wait_for 120 shows "$ours.1.5.1.0" $((count < rows ? count : rows))
    check wait_for 30 retries_are_known
    check wait_for 60 not has_child postqueue
}

listing_is_good() {
    shows "$ours.1.1.5.0" 1 && ! has_child postqueue
}

# frozen OID: `OID COUNT P50 P99 MAX` of a GET of sysUpTime while OID is asked for again and again.
frozen() {
    local asking
    # An answer that does not come in time is what extend is like, and asked for again.
    (while :; do "$bin/bench_snmp" get -n 1 "127.0.0.1:$port" "$1" || true; sleep 2; done) \
        >/dev/null 2>&1 &
    asking=$!
    "$bin/bench_snmp" get -t 30 -p 5000 "127.0.0.1:$port" "$uptime"
    kill "$asking" 2>/dev/null || true
    wait "$asking" 2>/dev/null || true
}

# The private Postfix instances.

inject() { # NAME COUNT: by SMTP, to domains that defer for different reasons
    local name=$1 domain count=$(($2 / 4))
    for domain in refused.example hangup.example other.example elsewhere.example; do
        smtp-source -s 5 -l 2048 -m "$count" -f "sender@${domain%.example}.sender.example" \
            -t "recipient@$domain" "127.0.0.1:$(<"$root/$name/port")"
    done
    check wait_for 120 all_deferred "$name" "$2"
}

all_deferred() { [ "$(count_queue "$root/$1/spool" deferred)" -eq "$2" ]; }

postfix_pids() { # NAME: all of its processes work in its spool
    local link
    for link in /proc/[0-9]*/cwd; do
        case $(readlink -- "$link" 2>/dev/null || true) in
        "$root/$1/spool" | "$root/$1/spool"/*) echo "${link//[!0-9]/}" ;;
        esac
    done
}

is_stopped() { grep -q '^State:[[:space:]]*T' "/proc/$1/status"; }

# The master first, so that no further process comes; idle ones may end by themselves meanwhile.
suspend_postfix() { # NAME
    local pid
    pid=$(awk '{ print $1; exit }' "$root/$1/spool/pid/master.pid")
    echo "$pid" >"$root/suspended"
    kill -STOP "$pid"
    check wait_for 10 is_stopped "$pid"
    for pid in $(postfix_pids "$1"); do
        echo "$pid" >>"$root/suspended"
        kill -STOP "$pid" 2>/dev/null || true
    done
}

resume_postfix() {
    local pid
    [ -s "$root/suspended" ] || return 0
    while read -r pid; do
        kill -CONT "$pid" 2>/dev/null || true
    done <"$root/suspended"
    rm -f "$root/suspended"
}

cleanup() {
    local name
    resume_postfix
    for name in agent constant endpoint snmpd; do
        stop_daemon "$root/$name.pid" || true
    done
    for name in big small; do
        "$lab/postfix.sh" destroy "$root/$name" >/dev/null 2>&1 || true
    done
    rm -rf "$root"
}
