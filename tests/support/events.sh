# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What the tests about events share, after lib.sh.  Sourced, never run.
# shellcheck disable=SC2154

set_value() { # OBJECT TYPE VALUE [OBJECT TYPE VALUE...]
    local -a arguments=()
    while [ $# -ge 3 ]; do
        arguments+=("$base.$1" "$2" "$3")
        shift 3
    done
    snmpset -v2c -c private -t 5 -r 2 -Oq "127.0.0.1:$snmp_port" "${arguments[@]}" \
        >"$root/set.log" 2>&1 || fail "snmpset ${arguments[*]}: $(<"$root/set.log")"
}

# db SQL: of the agent's database, which it goes on using.
db() { sqlite3 -cmd '.timeout 20000' "file:$root/state/agent.db?mode=ro" "$1"; }

kill_agent() { # and wait until its other processes have followed
    local pid pids
    pids=$(descendants_of "$agent")
    kill -KILL "$agent"
    wait "$agent" 2>/dev/null || true
    agent=
    for pid in $pids; do
        wait_for "$patience" eval "! kill -0 $pid 2>/dev/null" || fail "process $pid stays on"
    done
}

descendants_of() {
    local pid
    for pid in $(children_of "$1"); do
        echo "$pid"
        descendants_of "$pid"
    done
}

# child_of PID NAME: the first child that runs this program.
child_of() {
    local pid
    for pid in $(children_of "$1"); do
        [[ $(readlink "/proc/$pid/exe") != */"$2" ]] || { echo "$pid"; return; }
    done
}
