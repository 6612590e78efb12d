# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Faults of snmpd, for fault.sh.  What is raised and cleared meanwhile arrives after it.
# shellcheck disable=SC2154

kill_snmpd() {
    kill -KILL "$(<"$root/snmpd.pid")"
    wait_for "$patience" not running "$root/snmpd.pid" || fail "snmpd does not end"
    rm -f "$root"/snmpd.pid*
}
told() { [ "$(grep -c "$1: " "$root/agent.log")" -ge "$2" ]; }

# crossings COUNT: of the condition, which nobody can ask for now.
crossings() {
    local i raises clears
    for ((i = 0; i < $1; i++)); do
        raises=$(grep -c 'hmqConditionRaised: ' "$root/agent.log" || true)
        clears=$(grep -c 'hmqConditionCleared: ' "$root/agent.log" || true)
        pf postsuper -h ALL deferred 2>/dev/null
        eventually "raised meanwhile" told hmqConditionRaised $((raises + 1))
        pf postsuper -H ALL 2>/dev/null
        eventually "and cleared" told hmqConditionCleared $((clears + 1))
        crossed=$((crossed + 1))
    done
}

begin() {
    may_be_silent=yes
    start_world
    exercise
    note_normal
    watch
}

fault_snmpd_stopped() {
    local since
    begin
    since=$SECONDS
    freeze "$(<"$root/snmpd.pid")"
    crossings 3
    # The time is what this is about.
    sleep $((SECONDS - since < 30 ? 30 - (SECONDS - since) : 0))
    thaw
    as_before
}

fault_snmpd_killed() {
    begin
    kill_snmpd
    crossings 3
    start_snmpd
    as_before
}

fault_snmpd_restarted() {
    begin
    for _ in {1..10}; do
        kill_snmpd
        start_snmpd
    done
    crossings 1
    as_before
}

fault_snmpd_busy() {
    may_be_silent=yes
    start_world
    echo 'extend slow /bin/sleep 6' >>"$root/snmpd.conf"
    kill_snmpd
    start_snmpd
    comes_back
    exercise
    note_normal
    watch
    for _ in 1 2 3; do
        snmpget -v2c -c public -t 20 -r 0 "127.0.0.1:$snmp_port" \
            .1.3.6.1.4.1.8072.1.3.2.3.1.1.4.115.108.111.119 >/dev/null &
        busy=$!
        crossings 1
        wait "$busy" || fail "snmpd runs no extend command"
    done
    as_before
}
