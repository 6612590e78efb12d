# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Faults of the spool's file system, for fault.sh: what cannot be read is unknown.
# shellcheck disable=SC2154

# The spool on a file system of its own, which stays there under another name.
mount_spool() {
    "$lab/postfix.sh" create "$root/pf"
    mkdir -p "$root/mounted/copy"
    mount -t tmpfs -o mode=755 hmq "$root/mounted/copy"
    cp -a "$spool/." "$root/mounted/copy"
    mount --bind "$root/mounted/copy" "$spool"
    start_postfix
}

begin() {
    start_world
    exercise
    note_normal
    watch
}

fault_spool_unmounted() {
    mount_spool
    begin
    umount -l "$spool"
    expect 1.1.5.0 3 "the data is unavailable"
    expect 1.2.1.0 "$none" "there is no total"
    answers_fast "no GET is delayed"
    mount --bind "$root/mounted/copy" "$spool"
    as_before
}

fault_spool_read_only() {
    mount_spool
    begin
    stop_postfix
    mount -o remount,ro "$root/mounted/copy"
    act_on_all hold
    finished faults hold "$turns" failed "$messages" 0 "$messages" '*Read-only file system*'
    now 1.2.1.0 "$messages" "the queue is read as before"
    check "nothing was done" test -z "$(ids hold)"
    mount -o remount,rw "$root/mounted/copy"
    start_postfix
    as_before
}

fault_spool_moved() {
    begin
    stop_postfix
    mkdir -p "$root/mounted/copy"
    mount -t tmpfs -o mode=755 hmq "$root/mounted/copy"
    cp -a "$spool/." "$root/mounted/copy"
    mount --bind "$root/mounted/copy" "$spool"
    # Names match inodes; that it cannot write a stopped Postfix's log it says at its end.
    pf postsuper -s 2>/dev/null || true
    start_postfix
    exercise
    stop_postfix
    umount "$spool"
    start_postfix
    as_before
}

# Root without the power to read everything, which may read the queue directories by their group.
fault_spool_permissions() {
    local -a queues=("$spool"/{maildrop,incoming,active,deferred,hold,corrupt})
    start_postfix 'hash_queue_names = corrupt'
    chgrp root "${queues[@]}"
    chmod g+rx "${queues[@]}"
    agent_command=(setpriv --bounding-set '-dac_override,-dac_read_search' "$daemon")
    start_world
    exercise=by_postfix_tools
    by_postfix_tools
    note_normal
    watch
    chmod g-rx "${queues[@]}"
    expect 1.1.11.0 '*Permission denied*' "hmqLastReadError says why"
    expect 1.1.7.0 2 "the listing counts instead"
    expect 1.3.1.2.6 "$none" "corrupt, which is not listed, is unknown"
    now 1.2.1.0 "$messages" "the total is known"
    by_postfix_tools
    answers_fast "no GET is delayed"
    chmod g+rx "${queues[@]}"
    expect 1.1.7.0 1 "the directories are counted again"
    as_before
}
