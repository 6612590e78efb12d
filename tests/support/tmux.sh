# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# hmq top in a terminal of tmux(1): keys in, screen out.  Sourced after hmq.sh.
#
#   start_top 80x24 [ARGUMENT...]; press 2 Enter; shows 'news@'; stop_top

# Set by lib.sh and hmq.sh.
: "${client?}" "${patience?}" "${root?}"

# One server for each start: a server that ends cannot be started anew at once.
terminals=0
terminal() { tmux -S "$root/tmux.$terminals" -f /dev/null "$@"; }

cleanup_more() { terminal kill-server 2>/dev/null || true; }

# Its exit status is in $root/top.status once it has ended, and its errors in $root/top.err.
start_top() { # SIZE ARGUMENT...
    local size=$1
    shift
    rm -f "$root/top.status" "$root/top.run"
    # shellcheck disable=SC2086 # words
    printf '%q ' "$client" -H "${gateways-127.0.0.1:$snmp_port}" top "$@" \
        -- ${credentials--v2c -c public} -t "${timeout-1}" -r "${retries-1}" >"$root/top.run"
    printf '2>%q\necho $? >%q\n' "$root/top.err" "$root/top.status" >>"$root/top.run"
    cleanup_more
    terminals=$((terminals + 1))
    terminal new-session -d -x "${size%x*}" -y "${size#*x}" "exec bash $root/top.run"
    terminal set-option -g status off
    terminal set-option -g remain-on-exit on
}

press() { terminal send-keys "$@"; }
types() { terminal send-keys -l "$1"; }
screen() { terminal capture-pane -p; }
on_screen() { grep -Eq -- "$1" < <(screen); }
off_screen() { ! on_screen "$1"; }
top_pid() { children_of "$(terminal display-message -p '#{pane_pid}')" | awk '{ print $1 }'; }

# shows PATTERN: now or soon.
shows() {
    wait_for "$patience" on_screen "$1" || { screen; cat "$root/top.err"; fail "not shown: $1"; }
}
hides() { wait_for "$patience" off_screen "$1" || { screen; fail "still shown: $1"; }; }

top_ended() { [ -s "$root/top.status" ]; }
ends_with() { # STATUS
    wait_for "$patience" top_ended || { screen; fail "it does not end"; }
    [ "$(<"$root/top.status")" -eq "$1" ] || {
        cat "$root/top.err"
        fail "exit $(<"$root/top.status") instead of $1"
    }
}

# leaves: the output of a command, once that has ended.
leaves() {
    shows '^q back'
    press q
    hides '^q back'
}

# quits: with q, and without a report of a sanitizer.
quits() { # STATUS
    press q
    ends_with "$1"
    ! grep -q -e 'ERROR: .*Sanitizer' -e 'runtime error:' "$root/top.err" ||
        { cat "$root/top.err"; fail "a report of a sanitizer"; }
}
