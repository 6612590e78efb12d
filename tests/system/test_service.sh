#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_service.sh DAEMON: what systemd and its journal are told, with neither running; and the
# units.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
need_mounts

reader=
cleanup_more() { [ -z "$reader" ] || kill "$reader"; }

# listen SOCKET FILE: each datagram, with newlines as "|".
listen() {
    start_daemon "$root/listen-${2##*/}.pid" "$root/listen.log" python3 -uc '
import os, socket, sys
link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
link.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
out = open(sys.argv[2], "w")
while True:
    text = link.recv(65536).decode(errors="replace")
    out.write(text.strip("\n").replace("\n", "|") + "\n")
    out.flush()' "$1" "$2"
    wait_for "$patience" test -S "$1" || fail "no listener at $1"
}
told() { grep -q -- "$1" "$2"; }
told_often() { [ "$(grep -c -- "$1" "$2")" -ge "$3" ]; }

start_postfix
start_snmpd
listen "$root/notify" "$root/notified"
agent_command=(env "NOTIFY_SOCKET=$root/notify" WATCHDOG_USEC=1000000 "$daemon")
start_agent
eventually "READY=1" told '^READY=1' "$root/notified"
eventually "STATUS= of an empty queue" told '^STATUS=0 messages: ' "$root/notified"
inject 2
eventually "STATUS= with the totals" told '^STATUS=2 messages: .* 2 deferred' "$root/notified"
eventually "WATCHDOG=1, again and again" told_often '^WATCHDOG=1' "$root/notified" 3
check "plain stderr with -f" told '^hermes-mailqueued: notice: hmqAgentStarted' "$root/agent.log"
stop_agent
eventually "STOPPING=1" told '^STOPPING=1' "$root/notified"

# The helper is killed: all is to be started anew, which is no loss of data.
start_agent
expect 1.1.5.0 1 "the data is good"
kill -KILL "$(supervisor)"
ended() { ! agent_lives; }
eventually "without its helper it ends" ended
agent_status=0
wait "$agent" || agent_status=$?
agent=
check "so that it is started again: exit 2" test "$agent_status" -eq 2
check "saying why" told 'hermes-mailqueue-helper has ended for good' "$root/agent.log"
check "no loss of data is reported" not told hmqDataLost "$root/agent.log"

# A log that nobody reads, full from the start, and a service manager that reads nothing.
mkfifo "$root/full"
exec {full}<>"$root/full"
python3 -c 'import fcntl, os, sys
pipe = int(sys.argv[1])
os.write(pipe, b"\n" * fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096))' "$full"
kill -STOP "$(<"$root/listen-notified.pid")"
# shellcheck disable=SC2016 # for the shell that is started
agent_command=(env "NOTIFY_SOCKET=$root/notify" WATCHDOG_USEC=1000
    bash -c 'exec "$0" "$@" 2>"$FULL"' "$daemon")
FULL=$root/full start_agent
expect 1.2.1.0 2 "nothing reads its log: it starts and counts"
old=$(worker)
kill -KILL "$old"
eventually "the helper starts another worker" another_worker "$old"
inject 1
expect 1.2.1.0 3 "which counts"
answers_fast "and it answers"
kill -CONT "$(<"$root/listen-notified.pid")"
eventually "READY=1 comes in the end" told_often '^READY=1' "$root/notified" 2
# One reader to the end: what another had read when it was killed would be lost.
cat <&"$full" >>"$root/agent.log" &
reader=$!
eventually "what was lost is reported once it is read" \
    grep -aq 'log lines were lost because nothing read them: [1-9]' "$root/agent.log"
stop_agent
check "SIGTERM: exit 0" test "$agent_status" -eq 0
kill "$reader"
wait "$reader" || true
reader=
exec {full}>&-

