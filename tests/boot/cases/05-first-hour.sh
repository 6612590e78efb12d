#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# README's first hour, copied from it step by step into one shell, on a gateway with stuck mail.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

# Nothing is delivered, and nothing is tried again.
postconf -e defer_transports=smtp minimal_backoff_time=1d maximal_backoff_time=1d \
    inet_interfaces=loopback-only
systemctl restart postfix
echo x | sendmail -f orders@shop.example a@customer.example
echo x | sendmail -f win@spam.example b@dst.example
for _ in {1..55}; do
    echo x | sendmail -f news@shop.example c@dst.example
done

# The package is made before this machine is, since that needs the network; and a testbed comes with
# it (HMQ_INSTALLED).
elsewhere='apt-get build-dep|build-deb\.sh$'
[ -z "${HMQ_INSTALLED-}" ] || elsewhere+='|apt-get install'
# steps HEADING: the commands of that section.
steps() {
    awk -v heading="### $1" -v elsewhere="$elsewhere" '
        !fenced && /^##/ { on = $0 == heading; next }
        /^```$/ { fenced = !fenced; next }
        !on || $0 ~ elsewhere { next }
        fenced { print }
        !fenced && /^    / { print substr($0, 5) }' /in/README.md
}
# A log that is followed would never end.
journalctl() {
    local word
    local -a words=()
    for word; do
        [ "$word" = -f ] || words+=("$word")
    done
    command journalctl --no-pager "${words[@]}"
}
# copied HEADING: all of them, in this shell; /root/said is what they print.
copied() {
    local status=0
    steps "$1" >/root/steps
    # shellcheck disable=SC1091 # made above
    . /root/steps >/root/said 2>&1 || status=$?
    check "$1" tail -n 5 /root/said
    check "without an error" same "$status" 0
}

cd
mkdir -p build/package
[ -n "${HMQ_INSTALLED-}" ] || cp /in/agent.deb build/package/hermes-mailqueue_1.deb
copied "Install it"
check "the agent runs" up "$agent" "$helper"
copied "Give yourself access"
eventually "the whole queue is counted" is 1.2.1.0 57
eventually "and its messages are listed" is 1.5.1.0 57
copied "See the queue"
check "with the total" grep -q '57 messages' /root/said
copied "Check it"
check "with the status line" grep -q 'Status: "57 messages' /root/said
copied "Act"
check "one message was held and released" same 2 "$(db "SELECT count(*) FROM actions
    WHERE command IN ('hold', 'unhold') AND state = 'done' AND succeeded = 1")"
check "one would be deleted" grep -q '\b1 message' /root/said
check "and is still there" grep -q win@spam.example <(postqueue -p)
mark
copied "Get an alarm"
eventually "the alarm arrives" said 'gw.*: .*57 messages'

# As it was installed, for the other cases.
systemctl stop "$agent"
postsuper -d ALL 2>/dev/null
sed -i '/^condition\.try/d; /^script\.alarm/d' "$conf"
