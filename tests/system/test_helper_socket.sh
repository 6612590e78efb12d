#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_helper_socket.sh DAEMON: an agent that reaches its helper through a socket, where nobody says
# hello: a helper that hangs, and one that serves another agent.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

first=.1.3.6.1.4.1.8072.9999.9999.2526
served() { [ "$(get_raw "$first.1.2.1.0")" = 2 ]; }
log_has() { grep -q -- "$1" "$root/agent.log"; }
agent_command=(env "HMQ_HELPER_SOCKET=$root/helper" "$daemon")
start_postfix
inject 2
eventually "two messages are deferred" settled 2
start_snmpd
start_trapd

# It accepts and says nothing; when it ends, so does the connection.
start_daemon "$root/mute.pid" "$root/mute.log" python3 -c '
import signal, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(sys.argv[1])
listener.listen()
connection = listener.accept()
signal.pause()' "$root/helper"
wait_for "$patience" test -S "$root/helper" || fail "nothing listens for the agent"
start_agent command_timeout=1s
expect_traps 9 1 "hmqDataLost: the helper does not respond"
expect 1.1.5.0 3 "hmqDataStatus is unavailable"
now 1.1.11.0 '*helper does not respond*' "hmqLastReadError has the reason"
now 1.2.1.0 "$none" "no total"
answers_fast "meanwhile"
check "the log has it once" test "$(grep -c "warning: the helper does not" "$root/agent.log")" -eq 1
stop_agent
stop_daemon "$root/mute.pid"
rm "$root/helper"

# A helper serves one agent; the next one waits in the queue of the socket.
configure command_timeout=1s "database=$root/state/first.db" "base_oid=$first"
mv "$root/agent.conf" "$root/first.conf"
start_daemon "$root/helper.pid" "$root/agent-helper.log" systemd-socket-activate --seqpacket \
    -l "$root/helper" "$helper" -c "$root/first.conf" -f
wait_for "$patience" test -S "$root/helper" || fail "nothing listens for the agent"
start_daemon "$root/first.pid" "$root/agent-first.log" "${agent_command[@]}" \
    -c "$root/first.conf" -f
eventually "the first agent is served" served
: >"$root/agent.log"
start_agent command_timeout=1s "database=$root/state/second.db"
eventually "the second reports that it is not" log_has 'the helper does not respond'
never_zero
expect_traps 9 2 "with an hmqDataLost of its own"
check "the first is still served" served
stop_daemon "$root/first.pid"
expect 1.1.11.0 '*the helper has ended*' "the helper ends with the agent it served"
stop_agent
check "no sanitizer report" no_sanitizer_report
echo "$checks checks passed"
