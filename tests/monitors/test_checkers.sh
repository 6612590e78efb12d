#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_checkers.sh DAEMON BUILD_FOLDER [nagios|icinga]...: the daemons of Nagios and Icinga 2 check
# a gateway by our files, with hmq and with check_snmp, while it has a warning, an overload, an
# snmpd that is down and back, and an agent that is stopped. Each service gets the state that the
# table below has for it, and each change is notified.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"
# shellcheck source=tests/support/phases.sh
. "$support/phases.sh"
# shellcheck source=tests/support/checkers.sh
. "$support/checkers.sh"
systems=("${@:3}")
[ ${#systems[@]} -gt 0 ] || systems=(nagios icinga)
need nagios4 nagios4-core
need icinga2 icinga2-bin
need "$plugins/check_snmp" monitoring-plugins-standard
# Three checks of an snmpd that is down take check_snmp a while.
patience=${PATIENCE-240}

# system, host, service, what it is checked with
services=(
    'nagios|hermes-mailqueue|Mail queue|hmq'
    'nagios|hermes-mailqueue-snmp|Mail queue|check_snmp'
    'nagios|hermes-mailqueue-snmp|Mail queues|queues'
    'icinga|gw1|mail queue|hmq'
    'icinga|gw3|mail queue|hmq'
    'icinga|gw2|mail queue|check_snmp'
    'icinga|gw2|mail queues|queues'
)

# what happens; the state of a service that is checked with hmq, check_snmp, and of the queues
#   0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
phases=(
    'content|0 0 0'
    'warned|1 1 0'
    'overloaded|2 2 0'
    'unanswered|3 3 3'
    'answered|0 0 0'
    'stopped|3 3 3'
)

content() { expect 1.2.1.0 0 "the queue is empty"; }
warned() {
    inject 4
    eventually "4 are deferred" settled 4
}
overloaded() {
    inject 2
    eventually "6 are deferred" settled 6
}

# state SYSTEM HOST SERVICE: "NUMBER hard OUTPUT", or soft, as the daemon writes it.
state() {
    awk -v host="$2" -v service="$3" '
        { line = $0; sub(/^[ \t]+/, "", line)
          at = index(line, "="); name = substr(line, 1, at - 1); value = substr(line, at + 1) }
        /{$/ { split("", had) }
        at { had[name] = value }
        /^[ \t]*}/ && had["host_name"] == host && had["service_description"] == service &&
            had["has_been_checked"] == "1" {
            print had["current_state"], had["state_type"] == "1" ? "hard" : "soft",
                had["plugin_output"]
            exit
        }' "$root/$1/status.dat" 2>/dev/null
}
state_is() { [[ $(state "$1" "$2" "$3") == "$4 hard "* ]]; }
notified() { grep -qxF "$1" "$root/notified"; }

names=(OK WARNING CRITICAL UNKNOWN)

# look_at SERVICE STATES BEFORE: the service gets the state that is for what it is checked with.
look_at() {
    local system host service kind
    local -i at state before
    local -a states others
    read -ra states <<<"$2"
    read -ra others <<<"$3"
    IFS='|' read -r system host service kind <<<"$1"
    [[ " ${systems[*]} " == *" $system "* ]] || return 0
    case $kind in hmq) at=0 ;; check_snmp) at=1 ;; *) at=2 ;; esac
    state=${states[at]} before=${others[at]}
    eventually "$system, $kind: ${names[state]}" state_is "$system" "$host" "$service" "$state"
    echo "   $(state "$system" "$host" "$service" | cut -c 1-150)"
    [ "$state" -eq "$before" ] || eventually "somebody is notified" notified_of "$state"
}
# notified_of STATE: of the service in `host` and `service`.
notified_of() {
    local name=${names[$1]}
    notified "$name $host $service"
}

# As they start by themselves: what lib.sh sets for net-snmp's clients would be theirs, too.
clean=(env -u SNMPCONFPATH -u SNMP_PERSISTENT_DIR -u MIBS)
start_gateway
for system in "${systems[@]}"; do
    "write_$system"
done
if [ -e "$root/nagios.cfg" ]; then
    start_daemon "$root/nagios.pid" "$root/nagios.log" "${clean[@]}" nagios4 "$root/nagios.cfg"
fi
if [ -e "$root/icinga2.conf" ]; then
    start_daemon "$root/icinga2.pid" "$root/icinga2.log" \
        "${clean[@]}" icinga2 daemon -c "$root/icinga2.conf" "${icinga_options[@]}"
fi
before='0 0 0'
for phase in "${phases[@]}"; do
    IFS='|' read -r happens states <<<"$phase"
    echo "---- $happens"
    : >"$root/notified"
    "$happens"
    for one in "${services[@]}"; do
        look_at "$one" "$states" "$before"
    done
    before=$states
done
check "no report of a sanitizer" no_sanitizer_report
