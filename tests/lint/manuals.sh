#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# manuals.sh DAEMON: the manual pages are clean, and every key of the configuration stands in
# hermes-mailqueue.conf(5) and in the example, which changes nothing when it is used as it is.

daemon=$(realpath "$1")
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

mapfile -t pages < <(files '*.[1-8]' | grep '^docs/man/')
[ "${#pages[@]}" -gt 0 ] || wrong 'docs/man: no pages'
mandoc -T lint -W warning "${pages[@]}" || wrong 'mandoc'

example=contrib/hermes-mailqueue.conf.example
# With a user that this machine has.
effective() { "$daemon" -t -c <(cat "$1" && echo 'user = nobody'); }
defaults=$(effective /dev/null)
[ "$(effective "$example")" = "$defaults" ] || {
    diff <(effective "$example") <(echo "$defaults") || true
    wrong "$example:1: differs from the defaults"
}
keys=0
while IFS= read -r line; do
    key=${line%% =*}
    keys=$((keys + 1))
    grep -qE "^(# ?)?$key *=" "$example" || wrong "$example:1: does not mention $key"
    grep -qE "(^|[^_[:alnum:]])$key([^_[:alnum:]]|\$)" docs/man/hermes-mailqueue.conf.5 ||
        wrong "docs/man/hermes-mailqueue.conf.5:1: does not mention $key"
done <<<"$defaults"
[ "$keys" -gt 20 ] || wrong "only $keys keys were found"
finish