# The journal's socket, in a mount namespace of the agent's.
mkdir "$root/run"
mkdir "$root/run/journal"
listen "$root/run/journal/socket" "$root/journal"
cat >"$root/start" <<END
#!/bin/bash
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/journal
touch /run/systemd/journal/socket
mount --bind "$root/run/journal/socket" /run/systemd/journal/socket
[ "\$3" = -f ] && set -- "\$1" "\$2"
exec "$daemon" "\$@"
END
chmod 755 "$root/start"
agent_command=(unshare --mount --propagation private "$root/start")
: >"$root/agent.log"
start_agent overload_threshold=1 overload_clear_threshold=0
eventually "an event in the journal has its name" told 'HMQ_EVENT=hmqOverloadRaised' "$root/journal"
check "and its serial" told 'HMQ_EVENT=hmqOverloadRaised.*HMQ_SERIAL=[1-9]' "$root/journal"
check "its priority" told 'PRIORITY=2.*HMQ_EVENT=hmqOverloadRaised' "$root/journal"
check "and a line for people" told 'MESSAGE=hmqOverloadRaised: ' "$root/journal"
check "stderr stays quiet" not told 'hmqOverloadRaised' "$root/agent.log"
stop_agent
check "no report of a sanitizer" no_sanitizer_report

need systemd-analyze systemd
# The paths of an installation, which is not there.
mkdir "$root/units"
cp "$source_dir"/contrib/systemd/* "$root/units"
# Those for one of several instances are made by the build.
cp "$(dirname -- "$daemon")"/../hermes-mailqueue*@.* "$root/units"
program=$root/hermes-mailqueued
ln -s "$(realpath -- "$daemon")" "$program"
sed -i "s|^\(Exec[A-Za-z]*=+\?\)/[^ ]*/hermes-[^ ]*|\1$program|" "$root"/units/*.service
# systemd stops at the first command that fails: a wrong file is never told to the agent.
reload=$(sed -n 's/^ExecReload=+\?//p' "$root/units/hermes-mailqueued.service")
check "a reload checks the file first" eval \
    '[[ $(head -n 1 <<<"$reload") == "$program -c "*" -t" ]]'
check "and then has it read" eval \
    "[[ \$(sed -n 2p <<<\"\$reload\") == '/bin/kill -HUP \$MAINPID' ]]"
# What systemd calls exposed, times ten.  The helper's is made of root and of the host's network, at
# whose interfaces Postfix's tools look.
declare -A exposed=([hermes-mailqueued]=5 [hermes-mailqueue-helper]=21 [hermes-mailqueue-hooks]=16)
for unit in "$root"/units/*.service; do
    name=$(basename "$unit" .service)
    status=0
    report=$(systemd-analyze verify "$root/units/${unit##*/}" 2>&1) || status=$?
    # A template is looked at as the instance `i`.
    report=$(grep -F "${name/@/@i}.service" <<<"$report" | grep -v "Command 'man " || true)
    [ -z "$report" ] || fail "systemd-analyze verify: $report"
    ok "systemd-analyze verify ${unit##*/}"
    systemd-analyze security --offline=true --threshold="${exposed[${name%@}]}" --no-pager "$unit" \
        >"$root/security" || fail "${unit##*/} is too exposed: $(tail -n 1 "$root/security")"
    ok "systemd-analyze security ${unit##*/}: $(grep -o 'level for.*' "$root/security")"
done

# An instance shares the programs and the database's directory with others, and nothing else.
plain='hermes-mailqueue-(helper|hooks)\.|/etc/hermes-mailqueue/[^%]|/run/hermes-mailqueue/[^%]'
plain+='|^ReadWritePaths=.*/postfix( |$)'
for unit in "$root"/units/hermes-mailqueue*@.*; do
    check "${unit##*/} is an instance's" grep -q '^[^#].*[/@-]%i' "$unit"
    check "and names nothing of another's" not grep -vE '^#' <(grep -E "$plain" "$unit")
done
check "all of them were there" test "$(find "$root/units" -name '*@.*' | wc -l)" -eq \
    "$(find "$source_dir/contrib/systemd" -type f | wc -l)"
