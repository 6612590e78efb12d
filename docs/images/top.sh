#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# top.sh DAEMON: makes top.svg beside it, of a real queue: a private Postfix, snmpd and agent, and
# hmq top in a terminal of tmux(1).  Only the address is replaced, by the name mx1.

set -euo pipefail
images=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/support/lib.sh
. "$images/../../tests/support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# shellcheck source=tests/support/hmq.sh
. "$support/hmq.sh"
# shellcheck source=tests/support/tmux.sh
. "$support/tmux.sh"
credentials='-v2c -c private'
export USER=admin

# shellcheck disable=SC2119 # no lines for main.cf
start_postfix
allow_set
start_snmpd
inject 60 maria@full.example news@shop.example
inject 25 sales@suspended.example news@shop.example
inject 18 jo@greylisted.example alerts@monitor.example
inject 9 team@busy.example '<>'
eventually "all are deferred" settled 112
pf postconf -e defer_transports=
pf postfix reload 2>/dev/null
start_agent message_limit=200 overload_threshold=100 overload_clear_threshold=80
eventually "it takes SETs" takes_sets
start_top 100x30
shows 'OVERLOAD, 112 messages'
press 2
shows 'news@shop'
press H
shows 'Hold .* messages from news@shop'
press y Enter
shows '^hold: '
leaves
# The lines of the queues show the change once some numbers have been read after it.
press 1
moved() { [ "$(screen | sed -n '/^deferred/s/.* //p' | wc -m)" -gt 20 ]; }
wait_for "$patience" moved || fail "the queue has no line"
press / n e w s Enter
shows '^filter: news'
press Space Space Space
shows ', 3 marked'
terminal capture-pane -pe | sed "s/127\.0\.0\.1:$snmp_port/mx1/" |
    "$images/terminal-to-svg.py" >"$images/top.svg"
quits 0
