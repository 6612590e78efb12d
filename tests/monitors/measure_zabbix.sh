#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# measure_zabbix.sh DAEMON: the figures on Zabbix of docs/many-gateways.md, with a release build:
# what a minute of polling by our template costs, for 1, 10 and 50 gateways. Each gateway is a port
# that leads to the one snmpd. Prints a line for each number of gateways: packets and octets of UDP
# payload per gateway and minute, and per gateway and minute the CPU ms of the server, of its
# database, and of agent and snmpd together; the last is the machine's load.

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
patience=${PATIENCE-300}
minutes=2
counts=(1 10 50)

# cpu PID...: in ms, of these and of the processes they started.
cpu() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v roots="$*" -v tick="$(getconf CLK_TCK)" '
        { pid = $1; sub(/^.*\) /, ""); parent[pid] = $2; used[pid] = $12 + $13 }
        END {
            split(roots, list, " ")
            for (i in list) wanted[list[i]] = 1
            for (pid in used) {
                for (at = pid; at && !(at in wanted); at = parent[at]) { }
                if (at) total += used[pid]
            }
            print int(total * 1000 / tick)
        }'
}
passed() { echo "$(<"$root/relay/passed")"; }

# sample: packets, octets, CPU of the server, of the database and of the gateway, so far.
sample() {
    echo "$(passed) $(cpu "$(<"$root/server.pid")") $(cpu "$(<"$root/db.pid")")" \
        "$(cpu "$(<"$root/snmpd.pid")" "$agent")"
}

start_gateway log_level=info
inject 200
eventually "200 are deferred" settled 200
mkdir "$root/relay"
start_daemon "$root/relay.pid" "$root/relay.log" python3 "$source_dir/tests/monitors/relay.py" \
    "$root/relay" "${counts[-1]}" "$snmp_port"
wait_for "$patience" test -s "$root/relay/passed" || fail "the relay: $(<"$root/relay.log")"
# Not the server itself, which is a host of a new Zabbix.
start_zabbix
must host.get '{"output":["hostid"]}'
must host.massupdate "{\"hosts\":$(result 'map({hostid}) | tojson'),\"status\":1}"
import_template
hosts=()
while read -r gateway_port; do
    add_gateway "gw$((${#hosts[@]} + 1)).example.com" "$gateway_port"
    hosts+=("$host")
done <"$root/relay/ports"
ok "Zabbix $version has ${#hosts[@]} gateways"

# Every discovery has found what it finds once each gateway has the items of the outcomes.
discovered() {
    api item.get '{"search":{"key_":"hmq.delivery.count["},"startSearch":true,"countOutput":true}'
    [ "$(result .)" -ge $((7 * ${#hosts[@]})) ]
}
for host in "${hosts[@]}"; do ask_now; done
eventually "all are discovered" discovered

# set_status STATUS HOST...: 0 is asked, 1 is not.
set_status() {
    local list
    list=$(printf ',{"hostid":"%s"}' "${@:2}")
    must host.massupdate "{\"hosts\":[${list#,}],\"status\":$1}"
}

printf 'gateways\tpackets\toctets\tserver CPU ms\tdatabase CPU ms\tgateway CPU ms\tload\n'
for count in "${counts[@]}"; do
    set_status 1 "${hosts[@]}"
    set_status 0 "${hosts[@]:0:count}"
    # The first minute has what was due before.
    sleep 60
    read -ra begun < <(sample)
    sleep $((60 * minutes))
    read -ra ended < <(sample)
    line=$count
    for at in "${!begun[@]}"; do
        line+=$(awk -v d=$((ended[at] - begun[at])) -v n=$((count * minutes)) \
            'BEGIN { printf "\t%.1f", d / n }')
    done
    printf '%s\t%s\n' "$line" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
done
