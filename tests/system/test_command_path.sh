#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_command_path.sh DAEMON: Postfix's programs are run from the folder that command_path names,
# and from none that anybody but root could change.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"
# Everything up to / belongs to root there; /tmp is writable by everyone.
folder=$(mktemp -d /var/lib/hmq.XXXXXX)
chmod 755 "$folder"
cleanup_more() { rm -rf --one-file-system "$folder"; }
system=/usr/sbin:/usr/bin:/sbin:/bin

by_check() { "$daemon" -t "$@"; }
by_start() { "$daemon" -f "$@"; }
by_helper() { "$helper" -s 3 -f "$@"; }

# no_folder WHAT COMMAND_PATH MESSAGE: is refused by -t, at the start, and by the helper itself, for
# which any socket will do so far.
no_folder() {
    local line who status output
    configure command_path="$2"
    line=$(grep -n '^command_path = ' "$root/agent.conf" | cut -d : -f 1)
    for who in by_check by_start by_helper; do
        status=0
        output=$("$who" -c "$root/agent.conf" 2>&1 </dev/null \
            3<>"/dev/udp/127.0.0.1/$snmp_port") || status=$?
        [ "$status" -eq 1 ] || fail "$1: $who: status $status: $output"
        [[ $output == *"$root/agent.conf:$line: command_path: $3" ]] || fail "$1: $who: $output"
        [ "$(wc -l <<<"$output")" -eq 1 ] || fail "$1: $who: more than one line: $output"
    done
    ok "$1: $3"
}

mkdir "$folder/sbin" "$folder/open" "$folder/foreign" "$folder/open/below"
chmod 757 "$folder/open"
chown nobody "$folder/foreign"
ln -s open "$folder/link"
writable='is writable by users other than its owner; run chmod go-w on it'
no_folder "a folder that everybody can write" "$system:$folder/open" "$folder/open: $writable"
no_folder "a folder in one" "$folder/open/below:$system" "$folder/open: $writable"
no_folder "a link to one" "$folder/link:$system" "$folder/open: $writable"
no_folder "a folder below /tmp" "$root" \
    '/tmp: is writable by users other than its owner; use a path elsewhere'
no_folder "another user's folder" "$folder/foreign" "$folder/foreign: does not belong to root"
no_folder "a folder that is missing" "$folder/none:$system" \
    "$folder/none: No such file or directory"
no_folder "a relative path" "sbin:$system" \
    "\"sbin:$system\" is not a list of absolute paths separated by colons"

# Postfix's programs, and a note of each call.
for program in postconf postqueue postsuper postfix; do
    printf '#!/bin/sh\necho "%s $*" >>%s/calls\nexec %s "$@"\n' \
        "$program" "$folder" "$(command -v "$program")" >"$folder/sbin/$program"
    chmod 755 "$folder/sbin/$program"
done
# called PATTERN: a program was, as the helper calls it.
called() { grep -qE "^$1" "$folder/calls"; }

start_postfix 'maximal_queue_lifetime = 5d'
allow_set
start_snmpd
start_agent command_path="$folder/sbin:$system"
expect 1.2.1.0 0 "it runs"
inject 1
eventually "a message is deferred" settled 1
expect 1.5.1.0 1 "and listed"
check "by the folder's postqueue" called "postqueue -c $root/pf/etc -j"
check "the settings are read by its postconf" called "postconf -c $root/pf/etc -xh mail_version"
eventually "SETs are taken" takes_sets
id=$(ids deferred)
act al hold 1 ids="$id"
finished al hold 1 "done" 1 1 0
check "by its postsuper" called "postsuper -c $root/pf/etc -h -"
set_object 1.4.2.0 i 6 >/dev/null || fail "the lifetime was not taken"
expect 1.4.5.0 1 "a changed lifetime is applied"
check "by its postconf" called "postconf -c $root/pf/etc -e maximal_queue_lifetime=6d"
check "and its postfix" called "postfix -c $root/pf/etc reload"
check "no report of a sanitizer" no_sanitizer_report
