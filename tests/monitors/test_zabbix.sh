#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_zabbix.sh DAEMON: a real Zabbix server imports the template through its API, discovers a
# gateway's queues, conditions and hooks, raises and clears an overload, keeps it while snmpd is
# down, and takes a trap.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"
# shellcheck source=tests/support/mariadb.sh
. "$support/mariadb.sh"
# shellcheck source=tests/support/zabbix.sh
. "$support/zabbix.sh"
need_zabbix
# The server asks once a minute; what it is told to do now it does within seconds.
patience=${PATIENCE-180}

cleanup_more() {
    [ "$status" -eq 0 ] || {
        tail -n 3 "$root/api" "$root/api.err" | cut -c 1-1000
        tail -n 20 "$root/zabbix/server.log"
    }
}

# has KEY VALUE: the item's last value.
has() {
    ask_now
    api item.get "{\"hostids\":\"$host\",\"filter\":{\"key_\":\"$1\"},
        \"output\":[\"lastvalue\",\"error\",\"state\"]}"
    [ "$(result '.[0].lastvalue')" = "$2" ]
}
# problem NAME 0|1: the trigger with that name is fine or not.
problem() {
    ask_now
    problem_now "$@"
}
problem_now() {
    api trigger.get "{\"hostids\":\"$host\",\"search\":{\"description\":\"$1\"},
        \"output\":[\"value\"]}"
    [ "$(result '.[0].value')" = "$2" ]
}
# items PATTERN COUNT: as many items of the host have such a key.
items() {
    ask_now
    api item.get "{\"hostids\":\"$host\",\"search\":{\"key_\":\"$1\"},\"startSearch\":true,
        \"output\":[\"key_\"]}"
    [ "$(result length)" -eq "$2" ]
}

start_gateway
inject 6
eventually "6 are deferred" settled 6
start_zabbix
ok "Zabbix $version runs"
import_template
ok "it imports the template"
import_template
ok "and once more, over the first"
add_gateway gw1.example.com "$snmp_port"
eventually "the total" has hmq.total.messages 6
eventually "the overload is a problem" problem 'Mail queue: overload' 1
eventually "six queues are discovered" items 'hmq.queue.messages[' 6
eventually "five of them with a volume" items 'hmq.queue.volume[' 5
eventually "the condition, but not the overload" items 'hmq.condition.state[' 1
eventually "the hook" items 'hmq.hook.pending[' 1
eventually "the outcomes of deliveries" items 'hmq.delivery.count[' 7
eventually "a sender" has 'hmq.sender.address[1]' sender@source.example
eventually "a domain" has 'hmq.domain.name[1]' suspended.example
eventually "a queue's messages" has 'hmq.queue.messages[deferred]' 6
eventually "the condition is a problem" problem 'Mail queue: deferred is raised (warning)' 1

# What the server cannot make a number of would be an error of the item.
unsupported() {
    api item.get "{\"hostids\":\"$host\",\"filter\":{\"state\":1},
        \"output\":[\"key_\",\"error\"]}"
    # Nothing was sent yet.
    [ -z "$(result '.[] | select(.key_ | test("delivery.delay") | not) | .key_ + ": " + .error')" ]
}
check "no item has an error" unsupported

check "a hook is no problem before its time" problem_now 'does not get its events' 0
check "and neither is a pause" problem_now 'paused for hours' 0

# ---- a trap

# snmptrapd takes a blank for the end of the program's name, and this checkout may have one.
install -m 0755 "$integrations/zabbix/trap-to-file" "$root/"
cat >"$root/snmptrapd.conf" <<END
authCommunity log,execute public
traphandle default $root/trap-to-file $root/zabbix/traps
END
: >"$root/traps"
start_daemon "$root/snmptrapd.pid" "$root/snmptrapd.log" snmptrapd -f -C -c "$root/snmptrapd.conf" \
    -On -Lf "$root/traps" "udp:127.0.0.1:$trap_port"
wait_for "$patience" port_in_use "$trap_port" || fail "snmptrapd does not start"

# ---- snmpd is down during the overload, and then comes back

stop_daemon "$root/snmpd.pid"
eventually "nobody can read the queue" problem_now 'Mail queue: cannot be read' 1
check "the overload is still a problem" problem_now 'Mail queue: overload' 1
start_snmpd
eventually "the queue can be read" problem 'Mail queue: cannot be read' 0
check "and the overload is still one" problem_now 'Mail queue: overload' 1
pf postsuper -d ALL deferred >/dev/null 2>&1
eventually "the overload is over" problem 'Mail queue: overload' 0
eventually "and so is the condition" problem 'Mail queue: deferred is raised (warning)' 0
trapped() {
    api item.get "{\"hostids\":\"$host\",\"filter\":{\"type\":17},\"output\":[\"lastvalue\"]}"
    [[ $(result '.[0].lastvalue') == *"$base.0.2"* || $(result '.[0].lastvalue') == *"$base.0."* ]]
}
eventually "the notification is in its log" trapped
stop_agent
check "no report of a sanitizer" no_sanitizer_report
echo "tested: Zabbix $version"
