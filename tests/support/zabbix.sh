# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# shellcheck disable=SC2034 # used by the tests that source it
# A Zabbix server with its database and its frontend below $root, and gateways as its hosts. Sourced
# after integrations.sh and mariadb.sh.
#
#   need_zabbix
#   start_zabbix [LINE...]     of zabbix_server.conf; its version is in `version` then
#   import_template; add_gateway NAME PORT; `host` is its id
#   api METHOD [JSON]          the result is in $root/api; result FILTER is what jq makes of it

# Set by lib.sh and integrations.sh.
: "${root?}" "${source_dir?}" "${integrations?}" "${auth?}" "${priv?}" "${patience?}"

need_zabbix() {
    local program
    for program in zabbix_server:zabbix-server-mysql mariadbd:mariadb-server php:php-cli jq:jq; do
        need "${program%:*}" "${program#*:}"
    done
}

start_zabbix() {
    local part
    mkdir "$root/zabbix"
    start_database zabbix utf8mb4_bin
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
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$root/zabbix_server.conf"
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
    version=$(<"$root/api")
}

# api METHOD [JSON]: its result is in $root/api.
api() {
    python3 "$source_dir/tests/monitors/zabbix_api.py" "http://127.0.0.1:$port" "$@" \
        >"$root/api" 2>"$root/api.err"
}
must() { api "$@" || fail "$1: $(<"$root/api.err")"; }
result() { jq -r "$1" "$root/api"; }

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

add_gateway() {
    [ -n "${template-}" ] || {
        must template.get '{"filter":{"host":"Hermes mail queue by SNMP"}}'
        template=$(result '.[0].templateid')
        must hostgroup.create '{"name":"Gateways"}'
        group=$(result '.groupids[0]')
    }
    must host.create "{\"host\":\"$1\",
        \"groups\":[{\"groupid\":\"$group\"}],
        \"templates\":[{\"templateid\":\"$template\"}],
        \"macros\":[{\"macro\":\"{\$HMQ.NODATA}\",\"value\":\"30s\"}],
        \"interfaces\":[{\"type\":2,\"main\":1,\"useip\":1,\"ip\":\"127.0.0.1\",\"dns\":\"\",
          \"port\":\"$2\",\"details\":{\"version\":3,\"bulk\":1,
          \"securityname\":\"hmq-list\",\"securitylevel\":2,
          \"authprotocol\":3,\"authpassphrase\":\"$auth\",\"privprotocol\":1,
          \"privpassphrase\":\"$priv\"}}]}"
    host=$(result '.hostids[0]')
}

# ask_now: every item and every discovery of `host`, at once rather than when it is due.
ask_now() {
    local method tasks=
    for method in item.get discoveryrule.get; do
        api "$method" "{\"hostids\":\"$host\",\"filter\":{\"type\":20},\"output\":[\"itemid\"]}"
        tasks+=$(result '.[] | "{\"type\":6,\"request\":{\"itemid\":\"\(.itemid)\"}},"')
    done
    api task.create "[${tasks%,}]" || true
}
