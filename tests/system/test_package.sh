#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_package.sh PROJECT BUILD: what `cmake --install` of the build and the Debian package in
# BUILD/package put where, and what lintian says of the package and its source. Neither is installed
# on this machine.

set -euo pipefail
project=$(realpath -- "$1")
build=$(realpath -- "$2")
packages=$build/package
root=$(mktemp -d /tmp/hmq-pkg.XXXXXX)
trap 'rm -rf "$root"' EXIT

fail() {
    echo "FAIL: $*"
    exit 1
}

# quiet COMMAND...: its output only when it fails.
quiet() {
    "$@" >"$root/log" 2>&1 || { tail -n 30 "$root/log"; fail "$*"; }
}

# check_tree ROOT PREFIX UNIT_DIR [MANUAL_SUFFIX]
check_tree() {
    local file mode units=$1$3
    while read -r mode file; do
        [ "$(stat -c %a "$1/$file" 2>/dev/null)" = "$mode" ] ||
            fail "$file is not there with mode $mode"
    done <<TREE
755 $2/sbin/hermes-mailqueued
755 $2/sbin/hermes-mailqueue-helper
755 $2/sbin/hermes-mailqueue-hooks
755 $2/sbin/hermes-mailqueue-hooks-worker
755 $2/bin/hmq
755 $2/share/hermes-mailqueue/fetch-mibs.sh
755 $2/share/hermes-mailqueue/rehome-mib.sh
644 $2/share/bash-completion/completions/hmq
644 $2/share/zsh/vendor-completions/_hmq
644 $2/share/snmp/mibs/HERMES-MAILQUEUE-MIB.txt
644 $2/share/man/man1/hmq.1${4-}
644 $2/share/man/man8/hermes-mailqueued.8${4-}
644 $2/share/man/man8/hermes-mailqueue-helper.8${4-}
644 $2/share/man/man8/hermes-mailqueue-hooks.8${4-}
644 $2/share/man/man5/hermes-mailqueue.conf.5${4-}
644 $2/share/man/man5/hermes-mailqueue-db.5${4-}
644 $2/share/man/man7/hermes-mailqueue-mib.7${4-}
644 $2/share/doc/hermes-mailqueue/examples/hermes-mailqueue-access.conf.example
644 $2/share/doc/hermes-mailqueue/examples/hermes-mailqueue-agentx.conf
755 $2/share/doc/hermes-mailqueue/examples/hooks/flush-when-back
755 $2/share/doc/hermes-mailqueue/examples/hermes/settings-to-hermes
644 $2/share/doc/hermes-mailqueue/examples/hermes/lib.sh
644 $2/lib/sysusers.d/hermes-mailqueue.conf
644 $2/lib/tmpfiles.d/hermes-mailqueue.conf
644 /etc/hermes-mailqueue/hermes-mailqueue.conf
TREE
    # All units, each for several instances too, and every program that one starts is installed.
    for file in "$project"/contrib/systemd/*.{service,socket}; do
        file=${file##*/}
        [ "$(stat -c %a "$units/$file" "$units/${file/./@.}" 2>/dev/null)" = $'644\n644' ] ||
            fail "$file"
    done
    while read -r file; do
        [ -x "$1/$file" ] || [ -x "$file" ] || fail "a unit starts $file, which is not there"
    done < <(sed -n 's/^Exec[A-Za-z]*=[-+!:@]*\([^ ]*\).*/\1/p' "$units"/*.service)
    # The example is a configuration that works, with the users of this machine.
    sed 's/^#user = .*/user = nobody/' "$1/etc/hermes-mailqueue/hermes-mailqueue.conf" >"$root/conf"
    "$1/$2/sbin/hermes-mailqueued" -c "$root/conf" -t >/dev/null || fail 'the example is refused'
}

