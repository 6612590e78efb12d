# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What the tests share that kill processes between two steps, after lib.sh and set.sh: steps that
# wait or fail by the engine of use_engine, kill -9, and a database that is locked.  Sourced, never
# run.

# Set by lib.sh.
: "${root?}" "${agent?}" "${patience?}"

cleanup_more() { [ -z "${locker-}" ] || kill "$locker" 2>/dev/null || true; }

# hang NAME: each step waits where it is told to (hang.PROGRAM, hang-after.PROGRAM), and is told of.
hang() { : >"$root/hanging"; touch "$root/$1"; }
go_on() { rm -f "$root"/hang.* "$root"/hang-after.* "$root"/fail.*; }
fails_with() { # PROGRAM SCRIPT
    printf '#!/bin/bash\n%s\n' "$2" >"$root/fail.$1"
    chmod 755 "$root/fail.$1"
}

# reloads: how often Postfix was reloaded, ever.
reloads() { grep -c ' postfix .*reload' "$root/engine.log" || true; }
reloaded() { [ "$(reloads)" -gt "$1" ]; }

gone() {
    [ -z "$1" ] || ! kill -0 "$1" 2>/dev/null ||
        [ "$(awk '{ print $3 }' "/proc/$1/stat")" = Z ]
}

# crash [WHAT...]: kill -9 of agent (the default), supervisor and worker; the agent takes the other
# two with it.
crash() {
    local part pid
    local -A pids=([agent]=$agent [supervisor]=$(supervisor) [worker]=$(worker))
    for part in "${@:-agent}"; do
        kill -KILL "${pids[$part]}"
    done
    [[ " ${*:-agent} " == *" agent "* ]] || return 0
    wait "$agent" 2>/dev/null || true
    agent=
    for pid in "${pids[@]}"; do
        wait_for "$patience" gone "$pid" || fail "$pid outlives the agent"
    done
}

# A writer that is in the middle of something.
lock_database() {
    : >"$root/locked"
    python3 -c '
import sqlite3, sys, time
link = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
link.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(600)' "$root/state/agent.db" >"$root/locked" &
    locker=$!
    wait_for "$patience" grep -q locked "$root/locked" || fail "the database cannot be locked"
}
unlock_database() {
    kill "$locker"
    wait "$locker" 2>/dev/null || true
    locker=
}
