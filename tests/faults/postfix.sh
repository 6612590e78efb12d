# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Faults of Postfix, for fault.sh.
# shellcheck disable=SC2154

begin() {
    start_world
    exercise
    note_normal
    watch
}

fault_postfix_stopped() {
    begin
    stop_postfix
    expect 1.1.4.0 2 "Postfix is stopped"
    by_postfix_tools
    start_postfix
    expect 1.1.4.0 1 "Postfix runs"
    as_before
}

fault_postfix_reloaded() {
    begin
    for _ in {1..10}; do
        "$lab/postfix.sh" reload "$root/pf"
        act_on_all hold
        eventually "an action ends" ended_action faults hold "$turns"
        act_on_all unhold
        eventually "so does another" ended_action faults unhold "$turns"
    done
    as_before
}

postfix_processes() { # all that work in its queue directory, but not those of the agent
    local link
    for link in /proc/[0-9]*/cwd; do
        case $(readlink -- "$link" 2>/dev/null || true) in
        "$spool" | "$spool"/*)
            link=${link#/proc/}
            [[ $(readlink "/proc/${link%/cwd}/exe") == */hermes-* ]] || echo "${link%/cwd}" ;;
        esac
    done
}

fault_postfix_hanging() {
    begin
    # The one that starts others comes first.
    freeze "$(awk '{ print $1; exit }' "$spool/pid/master.pid")"
    # shellcheck disable=SC2046
    freeze $(postfix_processes)
    pf postsuper -h "$(ids deferred 1)" 2>/dev/null
    expect 1.3.1.2.5 1 "counts go on"
    expect 1.1.5.0 '[23]' "the listing is stale"
    answers_fast "no GET is delayed"
    thaw
    as_before
}
