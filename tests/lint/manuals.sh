#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# manuals.sh DAEMON BUILD STAGED: the manual pages are clean and name what documented.py checks,
# and every key of the configuration stands in hermes-mailqueue.conf(5) and in the example, which
# changes nothing but the conditions when it is used as it is. STAGED is a folder for an
# installation of BUILD.

daemon=$(realpath "$1") build=$(realpath "$2") staged=$(realpath -m "$3")
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

mapfile -t pages < <(files '*.[1-8]' | grep '^docs/man/')
[ "${#pages[@]}" -gt 0 ] || wrong 'docs/man: no pages'
mandoc -T lint -W warning "${pages[@]}" || wrong 'mandoc'

example=contrib/hermes-mailqueue.conf.example
# With a user that this machine has.
tried=$(mktemp)
trap 'rm -f "$tried"' EXIT
effective() {
    { cat "$1" && echo 'user = nobody'; } >"$tried" && "$daemon" -t -c "$tried" |
        grep -v '^condition\.'
}
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
# What a list allows unless it is set stands in both, word for word.
while IFS= read -r line; do
    grep -qxF "#$line" "$example" || wrong "$example:1: does not have $line"
    grep -qxF ".Ql ${line#* = } ." docs/man/hermes-mailqueue.conf.5 ||
        wrong "docs/man/hermes-mailqueue.conf.5:1: does not have $line"
done < <(grep -E '^allow_(actions|settings) =' <<<"$defaults")
[ "$keys" -gt 20 ] || wrong "only $keys keys were found"

# entry NAME: the entry `.It Cm NAME` of hermes-mailqueue.conf(5).
entry() {
    start=".It Cm $1" awk '/^\.It/ { inside = index($0 " ", ENVIRON["start"] " ") == 1 } inside' \
        docs/man/hermes-mailqueue.conf.5
}
listed=0
# words KEY NAME: the words of which KEY takes one; they stand in the entry NAME.
words() {
    local refusal word
    echo "$1 = ?" >"$tried"
    refusal=$("$daemon" -t -c "$tried" 2>&1 || true)
    [[ $refusal == *' is not one of: '* ]] || return 0
    listed=$((listed + 1))
    for word in ${refusal##* is not one of: }; do
        grep -qE "^\\.Cm $word( [.,])?\$" < <(entry "$2") ||
            wrong "docs/man/hermes-mailqueue.conf.5:1: $1: does not have $word"
    done
}
while IFS= read -r line; do
    # Of lists, such as allow_actions, the default has all.
    [[ $line == allow_* ]] || words "${line%% =*}" "${line%% =*}"
done <<<"$defaults"
words webhook.a.format 'webhook.\& Ns Ar name Ns Cm .format'
words condition.a.severity 'condition.\& Ns Ar name Ns Cm .severity'
[ "$listed" -gt 2 ] || wrong "only $listed keys that take one of several words were found"
# Which keys a running agent takes over, by the last member of their rows.
rows=0
while IFS= read -r row; do
    rows=$((rows + 1))
    key=${row#*\"} key=${key%%\"*}
    [[ $row != *true\} ]] || grep -qxF ".It Cm $key Pq reload" < <(entry "$key") ||
        wrong "docs/man/hermes-mailqueue.conf.5:1: $key is not marked with reload"
    [[ $row != *false\} ]] || grep -qxF ".It Cm $key" < <(entry "$key") ||
        wrong "docs/man/hermes-mailqueue.conf.5:1: $key is marked with reload"
done < <(tr '\n' ' ' <agent/core/config_keys.c | grep -oE '\{"[a-z_]+",[^{}]*(true|false)\}')
[ "$rows" -eq "$keys" ] || wrong "$rows rows of $keys keys were found"

# Of conditions each key; a running agent takes all of them over.
members=0
while IFS= read -r key; do
    members=$((members + 1))
    grep -qE "^#?condition\.[a-z]+\.$key = " "$example" ||
        wrong "$example:1: no condition.NAME.$key"
    grep -qE "^\.It Cm condition\.\\\\& Ns Ar name Ns Cm \.$key Pq reload\$" \
        docs/man/hermes-mailqueue.conf.5 ||
        wrong "docs/man/hermes-mailqueue.conf.5:1: no condition.NAME.$key"
done < <(sed -nE 's/^ *\[MEMBER_[A-Z]+\] = \{"([a-z]+)".*/\1/p' agent/core/config_conditions.c)
[ "$members" -eq 6 ] || wrong "not the six keys of conditions but $members"

# Of endpoints each key, NAME being any of the example's. All are set, so that all are printed.
mkdir -p "$staged"
head -c 32 /dev/urandom >"$staged/secret"
chmod 600 "$staged/secret"
chown nobody "$staged/secret"
cat >"$staged/conf" <<END
user = nobody
hooks_user = nobody
webhook.a.url = http://x.example/
webhook.a.events = all
webhook.a.format = alertmanager
webhook.a.timeout = 1s
webhook.a.repeat = 1m
webhook.a.secret_file = $staged/secret
webhook.a.ca_file = /etc/passwd
script.a.path = /usr/bin/true
script.a.events = all
script.a.timeout = 1s
END
endpoints=$("$daemon" -t -c "$staged/conf" | grep -E '^(webhook|script)\.') ||
    wrong 'no endpoints are printed'
while IFS=. read -r kind _ key; do
    key=${key%% =*}
    grep -qE "^#$kind\.[a-z]+\.$key = " "$example" || wrong "$example:1: no $kind.NAME.$key"
    grep -qE "^\.It Cm $kind\.\\\\& Ns Ar name Ns Cm \.$key\$" docs/man/hermes-mailqueue.conf.5 ||
        wrong "docs/man/hermes-mailqueue.conf.5:1: no $kind.NAME.$key"
done <<<"$endpoints"
[ "$(wc -l <<<"$endpoints")" -eq 10 ] || wrong "not the ten keys of endpoints: $endpoints"

rm -r "$staged"
DESTDIR=$staged cmake --install "$build" >/dev/null || wrong 'cmake --install'
tests/lint/documented.py mibs/HERMES-MAILQUEUE-MIB.txt agent/io/store/schema.c docs/man \
    "$staged" || failures=$((failures + 1))
rm -r "$staged"
finish
