#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_confine.sh DAEMON: what each process has given up by itself is refused to it, what it is for
# works, and on a kernel that cannot confine a process it works as well.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/events.sh
. "$support/events.sh"
bin=$(dirname -- "$daemon")
# The sanitizer's runtime need not be the first of what is loaded.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0
mkdir -m 777 "$root/open"
chmod 777 "$root/open"
probe=$root/open/probe
# A blank in the path would make two libraries of it.
cp "$bin/libprobe.so" "$root/open/"
preload=(env "LD_PRELOAD=$root/open/libprobe.so" "HMQ_PROBE=$probe")
client=

# A script may not lie below /tmp.
script=$(mktemp -d /var/lib/hmq.XXXXXX)
chmod 755 "$script"
cleanup_more() {
    [ -z "$client" ] || kill "$client" 2>/dev/null || true
    rm -rf "$script"
}

# EPERM of seccomp(2), EACCES of landlock(7)
all='make 0 write 0 read 0 inet 0 program 0'
no_files='make 13 write 13 read 0'
if ! python3 -c 'import ctypes, sys
sys.exit(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < 1)'; then
    echo 'SKIP: this kernel has no landlock(7): changing files is refused to nobody'
    no_files='make 0 write 0 read 0'
fi

result_of() { sed -n "s/^$1 //p" "$probe"; }
has_result() { [ -n "$(result_of "$1")" ]; }

# can WHAT PID RESULT: what the process can do, as probe.c has it
can() {
    kill -USR2 "$2"
    wait_for "$patience" has_result "$2" || fail "$1 does not answer"
    [ "$(result_of "$2")" = "$3" ] || fail "$1: $(result_of "$2"), not $3"
    ok "$1: $3"
}

follower() { child_of "$(worker)" hermes-mailqueue-helper; }
hooks_worker() {
    child_of "$(child_of "$agent" hermes-mailqueue-hooks)" hermes-mailqueue-hooks-worker
}
runs() { [ -n "$("$1")" ]; }
has_started() { [ "$(grep -c hmqAgentStarted "$root/out/all")" -ge "$1" ]; }
sent() { [ "$(get 1.10.2.1.3.2)" = "$1" ]; }

start_postfix
start_sinks
start_snmpd
mkdir "$root/out"
start_daemon "$root/recorder.pid" "$root/recorder.log" python3 "$support/recorder.py" "$root/out"
wait_for "$patience" test -s "$root/out/port" || fail "the recorder does not start"
: >"$root/out/all"

starts=0
# start WORD...: the agent, behind these words, and all that it is for.
start() {
    starts=$((starts + 1))
    head -c 8000 /dev/zero | tr '\0' '\n' >"$probe"
    chmod 666 "$probe"
    agent_command=("$@" "${preload[@]}" "$daemon")
    start_agent mail_log="$root/pf/log/maillog" hooks_user=nobody \
        webhook.all.url="http://127.0.0.1:$(<"$root/out/port")/all" "${more[@]}"
    eventually "the webhook is called" has_started "$starts"
    expect 1.10.1.0 1 "the log is read"
    sent=$(get 1.10.2.1.3.2)
    inject 1 a@takes.example
    eventually "and counted" sent $((sent + 1))
    eventually "a process follows it" runs follower
}

# show WORD...: the client, behind these words, with its output in a file
show() {
    "$@" "${preload[@]}" "$bin/hmq" -H "127.0.0.1:$snmp_port" status -- -v2c -c public \
        >"$root/status" 2>&1 || fail "hmq: $(<"$root/status")"
    check "hmq prints the status" grep -q messages "$root/status"
    : >"$root/events"
    "$@" "${preload[@]}" "$bin/hmq" -H "127.0.0.1:$snmp_port" events -f -- -v2c -c public \
        >"$root/events" 2>&1 &
    client=$!
    eventually "and the events" grep -q hmqAgentStarted "$root/events"
}

end_client() {
    kill -INT "$client"
    wait "$client" || true
    client=
}

more=()
start
can "the agent" "$agent" "make 0 write 0 read 0 inet 1 program 1"
can "the process that follows the log" "$(follower)" "$no_files inet 1 program 1"
can "the process that calls webhooks" "$(hooks_worker)" "$no_files inet 0 program 1"
show
can "hmq" "$client" "$no_files inet 0 program 1"
end_client
stop_agent

# A script inherits what the process has that runs it.
printf '#!/bin/sh\necho "$HMQ_EVENT" >>%s/scripted\n' "$root/open" >"$script/run"
chmod 755 "$script/run"
more=(script.run.path="$script/run")
start
eventually "a script writes to a file" grep -qs hmqAgentStarted "$root/open/scripted"
can "the process that runs scripts, too" "$(hooks_worker)" "$all"
stop_agent

more=()
start "$support/old_kernel.py"
for process in follower hooks_worker; do
    can "$process without seccomp and Landlock" "$("$process")" "$all"
done
check "the agent says what stays possible" \
    grep -q 'running programs and using the network stay possible' "$root/agent.log"
show "$support/old_kernel.py"
can "hmq without them" "$client" "$all"
end_client
stop_agent
check "no report of a sanitizer" no_sanitizer_report
