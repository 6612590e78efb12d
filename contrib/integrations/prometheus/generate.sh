#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# generate.sh [DIR]: makes snmp.yml and snmp-0.21.yml in DIR (here, by default) of generator.yml and
# the MIB module, with the generator of Debian's package prometheus-snmp-exporter, python3-yaml and
# fetch-mibs.sh.  MODULE, in the environment, is another module, such as one of
# contrib/rehome-mib.sh.
#
# The generator of Debian 12 reads the older form, that of Debian 13 the newer one; the two forms
# differ in where the credentials are, so either generator serves for both files.

set -euo pipefail
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
target=$(realpath -- "${1-$here}")

# find FILE FOLDER...: the first that there is: in a checkout, or where the project was installed.
find() {
    local folder
    for folder in "${@:2}"; do
        [ ! -e "$folder/$1" ] || { echo "$folder/$1"; return; }
    done
    echo "${0##*/}: there is no $1 in any of ${*:2}" >&2
    return 1
}

module=${MODULE-}
[ -n "$module" ] || module=$(find HERMES-MAILQUEUE-MIB.txt "$here/../../../mibs" \
    /usr/local/share/snmp/mibs /usr/share/snmp/mibs)
fetch=$(find fetch-mibs.sh "$here/../.." /usr/local/share/hermes-mailqueue \
    /usr/share/hermes-mailqueue)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/mibs"
"$fetch" "$work/mibs"
cp "$module" "$work/mibs/HERMES-MAILQUEUE-MIB.txt"
cp "$here/generator.yml" "$work/newer.yml"
"$here/forms.py" older "$work/newer.yml" >"$work/older.yml"
cd "$work"
export MIBDIRS=$work/mibs MIBS=ALL SNMPCONFPATH=$work SNMP_PERSISTENT_DIR=$work
ok=no
for form in newer older; do
    cp "$form.yml" generator.yml
    if prometheus-snmp-generator generate >"$form.log" 2>&1; then
        ok=$form
        break
    fi
done
[ "$ok" != no ] || { cat newer.log older.log >&2; exit 1; }
"$here/forms.py" newer snmp.yml >made.newer
"$here/forms.py" older snmp.yml >made.older
cp made.newer "$target/snmp.yml"
cp made.older "$target/snmp-0.21.yml"
