#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# boot.sh DEB CACHE [CASE...]: installs the package (or the one in the directory DEB) on a machine
# of its own, a fresh Debian whose first process is systemd, and runs the files of cases/ there in
# the order of their names: all, or those whose names contain one of the words.  The last line is
# `N passed, N failed`.  Exits 77 where no such machine can run.
#
#   RELEASE=bookworm|trixie  Debian's release; by default this machine's
#   ENGINE=podman|qemu       a container (default), or a virtual machine with Debian's own kernel,
#                            which takes minutes but has memory limits, AppArmor and udev
#
# CACHE keeps what is made once: the root, and for qemu the disk.  Needs root.  The machine has no
# network; what the package depends on is in its root from the start.

set -euo pipefail
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
# shellcheck source=contrib/lab/lib.sh
. "$here/../../contrib/lab/lib.sh"
need_root
deb=$(realpath -- "$1")
[ ! -d "$deb" ] || deb=$(echo "$deb"/hermes-mailqueue_*.deb)
[ -f "$deb" ] || die "no package: $deb"
mkdir -p "$2"
cache=$(realpath -- "$2")
shift 2
wanted=("$@")
engine=${ENGINE-podman}
release=${RELEASE-$(. /etc/os-release && echo "${VERSION_CODENAME-}")}
work=$(mktemp -d /tmp/hmq-boot.XXXXXX)
passed=0
failed=0

# shellcheck source=tests/support/debian_root.sh
. "$here/../support/debian_root.sh"
# shellcheck source=tests/boot/root.sh
. "$here/root.sh"
# shellcheck source=tests/boot/podman.sh
. "$here/$engine.sh"

cleanup() {
    local status=$?
    trap - EXIT
    stop_machine >/dev/null 2>&1 || true
    rm -rf --one-file-system "$work" || true
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

result() { # STATUS WHAT [DETAIL]
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok: $2"
    else
        failed=$((failed + 1))
        echo "FAIL: $2${3:+: $3}"
    fi
}

is_up() {
    state=$(inside systemctl is-system-running 2>/dev/null) || true
    [ "$state" = running ] || [ "$state" = degraded ]
}

# up WHAT: waits until all that starts by itself has started, or has failed.
up() {
    local state='' start=${EPOCHREALTIME/./} status=0
    wait_for 300 is_up || true
    [ "$state" = running ] || status=1
    result "$status" "$1, in $(((${EPOCHREALTIME/./} - start) / 1000)) ms" \
        "$state; $(inside systemctl --failed --no-legend 2>&1 | tr '\n' ' ' || true)"
}

# selected FILE: whether the case was asked for.
selected() {
    local word
    [ ${#wanted[@]} -gt 0 ] || return 0
    for word in "${wanted[@]}"; do
        [[ $1 != *"$word"* ]] || return 0
    done
    return 1
}

# run CASE: each line that it prints is a result.
run() { # CASE
    local before=$((passed + failed)) line status=0
    echo "-- $1"
    inside bash "/in/cases/$1" >"$work/out" 2>"$work/err" || status=$?
    while IFS= read -r line; do
        case $line in
        'ok: '*) result 0 "${line#ok: }" ;;
        'FAIL: '*) result 1 "${line#FAIL: }" ;;
        esac
    done <"$work/out"
    if [ "$status" -ne 0 ] || [ "$((passed + failed))" -eq "$before" ]; then
        result 1 "$1 runs to its end" "status $status: $(tail -n 3 "$work/err" | tr '\n' ' ')"
    fi
}

# What the machine finds in /in.
mkdir "$work/in"
cp -r "$here/cases" "$work/in/"
cp "$here/../../README.md" "$work/in/"
cp "$deb" "$work/in/agent.deb"
# another_version SUFFIX FILE: the same package with another version.
another_version() {
    rm -rf "$work/unpacked"
    dpkg-deb -R "$deb" "$work/unpacked"
    sed -i "s/^Version: .*/&$1/" "$work/unpacked/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$work/unpacked" "$2" >/dev/null
}
another_version +next "$work/in/next.deb"

make_root
can_run || exit 77
start_machine
up "the machine has booted ($release, $engine)"
for file in "$here"/cases/[0-9]*.sh; do
    name=${file##*/}
    selected "$name" || continue
    run "$name"
    if [[ $name == *-reboot.sh ]]; then
        reboot_machine
        up "the machine has rebooted"
    fi
done
if [ "$failed" -gt 0 ]; then
    echo "-- journal"
    inside journalctl --no-pager -b -o short-monotonic -u 'hermes-mailqueue*' -n 60 || true
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
