#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Reload, wrong files, and what a process does that cannot start.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

sed -i 's/^overload_threshold.*/overload_threshold = 6/' "$conf"
check "systemctl reload" systemctl reload "$agent"
eventually "takes effect" is 1.4.7.0 6
cp "$conf" /root/good.conf
echo nonsense >>"$conf"
mark
check "a reload of a wrong file fails" not systemctl reload "$agent"
eventually "and the journal has the reason" said 'conf:[0-9]+: nonsense: '
check "and the agent goes on" is 1.4.7.0 6
mark
chmod 600 /etc/hermes-mailqueue/ops.secret
cp /root/good.conf "$conf"
check "so does one with a secret that the hooks cannot read" not systemctl reload "$agent"
eventually "with the reason" said 'ops\.secret'
chmod 640 /etc/hermes-mailqueue/ops.secret
sed -i 's/^overload_threshold.*/overload_threshold = 5/' "$conf"
check "once it is right, it reloads" systemctl reload "$agent"

# What root can read, but the service cannot; and a user that the unit does not have.
chmod 600 "$conf"
unreadable() {
    grep -q 'the user hermes-mq cannot read' < <(hermes-mailqueued -t -c "$conf" 2>&1 >/dev/null)
}
check "-t warns of a file that the service cannot read" unreadable
chmod 644 "$conf"
check "and not of one that it can" not unreadable
mark
echo 'hooks_user = nobody' >>"$conf"
systemctl restart "$agent"
eventually "a hooks_user other than the unit's is reported" \
    said 'conf:[0-9]+: hooks_user: is "nobody"'
cp /root/good.conf "$conf"
sed -i 's/^overload_threshold.*/overload_threshold = 5/' "$conf"
systemctl restart "$agent"
eventually "and the agent is back" agent_answers

# Helper and hooks with a file they refuse, connected to again and again; then it is mended.
mark
echo nonsense >>"$conf"
systemctl stop "$hooks" "$helper"
status_is() { same "$(systemctl show -p ExecMainStatus --value "$1")" "$2"; }
eventually "with a wrong file the agent ends: status 1" status_is "$agent" 1
check "and is not tried again and again" not up "$agent"
agent_names_line() {
    journalctl --no-pager --since "$since" -o cat -u "$agent" | grep ': nonsense: '
}
mark
check "a start with it fails" not systemctl start "$agent"
eventually "and the journal has the reason" agent_names_line
check "both sockets still listen" up "$helper.socket" "$hooks.socket"
cp /root/good.conf "$conf"
sed -i 's/^overload_threshold.*/overload_threshold = 5/' "$conf"
systemctl start "$agent"
eventually "with the file mended all is back" agent_answers
eventually "the hooks, too" said '^webhook hmqAgentStarted'
