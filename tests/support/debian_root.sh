# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Makes the root of a Debian with mmdebstrap, from where this machine has its packages.  Sourced.

# debian_sources: the places this machine has its packages from, for that release.  None where this
# is not Debian; mmdebstrap knows where to look then.
debian_sources() { # SUITE
    local host uri codename
    host=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' \
        'Component: main' | sort -u |
        while read -r uri codename; do
            case $codename in
            "$host" | "$host-updates" | "$host-security")
                [[ $uri == */debian*/* ]] || continue
                echo "deb $uri $1${codename#"$host"} main" ;;
            esac
        done
}

# debian_root SUITE TARGET LOG [OPTION...]: TARGET is a directory or an archive, as mmdebstrap takes
# it; LOG gets what it says.  In a session of its own, because apt stops when it writes to a
# terminal from the background.
debian_root() {
    local suite=$1 target=$2 log=$3 settings status=0
    local -a from=()
    shift 3
    mapfile -t from < <(debian_sources "$suite")
    settings=$(mktemp)
    apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)' >"$settings" || true
    setsid -w mmdebstrap --quiet --mode=root "--aptopt=$settings" "$@" "$suite" "$target" \
        "${from[@]}" </dev/null >"$log" 2>&1 || status=$?
    rm -f "$settings"
    return "$status"
}
