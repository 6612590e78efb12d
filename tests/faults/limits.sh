# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Limits of the kernel that are reached, for fault.sh.
# shellcheck disable=SC2154

begin() {
    start_world
    exercise
    note_normal
    watch
}

# under_load: what needs descriptors, memory and processes; it may fail, it may not lie.
under_load() {
    local i
    for i in 1 2 3; do
        pf postsuper -h ALL deferred 2>/dev/null
        (act_on_all hold >/dev/null 2>&1) || true
        turns=$((turns + 1))
        sleep 1
        pf postsuper -H ALL 2>/dev/null
        sleep 1
    done
}

# as_owner PID COMMAND...: without CAP_SYS_RESOURCE, which a container's root lacks, only a user's
# own processes can be limited.
as_owner() {
    local -a ids
    mapfile -t ids < <(awk '/^[UG]id:/ { print $2 }' "/proc/$1/status")
    shift
    setpriv --reuid "${ids[0]}" --regid "${ids[1]}" --clear-groups "$@"
}

# limit NAME VALUE, unlimit NAME: the soft limit of each of our processes.
limit() {
    local pid
    for pid in $(family); do
        as_owner "$pid" prlimit --pid "$pid" "--$1=$2:" || fail "no limit for process $pid"
    done
}
unlimit() {
    local pid hard
    for pid in $(family); do
        hard=$(as_owner "$pid" prlimit --pid "$pid" "--$1" --output HARD --noheadings --raw) &&
            as_owner "$pid" prlimit --pid "$pid" "--$1=$hard:" ||
            fail "the limit of process $pid stays"
    done
}

# Numbers below the limit that are free by chance are used up first: three are left of none.
fault_descriptors() {
    begin
    limit nofile 3
    under_load
    unlimit nofile
    as_before
}

fault_memory() {
    local pid
    sanitized && { echo 'SKIP: a sanitizer needs the address space'; exit 77; }
    begin
    for pid in $(family); do
        as_owner "$pid" prlimit --pid "$pid" \
            --as="$(($(awk '/^VmSize/ { print $2 }' "/proc/$pid/status") * 1024)):"
    done
    inject 200
    messages=$((messages + 200)) most=$((messages + 200))
    under_load
    unlimit as
    memory_kib=4096
    eventually "all are deferred" settled "$messages"
    as_before
}

fault_fork() {
    use_shim
    begin
    touch "$faults/no-fork"
    kill -KILL "$(worker)"
    under_load
    rm "$faults/no-fork"
    as_before
}

fault_inotify_limits() {
    use_shim
    begin
    touch "$faults/no-inotify"
    old=$(worker)
    kill -KILL "$old"
    eventually "a worker without inotify" another_worker "$old"
    eventually "which the agent has noticed" logged 'the helper was restarted'
    comes_back
    exercise
    rm "$faults/no-inotify"
    old=$(worker)
    kill -KILL "$old"
    eventually "a worker with inotify" another_worker "$old"
    as_before
}

fault_inotify_overflow() {
    begin
    freeze "$(worker)"
    python3 - "$spool/hold" "$(</proc/sys/fs/inotify/max_queued_events)" <<'END'
import os, sys
names = [os.path.join(sys.argv[1], name) for name in ("one", "another")]
open(names[0], "w").close()
for _ in range(int(sys.argv[2]) // 2 + 1000):
    os.rename(*names)
    names.reverse()
os.unlink(names[0])
END
    thaw
    as_before
}
