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
here=$source_dir/tests/monitors
for program in zabbix_server:zabbix-server-mysql mariadbd:mariadb-server php:php-cli jq:jq; do
    need "${program%:*}" "${program#*:}"
done
# The server asks once a minute; what it is told to do now it does within seconds.
patience=${PATIENCE-180}

cleanup_more() {
    [ "$status" -eq 0 ] || {
        tail -n 3 "$root/api" "$root/api.err" | cut -c 1-1000
        tail -n 20 "$root/zabbix/server.log"
    }
}

# ---- a server with its database and its frontend

start_server() {
    local part
    mkdir "$root/db" "$root/zabbix"
    mariadb-install-db --no-defaults --datadir="$root/db" --auth-root-authentication-method=normal \
        --skip-test-db >"$root/db.log" 2>&1 || fail "no database: $(tail -n 5 "$root/db.log")"
    start_daemon "$root/db.pid" "$root/db.log" mariadbd --no-defaults --user=root \
        --datadir="$root/db" --socket="$root/db.sock" --skip-networking \
        --log-bin-trust-function-creators=1 --innodb-flush-log-at-trx-commit=0 \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_bin
    wait_for "$patience" sql 'SELECT 1' || fail "the database: $(tail -n 5 "$root/db.log")"
    sql 'CREATE DATABASE zabbix'
    for part in schema images data; do
        zcat "/usr/share/zabbix-server-mysql/$part.sql.gz" | sql '' zabbix
    done
    : >"$root/zabbix/traps"
    cat >"$root/zabbix_server.conf" <<END
LogFile=$root/zabbix/server.log
PidFile=$root/zabbix/server.pid
SocketDir=$root/zabbix
DBSocket=$root/db.sock
DBName=zabbix
DBUser=root
ListenIP=127.0.0.1
ListenPort=$(free_port)
CacheUpdateFrequency=1
StartSNMPTrapper=1
SNMPTrapperFile=$root/zabbix/traps
AllowRoot=1
AllowUnsupportedDBVersions=1
END
    start_daemon "$root/server.pid" "$root/server.out" \
        zabbix_server -f -c "$root/zabbix_server.conf"
    # A frontend of its own, because the machine's has one configuration.
    cp -rL /usr/share/zabbix "$root/frontend"
    sed -i "s#'/etc/zabbix/zabbix.conf.php'#'$root/frontend/conf/zabbix.conf.php'#" \
        "$root/frontend/include/classes/core/CConfigFile.php"
    cat >"$root/frontend/conf/zabbix.conf.php" <<END
<?php
\$DB['TYPE'] = 'MYSQL'; \$DB['SERVER'] = 'localhost'; \$DB['DATABASE'] = 'zabbix';
\$DB['USER'] = 'root'; \$DB['PASSWORD'] = ''; \$DB['PORT'] = '0'; \$DB['SCHEMA'] = '';
\$DB['ENCRYPTION'] = false; \$DB['DOUBLE_IEEE754'] = true;
\$ZBX_SERVER_NAME = 'test'; \$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
END
    port=$(free_port)
    start_daemon "$root/frontend.pid" "$root/frontend.log" php -d post_max_size=16M \
        -d max_execution_time=300 -d max_input_time=300 -d "mysqli.default_socket=$root/db.sock" \
        -S "127.0.0.1:$port" -t "$root/frontend"
    wait_for 30 api apiinfo.version || fail "the frontend: $(tail -n 3 "$root/api.err" "$root/api")"
}
sql() { # COMMAND [DATABASE]; an empty one is read from stdin
    mariadb --no-defaults -u root -S "$root/db.sock" ${1:+-N -e "$1"} "${@:2}" >"$root/sql.out" 2>&1
}

# api METHOD [JSON]: its result is in $root/api.
api() {
    python3 "$here/zabbix_api.py" "http://127.0.0.1:$port" "$@" >"$root/api" 2>"$root/api.err"
}
must() { api "$@" || fail "$1: $(<"$root/api.err")"; }
result() { jq -r "$1" "$root/api"; }

# ---- the gateway as a host

import_template() {
    local both='{"createMissing":true,"updateExisting":true}' kind rules
    rules="\"template_groups\":$both,\"host_groups\":$both"
    [[ $version != 6.0* ]] || rules="\"groups\":$both"
    for kind in templates valueMaps items triggers graphs discoveryRules templateDashboards; do
        rules+=",\"$kind\":$both"
    done
    must configuration.import "{\"format\":\"yaml\",\"rules\":{$rules},
        \"source\":\"@$integrations/zabbix/hermes-mailqueue.yaml\"}"
}

make_host() {
    must template.get '{"filter":{"host":"Hermes mail queue by SNMP"}}'
    template=$(result '.[0].templateid')
    must hostgroup.create '{"name":"Gateways"}'
    must host.create "{\"host\":\"gw1.example.com\",
        \"groups\":[{\"groupid\":\"$(result '.groupids[0]')\"}],
        \"templates\":[{\"templateid\":\"$template\"}],
        \"macros\":[{\"macro\":\"{\$HMQ.NODATA}\",\"value\":\"30s\"}],
        \"interfaces\":[{\"type\":2,\"main\":1,\"useip\":1,\"ip\":\"127.0.0.1\",\"dns\":\"\",
          \"port\":\"$snmp_port\",\"details\":{\"version\":3,\"bulk\":1,
          \"securityname\":\"hmq-list\",\"securitylevel\":2,
          \"authprotocol\":3,\"authpassphrase\":\"$auth\",\"privprotocol\":1,
          \"privpassphrase\":\"$priv\"}}]}"
    host=$(result '.hostids[0]')
}

# ask_now: every item and every discovery, at once rather than when it is due.
ask_now() {
    local method tasks=
    for method in item.get discoveryrule.get; do
        api "$method" "{\"hostids\":\"$host\",\"filter\":{\"type\":20},\"output\":[\"itemid\"]}"
        tasks+=$(result '.[] | "{\"type\":6,\"request\":{\"itemid\":\"\(.itemid)\"}},"')
    done
    api task.create "[${tasks%,}]" || true
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
start_server
version=$(<"$root/api")
ok "Zabbix $version runs"
import_template
ok "it imports the template"
import_template
ok "and once more, over the first"
make_host
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
