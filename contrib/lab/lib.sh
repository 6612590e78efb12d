# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Functions the scripts in this directory share.  Sourced, never run.

# Debian keeps postfix, snmpd and smtp-source in sbin, which `su` without `-`
# and cron leave out of the path.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
# Messages of the tools are matched and logged: one language, one byte order.
export PATH LC_ALL=C

# die MESSAGE...: says what is wrong, and what to do, and ends the script.
die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# need COMMAND PACKAGE
need() {
    command -v "$1" >/dev/null ||
        die "$1 is missing; run: apt-get install $2"
}

need_root() {
    [ "$(id -u)" -eq 0 ] || die 'must run as root (try sudo)'
}

# full_path DIR: absolute, because daemons leave the current directory.  Blanks
# and colons would have to be quoted differently in each of the configuration
# files the path goes into.
full_path() {
    local path
    path=$(realpath -m -- "$1")
    case $path in
    *[!A-Za-z0-9_./+-]*)
        die "$path: use a path of letters, digits and _ . + - only" ;;
    /)
        die "'$1' is the root directory; name a directory of its own" ;;
    esac
    echo "$path"
}

# check_socket_path PATH: the kernel takes 107 bytes, and cuts nothing.
check_socket_path() {
    [ ${#1} -le 107 ] ||
        die "$1 is too long for a socket; use a directory with a shorter path"
}

# check_reachable USER DIR: each directory on the way to DIR must let USER pass.
check_reachable() {
    local user=$1 path=$2 part=
    local -a parts
    IFS=/ read -r -a parts <<<"${path#/}"
    local name
    for name in "${parts[@]}"; do
        part=$part/$name
        [ -d "$part" ] || return 0
        setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups \
            test -x "$part" ||
            die "$part is closed to user $user; run: chmod a+x $part"
    done
}

# claim_folder DIR MARKER: makes DIR, or takes an empty one, and marks it, so
# that `destroy` never removes a directory that was not made here.
claim_folder() {
    local dir=$1 marker=$2
    if [ -e "$dir" ] && [ -n "$(ls -A -- "$dir")" ]; then
        die "$dir exists and is not empty; destroy it first or name another"
    fi
    mkdir -p -- "$dir"
    # mktemp -d makes directories that only root can enter.
    chmod 0755 -- "$dir"
    : >"$dir/$marker"
}

# remove_folder DIR MARKER
remove_folder() {
    [ -e "$1" ] || return 0
    [ -f "$1/$2" ] || die "$1 was not made by this script; it is left alone"
    rm -rf --one-file-system -- "$1"
}

# check_port_number PORT
check_port_number() {
    [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] && [ "$1" -le 65535 ] ||
        die "'$1' is not a port; give a number from 1 to 65535"
}

# port_in_use PORT: bound by anything, TCP or UDP.  What is left of an ended
# connection (TIME_WAIT, 06) keeps no server from binding.
port_in_use() {
    local hex
    printf -v hex '%04X' "$1"
    cat /proc/net/{tcp,tcp6,udp,udp6} 2>/dev/null |
        awk -v port="$hex" '
            { n = split($2, local_end, ":") }
            local_end[n] == port && $4 != "06" { found = 1 }
            END { exit !found }'
}

# reserve_port PORT: fails when another instance was given it within the last
# hours; until that binds it, only a mark says so.  Without a directory for the
# marks, every port can be had.
reserve_port() {
    local marks=/run/hmq-lab-ports
    mkdir -m 0700 "$marks" 2>/dev/null || [ -O "$marks" ] || return 0
    find "$marks" -maxdepth 1 -type f -name "$1" -mmin +240 -delete
    (set -C && : >"$marks/$1") 2>/dev/null
}

# free_port: below the range the kernel takes client ports from, so that no
# connection sits on it by the time it is bound.
free_port() {
    local port try
    for try in {1..200}; do
        port=$((20000 + SRANDOM % 12000))
        if ! port_in_use "$port" && reserve_port "$port"; then
            echo "$port"
            return
        fi
    done
    die "no free port found in $try attempts; give one as an argument"
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds; 1 when time is up.  Its variables have names
# of their own, because COMMAND sees them in the place of the caller's.
wait_for() {
    local wait_deadline=$((${EPOCHREALTIME/./} + $1 * 1000000)) wait_looks=0 wait_began wait_pause
    shift
    wait_began=${EPOCHREALTIME/./}
    until "$@"; do
        [ "${EPOCHREALTIME/./}" -lt "$wait_deadline" ] || return 1
        # At first often, then seldom; and where a look takes long, because the machine is slow or
        # busy, looking must not be what keeps it busy.
        wait_looks=$((wait_looks + 1))
        wait_pause=$((4 * (${EPOCHREALTIME/./} - wait_began) / 1000))
        wait_pause=$((wait_pause < 250 ? 250 : wait_pause > 999 ? 999 : wait_pause))
        wait_pause=$((wait_looks <= 8 ? 50 : wait_pause))
        printf -v wait_pause '%03d' "$wait_pause"
        sleep "0.$wait_pause"
        wait_began=${EPOCHREALTIME/./}
    done
}

# not COMMAND...: for wait_for.
not() {
    ! "$@"
}

# start_time PID: in ticks since boot; fails for no process and for zombies,
# which are gone for every purpose here and which nobody may ever reap.
start_time() {
    local stat
    local -a field
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # The name in parentheses may hold blanks and parentheses.
    read -r -a field <<<"${stat##*) }"
    [ "${field[0]}" != Z ] && [ "${field[0]}" != X ] || return 1
    echo "${field[19]}"
}

# A pid alone is not enough to signal a process: after a crash the number
# may belong to another one.

# record_pid FILE PID
record_pid() {
    start_time "$2" >"$1.start" || return 1
    echo "$2" >"$1"
}

# running FILE: whether the process recorded in FILE lives.
running() {
    local pid
    { read -r pid <"$1"; } 2>/dev/null || return 1
    [ -n "$pid" ] && [ -s "$1.start" ] || return 1
    [ "$(start_time "$pid")" = "$(<"$1.start")" ]
}

# start_daemon PIDFILE LOG COMMAND...: in a session of its own, out of reach
# of Ctrl-C, and holding no descriptor of the caller's: one left open would
# make `x=$(script start)` wait for the daemon's end.
start_daemon() {
    local pidfile=$1 log=$2 pid
    shift 2
    (
        for fd in /proc/self/fd/*; do
            fd=${fd##*/}
            [ "$fd" -le 2 ] || eval "exec $fd>&-"
        done
        exec setsid -- "$@"
    ) </dev/null >>"$log" 2>&1 &
    pid=$!
    disown "$pid"
    record_pid "$pidfile" "$pid" ||
        die "$1 ended at once: $(tail -n 3 "$log")"
}

# stop_daemon PIDFILE: returns when the process is gone.
stop_daemon() {
    local pid
    if running "$1"; then
        pid=$(<"$1")
        # A test may have left it stopped; then only SIGCONT lets it act on
        # the other signal.
        kill -TERM "$pid" 2>/dev/null || true
        kill -CONT "$pid" 2>/dev/null || true
        if ! wait_for 10 not running "$1"; then
            echo "${0##*/}: $pid does not end; killing it" >&2
            kill -KILL "$pid" 2>/dev/null || true
            wait_for 5 not running "$1" ||
                die "$pid cannot be killed; look at /proc/$pid/stack"
        fi
    fi
    rm -f -- "$1" "$1.start"
}

# secret: 128 random bits, safe in every configuration file.
secret() {
    od -An -v -tx1 -N16 /dev/urandom | tr -d ' \n'
}

# quiet_snmp PERSISTENT_DIR COMMAND...: a net-snmp program that reads none of
# the machine's settings, writes into PERSISTENT_DIR only and does not
# complain about MIB modules that a bare Debian lacks.
quiet_snmp() {
    local persistent=$1
    shift
    SNMP_PERSISTENT_DIR=$persistent SNMPCONFPATH=${SNMPCONFPATH-$persistent} \
        MIBS=${MIBS-} "$@"
}

# snmp_as DIR USER TOOL ARGUMENTS...: an snmp tool as one of the users of the
# snmpd below DIR; the passphrases stay out of the process list.
#
#   snmp_as DIR reader snmpget -On 127.0.0.1:$(<DIR/port) .1.3.6.1.2.1.1.3.0
snmp_as() {
    local dir=$1 user=$2
    shift 2
    SNMPCONFPATH=$dir/clients/$user \
        quiet_snmp "$dir/clients/$user" "$@"
}

# postfix_running SPOOL: Postfix holds a lock on its pid file as long as it
# runs; the file itself outlives a crash.  `postfix status` would log a line
# each time.
postfix_running() {
    [ -f "$1/pid/master.pid" ] && ! flock -n "$1/pid/master.pid" true
}

# count_queue SPOOL QUEUE...: complete messages, as Postfix marks them.
count_queue() {
    local spool=$1 queue
    local -a folders=()
    shift
    for queue in "$@"; do
        folders+=("$spool/$queue")
    done
    # Files move while find reads; that it then misses one is no error.
    { find "${folders[@]}" -type f -perm -0700 -printf . 2>/dev/null || true; } |
        wc -c
}
