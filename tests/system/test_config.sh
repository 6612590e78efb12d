#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_config.sh DAEMON: -t and its exit codes, what cannot start, and SIGHUP.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

run() { # ARGUMENTS...: sets status and output
    status=0
    output=$("$daemon" "$@" 2>&1 </dev/null) || status=$?
}
refused() { # WHAT LINE-OF-FILE NUMBER
    { echo "# a comment"; echo "list_interval = 5s"; printf '%b\n' "$2"; } >"$root/bad.conf"
    run -c "$root/bad.conf" -t
    check "$1: exit 1" test "$status" -eq 1
    [[ $output == "$root/bad.conf:$3: "* ]] || fail "$1: not with its line: $output"
    check "$1: in one line" test "$(wc -l <<<"$output")" -eq 1
}

run -V
check "-V: exit 0" test "$status" -eq 0
check "-V: the version" eval '[[ $output == "hermes-mailqueued "[0-9]*.*.* ]]'
run
check "no file: exit 1" test "$status" -eq 1
run -c "$root/none.conf" -t
check "a missing file: exit 1" test "$status" -eq 1
check "a missing file: its name" eval '[[ $output == *"$root/none.conf"* ]]'
sed 's/^#user = .*/user = nobody/' "$source_dir/contrib/hermes-mailqueue.conf.example" \
    >"$root/example.conf"
run -c "$root/example.conf" -t
check "the example: exit 0" test "$status" -eq 0
check "the example: the effective values" eval '[[ $output == *"overload_threshold = 500"* ]]'
configure list_interval=90s overload_threshold=7 overload_clear_threshold=6
run -c "$root/agent.conf" -t
check "-t: exit 0" test "$status" -eq 0
check "-t: what is set" grep -qx 'overload_threshold = 7' <<<"$output"
check "-t: what is not" grep -qx 'message_order = oldest' <<<"$output"
refused "an unknown key" 'no_such_key = 1' 3
refused "a bad number" '\noverload_threshold = many' 4
refused "a bad time" 'scan_interval = 5 parsecs' 3
refused "no equals sign" 'list_interval' 3
refused "a bad order" 'message_order = random' 3
refused "a socket without its kind" 'agentx_socket = /run/agentx/master' 3
refused "a view_limit of nothing" 'view_limit = 0' 3

# What would fail at the start, or leave an endpoint without its events.
mkdir "$root/hooks"
printf 'secret\n' >"$root/hooks/secret"
chmod 640 "$root/hooks/secret"
needs() { # WHAT KEY=VALUE MESSAGE: with webhooks and a script that are right but for that
    local line
    configure hooks_user=nobody webhook.ops.url=http://127.0.0.1:1/ \
        webhook.ops.secret_file="$root/hooks/secret" "${@:2:1}"
    run -c "$root/agent.conf" -t
    if [ -z "$3" ]; then
        [ "$status" -eq 0 ] || fail "$1: $output"
        ok "$1: exit 0"
        return
    fi
    check "$1: exit 1" test "$status" -eq 1
    line=$(grep -n "^${2%%=*} = " "$root/agent.conf" | cut -d : -f 1)
    # shellcheck disable=SC2053 # a pattern
    [[ $output == "$root/agent.conf:$line: "$3 ]] || fail "$1: $output"
    ok "$1: ${output#*: }"
}
needs "all that is needed" webhook.ops.format=json ''
needs "a user that is missing" user=no-such-user-here '*no-such-user-here*'
needs "root as the user" user=root '*not an unprivileged user*'
needs "a user for hooks that is missing" hooks_user=no-such-user-here '*no-such-user-here*'
needs "a secret that is missing" "webhook.ops.secret_file=$root/hooks/none" \
    '*secret_file*No such file or directory'
printf 'X-Key: secret\nHost: x\n' >"$root/hooks/headers"
chmod 640 "$root/hooks/headers"
needs "headers that are missing" "webhook.ops.header_file=$root/hooks/none" \
    '*header_file*No such file or directory'
needs "a header of ours" "webhook.ops.header_file=$root/hooks/headers" '*line 2: Host is set by*'
printf 'X-Key: secret\n' >"$root/hooks/headers"
needs "good headers" "webhook.ops.header_file=$root/hooks/headers" ''
printf '%s\n' 0123456789abcdefABCDEF0123456789 >"$root/hooks/secret"
needs "the key of PagerDuty" webhook.ops.format=pagerduty ''
printf 'secret\n' >"$root/hooks/secret"
needs "no authorities" "webhook.ops.ca_file=$root/hooks/none" '*ca_file*No such file or directory'
needs "a script that is missing" script.page.path=/usr/lib/no-such-script \
    '*script.page*No such file or directory'
chmod 644 "$root/hooks/secret"
needs "a secret that everyone can read" "webhook.ops.secret_file=$root/hooks/secret" '*chmod o=*'
chmod 600 "$root/hooks/secret"
needs "a secret of root, who starts the hooks" webhook.ops.format=json ''
export HMQ_HOOKS_SOCKET=$root/none
needs "where they have a unit of their own" "webhook.ops.secret_file=$root/hooks/secret" \
    '*secret_file*Permission denied'
unset HMQ_HOOKS_SOCKET

configure user=no-such-user-here
run -c "$root/agent.conf" -f
check "a user that is missing: exit 1" test "$status" -eq 1
check "a user that is missing: named" eval '[[ $output == *no-such-user-here* ]]'
cp "$daemon" "$root/alone"
configure
status=0
output=$("$root/alone" -c "$root/agent.conf" -f 2>&1 </dev/null) || status=$?
check "no helper beside it: exit 2" test "$status" -eq 2
check "no helper beside it: says so" eval '[[ $output == *hermes-mailqueue-helper* ]]'

start_postfix
start_snmpd
start_agent
expect 1.2.1.0 0 "it runs"
expect 1.4.12.0 100 "with a limit of 100"
reloaded() { [ "$(grep -c "$1" "$root/agent.log")" -ge "$2" ]; }
configure overload_threshold=0 message_limit=77
kill -HUP "$agent"
eventually "SIGHUP" reloaded 'configuration reloaded' 1
echo 'nonsense' >>"$root/agent.conf"
kill -HUP "$agent"
eventually "a bad file is refused" reloaded "not reloaded: $root/agent.conf:" 1
now 1.2.1.0 0 "and all goes on"
configure agentx_socket="unix:$root/elsewhere"
kill -HUP "$agent"
eventually "what needs a restart is refused" reloaded 'agentx_socket needs a restart' 1
now 1.2.1.0 0 "and all goes on"
configure
kill -HUP "$agent"
eventually "a good file is taken again" reloaded 'configuration reloaded' 2
check "it lives" agent_lives
stop_agent
check "SIGTERM: exit 0" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
