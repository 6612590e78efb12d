#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_npm.sh DAEMON BUILD_FOLDER: another implementation of SNMP walks the whole tree by SNMPv3
# authPriv and sees what net-snmp's snmpwalk sees.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/integrations.sh
. "$support/integrations.sh"

npm_client "$2"
auth=$(secret) priv=$(secret)
cat >"$root/snmpd.conf" <<END
master agentx
agentXSocket unix:$root/agentx
agentXPerms 0666 0755
rocommunity public 127.0.0.1
rouser walker authPriv
createUser walker SHA $auth AES $priv
END
start_postfix
inject 5
inject 3 x@refused.example
start_snmpd
start_agent list_interval=1h
eventually "8 are deferred" settled 8
expect 1.2.1.0 8 "8 messages"
# The listing may have come before the last of them; a reload asks for another one.
kill -HUP "$agent"
expect 1.5.1.0 8 "8 rows"
# Values that run on are compared by their type alone.
stable() {
    local on='1\.(6|8|9|10|12)|2\.4|3\.1\.4|5\.3|5\.4\.1\.4|7\.5\.1\.6|7\.[67]\.1\.5|7\.[89]'
    on+='|10\.(5|2\.1\.[345])|11\.3\.1\.13'
    sed -E "s/^((\.[0-9]+)*\.2525\.1\.($on)\.[0-9.]* [A-Za-z0-9]+) .*/\1/"
}
node "$client/walk.js" "$snmp_port" walker "$auth" "$priv" "${base#.}" >"$root/theirs.raw" ||
    fail "the walk by the npm package fails: $(tail -n 3 "$root/theirs.raw")"
ok "the npm package net-snmp walks the tree without an error"
snmpwalk -v3 -l authPriv -u walker -a SHA -A "$auth" -x AES -X "$priv" -t 5 -On -Oe -OU -Ox \
    "127.0.0.1:$snmp_port" "$base" >"$root/ours.raw"
python3 - "$root/ours.raw" >"$root/ours.all" <<'END'
import re, sys
types = {"INTEGER": "Integer", "Gauge32": "Gauge", "Counter32": "Counter",
         "Hex-STRING": "OctetString", "STRING": "OctetString"}
entries, name = [], None
for line in open(sys.argv[1]):
    line = line.rstrip("\n")
    if line.startswith("."):
        entries.append(line)
    else:
        entries[-1] += " " + line
for entry in entries:
    name, _, value = entry.partition(" = ")
    kind, _, value = value.partition(": ")
    if kind == '""':
        kind, value = "STRING", ""
    if kind in ("STRING", "Hex-STRING"):
        value = re.sub(r"\s", "", value.strip('"')).upper()
    print(name, types.get(kind, kind), value)
END
sed -E 's/ (Gauge|Gauge32|Unsigned32) / Gauge /; s/ (Counter|Counter32) / Counter /' \
    "$root/theirs.raw" | stable >"$root/theirs"
stable <"$root/ours.all" >"$root/ours"
check "it saw the whole tree" test "$(wc -l <"$root/theirs")" -gt 150
diff "$root/ours" "$root/theirs" >"$root/difference" || fail "$(head -n 20 "$root/difference")"
ok "both saw the same $(wc -l <"$root/ours") instances"
stop_agent
check "no report of a sanitizer" no_sanitizer_report
