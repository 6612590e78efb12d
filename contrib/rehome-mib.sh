#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# rehome-mib.sh OID <HERMES-MAILQUEUE-MIB.txt >site/HERMES-MAILQUEUE-MIB.txt
#
# Moves the module to a site's own number.  OID is numeric, with or without
# a leading dot, below .1.3.6.1.4.1 (enterprises) or .1.3.6.1.3
# (experimental), and the same as `base_oid` in the configuration: it takes
# the place of the whole of { netSnmpPlaypen 2525 }.
#
#   contrib/rehome-mib.sh .1.3.6.1.4.1.99999.7 <mibs/HERMES-MAILQUEUE-MIB.txt
#
# The module keeps its name, so managers must have only one of the two in
# their MIB directories.  Nothing is written unless all of it can be.
#
# Exit: 0 done, 1 OID is not usable or the input is not the module as
# distributed.

set -eu

fail() {
    echo "$0: $1" >&2
    exit 1
}

[ $# -eq 1 ] || fail "usage: $0 OID <module >module"

oid=${1#.}
case $oid in
1.3.6.1.4.1.*) parent=enterprises rest=${oid#1.3.6.1.4.1.} ;;
1.3.6.1.3.*)   parent=experimental rest=${oid#1.3.6.1.3.} ;;
*) fail "'$1' is not a numeric OID below .1.3.6.1.4.1 or .1.3.6.1.3" ;;
esac

# A sub-identifier is a number of at most 32 bits without leading zeros; a
# module's root cannot end in 0, which is kept for notifications.
printf '%s\n' "$rest" | awk -F. '
    NR > 1 || NF < 1 || NF > 60 || $NF == "0" { exit 1 }
    {
        for (i = 1; i <= NF; i++)
            if ($i !~ /^(0|[1-9][0-9]*)$/ || length($i) > 10 ||
                $i + 0 > 4294967295)
                exit 1
    }' || fail "'$1' is not an OID a module can have as its root"

tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Two places: the import of the parent, which moves from the last clause of
# IMPORTS (with its semicolon) to the first; and the root itself, with a name
# for each number between it and the parent, as SMIv2 wants.  The names
# follow the root because MODULE-IDENTITY has to come first.
awk -v parent="$parent" -v rest="$rest" '
    BEGIN { depth = split(rest, number, "[.]") }
    /^    MODULE-IDENTITY, / && !imported {
        sub(/MODULE-IDENTITY, /, "MODULE-IDENTITY, " parent ", ")
        imported = 1
    }
    /^        FROM SNMP-FRAMEWORK-MIB$/ { $0 = $0 ";" }
    /^    netSnmpPlaypen$/ { dropped++; next }
    /^        FROM NET-SNMP-MIB;$/ { dropped++; next }
    /^    ::= \{ netSnmpPlaypen 2525 \}$/ {
        for (i = 1; i < depth; i++) {
            between = between "hmqSite" i " OBJECT IDENTIFIER ::= { " \
                parent " " number[i] " }\n"
            parent = "hmqSite" i
        }
        $0 = "    ::= { " parent " " number[depth] " }" \
            (between == "" ? "" : "\n\n" substr(between, 1, length(between) - 1))
        root++
    }
    { print }
    END { exit !(imported && dropped == 2 && root == 1) }' >"$tmp" ||
    fail 'the input is not HERMES-MAILQUEUE-MIB as distributed'
cat "$tmp"
