#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# release.sh SUITE [PART]: README's two commands on a fresh machine of another release of Debian
# (bookworm, trixie), as root: contrib/quickstart.sh --once, then tests/run.sh PART; for the PART
# rounds only the latter.  Called by
# tests/run.sh.  The machine is a root directory that has nothing but the essential packages and a
# copy of this checkout.  PART shell: a shell in the root directory that a failed run has left.
#
# Below build/machines, or CACHE where that is set: SUITE.tar, the root before anything has
# happened in it (remove it to have it made anew), archives/, the packages that were installed, so
# that they are downloaded once, and SUITE/, the root, left where something failed.

set -euo pipefail
umask 022
project=$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")
# shellcheck source=contrib/lab/lib.sh
. "$project/contrib/lab/lib.sh"
# shellcheck source=tests/support/checkout.sh
. "$project/tests/support/checkout.sh"
# shellcheck source=tests/support/debian_root.sh
. "$project/tests/support/debian_root.sh"
enter=$project/tests/support/enter_root.sh

# Awkward on purpose: closed to all others, and with a blank in its name.
checkout='/root/a checkout'

make_base() {
    echo "making a root of $suite"
    debian_root "$suite" "$cache/.$suite.tar" "$cache/$suite.log" --variant=minbase \
        --include=ca-certificates || die "no root of $suite: $(tail -n 5 "$cache/$suite.log")"
    mv "$cache/.$suite.tar" "$cache/$suite.tar"
}

# What a machine is told by its network, and the certificates it trusts.
settle_in() {
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    [ ! -s /etc/ssl/certs/ca-certificates.crt ] ||
        cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    copy_checkout "$project" "$root$checkout"
}

# in_root COMMAND...: in the checkout there, with nothing of the caller's environment but the way to
# the network.
in_root() {
    local name
    local -a settings=(HOME=/root "TERM=${TERM-dumb}"
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
    for name in {http,https,no}_proxy {HTTP,HTTPS,NO}_PROXY NODE_EXTRA_CA_CERTS; do
        [ -z "${!name-}" ] || settings+=("$name=${!name}")
    done
    ! command -v npm >/dev/null ||
        settings+=("npm_config_registry=$(cd / && npm config get registry)")
    "$enter" "$root" -b "$cache/archives" var/cache/apt/archives \
        env -i -C "$checkout" "${settings[@]}" "$@"
}

suite=${1-} part=${2-all}
[[ $suite =~ ^[a-z]+$ ]] || die "usage: tests/run.sh release SUITE [PART]"
case $part in
unit | mib | lint | system | boot | image | bench | faults | memcheck | coverage | mutation | \
    fuzz | rounds | all | shell) ;;
*) die "'$part' is no part of the tests" ;;
esac
need_root
cache=${CACHE-$project/build/machines}
mkdir -p "$cache/archives"
cache=$(realpath -- "$cache")
root=$cache/$suite
if [ "$part" = shell ]; then
    [ -d "$root$checkout" ] || die "no run has left anything in $root"
    in_root bash
    exit
fi
"$project/contrib/install-packages.sh" release
exec 9>"$cache/$suite.lock"
flock -n 9 || die "another run works in $root"
[ -s "$cache/$suite.tar" ] || make_base
rm -rf --one-file-system -- "$root"
mkdir "$root"
tar -C "$root" --numeric-owner -xpf "$cache/$suite.tar"
settle_in

passed=0 failed=0
# The rounds are about other systems.
if [ "$part" != rounds ]; then
    started=$SECONDS
    if in_root contrib/quickstart.sh --once </dev/null; then
        passed=1
    else
        failed=1
    fi
    echo "$suite: the quickstart took $((SECONDS - started)) s"
fi
status=0 started=$SECONDS
# No pipe: enter_root.sh has to be a child of this shell, with which it ends.
in_root tests/run.sh "$part" </dev/null > >(tee "$cache/$suite.log") || status=$?
wait "$!"
echo "$suite: the tests took $((SECONDS - started)) s"
read -r more what less _ < <(tail -n 1 "$cache/$suite.log") || true
if [ "$what" = passed, ]; then
    passed=$((passed + more)) failed=$((failed + less))
else
    failed=$((failed + 1))
fi
if [ "$failed" -eq 0 ] && [ "$status" -eq 0 ]; then
    rm -rf --one-file-system -- "$root"
else
    status=1
    echo "to look around: tests/run.sh release $suite shell"
fi
echo "$passed passed, $failed failed"
exit "$status"
