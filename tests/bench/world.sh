# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What bench.sh and soak.sh measure: the private snmpd and what hangs on it, and the private Postfix
# instances.  Sourced after measure.sh, never run.  Processes are known by pid files in $root, so
# that a part may run in a subshell.  Other variables are those of the script.
# shellcheck disable=SC2034,SC2154

ours=.1.3.6.1.4.1.8072.9999.9999.2525
uptime=.1.3.6.1.2.1.1.3.0
total=$ours.1.2.1.0
serial=$ours.1.5.3.0
list_duration=$ours.1.1.9.0
overload_threshold=$ours.1.4.7.0
agent_environment=() # NAME=VALUE
messages=0           # in the queue that is being measured

# make_root NAME: the directory of all files, which is removed at the end.
make_root() {
    need_root
    root=$(mktemp -d "/tmp/hmq-$1.XXXXXX")
    chmod 755 "$root"
    trap cleanup EXIT
    trap 'exit 1' INT TERM
}

get() {
    MIBS='' snmpget -v2c -c public -t 1 -r 15 -Oqv "127.0.0.1:$port" "$1" 2>/dev/null
}
shows() { [ "$(get "$1")" = "$2" ]; }
changed() { [ "$(get "$1")" != "$2" ]; }
answers() { [[ $(get "$1") == [0-9]* ]]; }
reached() { [[ $(get "$1") -ge $2 ]]; }

# act NUMBER COMMAND COLUMN TYPE VALUE...: a row of hmqActionTable under the owner "b", from its SET
# until it has ended; prints how long that took, and its state.
act() {
    local number=$1 command=$2
    shift 2
    "$bin/bench_snmp" act "127.0.0.1:$port" "$ours.1.6.5.1" "1.98.$command.$number" "$@"
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
    stop_daemon "$root/constant.pid"
    start_daemon "$root/constant.pid" "$root/constant.log" \
        "$bin/bench_constant_agent" "unix:$root/agentx" "$1"
    check wait_for 20 answers "$constant"
}

# The column that is filled after the listing, by asking for each message's file, is complete.
retries_are_known() {
    "$bin/bench_snmp" walk "127.0.0.1:$port" 1 "$ours.1.5.4.1.11" >"$root/retries" &&
        [ "$(cell retries 1 2)" -eq "$rows" ]
}

# restart_agent NAME [LINE...]: our agent on the Postfix NAME, with lines for its configuration;
# returns when it has counted and listed, and nothing of it is left to do.
restart_agent() {
    local name=$1 count line patience=$((60 + messages / 5000))
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
command_timeout = 10m
overload_threshold = $threshold
overload_clear_threshold = $threshold
END
    rows=100
    for line; do
        echo "$line" >>"$root/$name.conf"
        [[ $line != message_limit* ]] || rows=${line##* }
    done
    start_daemon "$root/agent.pid" "$root/agent.log" env "${agent_environment[@]}" \
        "$bin/hermes-mailqueued" -c "$root/$name.conf" -f
    count=$(count_queue "$root/$name/spool" incoming active deferred)
    rows=$((count < rows ? count : rows))
    check wait_for "$patience" shows "$total" "$count"
    check wait_for "$patience" shows "$ours.1.5.1.0" "$rows"
    check wait_for 30 retries_are_known
    check wait_for "$patience" not has_child postqueue
}

# list_again: has it list, and returns when the new listing is there.
list_again() {
    local old
    old=$(get "$serial")
    kill -HUP "$(agent_pid)"
    check wait_for $((60 + messages / 5000)) changed "$serial" "$old"
}

listing_is_good() {
    shows "$ours.1.1.5.0" 1 && ! has_child postqueue
}

make_postfix() { # NAME
    "$lab/postfix.sh" create "$root/$1"
    "$lab/postfix.sh" start "$root/$1"
}

# inject NAME COUNT DOMAIN SENDER: by SMTP
inject() {
    smtp-source -s 5 -l 2048 -m "$2" -f "$4" -t "recipient@$3" "127.0.0.1:$(<"$root/$1/port")"
}

# inject_mixed NAME COUNT: to domains that defer for different reasons, one in a hundred from
# $picked.
inject_mixed() {
    local name=$1 count=$2 few=$(($2 / 100)) domain part
    local -a domains=(refused.example hangup.example other.example elsewhere.example)
    [ "$few" -eq 0 ] || inject "$name" "$few" refused.example "$picked"
    part=$(((count - few) / 4))
    for domain in "${domains[@]}"; do
        [ "$domain" != elsewhere.example ] || part=$((count - few - 3 * part))
        inject "$name" "$part" "$domain" "sender@${domain%.example}.sender.example"
    done
    check wait_for 120 all_deferred "$name" "$count"
}

# grow MESSAGES: the big queue, by copies of what is in it.  Postfix's own check of names, inodes
# and folders finds nothing to put right.
grow() {
    messages=$1
    stop_daemon "$root/agent.pid"
    "$bin/bench_clone_queue" "$root/big/spool" "$messages"
    check all_deferred big "$messages"
    postsuper -c "$root/big/etc" -s 2>"$root/structure"
    check [ ! -s "$root/structure" ]
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
    for name in agent constant endpoint exporter sink snmpd; do
        stop_daemon "$root/$name.pid" || true
    done
    for name in big small; do
        "$lab/postfix.sh" destroy "$root/$name" >/dev/null 2>&1 || true
    done
    rm -rf "$root"
}
