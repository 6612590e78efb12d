#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_alertmanager.sh DAEMON: messages that pile up in a real Postfix are an alert in a real
# Alertmanager, and resolved when they are gone; a script flushes the queue when its destination is
# back.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/events.sh
. "$support/events.sh"
need prometheus-alertmanager prometheus-alertmanager
need jq jq

# /tmp is writable by others, so that no script of it is run.
scripts=$(mktemp -d /var/lib/hmq-hooks.XXXXXX)
chmod 755 "$scripts"
cleanup_more() { rm -rf --one-file-system "$scripts"; }

# ---- a real Alertmanager that tells the recorder

mkdir "$root/out"
start_daemon "$root/recorder.pid" "$root/recorder.log" python3 "$support/recorder.py" "$root/out"
wait_for "$patience" test -s "$root/out/port" || fail "the recorder does not start"
am=127.0.0.1:$(free_port)
cat >"$root/alertmanager.yml" <<END
global:
  resolve_timeout: 1s
route:
  receiver: test
  group_by: ['...']
  group_wait: 0s
  group_interval: 1s
receivers:
- name: test
  webhook_configs:
  - url: http://127.0.0.1:$(<"$root/out/port")/notified
    send_resolved: true
END
start_alertmanager() {
    rm -rf "$root/am"
    start_daemon "$root/alertmanager.pid" "$root/alertmanager.log" prometheus-alertmanager \
        --config.file="$root/alertmanager.yml" --storage.path="$root/am" \
        --web.listen-address="$am" --cluster.listen-address=
}
forget_alerts() { # Alertmanager starts again, without its data
    stop_daemon "$root/alertmanager.pid"
    start_alertmanager
    wait_for "$patience" alerts_answered || fail 'Alertmanager does not start again'
}
alerts_answered() { [ -n "$(alerts length)" ]; }
start_alertmanager
alerts() { curl -sf "http://$am/api/v2/alerts" | jq -r "$1" 2>/dev/null; }
alert_count() { [ "$(alerts length)" = "$1" ]; }
wait_for "$patience" alert_count 0 || fail "Alertmanager: $(tail -n 5 "$root/alertmanager.log")"

# ---- contrib/hook-scripts/flush-when-back, with a destination that is not there yet

start_postfix
allow_set
start_snmpd
destination=$(free_port)
mkdir -m 0755 "$root/client"
printf 'defVersion 2c\ndefCommunity private\n' >"$root/client/snmp.conf"
cat >"$scripts/flush.conf" <<END
destination=127.0.0.1:$destination
agent=127.0.0.1:$snmp_port
snmp=$root/client
END
cat >"$scripts/flush" <<END
#!/bin/sh
FLUSH_WHEN_BACK_CONF=$scripts/flush.conf exec $scripts/flush-when-back
END
cp "$source_dir/contrib/hook-scripts/flush-when-back" "$scripts"
chmod 755 "$scripts/flush" "$scripts/flush-when-back"
chmod 644 "$scripts/flush.conf"

configure hooks_user=nobody overload_threshold=5 overload_clear_threshold=4
cat >>"$root/agent.conf" <<END
webhook.am.url = http://$am/api/v2/alerts
webhook.am.format = alertmanager
webhook.am.repeat = 1s
webhook.am.events = hmqOverloadRaised hmqOverloadCleared
script.flush.path = $scripts/flush
script.flush.events = hmqOverloadRaised
END
start_agent
expect 1.2.1.0 0 "an empty queue"
check "no alert" alert_count 0

inject 6 x@refused.example
eventually "6 messages are an alert" alert_count 1
check "it is active" test "$(alerts '.[0].status.state')" = active
check "critical" test "$(alerts '.[0].labels | .alertname + " " + .severity')" = \
    'hmqOverload critical'
check "with the total" test "$(alerts '.[0].annotations.total')" = 6
notified() { # STATE: the alerts of that state that the receiver was told of
    [ ! -e "$root/out/notified" ] ||
        sed 's/^[^ ]* //' "$root/out/notified" |
        jq -rs --arg state "$1" '[.[].alerts[] | select(.status == $state)] | length'
}
was_notified() { [ "$(notified "$1")" -ge 1 ]; }
eventually "its receiver is told that it fires" was_notified firing
eventually "all are deferred" settled 6

expect 1.9.1.1.7.2 '*does not greet yet*' "the script waits for the destination"
now 1.9.1.1.4.2 0 "it has not flushed"
now 1.6.3.0 0 "no action has run"
# A mail server that greets.
start_daemon "$root/mx.pid" "$root/mx.log" python3 -c '
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    peer, _ = server.accept()
    peer.sendall(b"220 mx.example ESMTP\r\n")
    peer.close()' "$destination"
tried() { grep -c 'refused.example.*status=deferred' "$root/pf/log/maillog" || true; }
tries=$(tried)
expect 1.9.1.1.4.2 1 "the destination greets: the script has run"
expect 1.6.3.0 1 "its flush was an action"
tried_again() { [ "$(tried)" -ge $((tries + 6)) ]; }
eventually "Postfix tries all messages again" tried_again

forget_alerts
eventually "an Alertmanager that forgot the alert is told again" alert_count 1
check "it is active" test "$(alerts '.[0].status.state')" = active
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "an agent that is stopped leaves the alert raised" alert_count 1
forget_alerts
start_agent
eventually "an agent that did not raise it repeats it too" alert_count 1
now 1.9.1.1.4.1 1 "a repetition is no delivery"

ids deferred 3 | pf postsuper -d - 2>/dev/null
expect 1.2.5.0 2 "3 messages are no overload"
eventually "no alert any more" alert_count 0
eventually "its receiver is told that it is resolved" was_notified resolved
expect 1.9.1.1.4.1 2 "2 events were delivered"
now 1.9.1.1.5.1 0 "without a failure"
stop_agent
check "a clean stop" test "$agent_status" -eq 0
check "no report of a sanitizer" no_sanitizer_report
