#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# integrations.sh MODULE FOLDER WORKDIR: every OID in the examples is the object its name says,
# by the module.  Run after smilint.sh, which fills WORKDIR/mibs.

set -eu
module=$1 folder=$2 work=$3
"$(dirname "$0")/../../contrib/fetch-mibs.sh" "$work/mibs"
mkdir -p "$work/cert_indexes"

oid_of() {
    SNMPCONFPATH=$work SNMP_PERSISTENT_DIR=$work MIBDIRS=$work/mibs:$(dirname "$module") \
        MIBS=HERMES-MAILQUEUE-MIB snmptranslate -On "HERMES-MAILQUEUE-MIB::$1"
}

# Pairs of a name and a numeric OID, from the lines `name: X` and, below it, the OID.
pairs=$(cat "$folder"/*.yml | awk '
    $1 == "-" && $2 == "name:" { name = $3 }
    $1 == "name:" { name = $2 }
    /(^| )oid: 1\.3/ { print name, $2 }
    /snmp_oid: / { gsub(/.*get\[|\].*/, ""); print name, $0 }')
[ "$(echo "$pairs" | wc -l)" -ge 15 ] || { echo "FAIL: too few OIDs found: $pairs"; exit 1; }
echo "$pairs" | while read -r name oid; do
    # An instance of a scalar ends in .0.
    [ "$(oid_of "$name")" = ".$oid" ] || [ "$(oid_of "$name").0" = ".$oid" ] ||
        { echo "FAIL: $name is $(oid_of "$name"), not .$oid"; exit 1; }
done
# What is fetched and what is named agree.
sed -n '/^ *\(get\|walk\):/,/^ *metrics:/s/^ *- \(1\.3[0-9.]*\)$/\1/p' "$folder/snmp_exporter.yml" |
    while read -r oid; do
        grep -q "oid: ${oid%.0}$" "$folder/snmp_exporter.yml" ||
            { echo "FAIL: $oid has no metric"; exit 1; }
    done
echo ok
