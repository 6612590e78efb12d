#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# integrations.sh MODULE FOLDER WORKDIR: the files for monitoring systems name objects and numbers
# of the module, what is made of it is as the module has it now, and all of it moves with the root.
# Run after smilint.sh, which fills WORKDIR/mibs.

set -euo pipefail
module=$1 folder=$2 work=$3
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
"$here/../../contrib/fetch-mibs.sh" "$work/mibs"
mkdir -p "$work/cert_indexes"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$folder

# nodes DIR: the nodes of the module in DIR as net-snmp reads them.
nodes() {
    SNMPCONFPATH=$work SNMP_PERSISTENT_DIR=$work MIBDIRS=$work/mibs:$1 \
        MIBS=HERMES-MAILQUEUE-MIB snmptranslate -Tz | tr -d '"' | grep -E '^hmq|^hermesMailQ' | sort
}
nodes "$(dirname -- "$module")" >"$work/nodes"
python3 "$here/check_integrations.py" "$folder" "$work/nodes"

# Elsewhere: the copy is about the module that contrib/rehome-mib.sh makes, and about no other.
rm -rf "$work/moved" "$work/moved.mibs"
mkdir "$work/moved.mibs"
oid=.1.3.6.1.4.1.99999.7
"$here/../../contrib/rehome-mib.sh" "$oid" <"$module" >"$work/moved.mibs/HERMES-MAILQUEUE-MIB.txt"
"$folder/rehome.py" "$oid" "$work/moved"
nodes "$work/moved.mibs" >"$work/moved.nodes"
MODULE=$work/moved.mibs/HERMES-MAILQUEUE-MIB.txt python3 "$here/check_integrations.py" \
    "$work/moved" "$work/moved.nodes"
left=$(grep -rnE '8072[\\.]+9999[\\.]+9999[\\.]+2525' "$work/moved" || true)
[ -z "$left" ] || { echo "FAIL: rehome.py leaves $left"; exit 1; }
# What runs hmq has to tell it where the objects are.
while read -r file; do
    grep -qF -e "--base-oid\" = \"$oid\"" -e "--base-oid $oid" "$file" ||
        { echo "FAIL: $file runs hmq without the root"; exit 1; }
done < <(grep -rlF /usr/bin/hmq "$work/moved" --include='*.cfg' --include='*.conf')
echo ok
