#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What the administrator does to the helper's unit and socket: the agent comes back by itself.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

# As at a shutdown, where systemd keeps to the order; by hand, each has a job of its own.
after_helper() { grep -qw "$helper.service" < <(systemctl show -p After --value "$agent"); }
check "at a shutdown the agent is stopped before its helper" after_helper
mark
systemctl stop "$helper" "$agent"
check "both are stopped by hand" not up "$agent" "$helper"
check "and no loss of data is reported" not said hmqDataLost

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
