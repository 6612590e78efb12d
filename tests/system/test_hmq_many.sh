#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hmq_many.sh DAEMON: fifty gateways at once, five of which do not answer: all is printed
# within the time-out of one. A file behind a real snmpd with 45 addresses is the agent of the
# others.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/hmq.sh
. "$support/hmq.sh"

spool=
here=()
silent=()
for _ in {1..45}; do here+=("127.0.0.1:$(free_port)"); done
for _ in {1..5}; do silent+=("127.0.0.1:$(free_port)"); done
cp "$support/data/client_objects" "$root/objects"
cat >"$root/snmpd.conf" <<END
rocommunity public 127.0.0.1
agentAddress $(IFS=, && echo "${here[*]}")
END
serve_file
start_snmpd

# took COMMAND...: sets `took` to its milliseconds.
took() {
    local began
    began=$(milliseconds)
    "$@"
    took=$(($(milliseconds) - began))
}

# The time-out of one: 2 s and a retry. Fifty in turn would take more than 20 s for the five alone.
gateways=$(IFS=, && echo "${silent[*]:0:2},${here[*]},${silent[*]:2}")
timeout=2 retries=1 took hmq 1 --json
json '.gateways | length == 50'
json '[.gateways[] | select(.error == null and .summary.messages == 1234)] | length == 45'
json '[.gateways[] | select(.error == "no answer")] | length == 5'
[ "$took" -lt 8000 ] || fail "fifty gateways took $took ms"
ok "fifty gateways, five of them silent: $took ms"
timeout=2 retries=1 took hmq 2 check
[ "$(grep -o ' CRITICAL, 1,234 messages' "$root/out" | wc -l)" -eq 45 ] || fail "not 45 critical"
[ "$(grep -o ' UNKNOWN, no answer' "$root/out" | wc -l)" -eq 5 ] || fail "not 5 unknown"
[ "$took" -lt 8000 ] || fail "a check took $took ms"
ok "a check of them: $took ms"
gateways=$(IFS=, && echo "${here[*]}")
timeout=2 retries=1 took hmq 0 list --limit 1
[ "$(grep -c '^ID  ' "$root/out")" -eq 45 ] || fail "not 45 lists"
ok "the lists of 45: $took ms"
echo "$checks checks passed"
