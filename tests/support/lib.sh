# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# shellcheck disable=SC2034  # used by the tests that source it
# What the system tests share: a Postfix, an snmpd, an snmptrapd and an agent below one temporary
# folder, and conditions to wait for.  Sourced with the daemon's path as $1; never run.
#
#   start_postfix; start_snmpd; start_trapd; start_agent [KEY=VALUE...]
#   expect 1.2.1.0 0 "an empty queue is 0"

support=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
source_dir=$(cd "$support/../.." && pwd)
test_dir=$source_dir/tests/system
lab=$source_dir/contrib/lab
# shellcheck source=contrib/lab/lib.sh
. "$lab/lib.sh"
need_root
# Debian's programs, not a wrapper that some version manager has put in front: each start counts.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

daemon=$1
helper=$(dirname -- "$daemon")/hermes-mailqueue-helper
base=.1.3.6.1.4.1.8072.9999.9999.2525
# How long a condition may take to come true, in seconds; machines under load and the sanitizers
# are slow, and a condition that holds is not waited for.
patience=60
root=$(mktemp -d /tmp/hmq.XXXXXX)
chmod 755 "$root"
mkdir "$root/persist" "$root/state"
chown nobody "$root/state"
spool=$root/pf/spool
snmp_port=$(free_port)
trap_port=$snmp_port
while [ "$trap_port" = "$snmp_port" ]; do trap_port=$(free_port); done
agent=
checks=0
export SNMP_PERSISTENT_DIR=$root/persist SNMPCONFPATH=$root/persist MIBS=''

cleanup() {
    local status=$? file
    trap - EXIT
    # Whatever fails, and even if nobody reads what this prints, the rest is cleaned up.
    trap '' PIPE
    set +e
    if declare -F cleanup_more >/dev/null; then cleanup_more || true; fi
    if [ -n "$agent" ]; then
        kill -CONT "$agent" 2>/dev/null || true
        kill -KILL "$agent" 2>/dev/null || true
        wait "$agent" 2>/dev/null || true
    fi
    for file in "$root"/*.pid; do
        [ ! -f "$file" ] || stop_daemon "$file" || true
    done
    [ ! -d "$root/pf" ] || "$lab/postfix.sh" destroy "$root/pf" >/dev/null 2>&1 || true
    if [ "$status" -ne 0 ]; then
        for file in "$root"/agent*.log "$root/traps"; do
            [ ! -f "$file" ] || { echo "--- ${file##*/}"; tail -n 60 "$file"; }
        done
    fi
    if [ -n "${HMQ_KEEP-}" ]; then
        echo "kept: $root"
    else
        rm -rf --one-file-system "$root"
    fi
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT PIPE TERM

ok() {
    checks=$((checks + 1))
    echo "ok $checks: $*"
}

fail() {
    echo "FAIL (${BASH_LINENO[*]}): $*"
    exit 1
}

# need_mounts: of namespaces of their own; the caller's test is skipped where there are none.
need_mounts() {
    unshare --mount --propagation private true 2>/dev/null || {
        echo 'SKIP: a mount namespace is needed; in a chroot, its root must be a mount point'
        exit 77
    }
}

# check WHAT COMMAND...: now, without waiting.
check() {
    local what=$1
    shift
    "$@" || fail "$what"
    ok "$what"
}

# eventually WHAT COMMAND...: within the test's patience.
eventually() {
    local what=$1
    shift
    wait_for "$patience" "$@" || fail "$what"
    ok "$what"
}

start_postfix() { # [main.cf line...]
    local line
    if [ ! -d "$root/pf" ]; then
        "$lab/postfix.sh" create "$root/pf"
        for line in "$@"; do echo "$line" >>"$root/pf/etc/main.cf"; done
    fi
    "$lab/postfix.sh" start "$root/pf"
}

stop_postfix() { "$lab/postfix.sh" stop "$root/pf"; }

# start_sinks: three servers besides those of the lab, which its Postfix delivers to: takes.example,
# later.example, which puts off every recipient, and never.example, which refuses every one.
start_sinks() {
    start_sink takes
    start_sink later -r rcpt
    start_sink never -f rcpt
    "$lab/postfix.sh" reload "$root/pf"
}
start_sink() { # NAME OPTION...
    local name=$1 port
    shift
    port=$(free_port)
    start_daemon "$root/sink-$name.pid" "$root/sink-$name.log" \
        smtp-sink -u nobody "$@" "127.0.0.1:$port" 100
    wait_for "$patience" port_in_use "$port" || fail "smtp-sink $name does not start"
    echo "$name.example labsmtp:[127.0.0.1]:$port" >>"$root/pf/etc/transport"
}