# hardened PROGRAM: all that the compiler and the linker can do for it.
hardened() {
    local what file=$1 found
    found=$(readelf -hldW "$file")
    for what in 'Type: +DYN' 'Requesting program interpreter' GNU_RELRO 'FLAGS.* BIND_NOW' \
        'FLAGS_1.* NOW .*PIE' 'GNU_STACK .* RW '; do
        grep -qE "$what" <<<"$found" || fail "${file##*/}: readelf does not find $what"
    done
    found=$(readelf --dyn-syms -W "$file")
    # Fortified calls end in _chk.
    for what in __stack_chk_fail '__(v?f|v?s|v?sn)printf_chk'; do
        grep -qE " ${what}[@ ]" <<<"$found" || fail "${file##*/}: does not call $what"
    done
}

umask 077
DESTDIR=$root/dest quiet cmake --install "$build" --prefix /usr/local
check_tree "$root/dest" /usr/local /usr/local/lib/systemd/system
echo '# mine' >>"$root/dest/etc/hermes-mailqueue/hermes-mailqueue.conf"
DESTDIR=$root/dest quiet cmake --install "$build" --prefix /usr/local
[ "$(tail -n 1 "$root/dest/etc/hermes-mailqueue/hermes-mailqueue.conf")" = '# mine' ] ||
    fail "a site's configuration was overwritten"
echo 'ok: cmake --install'

deb=$(echo "$packages"/hermes-mailqueue_*.deb)
dpkg-deb -x "$deb" "$root/deb"
dpkg-deb -e "$deb" "$root/control"
unit_dir=$(pkg-config --variable=systemdsystemunitdir systemd)
check_tree "$root/deb" /usr "$unit_dir" .gz
# What cmake installs, under Debian's names.
while read -r file; do
    [ -e "$root/deb/$file" ] || [ -e "$root/deb/$file.gz" ] || fail "no $file in the package"
done < <(cd "$root/dest" && find . -type f | sed -E "
    s|^\./usr/local/lib/systemd/system|.$unit_dir|; s|^\./usr/local|./usr|; /LICENSE\$/d")
[ "$(cat "$root/control/conffiles")" = /etc/hermes-mailqueue/hermes-mailqueue.conf ] ||
    fail 'conffiles'
[ "$("$root/deb/usr/sbin/hermes-mailqueued" -V)" = \
    "hermes-mailqueued $(dpkg-deb -f "$deb" Version | sed 's/-.*//')" ] || fail 'the version'
# Against what the linker says: each library of the programs comes from a package that is named.
depends=$(dpkg-deb -f "$deb" Depends)
for library in libc6 libcjson1 libcurl4 libncursesw6 libsnmp40 libsqlite3-0 libssl3 libsystemd0 \
    libtinfo6; do
    [[ $depends =~ $library(t64)?\ \(\>= ]] || fail "no dependency on $library: $depends"
done
for file in "$root"/deb/usr/sbin/*; do
    hardened "$file"
done
for script in postinst prerm postrm; do
    sh -n "$root/control/$script" || fail "$script"
    ! grep -nE '(systemctl|deb-systemd-invoke) (enable|start|restart)' "$root/control/$script" ||
        fail "$script starts something"
done
for file in "$project"/contrib/systemd/*.{service,socket}; do
    grep -q "try-restart.*'${file##*/}'" "$root/control/postinst" &&
        grep -q "stop.* ${file##*/}" "$root/control/prerm" ||
        fail "${file##*/} is not restarted on upgrade and stopped on removal"
done
grep -q "try-restart 'hermes-mailqueue\*@\*'" "$root/control/postinst" &&
    grep -q "stop 'hermes-mailqueue\*@\*'" "$root/control/prerm" ||
    fail 'instances are not restarted on upgrade and stopped on removal'
echo 'ok: the Debian package'

quiet "$project/contrib/packaging/build-deb.sh" -S "$root/out"
[ -s "$(echo "$root"/out/hermes-mailqueue_*.orig.tar.xz)" ] || fail 'the source package'
lintian --allow-root --info --fail-on error,warning "$packages"/*.changes "$root"/out/*.changes ||
    fail 'lintian'
echo 'ok: lintian'
