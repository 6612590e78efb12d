#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_prometheus.sh DAEMON BUILD_FOLDER: snmp_exporter, Prometheus and Alertmanager with our files
# watch a gateway: an overload and a condition are alerts of the webhook's names, they stay while
# snmpd is down, and end when the gateway says so. Every query of the dashboards for Grafana has an
# answer, and the dashboards are what Grafana's own schema wants.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"
for program in prometheus prometheus-snmp-exporter prometheus-alertmanager jq curl; do
    need "$program" "$program"
done
patience=${PATIENCE-240}

"$source_dir/tests/monitors/grafana/check.sh" "$2/grafana" "$integrations"/grafana/*.json ||
    fail "a dashboard is not what Grafana's schema wants"
ok "the dashboards are what Grafana's schema wants"

start_gateway
inject 6
eventually "6 are deferred" settled 6
exporter=127.0.0.1:$(free_port) server=127.0.0.1:$(free_port) manager=127.0.0.1:$(free_port)
form=snmp.yml
! exporter_is_old || form=snmp-0.21.yml
sed 's/username: hmq-read/username: hmq-list/' "$integrations/prometheus/$form" >"$root/snmp.yml"
start_daemon "$root/exporter.pid" "$root/exporter.log" prometheus-snmp-exporter \
    --config.file="$root/snmp.yml" --web.listen-address="$exporter"
printf 'route: {receiver: none}\nreceivers: [{name: none}]\n' >"$root/alertmanager.yml"
start_daemon "$root/manager.pid" "$root/manager.log" prometheus-alertmanager \
    --config.file="$root/alertmanager.yml" --storage.path="$root/manager" \
    --web.listen-address="$manager" --cluster.listen-address=
# Ours, but for the addresses, and that it looks every second.
cp "$integrations/prometheus/hermes-mailqueue.rules.yml" "$root/"
insight_job "$integrations/prometheus/prometheus.yml" |
    sed -E "s/gw1.example.com, gw2.example.com/'127.0.0.1:$snmp_port'/
    s/127.0.0.1:9116/$exporter/; s/127.0.0.1:9093/$manager/
    s/scrape_interval: .*/scrape_interval: 2s/; s/scrape_timeout: .*/scrape_timeout: 2s/
    s/# labels: \{site: north\}/labels: {instance: gw1.example.com}/" >"$root/prometheus.yml"
sed -i '1i global: {evaluation_interval: 2s}' "$root/prometheus.yml"
start_daemon "$root/prometheus.pid" "$root/prometheus.log" prometheus \
    --config.file="$root/prometheus.yml" --storage.tsdb.path="$root/tsdb" \
    --web.listen-address="$server"

# query EXPRESSION: its first value, if it has one.
query() {
    curl -sf --data-urlencode "query=$1" "http://$server/api/v1/query" |
        jq -r '.data.result[0].value[1] // empty'
}
is() { [ "$(query "$1")" = "$2" ]; }
answered() { [ -n "$(query "$1")" ]; }
# alert NAME: Alertmanager has it.
alert() {
    curl -sf "http://$manager/api/v2/alerts" | jq -e --arg name "$1" \
        'any(.[].labels; .alertname == $name and .instance == "gw1.example.com")' >"$root/out"
}

eventually "Prometheus has the total" is 'hmqTotalMessages{instance="gw1.example.com"}' 6
eventually "the overload is an alert" alert hmqOverload
eventually "and so is the condition, by its own name" alert hmqCondition_deferred
check "its severity is that of the condition" is \
    'count(ALERTS{alertname="hmqCondition",hmqConditionKey="deferred",severity="warning"})' 1
check "the data is not lost" not alert hmqDataLost

grep -q . <("$integrations/grafana/make.py" --queries) || fail "there are no queries"
count=0
while IFS=$'\t' read -r title expression; do
    case $expression in
    *hmqDeliveryDelay*) continue ;; # nothing was delivered here
    esac
    wait_for 60 answered "$expression" || fail "$title: nothing for $expression"
    count=$((count + 1))
done < <("$integrations/grafana/make.py" --queries)
ok "$count queries of the dashboards have an answer"

stop_daemon "$root/snmpd.pid"
eventually "a gateway that does not answer is an alert" alert hmqDataLost
check "the overload is still one" alert hmqOverload
check "and so is the condition" alert hmqCondition_deferred
start_snmpd
pf postsuper -d ALL deferred >/dev/null 2>&1
eventually "the data is back" not alert hmqDataLost
eventually "the overload is over" not alert hmqOverload
eventually "and so is the condition" not alert hmqCondition_deferred
stop_agent
eventually "an agent that is stopped is an alert" alert hmqDataLost
check "no report of a sanitizer" no_sanitizer_report
