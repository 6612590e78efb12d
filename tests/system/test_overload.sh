#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_overload.sh DAEMON: 500 messages are no overload and 501 are; a spool that cannot be read
# has no totals; a master that was killed gets the agent back.

set -euo pipefail
daemon=$1
lab=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/../../contrib/lab" && pwd)
# shellcheck source=contrib/lab/lib.sh
. "$lab/lib.sh"
root=$(mktemp -d /tmp/hmq-overload.XXXXXX)
chmod 755 "$root"
port=$((20000 + RANDOM % 10000))
base=.1.3.6.1.4.1.8072.9999.9999.2525
agent= snmpd=

cleanup() {
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
    [ -z "$snmpd" ] || kill -9 "$snmpd" 2>/dev/null || true
    [ ! -d "$root/spool.away" ] || mv "$root/spool.away" "$root/pf/spool"
    "$lab/postfix.sh" destroy "$root/pf" >/dev/null 2>&1 || true
    rm -rf "$root"
}
trap cleanup EXIT

start_snmpd() {
    SNMP_PERSISTENT_DIR=$root/persist snmpd -f -C -c "$root/snmpd.conf" -Lf "$root/snmpd.log" \
        "udp:127.0.0.1:$port" &
    snmpd=$!
}

get() { MIBS='' snmpget -v2c -c public -t 2 -Oqv "127.0.0.1:$port" "$base.$1" 2>/dev/null || true; }

expect() { # OBJECT PATTERN WHAT
    local deadline=$((SECONDS + 40)) value=
    while [ "$SECONDS" -lt "$deadline" ]; do
        value=$(get "$1")
        # shellcheck disable=SC2053
        if [[ $value == $2 ]]; then
            echo "ok: $3 ($value)"
            return
        fi
        sleep 0.1
    done
    echo "FAIL: $3: $1 is \"$value\", expected $2"
    cat "$root/agent.log"
    exit 1
}

fill() {
    smtp-source -m "$1" -s 5 -f sender@s.example -t x@refused.example \
        "127.0.0.1:$(cat "$root/pf/port")"
}

mkdir "$root/persist"
cat >"$root/snmpd.conf" <<END
master agentx
agentXSocket unix:$root/agentx
agentXPerms 0666 0755
rocommunity public 127.0.0.1
END
cat >"$root/agent.conf" <<END
agentx_socket = unix:$root/agentx
postfix_config_directory = $root/pf/etc
user = nobody
list_interval = 500ms
scan_interval = 1s
END
"$lab/postfix.sh" create "$root/pf"
"$lab/postfix.sh" start "$root/pf"
"$daemon" -c "$root/agent.conf" -f 2>"$root/agent.log" &
agent=$!
start_snmpd

expect 1.2.1.0 0 "an empty queue is an honest 0"
expect 1.2.5.0 2 "an empty queue is no overload"
expect 1.1.4.0 1 "Postfix runs"
fill 500
expect 1.2.1.0 500 "500 messages"
expect 1.2.5.0 2 "500 are no overload"
expect 1.2.7.0 0 "nothing was raised"
fill 1
expect 1.2.1.0 501 "501 messages"
expect 1.2.5.0 1 "501 are an overload"
expect 1.2.7.0 1 "raised once"

kill -9 "$snmpd"
wait "$snmpd" 2>/dev/null || true
start_snmpd
expect 1.2.1.0 501 "the agent is back at a new master"
expect 1.1.13.0 1 "and counted that"

"$lab/postfix.sh" stop "$root/pf"
expect 1.1.4.0 2 "Postfix stopped"
expect 1.2.1.0 501 "its queue is still counted"
mv "$root/pf/spool" "$root/spool.away"
expect 1.1.5.0 3 "a spool that is gone is unavailable"
expect 1.2.1.0 'No Such Instance*' "and has no total"
mv "$root/spool.away" "$root/pf/spool"
expect 1.2.1.0 501 "the spool is back"
kill "$agent"
wait "$agent" && echo "ok: a clean stop"
agent=
