#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Each process killed or stopped; nothing of the audit is lost.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh
rows=$(audit_rows)

pid=$(main_pid "$agent")
kill -KILL "$pid"
eventually "the agent is killed: restarted" another "$pid" "$agent"
eventually "and answers" agent_answers
# The supervisor, the worker and the one that follows the log.
helpers_are() { same "$(pgrep -fc "/usr/sbin/$helper -c $conf")" "$1"; }
eventually "no helper is left over" helpers_are 3

mark
pid=$(main_pid "$agent")
kill -KILL "$(main_pid "$helper")"
eventually "the helper is killed: all start anew" another "$pid" "$agent"
eventually "and answer" agent_answers
pid=$(main_pid "$agent")
systemctl restart "$helper"
eventually "so they do when it is restarted" another "$pid" "$agent"
eventually "and answer" agent_answers
check "no loss of data is reported" not said hmqDataLost

mark
# shellcheck disable=SC2046 # one word each
kill -KILL $(children "$(main_pid "$helper")")
eventually "the helper's worker is killed: restarted" said 'the helper was restarted'
check "a warning, for the journal too" said_with warning 'worker ended'
eventually "and counts" agent_answers

pid=$(main_pid "$hooks")
kill -KILL "$pid"
eventually "the hooks are killed: restarted" another "$pid" "$hooks"
has_worker() { [ -n "$(children "$(main_pid "$1")")" ]; }
eventually "with a worker" has_worker "$hooks"
mark
# shellcheck disable=SC2046 # one word each
kill -KILL $(children "$(main_pid "$hooks")")
eventually "their worker is killed: replaced" said_with warning 'worker ended'
check "the unit stays" up "$hooks"
check "no audit row is lost" same "$(audit_rows)" "$rows"

# The watchdog, in less than its 30 s.
mkdir -p "/run/systemd/system/$agent.service.d"
printf '[Service]\nWatchdogSec=4\n' >"/run/systemd/system/$agent.service.d/watchdog.conf"
systemctl daemon-reload
systemctl restart "$agent"
eventually "it runs" agent_answers
pid=$(main_pid "$agent")
kill -STOP "$pid"
eventually "an agent that hangs is restarted" another "$pid" "$agent"
eventually "and answers" agent_answers
rm -r "/run/systemd/system/$agent.service.d"
systemctl daemon-reload
systemctl restart "$agent"
eventually "after a restart too" agent_answers
