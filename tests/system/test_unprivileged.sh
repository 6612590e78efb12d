#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_unprivileged.sh DAEMON: not started as root, it reads what it may and says what it cannot.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
need_mounts

# Where the build folder may be closed to others.
cp "$daemon" "$helper" "$root/"
# To other users Postfix's set-gid tools serve the default instance only, which this one becomes in
# a mount namespace of the agent's.
cat >"$root/start" <<END
#!/bin/bash
mount --bind "$root/pf/etc" /etc/postfix
exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$root/${daemon##*/}" "\$@"
END
chmod 755 "$root/start"
agent_command=(unshare --mount --propagation private "$root/start")

start_postfix
inject 3
eventually "3 are deferred" settled 3
start_snmpd
start_trapd
start_agent postfix_config_directory=/etc/postfix
expect 1.2.1.0 3 "3 messages, by postqueue"
expect 1.5.1.0 3 "and their rows"
now 1.1.7.0 2 "hmqCountMethod says command"
now 1.3.1.2.6 "$none" "corrupt is unknown, not 0"
expect 1.1.5.0 1 "what it reads is good"
expect 1.1.11.0 '*root*' "hmqLastReadError says what it may not read"
check "the log says it at the start" grep -q 'not started as root' "$root/agent.log"
check "and what that means" grep -q 'not root: ' "$root/agent.log"
expect 1.1.4.0 1 "Postfix runs"
filtered() { [ "$(awk '/^Seccomp:/ { print $2 }' "/proc/$1/status")" = 2 ]; }
check "the agent has given up running programs" filtered "$agent"
check "which its helper has not" not filtered "$(supervisor)"
check "nothing was lost" test "$(trap_count 9)" -eq 0
inject 2
expect 1.2.1.0 5 "new messages are seen"
stop_postfix
expect 1.1.4.0 2 "Postfix stopped"
expect 1.1.5.0 '[23]' "without it, and without root, nothing can be read"
never_zero
expect 1.2.1.0 "$none" "so there is no total after a while"
expect 1.1.11.0 '*mail system is down*' "hmqLastReadError has the reason"
expect_traps 9 1 "hmqDataLost"
start_postfix
expect 1.2.1.0 5 "it is back"
expect_traps 10 1 "hmqDataRestored"
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
