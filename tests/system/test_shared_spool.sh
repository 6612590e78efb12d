#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_shared_spool.sh DAEMON: a spool on a file system that others change without an event of
# inotify, as a network file system is; here FUSE.  Mail comes and goes, which is no loss of data.

set -euo pipefail
command -v bindfs >/dev/null && [ -c /dev/fuse ] || {
    echo 'SKIP: bindfs and /dev/fuse are needed'
    exit 77
}
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
cleanup_more() { umount "$root/view" 2>/dev/null || true; }

start_postfix
start_snmpd
start_trapd
inject 2
eventually "two messages are deferred" settled 2
mkdir "$root/view"
bindfs "$spool" "$root/view"
start_agent "spool_directory=$root/view" list_interval=100ms
expect 1.2.1.0 2 "they are counted"
expect 1.1.5.0 1 "the data is good"
for _ in {1..500}; do
    inject 2
    pf postsuper -d ALL 2>/dev/null
done
inject 3
eventually "in the end three are deferred" settled 3
expect 1.2.1.0 3 "and counted"
expect 1.1.5.0 1 "the data is good"
expect_traps 9 0 "and was never reported as lost"
stop_agent
check "no sanitizer report" no_sanitizer_report
echo "$checks checks passed"
