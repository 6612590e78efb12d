#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# measure_fleet.sh DAEMON: the figures of docs/many-gateways.md, with a release build: what a poll
# of 1, 100 and 1,000 gateways costs.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"
need prometheus-snmp-exporter prometheus-snmp-exporter
ulimit -n 8192
start_gateway log_level=info
inject 200
eventually "200 are deferred" settled 200
exporter=127.0.0.1:$(free_port)
form=snmp.yml
! exporter_is_old || form=snmp-0.21.yml
sed 's/username: hmq-read/username: hmq-list/' "$integrations/prometheus/$form" >"$root/snmp.yml"
start_daemon "$root/exporter.pid" "$root/exporter.log" prometheus-snmp-exporter \
    --config.file="$root/snmp.yml" --web.listen-address="$exporter"
mkdir "$root/client"
user_config hmq-list >"$root/client/snmp.conf"
export SNMPCONFPATH=$root/client
python3 "$source_dir/tests/monitors/measure_fleet.py" "$exporter" "$(dirname -- "$daemon")/hmq" \
    "$snmp_port" "$(head -n 1 "$root/exporter.pid")" "$(head -n 1 "$root/snmpd.pid")" "$agent"
