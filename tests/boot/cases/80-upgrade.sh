#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A newer package over a running agent, and back.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh
rows=$(audit_rows)

pid=$(main_pid "$agent")
out_pid=$(main_pid hermes-mailqueued@out)
old_helper=$(main_pid "$helper")
check "a newer version installs" apt-get install -q -y -o Dpkg::Options::=--force-confold \
    /in/next.deb
check "the agent is restarted" another "$pid" "$agent"
[ "$out_pid" = 0 ] ||
    check "that of the other instance, too" another "$out_pid" hermes-mailqueued@out
eventually "and answers" agent_answers
check "with another helper" another "$old_helper" "$helper"
check "the audit is kept" same "$(audit_rows)" "$rows"
pid=$(main_pid "$agent")
check "the older version installs again" apt-get install -q -y --allow-downgrades \
    -o Dpkg::Options::=--force-confold /in/agent.deb
check "it is restarted" another "$pid" "$agent"
eventually "and answers" agent_answers

# A database that a later version has made.
systemctl stop "$agent"
version=$(db 'PRAGMA user_version')
sqlite3 "$database" "PRAGMA user_version = $((version + 1))"
mark
systemctl start "$agent"
eventually "a database of a later version is refused with words" said_with warning \
    'version|newer|later'
eventually "and the queue is monitored all the same" is 1.1.4.0 1
systemctl stop "$agent"
check "the file is as it was" same "$(db 'PRAGMA user_version')" "$((version + 1))"
sqlite3 "$database" "PRAGMA user_version = $version"
systemctl start "$agent"
eventually "with its own it works again" agent_answers
