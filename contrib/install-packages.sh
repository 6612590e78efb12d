#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# install-packages.sh PURPOSE... [-- PACKAGE...]: installs what is missing of the packages that
# packages.txt lists for `build`, `postfix`, `snmp`, `snmpd`, `test`, `checkers` and other purposes,
# and of the packages named, if this release has them.  It says what it installs.
#
# A machine must not change by it beyond having the packages:
#   * nothing is removed for them: Postfix would take the place of another mail server;
#   * no question is asked, and Postfix comes without a configuration ("No configuration" in
#     Debian's terms: no /etc/postfix/main.cf, so it does not start, now or later);
#   * no service is started.  Debian still starts some of them at the next boot: snmpd, which
#     listens on 127.0.0.1 only, of those for `test` snmptrapd and prometheus-alertmanager, and of
#     those for `checkers` prometheus, prometheus-snmp-exporter and munin-node, which listen on all
#     addresses; `systemctl disable` them where that is not wanted.

set -euo pipefail
umask 022
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
# shellcheck source=contrib/lab/lib.sh
. "$here/lab/lib.sh"

policy=/usr/sbin/policy-rc.d
policy_made=no
log=

cleanup() {
    [ "$policy_made" = no ] || rm -f "$policy"
    [ -z "$log" ] || rm -f "$log"
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# apt_get COMMAND...: quiet, unless it fails.
apt_get() {
    # Another apt may be at work; 300 s are enough for most.  A terminal of its own would stop it
    # where this script is in the background of one.
    apt-get -o Dpkg::Use-Pty=0 -q -y -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null ||
        die "apt-get $* failed:"$'\n'"$(tail -n 15 "$log")"
}

# Debian's way to say that services stay off: a package asks this program first.
forbid_services() {
    [ ! -e "$policy" ] || return 0
    policy_made=yes
    printf '%s\n' '#!/bin/sh' "# From hermes-mailqueue's install-packages.sh; safe to remove." \
        'exit 101' >"$policy"
    chmod 0755 "$policy"
}

# find_missing PURPOSE...: into `missing`.
find_missing() {
    local purpose package
    for purpose in "$@"; do
        grep -q "^$purpose " "$here/packages.txt" ||
            die "'$purpose' is no purpose in $here/packages.txt"
        while read -r package; do
            installed "$package" || missing+=("$package")
        done < <(awk -v purpose="$purpose" '$1 == purpose { print $2 }' "$here/packages.txt")
    done
}

# known PACKAGE...: those that this release has and this machine lacks.
known() {
    local package
    for package in "$@"; do
        installed "$package" || [ -z "$(apt-cache show "$package" 2>/dev/null)" ] ||
            echo "$package"
    done
}

[ $# -gt 0 ] || die "usage: ${0##*/} PURPOSE... [-- PACKAGE...]; packages.txt has the purposes"
command -v apt-get >/dev/null || die "there is no apt-get; install what $here/packages.txt lists"
purposes=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    purposes+=("$1")
    shift
done
[ $# -eq 0 ] || shift
missing=()
find_missing "${purposes[@]}"
# Lists that were fetched once tell well enough what a release does not have.
if [ ${#missing[@]} -eq 0 ] && [ -z "$(known "$@")" ] &&
    { [ $# -eq 0 ] || compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; }; then
    exit 0
fi
need_root
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
apt_get update
while read -r package; do missing+=("$package"); done < <(known "$@")
[ ${#missing[@]} -gt 0 ] || exit 0
echo "installing ${missing[*]}"
# A simulation first: it tells which packages would have to go.
apt_get -s --no-install-recommends install "${missing[@]}"
removed=$(awk '$1 == "Remv" { print $2 }' "$log")
[ -z "$removed" ] ||
    die "installing ${missing[*]} would remove" "${removed//$'\n'/ };" \
        'decide about that yourself (apt-get install ...) and run this again'
forbid_services
if [[ " ${missing[*]} " == *' postfix '* ]]; then
    debconf-set-selections <<<'postfix postfix/main_mailer_type select No configuration'
fi
apt_get install --no-install-recommends --no-remove "${missing[@]}"
