#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_package.sh PROJECT: what `cmake --install` and the Debian package put where.  Neither is
# installed on this machine.

set -euo pipefail
project=$(realpath -- "$1")
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

# check_tree ROOT PREFIX
check_tree() {
    local file mode
    while read -r mode file; do
        [ "$(stat -c %a "$1/$file" 2>/dev/null)" = "$mode" ] ||
            fail "$file is not there with mode $mode"
    done <<END
755 $2/sbin/hermes-mailqueued
755 $2/sbin/hermes-mailqueue-helper
755 $2/sbin/hermes-mailqueue-hooks
755 $2/sbin/hermes-mailqueue-hooks-worker
755 $2/bin/hmq-action
755 $2/bin/hmq-status
755 $2/share/hermes-mailqueue/fetch-mibs.sh
755 $2/share/hermes-mailqueue/rehome-mib.sh
644 $2/share/snmp/mibs/HERMES-MAILQUEUE-MIB.txt
644 $2/share/man/man1/hmq-action.1
644 $2/share/man/man1/hmq-status.1
644 $2/share/man/man8/hermes-mailqueued.8
644 $2/share/man/man8/hermes-mailqueue-helper.8
644 $2/share/man/man8/hermes-mailqueue-hooks.8
644 $2/share/man/man5/hermes-mailqueue.conf.5
644 $2/share/man/man7/hermes-mailqueue-mib.7
644 $2/share/doc/hermes-mailqueue/copyright
644 $2/share/doc/hermes-mailqueue/hermes-mailqueue-access.conf.example
644 $2/share/doc/hermes-mailqueue/hermes-mailqueue-agentx.conf
644 $2/lib/systemd/system/hermes-mailqueued.service
644 $2/lib/sysusers.d/hermes-mailqueue.conf
644 $2/lib/tmpfiles.d/hermes-mailqueue.conf
644 /etc/hermes-mailqueue/hermes-mailqueue.conf
END
    # Every program a unit starts is one that was installed.
    while read -r file; do
        [ -x "$1/$file" ] || [ -x "$file" ] || fail "a unit starts $file, which is not there"
    done < <(
        sed -n 's/^Exec[A-Za-z]*=[-+!:@]*\([^ ]*\).*/\1/p' "$1/$2"/lib/systemd/system/*.service
    )
    # The example is a configuration that works, with the users of this machine.
    sed 's/^#user = .*/user = nobody/' "$1/etc/hermes-mailqueue/hermes-mailqueue.conf" >"$root/conf"
    "$1/$2/sbin/hermes-mailqueued" -c "$root/conf" -t >/dev/null || fail 'the example is refused'
}

umask 077
cd "$project"
quiet cmake -S . -B "$root/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_INSTALL_PREFIX=/usr -DHMQ_TESTS=OFF -DHMQ_WERROR=ON
quiet cmake --build "$root/build" --target package
DESTDIR=$root/dest quiet cmake --install "$root/build"
check_tree "$root/dest" /usr
echo '# mine' >>"$root/dest/etc/hermes-mailqueue/hermes-mailqueue.conf"
DESTDIR=$root/dest quiet cmake --install "$root/build"
[ "$(tail -n 1 "$root/dest/etc/hermes-mailqueue/hermes-mailqueue.conf")" = '# mine' ] ||
    fail "a site's configuration was overwritten"
echo 'ok: cmake --install'

deb=$(echo "$root"/build/*.deb)
dpkg-deb -x "$deb" "$root/deb"
dpkg-deb -e "$deb" "$root/control"
check_tree "$root/deb" /usr
diff <(cd "$root/dest" && find . -type f | sort) <(cd "$root/deb" && find . -type f | sort) ||
    fail 'the package has other files than cmake --install'
[ "$(cat "$root/control/conffiles")" = /etc/hermes-mailqueue/hermes-mailqueue.conf ] ||
    fail 'conffiles'
# Against what the linker says: each library of the programs comes from a package that is named.
depends=$(dpkg-deb -f "$deb" Depends)
for library in libc6 libcjson1 libcurl4 libsnmp40 libsqlite3-0 libssl3 libsystemd0; do
    [[ $depends == *"$library (>="* ]] || fail "no dependency on $library: $depends"
done
for script in postinst prerm postrm; do
    sh -n "$root/control/$script" || fail "$script"
    ! grep -nE 'systemctl (enable|start|restart)' "$root/control/$script" ||
        fail "$script starts something"
done
echo 'ok: the Debian package'
