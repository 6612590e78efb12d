#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# client.sh HMQ DUMP_MIB: hmq(1) explains every command, option, key of top, table and key of JSON
# that hmq has, and every command of an action is one of hmq.

client=$(realpath "$1") dump=$(realpath "$2")
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
page=docs/man/hmq.1

mapfile -t commands < <("$client" --help | sed -nE 's/^  ([a-z]+) .*/\1/p')
[ "${#commands[@]}" -gt 20 ] || wrong "$client: only ${#commands[@]} commands"
for name in "${commands[@]}"; do
    grep -qE "^\.It Cm (.* , )?$name( .*)?\$" "$page" || wrong "$page:1: does not explain $name"
    while read -r option; do
        grep -qE "^\.It Fl .*-$option( |\$)" "$page" || wrong "$page:1: does not explain --$option"
    done < <("$client" "$name" --help | grep -oE ' --[a-z-]+' | cut -c 4- | sort -u)
done
while read -r name; do
    [[ " ${commands[*]} " == *" $name "* ]] || wrong "client/commands.c:1: has no command $name"
done < <("$dump" | sed -n 's/^hmqActionCommand [0-9]* //p')

# The names of keys, of keys.c and of the manual, as "Up, k".
key_names() {
    tr '\n' ' ' <client/top/keys.c | grep -oE '\{\{[^}]*\}, *"[^"]+", *"[^"]+", *do_' |
        sed -E 's/^[^"]*"([^"]+)".*/\1/' | sort -u
}
key_items() {
    sed -nE '/^\.Ss The live screen/,/^\.Sh /s/^\.It Ic //p' "$page" |
        sed 's/\\&//g; s/ ,/,/g' | sort -u
}
[ "$(key_names | wc -l)" -gt 30 ] || wrong "client/top/keys.c:1: only few keys were found"
while read -r difference; do
    wrong "$page:1: The live screen: this key is there or in client/top/keys.c only: $difference"
done < <(diff <(key_names) <(key_items) | sed -n 's/^[<>] //p')

json=$(sed -n '/^\.Sh JSON/,/^\.Sh ENV/p' "$page")
keys=0
while read -r key; do
    keys=$((keys + 1))
    grep -qE "(^|[ ,])$key([ ,]|\$)" <<<"$json" || wrong "$page:1: JSON: does not have the key $key"
done < <(grep -oE '^    \{"[a-z0-9_]+"' client/schema.c | tr -d ' {"' | sort -u)
[ "$keys" -gt 60 ] || wrong "client/schema.c:1: only $keys keys were found"
while read -r group; do
    grep -qxF ".It Cm $group" <<<"$json" || wrong "$page:1: JSON: does not have the table $group"
done < <(sed -nE 's/^    \[TABLE_[A-Z_]+\] = \{"([a-z_]+)".*/\1/p' client/schema.c |
    grep -v '^results$')
finish
