# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The root of the machine: systemd, Postfix, snmpd and all that the package depends on.  Sourced by
# boot.sh.

: "${deb?}" "${cache?}" "${release?}" "${work?}" "${engine?}"

# dependencies: the names in the package's Depends, the first of each alternative.
dependencies() {
    dpkg-deb -f "$deb" Pre-Depends Depends | sed 's/^[A-Za-z-]*: //' | tr ',' '\n' |
        sed -E 's/\|.*//; s/\(.*//; s/:any//; s/[[:space:]]//g; /^$/d'
}

# make_root: sets `root`, a folder below the cache that is not to be changed.
make_root() {
    local -a packages=(systemd systemd-sysv dbus procps sudo iproute2 netbase postfix snmpd snmp
        snmptrapd sqlite3 python3-minimal libpython3-stdlib)
    local questions='postfix postfix/main_mailer_type select Internet Site
postfix postfix/mailname string gw.test.example'
    [ "$engine" != qemu ] || packages+=(udev kmod apparmor openssh-server
        linux-image-cloud-amd64)
    mapfile -t -O "${#packages[@]}" packages < <(dependencies)
    root=$cache/root-$(printf '%s\n' "$release" "${packages[@]}" | sha256sum | cut -c 1-16)
    [ ! -d "$root" ] || return 0
    rm -rf --one-file-system "$root.new"
    debian_root "$release" "$root.new" "$work/mmdebstrap.log" --variant=apt \
        --dpkgopt=force-unsafe-io "--include=$(IFS=,; echo "${packages[*]}")" \
        --essential-hook="echo '$questions' | chroot \"\$1\" debconf-set-selections" ||
        die "mmdebstrap failed:"$'\n'"$(tail -n 15 "$work/mmdebstrap.log")"
    mv "$root.new" "$root"
}
