#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Removing the package, and purging it.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

deferred() { same "$(postconf -h defer_transports)" "$1"; }
# Until now the machine has deferred all mail by itself.
postconf -X defer_transports
postfix reload 2>/dev/null
eventually "the agent sees that nothing is deferred" is 1.2.8.0 2
set_object 1.4.14.0 i 1 >/dev/null
eventually "outbound mail is paused" deferred 'smtp relay'
# dpkg writes to a terminal of its own.
out=$(apt-get remove -q -y hermes-mailqueue 2>&1 | tr -d '\r') ||
    echo "FAIL: remove: $(tail -n 4 <<<"$out")"
check "remove says how the pause ends" grep -q \
    'run: postconf -c /etc/postfix -X defer_transports && postfix -c /etc/postfix reload$' <<<"$out"
check "which it does" eval "$(sed -n 's/.* run: \(postconf -c [^ ]*postfix -X\)/\1/p' <<<"$out")"
check "all of it" deferred ''
check "nothing runs" not pgrep -f /usr/sbin/hermes-mailqueue
check "no socket listens" not up "$helper.socket" "$hooks.socket"
check "no unit has failed" same "$(systemctl --failed --no-legend)" ''
check "the database stays" test -f "$database"
check "so does the configuration" test -f "$conf"
# On a file system of its own, as some administrators keep it.
folder=$(dirname "$database")
mount --bind "$folder" "$folder"
check "purge" apt-get purge -q -y hermes-mailqueue
umount "$folder"
check "the database is gone" same "$(ls -A "$folder")" ''
check "and the folder of the sockets" test ! -e /run/hermes-mailqueue
check "the configuration too" test ! -e "$conf"
rm -f /etc/snmp/snmpd.conf.d/hermes-mailqueue-*.conf
check "snmpd starts without it" systemctl restart snmpd
