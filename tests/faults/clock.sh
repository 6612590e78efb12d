# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Jumps of the clock, for fault.sh.
# shellcheck disable=SC2154

jump() { # SECONDS
    local events
    use_shim
    start_world
    exercise
    note_normal
    watch
    events=$(db 'SELECT count(*) FROM events')
    ahead "$1"
    exercise
    check "nothing was deleted because of its age" \
        test "$(db 'SELECT count(*) FROM events')" -gt "$events"
    stop_agent
    restart_agent
    exercise
    check "nor after a restart" test "$(db 'SELECT count(*) FROM events')" -gt "$events"
    ahead 0
    exercise
    as_before
}

fault_clock_forward() { jump $((400 * 86400)); }
fault_clock_back() { jump -86400; }
