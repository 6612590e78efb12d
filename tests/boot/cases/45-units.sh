#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What the administrator does to the helper's unit and socket: the agent comes back by itself.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

# As at a shutdown: a helper that ended first would be taken for a failure.
mark
systemctl stop "$helper" "$agent"
agent_first() {
    journalctl --no-pager --since "$since" -o cat -u "$agent" -u "$helper" |
        awk '/^Stopped hermes-mailqueued/ { agent = NR }
            /^Stopping hermes-mailqueue-helper/ { helper = NR }
            END { exit !(agent && (!helper || agent < helper)) }'
}
# The journal may be a moment behind.
eventually "of the two, the agent is stopped first" agent_first
check "and misses nothing" not said '^the helper has ended'

systemctl start "$agent"
for _ in {1..8}; do systemctl restart "$helper.socket"; done
eventually "a socket that is restarted often: the agent runs" agent_answers
systemctl stop "$helper.socket"
check "a stop of the socket stops the agent" not up "$agent"
systemctl start "$agent"
eventually "whose start starts the socket" agent_answers

mark
systemctl mask --runtime -q "$helper"
systemctl stop "$helper"
eventually "a masked helper cannot be reached" said '^cannot reach hermes-mailqueue-helper'
systemctl unmask --runtime -q "$helper"
eventually "unmasked: the agent runs" agent_answers

# Nothing listens any more, although the unit of the socket is active.
mark
rm /run/hermes-mailqueue/helper
systemctl kill -s KILL "$agent"
eventually "a socket's file is removed" said '^cannot reach hermes-mailqueue-helper'
systemctl restart "$helper.socket"
systemctl start "$agent"
eventually "with the socket started anew the agent runs" agent_answers
