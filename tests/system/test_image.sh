#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_image.sh DAEMON: the agent as contrib/container runs it, but without an engine: as the first
# process of a PID namespace, as the user that owns the queue, without any capability, and with
# Postfix's directories read-only.  tests/image builds the image itself.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
need_mounts
container=$source_dir/contrib/container

# Where the build folder may be closed to others.
cp "$daemon" "$helper" "$root/"
cat >"$root/start" <<END
#!/bin/bash
set -e
mount --bind "$root/pf/etc" /etc/postfix
mount --bind "$root/pf/spool" "$root/pf/spool"
mount -o remount,bind,ro /etc/postfix
mount -o remount,bind,ro "$root/pf/spool"
mount -t proc proc /proc
exec setpriv --reuid=postfix --regid=postfix --clear-groups --no-new-privs --inh-caps=-all \\
    --bounding-set=-all "$root/${daemon##*/}" "\$@"
END
chmod 755 "$root/start"
agent_command=(unshare --mount --propagation private --pid --fork --kill-child "$root/start")

first() { children_of "$agent" | awk '{ print $1 }'; }
# inside COMMAND...: as `podman exec` does.
inside() {
    local pid
    pid=$(first)
    nsenter -t "$pid" --mount --pid -S "$(id -u postfix)" -G "$(id -g postfix)" -- "$@"
}
# Another user may not be able to reach the checkout.
install -m 0755 "$container/healthy" "$root/healthy"
healthy() { inside "$root/healthy" agent; }
no_zombies() { ! inside grep -qs '^State:[[:space:]]*Z' /proc/{1..999}/status; }
# As what is left of a health check that was killed.
leave_orphans() { inside sh -c 'for i in 1 2 3; do (exec true &); done'; }
log_has() { grep -q -- "$1" "$root/agent.log"; }

for file in "$container"/*.conf; do
    [ "${file##*/}" != snmpd.conf ] || continue
    { cat "$file"; echo 'user = nobody'; } >"$root/conf"
    check "${file##*/} is a valid configuration" "$daemon" -c "$root/conf" -t >/dev/null
done
while read -r file; do
    check "compose.yaml names a file that is there: $file" test -e "$container/$file"
done < <(grep -hoE '[ -]\.{1,2}/[^:}]*' "$container"/compose*.yaml | sed 's/^[ -]//' | sort -u)
while read -r file; do
    check "Containerfile copies a file that is there: $file" test -e "$source_dir/$file"
done < <(awk '$1 == "COPY" && $2 !~ /^--/ { print $2 }' "$container/Containerfile")

start_postfix
inject 3
eventually "3 are deferred" settled 3
start_snmpd
chown postfix "$root/state"
start_agent "spool_directory=$spool" postfix_config_directory=/etc/postfix allow_actions=count \
    allow_settings=thresholds
expect 1.1.5.0 1 "the queue is read"
expect 1.2.1.0 3 "3 messages"
expect 1.5.1.0 3 "and their rows"
now 1.1.7.0 1 "counted in the spool, without root"
now 1.3.1.2.6 0 "so is the queue corrupt"
expect 1.1.4.0 1 "Postfix runs"
now 1.1.11.0 '""' "nothing is reported as missing"
check "nor in the log" not log_has 'not root: '
inject 2
expect 1.2.1.0 5 "new messages are seen"

check "it is the first process" test "$(inside sh -c 'tr "\0" "\n" </proc/1/cmdline | head -n 1')" \
    = "$root/${daemon##*/}"
check "it is healthy" healthy
leave_orphans
eventually "what others left behind is reaped" no_zombies
stop_postfix
expect 1.1.4.0 2 "Postfix has stopped"
check "which is no reason to restart the container" healthy
kill -STOP "$(first)"
check "an agent that is stopped is not healthy" not healthy
kill -CONT "$(first)"
kill -KILL "$(children_of "$(first)" | awk '{ print $1 }')"
eventually "without its helper neither" not healthy
eventually "nothing of the helper is left" no_zombies
kill -TERM "$(first)"
agent_status=0
wait "$agent" || agent_status=$?
agent=
check "SIGTERM: exit 0" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
