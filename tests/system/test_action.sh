#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_action.sh DAEMON: contrib/hmq-action as people use it, through a real snmpd with SNMPv3 to a
# real Postfix. What it says was done is looked up on disk; what is given to it reaches no shell.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

tool=$source_dir/contrib/hmq-action
status=0

cleanup_more() {
    "$lab/snmpd.sh" destroy "$root/snmpd"
    [ -z "${fault-}" ] || cat "$root/out" "$root/err"
}

# act STATUS ARGUMENT...: as the user who acts; what it prints is in $root/out and $root/err.
act() {
    local expected=$1
    shift
    status=0
    SNMPCONFPATH=$root/snmpd/clients/${as-actor} "$tool" -H "127.0.0.1:$port" "$@" \
        >"$root/out" 2>"$root/err" </dev/null || status=$?
    fault=yes
    [ "$status" -eq "$expected" ] || fail "exit $status instead of $expected: $*"
}

says() { # PATTERN
    grep -Eq -- "$1" "$root/out" || fail "not said: $1"
}

complains() { # PATTERN
    grep -Eq -- "$1" "$root/err" || fail "not complained of: $1"
    [ ! -s "$root/out" ] || fail 'an error on standard output'
}

in_queue() { # QUEUE ID...
    local id
    for id in "${@:2}"; do
        [ -n "$(find "$spool/$1" -type f -name "$id")" ] || fail "$id is not in $1"
    done
}

gone() { [ -z "$(find "$spool"/{maildrop,incoming,active,deferred} -type f -name "$1")" ]; }

on_disk() { count_queue "$spool" maildrop incoming active deferred hold; }

listed() {
    [[ $(SNMPCONFPATH=$root/snmpd/clients/actor \
        snmpget -Oqv "127.0.0.1:$port" "$base.1.5.1.0" 2>/dev/null) =~ ^[0-9]+$ ]]
}

# asked STATUS LINE ARGUMENT...: on a terminal of its own, at which the line is typed.
asked() {
    local expected=$1 line=$2
    shift 2
    status=0
    SNMPCONFPATH=$root/snmpd/clients/actor SHELL=/bin/bash \
        script -qec "$(printf '%q ' "$tool" -H "127.0.0.1:$port" "$@")" /dev/null \
        >"$root/out" 2>"$root/err" <<<"$line" || status=$?
    [ "$status" -eq "$expected" ] || fail "exit $status instead of $expected: $*"
}

start_postfix
install -d -m 0700 -o nobody "$root/state"
"$lab/snmpd.sh" create "$root/snmpd"
# As in contrib/snmpd/hermes-mailqueue-access.conf.example: hold and unhold, under its own name.
cat >>"$root/snmpd/etc/snmpd/snmpd.conf" <<END
view help included $base.1.6.5.1.0.6.114.101.97.100.101.114.1 ff:fd
view help included $base.1.6.5.1.0.6.114.101.97.100.101.114.2 ff:fd
authuser write reader priv -V help
END
"$lab/snmpd.sh" start "$root/snmpd"
port=$(<"$root/snmpd/port")
start_agent "agentx_socket=unix:$root/snmpd/agentx" "database=$root/state/db" allow_view=yes
# Refused on a flush too, so that all of it stays.
inject 1010 x@refused.example
inject 3 'ada@full.example' 'win@Prize.example'
MAIL_CONFIG=$root/pf/etc sendmail -f '' bounces@refused.example <<<'A bounce'
wait_for "$patience" settled 1014 || fail 'mail not deferred'
wait_for "$patience" listed || fail 'the agent does not answer'
mapfile -t all < <(ids deferred)

act 0 hold "${all[@]:0:3}"
says '^ID +OUTCOME +TEXT$'
for id in "${all[@]:0:3}"; do says "^$id +done +"; done
says '^hold: 3 done \(owner actor, id [0-9]+\)$'
in_queue hold "${all[@]:0:3}"
ok 'three held, filed under the SNMP user'
act 0 hold "${all[@]:2:2}"
says "^${all[2]} +unchanged"
says '^hold: 1 done, 1 unchanged'
act 1 hold "${all[3]}" 0A0A0A0A0A
says '^0A0A0A0A0A +notFound'
says '^hold: partial, 1 notFound, 1 unchanged'
ok 'what was on hold already, and what is not there'
act 0 unhold --comment "it's \$(touch $root/canary) fine" "${all[@]:0:4}"
in_queue deferred "${all[@]:0:4}"
ok 'released'
act 0 requeue "${all[0]}"
wait_for "$patience" gone "${all[0]}" || fail 'the old id is still there'
wait_for "$patience" settled 1014 || fail 'requeued mail not deferred'
ok 'requeued under another id'
act 0 flush "${all[2]}"
says "^${all[2]} +requested"
ok 'flush of one is requested'
as=viewer act 0 view "${all[3]}"
postcat -c "$root/pf/etc" -q "${all[3]}" | cmp - "$root/out" || fail 'another text than postcat'
as=viewer act 1 view 0123456789
act 1 view "${all[3]}"
complains 'no view of the text'
ok 'view prints what postcat does'

