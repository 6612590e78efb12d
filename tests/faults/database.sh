# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Faults of the database, for fault.sh: monitoring goes on, an action that cannot be written down is
# refused, and no event is lost.
# shellcheck disable=SC2154

mount_state() { mount -t tmpfs -o size=2M,mode=0755,uid="$(id -u nobody)" hmq "$root/state"; }

# takes_none: a SET is refused; what was taken before that was known has failed and did nothing.
takes_one() {
    local -a arguments=()
    turns=$((turns + 1))
    row_arguments faults count "$turns" all=1
    set_object "${arguments[@]}" >/dev/null 2>&1
}
takes_none() { ! takes_one; }

begin() {
    start_world
    exercise
    note_normal
    watch
}

fault_database_full() {
    mount_state
    begin
    dd if=/dev/zero of="$root/state/filler" bs=4096 2>/dev/null || true
    by_postfix_tools
    eventually "actions are refused" takes_none
    by_postfix_tools
    now 1.1.5.0 1 "the data is good"
    rm "$root/state/filler"
    eventually "actions are taken again" takes_one
    as_before
}

# A file system that is being written to cannot become read-only, except by its own fault.
fault_database_read_only() {
    mount_state
    begin
    stop_agent
    mount -o remount,ro "$root/state"
    start_agent
    expect 1.2.1.0 "$messages" "monitoring goes on"
    eventually "actions are refused" takes_none
    by_postfix_tools
    mount -o remount,rw "$root/state"
    eventually "actions are taken again" takes_one
    as_before
}

fault_database_slow() {
    use_shim
    begin
    touch "$faults/slow-disk"
    exercise
    answers_fast "no GET is delayed"
    exercise
    rm "$faults/slow-disk"
    as_before
}

fault_database_removed() {
    begin
    rm "$root"/state/agent.db*
    by_postfix_tools
    exercise
    check "it is there again" test -s "$root/state/agent.db"
    as_before
}

fault_database_replaced() {
    begin
    sqlite3 "$root/state/agent.db" ".backup $root/state/copy.db"
    chown nobody "$root/state/copy.db"
    mv "$root/state/copy.db" "$root/state/agent.db"
    by_postfix_tools
    eventually "actions are refused" takes_none
    now 1.2.1.0 "$messages" "monitoring goes on"
    echo "# $(text 1.1.11.0)"
    stop_agent
    restart_agent
    as_before
}
