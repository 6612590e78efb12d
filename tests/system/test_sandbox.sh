#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_sandbox.sh DAEMON: every action with agent and helper each inside the sandbox of its unit as
# it is installed, with a Postfix at the paths of an installation; and what the agent reports at its
# start when the helper's unit leaves those paths read-only.  All of it runs in a mount namespace:
# the machine's own Postfix is not touched.

set -euo pipefail
unshare --mount --propagation private true 2>/dev/null || {
    echo 'SKIP: a mount namespace is needed; in a chroot, its root must be a mount point'
    exit 77
}
[ "${HMQ_NAMESPACE-}" = "$PPID" ] ||
    HMQ_NAMESPACE=$$ exec unshare --mount --propagation private -- \
        bash -c '"$@"; exit $?' - "$0" "$@"
unset HMQ_NAMESPACE
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

units=$source_dir/contrib/systemd
unit=$units/hermes-mailqueue-helper.service
log_has() { grep -q -- "$1" "$root/agent.log"; }
lifetime_is() { [ "$(pf postconf -h maximal_queue_lifetime)" = "$1" ]; }
cp "$daemon" "$root/alone"
start_inside() { # UNIT: of the helper
    configure postfix_config_directory=/etc/postfix database=/var/lib/hermes-mailqueue/agent.db
    rm -f "$root/helper"
    start_daemon "$root/helper.pid" "$root/agent.log" systemd-socket-activate --seqpacket \
        -l "$root/helper" "$support/sandbox.sh" "$1" "$helper" -c "$root/agent.conf" -f
    wait_for "$patience" test -S "$root/helper" || fail "nothing listens for the agent"
    chown nobody "$root/helper"
    agent_command=("$support/sandbox.sh" "$units/hermes-mailqueued.service"
        env "HMQ_HELPER_SOCKET=$root/helper" "$root/alone")
    start_agent
    expect 1.1.5.0 1 "it reads the queue"
    eventually "the database can be written" log_has 'opened the database '
}

"$lab/postfix.sh" create "$root/pf"
cp -r /etc/postfix/postfix-files* "$root/pf/etc"
mount -t tmpfs -o mode=755 tmpfs /var/lib
mkdir /var/lib/postfix /var/lib/hermes-mailqueue
mount --bind "$root/state" /var/lib/hermes-mailqueue
mount --bind "$root/pf/data" /var/lib/postfix
mount --bind "$root/pf/etc" /etc/postfix
mount --bind "$root/pf/spool" /var/spool/postfix
sed -i -e 's|^queue_directory = .*|queue_directory = /var/spool/postfix|' \
    -e 's|^data_directory = .*|data_directory = /var/lib/postfix|' "$root/pf/etc/main.cf"
start_postfix ''
allow_set
start_snmpd
m1=$(send a@one.example x@suspended.example)
m2=$(send b@one.example x@suspended.example)
eventually "two messages are deferred" settled 2

# A unit that protects the whole system and forgets about Postfix.
grep -v '^ReadWritePaths=.*/spool' "$unit" >"$root/forgetful.service"
check "the unit names Postfix's folders" not cmp -s "$unit" "$root/forgetful.service"
start_inside "$root/forgetful.service"
check "a spool that is read-only is reported at the start" \
    log_has 'cannot write to /var/spool/postfix and /etc/postfix (Read-only file system)'
check "with what to do" log_has 'ReadWritePaths=/var/spool/postfix /etc/postfix'
now 1.1.11.0 '*cannot write to /var/spool/postfix and /etc/postfix*' "in hmqLastReadError too"
act al hold 1 ids="$m1"
finished al hold 1 failed 1 0 1 '*Read-only file system*'
check "and nothing was done" lies_in deferred "$m1"
set_object 1.4.2.0 i 4 >/dev/null
expect 1.4.5.0 3 "nor can a lifetime be changed"
stop_agent
: >"$root/agent.log"

# The unit as it is installed.
logged=$(wc -l <"$root/pf/log/maillog")
start_inside "$unit"
check "nothing to report" not log_has 'cannot write'
act al hold 2 ids="$m1"
finished al hold 2 "done" 1 1 0
check "on hold" lies_in hold "$m1"
act al unhold 3 ids="$m1"
finished al unhold 3 "done" 1 1 0
check "released" lies_in deferred "$m1"
act al expire 4 ids="$m1"
finished al expire 4 "done" 1 1 0
act al requeue 5 ids="$m2"
finished al requeue 5 "done" 1 1 0
act al delete 6 ids="$m1"
finished al delete 6 "done" 1 1 0
check "deleted" not grep -q "$m1" <(on_disk)
set_object 1.4.2.0 i 4 >/dev/null
expect 1.4.5.0 1 "a lifetime is changed"
eventually "in main.cf" lifetime_is 4d
expect 1.4.4.0 345600 "and in effect"
# But for a message that was just being written when Postfix looked through its own queue.
complaints() {
    tail -n "+$((logged + 1))" "$root/pf/log/maillog" |
        grep -E '/(postsuper|postconf|postqueue|postfix-script|master)\[.*(fatal|warning)' |
        grep -vE 'warning: bogus file name: incoming/[0-9]+\.[0-9]+$'
}
check "none of Postfix's tools complained" not complaints
stop_agent
check "SIGTERM: exit 0" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