act 0 count --sender 'win@*.EXAMPLE'
says '^count: 3 messages match'
act 0 delete --sender 'win@prize.example' --dry-run
says '^count: 3 messages match'
act 0 count --sender '<>' --queue deferred
number=$(pf postqueue -j | grep '"queue_name": "deferred"' | grep -c '"sender": "MAILER-DAEMON"')
says "^count: $number message"
act 0 hold --reason 'no such reason'
says '^hold: no message matches'
before=$(on_disk)
[ "$before" -eq 1014 ] || fail "$before messages after looking only"
ok 'a dry run changes nothing'
act 2 delete --sender 'win@prize.example'
complains 'add -y'
asked 1 n delete --sender 'win@prize.example'
says 'delete 3 of the messages on'
[ "$(on_disk)" -eq 1014 ] || fail 'deleted without consent'
asked 0 y delete --sender 'win@prize.example'
says 'delete: 3 done'
[ "$(on_disk)" -eq 1011 ] || fail 'not deleted'
ok 'deleting a selection asks first'

mapfile -t all < <(find "$spool/deferred" -type f -size -30k -printf '%f\n')
act 0 -q hold "${all[@]:0:1000}"
says '^hold: 1000 done'
[ "$(wc -l <"$root/out")" -eq 1 ] || fail 'lines in spite of -q'
[ "$(count_queue "$spool" hold)" -eq 1000 ] || fail 'not 1,000 on hold'
ok 'a thousand ids in one action'
pf postqueue -p >"$root/ids"
SNMPCONFPATH=$root/snmpd/clients/actor "$tool" -H "127.0.0.1:$port" count - \
    <"$root/ids" >"$root/out"
mapfile -t counted < <(awk '/^count: / { print $2 }' "$root/out")
[ "${counted[*]}" = '1000 11' ] || fail "what mailq prints gives not two actions but ${counted[*]}"
ok 'what mailq prints, from standard input'

act 2 delete --all -y
complains 'needs --expect'
act 1 delete --all -y --expect 7
says 'delete: refused: .*1011'
[ "$(on_disk)" -eq 1011 ] || fail 'deleted in spite of the guard'
act 0 -q delete --queue hold -y --expect 1000
[ "$(count_queue "$spool" hold)" -eq 0 ] || fail 'on hold still'
act 0 flush --sender nobody@nowhere.example
says '^flush: no message matches'
act 0 flush
says '^flush: delivery of everything requested'
grep -q 'outbound mail is paused' "$root/err" || fail 'no word of the pause'
ok 'the guard, and all'

wait_for "$patience" settled 11 || fail 'the flushed mail is not back'
id=$(ids deferred 1)
act 0 expire "$id"
says "^$id +done"
[ -n "$(find "$spool"/{active,deferred} -type f -name "$id" -perm -0010)" ] || fail 'not marked'
ok 'expired'

for bad in 'ALL' "4ABC12DEF0;touch $root/canary" "\$(touch $root/canary)" "$root" '4abc12def' \
    $'4ABC12DEF0\n4ABC12DEF1' '4ABC12DEF0*' ''; do
    act 2 hold "$bad"
    complains 'is not a queue ID'
done
for pattern in "\$(touch $root/canary)" "\`touch $root/canary\`" "' ; touch $root/canary #" \
    '-Cq' '--' $'a\nb' '"' '\x41' 'zoë@*'; do
    act 0 count "--sender=$pattern" --reason "$pattern" --comment "$pattern"
    says '^count: 0 messages match'
done
[ ! -e "$root/canary" ] || fail 'something reached a shell'
ok 'ids and patterns are never anything else'
id=$(ids deferred 2 | grep -v "$id")
id=${id%%$'\n'*}
act 2 delete
act 2 frobnicate 4ABC12DEF0
act 2 hold --min-age 5x
act 1 hold --comment "$(printf '%300s' x)" "${all[0]}"
complains 'refuses a value'
as=reader act 0 hold "$id"
as=reader act 0 unhold "$id"
as=reader act 1 delete "$id"
complains 'does not let this user delete'
as=reader act 1 hold --owner actor "$id"
complains 'does not let this user hold'
ok 'views confine a user to its commands and its name'
stop_agent
act 3 hold "${all[0]}"
complains 'no hermes-mailqueued behind it'
"$lab/snmpd.sh" stop "$root/snmpd"
act 3 -t 1 -r 0 hold "${all[0]}"
complains 'does not answer'
ok 'wrong usage, a refusal and no answer have a status each'
fault=
