#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_graphers.sh DAEMON BUILD_FOLDER [cacti|mrtg|munin|collectd]...: what draws graphs asks a
# gateway by our files and writes what it draws: MRTG its log, Cacti and munin, with its master and
# its node, the files of rrdtool, collectd a file for each series. Each gets the numbers of an
# overload, none while snmpd is down, a true 0 afterwards, and none of an agent that is stopped.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"
# shellcheck source=tests/support/phases.sh
. "$support/phases.sh"
# shellcheck source=tests/support/mariadb.sh
. "$support/mariadb.sh"
systems=("${@:3}")
[ ${#systems[@]} -gt 0 ] || systems=(cacti mrtg munin collectd)
for program in php:php-cli mariadbd:mariadb-server mrtg:mrtg munin-node:munin-node rrdtool:munin \
    collectd:collectd-core; do
    need "${program%:*}" "${program#*:}"
done
patience=${PATIENCE-180}

# what happens; what each then writes for hmqQueueMessages of deferred and, unless it has only
# queues, hmqTotalMessages
phases=(
    'overloaded|6'
    'unanswered|none'
    'answered|0'
    'stopped|none'
)

overloaded() {
    inject 6
    eventually "6 are deferred" settled 6
}

# ---- each system: start_SYSTEM, and read_SYSTEM, which has it ask unless it does so by itself, and
# prints the numbers, "none" for one that it did not get.

# last RRD BEGUN: its last number, unless that was there before.
last() {
    rrdtool lastupdate "$1" |
        awk -v begun="$2" 'END { print ($1 + 0 < begun || $2 == "U" ? "none" : $2) }'
}

# Cacti gets from its own scripts a device with our data query, and a graph of a queue. The
# templates for it are rows as its console writes them.
start_cacti() {
    mkdir "$root/cacti" "$root/cacti/ini"
    start_database cacti utf8mb4_unicode_ci
    sql '' cacti </usr/share/doc/cacti/cacti.sql
    tar -C /usr/share/cacti -ch --exclude=./site/{rra,log,cache,CHANGELOG,include/config.php} . |
        tar -C "$root/cacti" -x
    mkdir -p "$root"/cacti/site/{rra,log,cache/{boost,mibcache,realtime,spikekill}}
    cp "$integrations/cacti/hermes_mailqueue.xml" "$root/cacti/site/resource/snmp_queries/"
    cat >"$root/cacti/site/include/config.php" <<'END'
<?php
$database_type = 'mysql'; $database_default = 'cacti'; $database_hostname = 'localhost';
$database_username = 'root'; $database_password = ''; $database_port = '3306';
$database_retries = 5; $database_ssl = false; $database_ssl_key = ''; $database_ssl_cert = '';
$database_ssl_ca = ''; $database_persist = false; $poller_id = 1; $url_path = '/cacti/';
$cacti_session_name = 'Cacti'; $cacti_db_session = false; $disable_log_rotation = false;
END
    printf '%s\n' "mysqli.default_socket=$root/db.sock" "pdo_mysql.default_socket=$root/db.sock" \
        >"$root/cacti/ini/socket.ini"
    sql "UPDATE version SET cacti = '$(<"$root/cacti/site/include/cacti_version")'" cacti
    sql '' cacti <"$source_dir/tests/monitors/cacti.sql"
    cacti_php cli/add_device.php --description=gw1 --ip=127.0.0.1 --template=0 --avail=snmp \
        --version=3 --port="$snmp_port" --timeout=5000 --username=hmq-read --password="$auth" \
        --authproto=SHA256 --privpass="$priv" --privproto=AES128 || fail 'Cacti takes no device'
    cacti_php cli/add_data_query.php --host-id=1 --data-query-id=1 --reindex-method=1 ||
        fail 'Cacti takes no data query'
    sql "SELECT GROUP_CONCAT(field_value ORDER BY snmp_index) FROM host_snmp_cache
        WHERE field_name = 'queueName'" cacti
    check "Cacti's data query finds the queues" \
        grep -qx maildrop,incoming,active,deferred,hold,corrupt "$root/sql.out"
    cacti_php cli/add_graphs.php --host-id=1 --graph-type=ds --graph-template-id=1 \
        --snmp-query-id=1 --snmp-query-type-id=1 --snmp-field=queueName --snmp-value=deferred ||
        fail 'Cacti makes no graph'
}
# cacti_php SCRIPT ARGUMENT...: with a setting that the scripts which that starts get, too.
cacti_php() {
    (cd "$root/cacti" && PHP_INI_SCAN_DIR=:$root/cacti/ini php "$@") >>"$root/cacti.log" 2>&1
}
# cacti_works: a process of this Cacti runs.
cacti_works() { grep -qasF "$root/cacti/" /proc/[0-9]*/cmdline; }
read_cacti() {
    local begun=$EPOCHSECONDS
    cacti_php site/poller.php --force || true
    # What it has left in the background must not outlive the database.
    wait_for "$patience" not cacti_works || fail 'a process of Cacti does not end'
    last "$root/cacti/site/rra/gw1_messages_1.rrd" "$begun"
}

start_mrtg() {
    mkdir "$root/mrtg"
    sed "s#/var/www/html/mrtg#$root/mrtg#; s/gw1.example.com:161/127.0.0.1:$snmp_port/" \
        "$integrations/mrtg/hermes-mailqueue.cfg" >"$root/mrtg/mrtg.cfg"
}
# The first line of its log is what it got last.
read_mrtg() {
    env LANG=C mrtg "$root/mrtg/mrtg.cfg" >>"$root/mrtg.log" 2>&1 || true
    awk 'NR == 1 { gsub(/ -1/, " none"); print $2, $3 }' "$root/mrtg/queue.log"
}

start_munin() {
    local name plugin=snmp_127.0.0.1_hermes_mailqueue
    munin_port=$(free_port)
    mkdir -p "$root"/munin/{etc/plugins,etc/plugin-conf.d,etc/munin-conf.d}
    for name in db log run html; do
        mkdir "$root/munin/$name"
        chown munin "$root/munin/$name"
    done
    cp "$integrations/munin/snmp__hermes_mailqueue" "$root/munin/etc/plugins/$plugin"
    sed "s/env.port 161/env.port $snmp_port/; s/gw1.example.com/127.0.0.1/" \
        "$integrations/munin/plugin-conf" >"$root/munin/etc/plugin-conf.d/hermes-mailqueue"
    printf '%s\n' "log_file $root/munin/node.log" "pid_file $root/munin/node.pid" \
        'background 0' 'setsid 0' 'user root' 'group root' 'host 127.0.0.1' \
        'allow ^127\.0\.0\.1$' "port $munin_port" >"$root/munin/etc/munin-node.conf"
    printf '%s\n' "dbdir $root/munin/db" "logdir $root/munin/log" "rundir $root/munin/run" \
        "htmldir $root/munin/html" '[gateways;127.0.0.1]' 'address 127.0.0.1' "port $munin_port" \
        >"$root/munin/etc/munin.conf"
    # Its directories cannot be chosen: it gets them in a namespace of its own.
    # shellcheck disable=SC2016 # the shell's that is started
    start_daemon "$root/munin.pid" "$root/munin.log" unshare --mount --propagation private \
        sh -c 'mount --bind "$1" /etc/munin && exec munin-node' - "$root/munin/etc"
    wait_for "$patience" port_in_use "$munin_port" || fail "munin-node: $(<"$root/munin.log")"
}
read_munin() {
    local begun=$EPOCHSECONDS
    setpriv --reuid munin --regid munin --clear-groups /usr/share/munin/munin-update \
        --config_file "$root/munin/etc/munin.conf" >>"$root/munin.log" 2>&1 || true
    echo "$(munin_has total) $(munin_has queue_deferred)"
}
# A plugin that fails writes nothing; a single number that it did not get is U.
munin_has() { # FIELD
    last "$root/munin/db/gateways/127.0.0.1-hermes_mailqueue_queues-$1-g.rrd" "$begun"
}

start_collectd() {
    mkdir "$root/collectd"
    {
        printf '%s\n' "BaseDir \"$root/collectd\"" "PIDFile \"$root/collectd.own.pid\"" \
            'TypesDB "/usr/share/collectd/types.db"' 'Interval 1' 'LoadPlugin csv' '<Plugin csv>' \
            "  DataDir \"$root/collectd\"" '</Plugin>'
        sed "s/gw1.example.com:161/127.0.0.1:$snmp_port/; s/Interval 60/Interval 1/" \
            "$integrations/collectd/hermes-mailqueue.conf"
    } >"$root/collectd.conf"
    start_daemon "$root/collectd.pid" "$root/collectd.log" collectd -f -C "$root/collectd.conf"
}
read_collectd() {
    echo "$(collectd_has hmqTotalMessages) $(collectd_has hmqQueueMessages-deferred)"
}
# It asks every second and writes nothing of an snmpd that is down, so a value of ten seconds ago is
# none; what an agent does not have is nan.
collectd_has() { # SERIES
    cat "$root"/collectd/*/snmp-mailqueue/gauge-"$1"-* 2>/dev/null | sort -n | tail -n 1 |
        awk -F , -v now="$EPOCHSECONDS" '
            END { print (NR == 0 || now - $1 > 10 || $2 == "nan" ? "none" : $2 + 0) }'
}

counter_is() { [ "$(collectd_has hmqDeliveryCount-received)" = "$1" ]; }

# What Cacti has left in the background would go on without its database.
cleanup_more() {
    local process
    for process in /proc/[0-9]*; do
        ! grep -qasF "$root/cacti/" "$process/cmdline" || kill -KILL "${process#/proc/}"
    done
}

reads() { # SYSTEM NUMBER
    local number
    local -a numbers
    read -ra numbers < <("read_$1" 2>/dev/null) || return 1
    for number in "${numbers[@]}"; do
        [ "$number" = "$2" ] || return 1
    done
}

start_gateway
for system in "${systems[@]}"; do
    "start_$system"
done
for phase in "${phases[@]}"; do
    IFS='|' read -r happens number <<<"$phase"
    "$happens"
    for system in "${systems[@]}"; do
        eventually "$happens: $system has $number" reads "$system" "$number"
    done
done
if [[ " ${systems[*]} " == *' collectd '* ]]; then
    # Of a counter a 0 would be drawn as a burst once the agent is back.
    check "collectd has no false 0 of a counter" counter_is none
fi
check "no report of a sanitizer" no_sanitizer_report
