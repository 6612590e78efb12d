# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What happens to a gateway in the rounds of tests/monitors, each a function without arguments: its
# snmpd ends; that is back, and the queue is empty; its agent ends. Sourced after integrations.sh.

# Set by lib.sh.
: "${root?}"

unanswered() { stop_daemon "$root/snmpd.pid"; }
answered() {
    start_snmpd
    pf postsuper -d ALL deferred >/dev/null 2>&1
}
stopped() { stop_agent; }
