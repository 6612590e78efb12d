#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# smilint.sh MODULE WORKDIR: the module is clean at smilint's level 6, as
# distributed and moved to another root, and net-snmp's own parser agrees.
#
# WORKDIR/mibs keeps the standard modules between runs.  Needs smitools,
# snmp, and the network for the first run.

set -eu

[ $# -eq 2 ] || { echo "usage: $0 MODULE WORKDIR" >&2; exit 1; }
module=$1
work=$2
contrib=$(dirname "$0")/../../contrib

fail() {
    echo "FAIL: $1"
    [ ! -s "$work/out" ] || head -n 20 "$work/out"
    exit 1
}

# lint FILE: smilint's complaints.  No configuration but the given one (the
# system's hides some findings), and only the modules fetched.
lint() {
    SMIPATH=$work/mibs smilint -c /dev/null -s -m -l 6 "$1" 2>&1
}

# root_of DIR: what net-snmp makes of hermesMailQueueMIB in DIR; its
# warnings come out too and spoil the comparison.
root_of() {
    SNMPCONFPATH=$work SNMP_PERSISTENT_DIR=$work \
        MIBDIRS=$work/mibs:$1 MIBS=HERMES-MAILQUEUE-MIB \
        snmptranslate -On HERMES-MAILQUEUE-MIB::hermesMailQueueMIB 2>&1
}

# net-snmp says so when it makes this last one itself.
mkdir -p "$work/as-is" "$work/rehomed" "$work/cert_indexes"
: >"$work/out"
"$contrib/fetch-mibs.sh" "$work/mibs" || fail 'standard modules'

lint "$module" >"$work/out" || fail "smilint's exit status"
[ ! -s "$work/out" ] || fail 'smilint has something to say'

# A linter that cannot find its modules or is told to be silent would pass
# anything: it must notice a type that does not exist.
sed 's/^    SYNTAX       DateAndTime$/    SYNTAX       DateAndPlace/' \
    "$module" >"$work/broken.txt"
lint "$work/broken.txt" | grep -q DateAndPlace ||
    fail 'smilint did not notice a broken module'

cp "$module" "$work/as-is/"
: >"$work/out"
[ "$(root_of "$work/as-is")" = .1.3.6.1.4.1.8072.9999.9999.2525 ] ||
    { root_of "$work/as-is" >"$work/out"; fail 'root as distributed'; }

for oid in .1.3.6.1.4.1.99999 .1.3.6.1.4.1.99999.7 .1.3.6.1.4.1.99999.0.5.12 \
    .1.3.6.1.3.42; do
    "$contrib/rehome-mib.sh" "$oid" <"$module" \
        >"$work/rehomed/HERMES-MAILQUEUE-MIB.txt" || fail "rehome to $oid"
    lint "$work/rehomed/HERMES-MAILQUEUE-MIB.txt" >"$work/out" || true
    [ ! -s "$work/out" ] || fail "smilint on the module moved to $oid"
    [ "$(root_of "$work/rehomed")" = "$oid" ] ||
        { root_of "$work/rehomed" >"$work/out"; fail "root moved to $oid"; }
done

for oid in '' 1 .1.3.6.1 .1.3.6.1.4.1. 1.3.6.1.4.1.x .1.3.6.1.4.1.08 1..3.6.1.4.1 \
    .1.3.6.1.4.1.4294967296 .1.3.6.1.4.1.9.0 .1.4.6.1.4.1.9 '.1.3.6.1.4.1.9
5'; do
    "$contrib/rehome-mib.sh" "$oid" <"$module" >"$work/out" 2>&1 &&
        fail "rehome accepted '$oid'"
done
"$contrib/rehome-mib.sh" .1.3.6.1.4.1.1.1 \
    <"$work/rehomed/HERMES-MAILQUEUE-MIB.txt" >"$work/out" 2>&1 &&
    fail 'rehome accepted a module that was moved already'

echo 'ok'
