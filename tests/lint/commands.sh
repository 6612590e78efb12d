#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# commands.sh DUMP_MIB: every command of an action stands, under its number, in the texts that list
# them. mib.module compares the MIB module, and lint.client the client.

dump=$(realpath "$1")
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

mapfile -t commands < <("$dump" | sed -n 's/^hmqActionCommand //p')
[ "${#commands[@]}" -ge 8 ] || wrong "$dump: only ${#commands[@]} commands"

names=("${commands[@]#* }")
views=contrib/snmpd/hermes-mailqueue-access.conf.example
list=$(printf ', %s' "${commands[@]}")
grep -qF "${list#, }." "$views" || wrong "$views:1: other commands: ${list#, }"

list=$(printf ', %s' "${names[@]}")
grep -qF "| ${list#, } |" <(sed 's/| what an action does: /| /' docs/glossary.md) ||
    wrong "docs/glossary.md:1: other commands: ${list#, }"
finish