snmpd_answers() {
    [ -n "$(snmpget -v2c -c public -t 1 -r 0 -Oqv "127.0.0.1:$snmp_port" .1.3.6.1.2.1.1.3.0 \
        2>/dev/null)" ]
}

# snmpd takes SETs with this one. Once, before start_snmpd.
allow_set() {
    cat >"$root/snmpd.conf" <<END
master agentx
agentXSocket unix:$root/agentx
agentXPerms 0666 0755
rocommunity public 127.0.0.1
rwcommunity private 127.0.0.1
trap2sink 127.0.0.1:$trap_port public
END
}

# The first call decides the users; later ones start it again as it was.
start_snmpd() {
    if [ ! -f "$root/snmpd.conf" ]; then
        cat >"$root/snmpd.conf" <<END
master agentx
agentXSocket unix:$root/agentx
agentXPerms 0666 0755
rocommunity public 127.0.0.1
trap2sink 127.0.0.1:$trap_port public
END
    fi
    start_daemon "$root/snmpd.pid" "$root/snmpd.log" \
        snmpd -f -C -c "$root/snmpd.conf" -Lo "udp:127.0.0.1:$snmp_port"
    wait_for "$patience" snmpd_answers || fail "snmpd does not answer"
}

# One line a notification: the names and values numeric, separated by "|".
start_trapd() {
    cat >"$root/snmptrapd.conf" <<'END'
authCommunity log public
format1 %V|%v|\n
format2 %V|%v|\n
END
    : >"$root/traps"
    start_daemon "$root/snmptrapd.pid" "$root/snmptrapd.log" \
        snmptrapd -f -C -c "$root/snmptrapd.conf" -n -On -OQ -OU -Oe -Lf "$root/traps" \
        "udp:127.0.0.1:$trap_port"
    wait_for "$patience" port_in_use "$trap_port" || fail "snmptrapd does not start"
}

