#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# fetch-mibs.sh DIR: fill DIR with the standard MIB modules that
# HERMES-MAILQUEUE-MIB is built on, so that names resolve.
#
# Debian ships no IETF modules with net-snmp, and the package that
# downloads them is in non-free.  Its package erlang-snmp (main) carries the
# few needed here; it is downloaded and unpacked into a temporary directory,
# never installed.  NET-SNMP-MIB comes from libsnmp-base.  No root needed;
# `apt-get update` must have run once on the machine.
#
# Afterwards, from the project's directory:
#
#   MIBDIRS=DIR:mibs MIBS=SNMPv2-MIB:HERMES-MAILQUEUE-MIB snmpwalk ...
#
# Not MIBS=+HERMES-MAILQUEUE-MIB: the plus sign adds net-snmp's built-in
# list, which names a dozen modules (IF-MIB, IP-MIB, ...) that a bare Debian
# does not have, and the tools then warn about each of them.
#
# Exit: 0 DIR is complete (it is left alone when it was), 1 it is not.

set -eu

standard='SNMPv2-SMI SNMPv2-TC SNMPv2-CONF SNMPv2-MIB SNMP-FRAMEWORK-MIB'

if [ $# -ne 1 ]; then
    echo "usage: $0 DIR" >&2
    exit 1
fi
dir=$1

have_all() {
    for module in $standard NET-SNMP-MIB; do
        [ -s "$dir/$module.txt" ] || return 1
    done
}

# unpack PACKAGE: leaves its files below $tmp/PACKAGE.
unpack() {
    mkdir "$tmp/$1" "$tmp/$1.deb.d"
    # apt would rather download as its own user, who cannot write here.
    if ! (cd "$tmp/$1.deb.d" &&
          apt-get -qq -o APT::Sandbox::User="$(id -un)" download "$1"); then
        echo "$0: cannot download $1; has 'apt-get update' run?" >&2
        exit 1
    fi
    dpkg -x "$tmp/$1.deb.d"/*.deb "$tmp/$1"
}

# take MODULE FILE: copies under its final name in one step, so that a run
# cut short never leaves half a module behind.
take() {
    cp "$2" "$dir/.$1.$$"
    chmod 0644 "$dir/.$1.$$"
    mv -f "$dir/.$1.$$" "$dir/$1.txt"
}

mkdir -p "$dir"
if have_all; then
    exit 0
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

unpack erlang-snmp
for module in $standard; do
    file=$(find "$tmp/erlang-snmp" -name "$module.mib" -print | head -n 1)
    if [ -z "$file" ]; then
        echo "$0: erlang-snmp no longer carries $module" >&2
        exit 1
    fi
    take "$module" "$file"
done

if [ ! -s /usr/share/snmp/mibs/NET-SNMP-MIB.txt ]; then
    unpack libsnmp-base
    take NET-SNMP-MIB "$tmp/libsnmp-base/usr/share/snmp/mibs/NET-SNMP-MIB.txt"
else
    take NET-SNMP-MIB /usr/share/snmp/mibs/NET-SNMP-MIB.txt
fi
have_all
