#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# sandbox.sh UNIT COMMAND...: runs the command in what the unit's own directives make of the file
# system and of root's powers, without systemd: ProtectSystem=strict, ReadWritePaths=,
# InaccessiblePaths=, CapabilityBoundingSet= and NoNewPrivileges=; as nobody where it has User=.
# Stricter than systemd in one respect: /tmp and /var/tmp are read-only here, where PrivateTmp=
# would give an empty one.

set -euo pipefail

if [ "${1-}" != --inside ]; then
    exec unshare --mount --propagation private -- "$0" --inside "$@"
fi
unit=$2
shift 2

# directive NAME: the values of all its lines; an empty one drops those before it.
directive() {
    awk -v name="$1" 'index($0, name "=") == 1 { value = substr($0, length(name) + 2)
        all = value == "" ? "" : all " " value } END { print all }' "$unit"
}

# paths NAME: those that exist; a missing one is an error unless it starts with "-".
paths() {
    local path
    for path in $(directive "$1"); do
        if [ -e "${path#-}" ]; then
            echo "${path#-}"
        elif [[ $path != -* ]]; then
            echo "sandbox.sh: $1: no $path" >&2
            exit 226
        fi
    done
}

[ "$(directive ProtectSystem)" = ' strict' ] || { echo "sandbox.sh: not strict" >&2; exit 1; }
writable=$(paths ReadWritePaths)
for path in $writable; do
    mount --bind -- "$path" "$path"
done
mkdir -p /run/hmq-nothing && chmod 0 /run/hmq-nothing
for path in $(paths InaccessiblePaths); do
    mount --bind -- /run/hmq-nothing "$path"
done
mapfile -t mounts < <(awk '{ print $5 }' /proc/self/mountinfo)
for path in "${mounts[@]}"; do
    path=$(printf '%b' "$path")
    case $path in
    /proc | /proc/* | /sys | /sys/* | /dev | /dev/*) continue ;;
    esac
    for keep in $writable; do
        [[ $path != "$keep" && $path != "$keep"/* ]] || continue 2
    done
    mount -o remount,bind,ro -- "$path"
done

capabilities=-all
for capability in $(directive CapabilityBoundingSet); do
    capability=${capability,,}
    capabilities+=,+${capability#cap_}
done
[ "$(directive NoNewPrivileges)" = ' yes' ] || { echo "sandbox.sh: privileges" >&2; exit 1; }
as=()
[ -z "$(directive User)" ] || as=(--reuid nobody --regid nogroup --clear-groups)
exec setpriv --no-new-privs --bounding-set "$capabilities" --inh-caps -all "${as[@]}" -- "$@"