configure() { # [KEY=VALUE...]: over what suits all tests
    local pair
    declare -A keys=([agentx_socket]=unix:$root/agentx
        [postfix_config_directory]=$root/pf/etc
        [user]=nobody
        [database]=$root/state/agent.db
        [list_interval]=500ms
        [scan_interval]=1s
        [log_level]=debug)
    for pair in "$@"; do
        keys[${pair%%=*}]=${pair#*=}
    done
    for pair in "${!keys[@]}"; do
        echo "$pair = ${keys[$pair]}"
    done >"$root/agent.conf"
}

databases_opened() { grep -c 'opened the database ' "$root/agent.log" || true; }
# takes_sets: the agent that was started last has opened its database; before, it refuses a SET.
takes_sets() { [ "$(databases_opened)" -gt "$opened_before" ]; }

start_agent() { # [KEY=VALUE...]
    [ $# -eq 0 ] && [ -f "$root/agent.conf" ] || configure "$@"
    touch "$root/agent.log"
    opened_before=$(databases_opened)
    "${agent_command[@]:-$daemon}" -c "$root/agent.conf" -f 2>>"$root/agent.log" \
        </dev/null >/dev/null &
    agent=$!
}

# Sets agent_status.
stop_agent() {
    kill -TERM "$agent"
    agent_status=0
    wait "$agent" || agent_status=$?
    agent=
}

agent_lives() { kill -0 "$agent" 2>/dev/null; }

no_sanitizer_report() { ! grep -q -e 'ERROR: .*Sanitizer' -e 'runtime error:' "$root/agent.log"; }

# The helper's supervisor is the agent's child, the worker the supervisor's.
children_of() { cat "/proc/$1/task/$1/children" 2>/dev/null || true; }
supervisor() { children_of "$agent" | awk '{ print $1 }'; }
# Not what a killed worker was running, which the supervisor adopts and ends.
worker() {
    local child
    for child in $(children_of "$(supervisor)"); do
        case $(cat "/proc/$child/comm" 2>/dev/null) in
        hermes-mailq*)
            echo "$child"
            return ;;
        esac
    done
}

# another_worker PID: there is one, and not that one.
another_worker() {
    local found
    found=$(worker)
    [ -n "$found" ] && [ "$found" != "$1" ]
}

get_raw() {
    snmpget -v2c -c public -t 2 -r 1 -Oqv -OU -Oe "127.0.0.1:$snmp_port" "$1" 2>/dev/null || true
}

# Text comes in quotes, or in hex when it is not printable.
get() { get_raw "$base.$1"; }

# text OBJECT: the octets of a text, whatever they are.
text() {
    snmpget -v2c -c public -t 2 -r 1 -Oqvx "127.0.0.1:$snmp_port" "$base.$1" 2>/dev/null |
        tr -d '" \n' | sed 's/../\\x&/g' | xargs -0 printf '%b'
}

walk() { # OBJECT: lines "OID VALUE"
    snmpwalk -v2c -c public -t 5 -r 1 -On -Oq -OU -Oe -Cc "127.0.0.1:$snmp_port" "$base.$1"
}

matches() {
    value=$(get "$1")
    # shellcheck disable=SC2053
    [[ $value == $2 ]]
}

expect() { # OBJECT PATTERN WHAT
    local value=
    wait_for "$patience" matches "$1" "$2" ||
        fail "$3: $1 is \"$value\", expected $2; hmqLastReadError $(get 1.1.11.0)"
    ok "$3 ($value)"
}

# now OBJECT PATTERN WHAT: as it is at this moment.
now() {
    local value=
    matches "$1" "$2" || fail "$3: $1 is \"$value\", expected $2"
    ok "$3 ($value)"
}

# never_zero: no count is there that would be read as an empty queue.
never_zero() {
    local total
    total=$(get 1.2.1.0)
    [ "$total" != 0 ] || fail "a total of 0 that is not true"
    ok "no false 0 (${total:-no answer})"
}

none='No Such Instance*'

# traps NUMBER: the lines of one notification, in the order they came.
traps() { grep -F "$base.0.$1|" "$root/traps" || true; }
trap_count() { traps "$1" | wc -l; }
has_traps() { [ "$(trap_count "$1")" -ge "$2" ]; }

# expect_traps NUMBER COUNT WHAT: as many, and no more by the time they are there.
expect_traps() {
    wait_for "$patience" has_traps "$1" "$2" ||
        fail "$3: $(trap_count "$1") notifications $1 instead of $2"
    [ "$(trap_count "$1")" -eq "$2" ] ||
        fail "$3: $(trap_count "$1") notifications $1 instead of $2"
    ok "$3"
}

# trap_value LINE OBJECT: the value of one varbind.
trap_value() {
    local part
    local -a parts
    IFS='|' read -r -a parts <<<"$1"
    for part in "${parts[@]}"; do
        if [[ $part == "$base.$2 = "* ]]; then
            echo "${part#*" = "}"
            return
        fi
    done
}

# serials: hmqEventSerial of each notification as they came.
serials() { grep -o "$base.1.8.1.0 = [0-9]*" "$root/traps" | awk '{ print $3 }'; }

# inject COUNT [RECIPIENT [SENDER]]
inject() {
    smtp-source -m "$1" -s 5 -f "${3-sender@source.example}" -t "${2-x@suspended.example}" \
        "127.0.0.1:$(<"$root/pf/port")"
}

pf() { # COMMAND ARGUMENTS...: one of Postfix's tools, for the test's own instance
    local tool=$1
    shift
    "$tool" -c "$root/pf/etc" "$@"
}

# ids QUEUE [COUNT]: the queue ids on disk, at most so many.
ids() { find "$spool/$1" -type f -printf '%f\n' | awk -v limit="${2-1000000}" 'NR <= limit'; }

# settled COUNT: so many in deferred, none on the way.
settled() {
    [ "$(count_queue "$spool" deferred)" -eq "$1" ] &&
        [ "$(count_queue "$spool" incoming active maildrop)" -eq 0 ]
}

milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

# slowest_get OBJECT: of 20 GETs, in milliseconds; nothing when one had no value.
slowest_get() {
    local i start took worst=0
    for i in {1..20}; do
        start=$(milliseconds)
        case $(get_raw "$1") in '' | 'No Such'*) return 0 ;; esac
        took=$(($(milliseconds) - start))
        [ "$took" -le "$worst" ] || worst=$took
    done
    echo "$worst"
}

# answers_fast WHAT: an object that does not come from Postfix is answered as fast as snmpd's own.
# The client's start is in both figures, and so is whatever else keeps the machine busy; a wait for
# Postfix would be seconds.
answers_fast() {
    local own snmpd
    own=$(slowest_get "$base.1.1.1.0")
    snmpd=$(slowest_get .1.3.6.1.2.1.1.3.0)
    [ -n "$own" ] && [ -n "$snmpd" ] || fail "$1: a GET was not answered"
    [ "$own" -lt $((2500 + 3 * snmpd)) ] || fail "$1: a GET took $own ms, one of snmpd $snmpd ms"
    ok "$1 (slowest GET $own ms, of snmpd's own objects $snmpd ms)"
}
