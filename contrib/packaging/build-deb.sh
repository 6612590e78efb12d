#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# build-deb.sh [-S] [OUTPUT-DIR]: makes the Debian package, or with -S its source package, and puts
# it into OUTPUT-DIR (build/package). The directory it is run from stays as it is: the sources are
# copied, and contrib/packaging/debian becomes debian/ of the copy.
#
# `apt-get build-dep ./contrib/packaging` installs what it needs. DEB_BUILD_OPTIONS=nocheck leaves
# out the unit tests. DEBFULLNAME and DEBEMAIL, if both are set, become the maintainer of the
# package: set them when you hand it to others, because the address in debian/control reaches
# nobody.

set -euo pipefail
umask 022
project=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../..")

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

usage="usage: ${0##*/} [-S] [OUTPUT-DIR]"
kind=(-b)
while getopts S option; do
    case $option in
    S) kind=(-S -d) ;;
    *) die "$usage" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || die "$usage"
command -v dpkg-buildpackage >/dev/null ||
    die "there is no dpkg-buildpackage; apt-get build-dep $project/contrib/packaging installs it"

output=${1:-$project/build/package}
debian=$project/contrib/packaging/debian
version=$(dpkg-parsechangelog -l "$debian/changelog" -S Version)
upstream=${version%-*}
# A package must not claim another version than `hermes-mailqueued -V`.
grep -qF "project(hermes-mailqueue VERSION $upstream " "$project/CMakeLists.txt" ||
    die "debian/changelog has version $upstream, CMakeLists.txt another one"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/hermes-mailqueue-$upstream
mkdir "$tree"
# Modes as in a release, whatever the umask of the checkout.
tar -C "$project" --exclude-vcs --exclude=./build --exclude=node_modules --exclude=__pycache__ \
    --mode=a+rX,u+w,go-w -cf - . | tar -C "$tree" -xpf -
if [ "${kind[0]}" = -S ]; then
    tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner \
        --mtime="@$(dpkg-parsechangelog -l "$debian/changelog" -S Timestamp)" \
        -cJf "$work/hermes-mailqueue_$upstream.orig.tar.xz" "${tree##*/}"
fi
cp -r "$tree/contrib/packaging/debian" "$tree/debian"
if [ -n "${DEBFULLNAME:-}" ] && [ -n "${DEBEMAIL:-}" ]; then
    maintainer="$DEBFULLNAME <$DEBEMAIL>" awk '
        /^Maintainer: / { $0 = "Maintainer: " ENVIRON["maintainer"] }
        { print }' "$debian/control" >"$tree/debian/control"
fi
(cd "$tree" && dpkg-buildpackage -us -uc "${kind[@]}")
mkdir -p "$output"
find "$work" -maxdepth 1 -type f -exec mv -t "$output" -- {} +
