#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# snmpd and Postfix restarted, slow, late, and killed.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

for unit in snmpd postfix; do
    systemctl restart "$unit"
    eventually "it goes on after a restart of $unit" is 1.1.4.0 1
done

systemctl stop snmpd
mark
systemctl restart "$agent"
eventually "without snmpd it says so" said '^no SNMP: .*agentx'
says_no_snmp() { systemctl show -p StatusText --value "$agent" | grep 'no SNMP'; }
eventually "in the status line too" says_no_snmp
systemctl start snmpd
eventually "snmpd that comes later is found" agent_answers

# A Postfix that takes long to start keeps nobody waiting.
systemctl stop "$agent" postfix
mkdir -p /run/systemd/system/postfix.service.d /run/systemd/system/postfix@.service.d
printf '[Service]\nExecStartPre=/bin/sleep 30\n' \
    | tee /run/systemd/system/postfix.service.d/slow.conf \
        >/run/systemd/system/postfix@.service.d/slow.conf
systemctl daemon-reload
systemctl start --no-block postfix "$agent"
starting() { ! up postfix || ! up 'postfix@-'; }
eventually "the agent is there" agent_answers
check "before Postfix" starting
rm -r /run/systemd/system/postfix*.service.d
systemctl daemon-reload
systemctl stop postfix
systemctl start postfix
eventually "which is seen when it comes" is 1.1.4.0 1

# The drop-in for snmpd.
mkdir -p /etc/systemd/system/snmpd.service.d
cp /usr/share/doc/hermes-mailqueue/examples/snmpd-restart.conf /etc/systemd/system/snmpd.service.d/
systemctl daemon-reload
pid=$(main_pid snmpd)
kill -KILL "$pid"
eventually "snmpd is restarted when it fails" another "$pid" snmpd
eventually "and the agent is back" agent_answers
