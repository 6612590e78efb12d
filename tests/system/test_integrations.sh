#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_integrations.sh DAEMON [NAME...]: every file of contrib/integrations is loaded by the system
# it is for, where Debian has that system and it is small, and asks a real agent what it would ask
# a gateway. tests/monitors has the full rounds, and the systems that are large.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"
# shellcheck source=tests/support/checkers.sh
. "$support/checkers.sh"
# A copy: who loads these files may not be let into this checkout, and takes no blank in a path.
sources=$integrations
cp -r "$sources" "$root/"
chmod -R a+rX "$root/integrations"
integrations=$root/integrations
parts=("${@:2}")
[ ${#parts[@]} -gt 0 ] ||
    parts=(prometheus grafana icinga nagios collectd_ munin snmptt_ forms traps_)
need curl curl

# The condition is raised by the part about traps, which is the last, if at all.
start_gateway list_interval=500ms condition.sender.watch=sender condition.sender.above=6
inject 6
eventually "6 are deferred" settled 6
expect 1.2.5.0 1 "an overload"
expect 1.11.1.0 2 "two conditions are raised"

# ---- Prometheus

# scrape MODULE USER: what the exporter has of the gateway.
scrape() {
    curl -sf "http://127.0.0.1:$exporter_port/snmp?module=$1&auth=$2&target=127.0.0.1:$snmp_port"
}
# sample PATTERN VALUE: a metric of the last scrape.
sample() { grep -Eq "^$1 $2\$" "$root/scrape" || fail "no $1 $2 in $(<"$root/scrape")"; }
exporter_answers() { curl -sf -o "$root/out" "http://127.0.0.1:$exporter_port/"; }

start_exporter() { # FILE
    exporter_port=$(free_port)
    start_daemon "$root/exporter.pid" "$root/exporter.log" prometheus-snmp-exporter \
        --config.file="$1" --web.listen-address="127.0.0.1:$exporter_port"
    wait_for "$patience" exporter_answers || fail "the exporter: $(<"$root/exporter.log")"
}

prometheus() {
    local form=snmp-0.21.yml name
    need promtool prometheus
    need jq jq
    cp "$integrations"/prometheus/*.yml "$root/"
    insight_job "$root/prometheus.yml" >"$root/with_insight.yml"
    for name in 'check rules hermes-mailqueue.rules.yml' 'check config prometheus.yml' \
        'check config with_insight.yml' \
        'test rules hermes-mailqueue.rules.test.yml'; do
        # shellcheck disable=SC2086 # words
        (cd "$root" && promtool $name) >"$root/promtool.log" 2>&1 ||
            fail "promtool $name: $(<"$root/promtool.log")"
        ok "promtool $name"
    done
    # The three kinds of target, with what is commented out.
    sed -i -E 's/^  # (- targets:|  labels: )/  \1/' "$root/prometheus.yml"
    promtool check service-discovery "$root/prometheus.yml" hermes-mailqueue --timeout=1s \
        >"$root/targets" 2>"$root/promtool.log" || fail "promtool: $(<"$root/promtool.log")"
    jq -r '.[].labels | "\(.__param_auth) \(.__param_target) \(.instance)"' "$root/targets" |
        sort >"$root/out"
    check "each target has the name of its gateway, whatever its address and context" \
        diff "$root/out" - <<'END'
hermes_mailqueue 192.0.2.7 gw7.example.com
hermes_mailqueue gw1.example.com gw1.example.com
hermes_mailqueue gw2.example.com gw2.example.com
hermes_mailqueue_out gw1.example.com out.gw1.example.com
END
    need prometheus-snmp-exporter prometheus-snmp-exporter
    mkdir "$root/made"
    "$sources/prometheus/generate.sh" "$root/made"
    for name in snmp.yml snmp-0.21.yml; do
        check "$name is what the generator makes" \
            diff "$root/made/$name" "$integrations/prometheus/$name"
    done
    exporter_is_old || form=snmp.yml
    start_exporter "$integrations/prometheus/$form"
    ok "the exporter loads $form"
    scrape hermes_mailqueue hermes_mailqueue >"$root/scrape" || fail "no scrape"
    sample hmqDataStatus 1
    sample hmqTotalMessages 6
    sample hmqOverload 1
    sample 'hmqQueueMessages\{hmqQueue="deferred"\}' 6
    sample 'hmqConditionState\{hmqConditionKey="deferred"\}' 4
    sample 'hmqConditionSeverity\{hmqConditionKey="deferred"\}' 2
    sample 'hmqHookFailures\{hmqHookName="webhook.nowhere"\}' '[0-9]+'
    sample 'hmqDeliveryCount\{hmqDeliveryOutcome="received"\}' '[0-9]+'
    ok "the values of a scrape, $(grep -c "^hmq" "$root/scrape") samples"
    # Whatever the generator knows has a sample, unless the agent itself does not know it.
    grep -o '^hmq[A-Za-z0-9]*' "$root/scrape" | sort -u >"$root/scraped"
    awk '$1 == "hermes_mailqueue_insight:" { exit }
        $1 == "-" && $2 == "name:" { print $3 }' "$integrations/prometheus/snmp.yml" |
        sort -u >"$root/known"
    # An index has no value of its own, and nothing was sent yet.
    absent=$(comm -13 "$root/scraped" "$root/known" |
        grep -vxE 'hmq(ConditionKey|DeliveryOutcome|HookIndex|Queue)|hmqDeliveryDelay.*' || true)
    [ -z "$absent" ] || fail "no samples of: $absent"
    ok "every metric has a sample"
    scrape hermes_mailqueue_insight hermes_mailqueue_insight >"$root/scrape" ||
        fail "no scrape of insight"
    sample 'hmqSenderMessages\{hmqSenderAddress="sender@source.example",hmqSenderRank="1"\}' 6
    sample 'hmqDomainMessages\{hmqDomainName="suspended.example"\}' 6
    sample 'hmqReasonMessages\{hmqReasonText="[^"]*"\}' 6
    ok "what fills the queue"
    sed "s/username: hmq-list/username: hmq-insight/" "$integrations/prometheus/$form" \
        >"$root/insight.yml"
    stop_daemon "$root/exporter.pid"
    start_exporter "$root/insight.yml"
    scrape hermes_mailqueue_insight hermes_mailqueue_insight >"$root/scrape" ||
        fail "no scrape of insight"
    sample 'hmqSenderMessages\{hmqSenderAddress="",hmqSenderRank="1"\}' 6
    check "no address of a sender" not grep -q '@source' "$root/scrape"
    stop_daemon "$root/exporter.pid"
}

# Of gateways that do not answer the dashboards show nothing but that they do not answer.
grafana() {
    need promtool prometheus
    "$integrations/grafana/make.py" --queries >"$root/queries"
    python3 - "$root/queries" >"$root/queries.test.yml" <<'END'
import sys, yaml
queries = [line.rstrip("\n").split("\t") for line in open(sys.argv[1])]
def test(name, values, expect):
    return {"name": name, "interval": "30s", "promql_expr_test": [
        {"eval_time": "4m", "expr": query, "exp_samples": expect(title, query)}
        for title, query in queries],
        "input_series": [{"series": series + '{job="hermes-mailqueue",instance="gw1.example.com"}',
                          "values": f"{value}x10"} for series, value in values.items()]}
number = lambda value: [{"labels": "{}", "value": value}]
silent = test("nobody answers", {"up": 0},
              lambda title, query: number(1) if "up{" in query else [])
counts = {"Gateways": 1, "Not readable": 0, "Overloaded": 0, "With a condition raised": 0,
          "Postfix stopped": 0}
well = test("all is well", {"up": 1, "hmqDataStatus": 1, "hmqOverload": 2, "hmqPostfixStatus": 1,
                            "hmqConditionsRaised": 0},
            lambda title, _: number(counts.get(title, 0)))
well["promql_expr_test"] = [t for t, (title, _) in zip(well["promql_expr_test"], queries)
                            if title in counts]
print(yaml.dump({"tests": [silent, well]}))
END
    promtool test rules "$root/queries.test.yml" >"$root/promtool.log" 2>&1 ||
        fail "the queries of the dashboards: $(<"$root/promtool.log")"
    ok "the dashboards show no 0 that is not known"
}

# ---- Icinga 2

icinga() {
    need icinga2 icinga2-bin
    write_icinga
    icinga2 daemon -C -c "$root/icinga2.conf" "${icinga_options[@]}" >"$root/icinga2.log" 2>&1 ||
        fail "icinga2 -C: $(<"$root/icinga2.log")"
    check "icinga2 takes the file, and makes four services" \
        grep -q 'Instantiated 4 Services' "$root/icinga2.log"
    check "without a warning" not grep -qi -e warning -e critical "$root/icinga2.log"
}

# ---- Nagios, and what both run

# run_nagios COMMAND: as Nagios would, for the agent of this test; its exit status in `plugin`.
run_nagios() {
    local line
    line=$(awk -v name="$1" '$1 == "command_name" { found = $2 == name }
        $1 == "command_line" && found { sub(/^[ \t]*command_line[ \t]*/, ""); print }' \
        "$root/nagios/objects")
    [ -n "$line" ] || fail "there is no command $1"
    line=${line//'$HOSTADDRESS$'/127.0.0.1} line=${line//'$_HOSTSNMP_PORT$'/$snmp_port}
    line=${line//'$_HOSTSNMP_USER$'/hmq-read} line=${line//'$USER1$'/$plugins}
    line=${line//'$USER5$'/$auth} line=${line//'$USER6$'/$priv}
    plugin=0
    bash -c "$line" >"$root/out" 2>&1 || plugin=$?
}
# plugin_is COMMAND STATUS PATTERN
plugin_is() {
    run_nagios "$1"
    [ "$plugin" -eq "$2" ] && grep -Eq "$3" "$root/out"
}

nagios() {
    need nagios4 nagios4-core
    need "$plugins/check_snmp" monitoring-plugins-standard
    write_nagios
    nagios4 -vp "$root/nagios.cfg" >"$root/nagios.log" ||
        fail "nagios4 -v: $(<"$root/nagios.log")"
    check "nagios4 takes the file" grep -Eq 'Total Errors: +0' "$root/nagios.log"
    check "and has no warning" grep -Eq 'Total Warnings: 0' "$root/nagios.log"
    eventually "hmq check reports the overload" \
        plugin_is check_hermes_mailqueue 2 'overload is raised.*deferred'
    eventually "and so does check_snmp" \
        plugin_is check_hermes_mailqueue_snmp 2 'CRITICAL.*worst=3.*messages=6'
    eventually "check_snmp has the queues" plugin_is check_hermes_mailqueue_queues 0 'deferred=6'
}

# ---- collectd, munin, snmptt, and what has no program here

# written SERIES VALUE: the last line of collectd's file of values has it.
written() {
    grep -hq ",$2\(\.0*\)\?\$" "$root"/collectd/*/snmp-mailqueue/*-"$1"-* 2>/dev/null
}

collectd_() {
    need collectd collectd-core
    {
        echo "BaseDir \"$root/collectd\""
        echo "PIDFile \"$root/collectd.own.pid\""
        echo 'TypesDB "/usr/share/collectd/types.db"'
        echo 'Interval 1'
        echo 'LoadPlugin csv'
        echo "<Plugin csv>"
        echo "  DataDir \"$root/collectd\""
        echo "</Plugin>"
        sed "s/gw1.example.com:161/127.0.0.1:$snmp_port/; s/Interval 60/Interval 1/" \
            "$integrations/collectd/hermes-mailqueue.conf"
    } >"$root/collectd.conf"
    collectd -t -C "$root/collectd.conf" >"$root/collectd.log" 2>&1 ||
        fail "collectd -t: $(<"$root/collectd.log")"
    ok "collectd takes the file"
    start_daemon "$root/collectd.pid" "$root/collectd.log" collectd -f -C "$root/collectd.conf"
    eventually "collectd has the total" written hmqTotalMessages 6
    eventually "and a queue" written hmqQueueMessages-deferred 6
    eventually "and the worst condition" written hmqConditionsWorst 3
    stop_daemon "$root/collectd.pid"
}

munin() {
    need munin-run munin-node
    mkdir "$root/munin" "$root/munin/plugins" "$root/munin/conf" "$root/munin/state"
    chmod 777 "$root/munin/state"
    ln -s "$integrations/munin/snmp__hermes_mailqueue" \
        "$root/munin/plugins/snmp_127.0.0.1_hermes_mailqueue"
    sed "s/env.port 161/env.port $snmp_port/; s/gw1.example.com/127.0.0.1/" \
        "$integrations/munin/plugin-conf" \
        >"$root/munin/conf/hermes-mailqueue"
    local word
    for word in config ''; do
        MUNIN_PLUGSTATE=$root/munin/state munin-run --servicedir "$root/munin/plugins" \
            --sconffile "$root/munin/conf/hermes-mailqueue" \
            snmp_127.0.0.1_hermes_mailqueue $word >"$root/munin/out" 2>"$root/munin/err" ||
            fail "munin-run $word: $(<"$root/munin/err")"
        if [ -n "$word" ]; then
            check "munin has a graph of the queues" \
                grep -q '^queue_deferred.label deferred' "$root/munin/out"
            check "with the threshold" grep -q '^total.critical 5$' "$root/munin/out"
        fi
    done
    check "munin has the total" grep -q '^total.value 6$' "$root/munin/out"
    check "and a queue" grep -q '^queue_deferred.value 6$' "$root/munin/out"
    check "nothing is unknown" not grep -q 'value U' "$root/munin/out"
}

# What snmptrapd gives to its handlers, as snmptrapd itself writes it.
snmptt_() {
    need snmptt snmptt
    cat >"$root/snmptt.ini" <<END
[General]
mode = standalone
net_snmp_perl_enable = 0
dns_enable = 0
strip_domain = 0
wildcard_expansion_separator = " "
[Logging]
stdout_enable = 1
log_enable = 0
syslog_enable = 0
[TrapFiles]
snmptt_conf_files = <<END_OF_FILES
$integrations/snmptt/snmptt.conf.hermes-mailqueue
END_OF_FILES
END
    printf '%s\n' gw1.example.com 'UDP: [127.0.0.1]:161->[127.0.0.1]:162' \
        '.1.3.6.1.2.1.1.3.0 0:0:00:01.00' ".1.3.6.1.6.3.1.1.4.1.0 $base.0.14" \
        "$base.1.8.1.0 7" "$base.1.11.3.1.2.3.97.98.99 abc" "$base.1.11.3.1.9.3.97.98.99 2" \
        "$base.1.11.3.1.13.3.97.98.99 9" "$base.1.11.3.1.5.3.97.98.99 3" \
        "$base.1.11.3.1.14.3.97.98.99 subject" "$base.1.2.1.0 11" |
        snmptt --ini="$root/snmptt.ini" >"$root/snmptt.log" 2>&1 ||
        fail "snmptt: $(<"$root/snmptt.log")"
    grep -q "WARNING .* raised: EventSerial=7 ConditionName=abc ConditionSeverity=warning " \
        "$root/snmptt.log" || fail "snmptt says $(<"$root/snmptt.log")"
    check "once" test "$(grep -c 'Condition raised' "$root/snmptt.log")" -eq 1
    ok "snmptt translates a notification, with the severity of the condition"
}

# Without the system itself only the form can be checked; mib.integrations has the OIDs.
forms() {
    python3 - "$integrations" <<'END' || fail "a file is not in its format"
import json, os, sys, xml.dom.minidom, yaml
at = lambda *path: os.path.join(sys.argv[1], *path)
for path in (at("netdata", "go.d-snmp.conf"), at("librenms", "hermes-mailqueue.yaml")):
    assert yaml.safe_load(open(path)), path
xml.dom.minidom.parse(at("cacti", "hermes_mailqueue.xml"))
compile(open(at("checkmk", "hermes_mailqueue.py")).read(), "checkmk", "exec")
try:
    import tomllib
except ImportError:
    sys.exit(0)
document = tomllib.load(open(at("telegraf", "hermes-mailqueue.conf"), "rb"))
assert len(document["inputs"]["snmp"][0]["field"]) > 10
END
    ok "the files for Telegraf, LibreNMS, Checkmk, netdata and Cacti are well-formed"
}

# What anybody on the Internet can make a condition be about, and what receivers make of it.
forged='"ZBXTRAP 192.0.2.66 $(touch pwned) `touch pwned`"@source.example'
received() { grep -qF '192.0.2.66' "$root/zabbix.traps" 2>/dev/null; }

traps_() {
    local unit
    need snmptrapd snmptrapd
    need systemd-analyze systemd
    unit=$(dpkg -L snmptrapd | grep 'systemd/system/snmptrapd\.service$')
    mkdir -p "$root/unit/snmptrapd.service.d"
    cp "$unit" "$root/unit/"
    cp "$integrations/snmptrapd/snmptrapd-numeric.conf" "$root/unit/snmptrapd.service.d/"
    systemd-analyze verify "$root/unit/snmptrapd.service" >"$root/out" 2>&1 || true
    check "systemd takes the file for snmptrapd" not grep -q 'snmptrapd.service:' "$root/out"
    # As the pages have it: snmptrapd is not root.
    install -o Debian-snmp -m 0640 /dev/null "$root/zabbix.traps"
    cat >"$root/snmptrapd.conf" <<END
authCommunity log,execute public
traphandle default $integrations/zabbix/trap-to-file $root/zabbix.traps
END
    (cd "$root" && start_daemon "$root/snmptrapd.pid" "$root/snmptrapd.log" snmptrapd -f -C \
        -u Debian-snmp -c "$root/snmptrapd.conf" -On -Lf "$root/snmptrapd.log" \
        "udp:127.0.0.1:$trap_port")
    wait_for "$patience" port_in_use "$trap_port" || fail "snmptrapd does not start"
    inject 7 x@suspended.example "$forged"
    eventually "a condition is about what a sender of mail wrote" received
    check "Zabbix finds no other notification in it" \
        not grep -qvE '^[-0-9T:]{19}[-+][0-9]{4} ZBXTRAP 127\.0\.0\.1$' \
        <(grep ZBXTRAP "$root/zabbix.traps")
    check "and no shell saw it" not test -e "$root/pwned"
    stop_daemon "$root/snmptrapd.pid"
}

for part in "${parts[@]}"; do
    echo "---- $part"
    "$part"
done

# ---- the overload ends, and then the agent

pf postsuper -d ALL deferred >/dev/null 2>&1
expect 1.2.5.0 2 "the overload is over"
if [[ " ${parts[*]} " == *' nagios '* ]]; then
    eventually "hmq check is content" plugin_is check_hermes_mailqueue 0 'OK'
    eventually "and so is check_snmp" plugin_is check_hermes_mailqueue_snmp 0 'OK'
fi
stop_agent
if [[ " ${parts[*]} " == *' nagios '* ]]; then
    for command in check_hermes_mailqueue{,_snmp,_queues}; do
        check "$command does not take an agent that is stopped for a good one" \
            plugin_is "$command" 3 "UNKNOWN|No valid data"
    done
fi
check "no report of a sanitizer" no_sanitizer_report
