#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Removing the package, and purging it.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

check "remove" apt-get remove -q -y hermes-mailqueue
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
