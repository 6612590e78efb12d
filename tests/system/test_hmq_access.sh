#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_hmq_access.sh DAEMON: hmq as people use it: SNMPv3 users whose passphrases are in snmp.conf,
# views that confine them, gateways named in every way, and a thousand messages. What it says was
# done is looked up on disk; what is given to it reaches no shell.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/hmq.sh
. "$support/hmq.sh"

cleanup_more() {
    "$lab/snmpd.sh" destroy "$root/snmpd"
}

# run_hmq ARGUMENT...: as $as, the user who acts; without an SNMP option.
run_hmq() {
    SNMPCONFPATH=$root/snmpd/clients/${as-actor} "$client" -H "${gateways-127.0.0.1:$port}" "$@" \
        >"$root/out" 2>"$root/err" </dev/null
}
refuses() { # PATTERN
    complains "$1"
    [ ! -s "$root/out" ] || fail "an error on standard output"
}

in_queue() { # QUEUE ID...
    local id
    for id in "${@:2}"; do
        [ -n "$(find "$spool/$1" -type f -name "$id")" ] || fail "$id is not in $1"
    done
}
gone() { [ -z "$(find "$spool"/{maildrop,incoming,active,deferred} -type f -name "$1")" ]; }
on_disk() { count_queue "$spool" maildrop incoming active deferred hold; }
sees() { run_hmq list && grep -q "$1" "$root/out"; }

start_postfix
install -d -m 0700 -o nobody "$root/state"
"$lab/snmpd.sh" create "$root/snmpd"
port=$(<"$root/snmpd/port")
port6=$(free_port)
# As in contrib/snmpd/hermes-mailqueue-access.conf.example: hold and unhold, under its own name.
cat >>"$root/snmpd/etc/snmpd/snmpd.conf" <<END
agentAddress udp6:[::1]:$port6
agentAddress tcp:127.0.0.1:$port
view help included $base.1.6.5.1.0.6.114.101.97.100.101.114.1 ff:fd
view help included $base.1.6.5.1.0.6.114.101.97.100.101.114.2 ff:fd
authuser write reader priv -V help
createUser open SHA-256 "authentication only"
view counts included $base.1.1
view counts included $base.1.2
authuser read open auth -V counts
END
for as in actor reader viewer; do
    echo 'timeout 5' >>"$root/snmpd/clients/$as/snmp.conf"
done
unset as
"$lab/snmpd.sh" start "$root/snmpd"
start_agent "agentx_socket=unix:$root/snmpd/agentx" "database=$root/state/db" allow_view=yes \
    message_limit=20
# Refused on a flush too, so that all of it stays.
inject 1010 x@refused.example
inject 3 'ada@full.example' 'win@Prize.example'
MAIL_CONFIG=$root/pf/etc sendmail -f '' bounces@refused.example <<<'A bounce'
eventually "all is deferred" settled 1014
eventually "it is listed" sees '^[0-9A-F]* '
mapfile -t all < <(ids deferred)

# Every way to name a gateway that has this snmpd behind it.
test_names() {
    local name
    for name in "127.0.0.1:$port" "localhost:$port" "udp:127.0.0.1:$port" "tcp:127.0.0.1:$port" \
        "[::1]:$port6" "udp6:[::1]:$port6" "UDP6:[::1]:$port6" \
        "[0:0:0:0:0:0:0:1]:$port6"; do
        gateways=$name hmq 0
        says ', 1,014 messages,'
        gateways=$name hmq 0 doctor
        ! grep -q '^failed' "$root/out" || fail "$name: the doctor finds a fault"
    done
    gateways="[::1]:$port6,127.0.0.1:$port" hmq 0 --json
    json "[.gateways[].gateway] == [\"[::1]:$port6\", \"127.0.0.1:$port\"]"
    gateways="[::1]:$port" hmq 3 status -- -t 1 -r 0
    refuses "^hmq: \[::1\]:$port: no answer"
    gateways="[::1" hmq 3
    refuses '^hmq: \[::1: '
    ok "names of gateways: IPv4, IPv6, udp6 and tcp"
}

# A machine on which nobody has made one.
test_no_user() {
    local command
    mkdir "$root/nobody"
    for command in status doctor 'hold --all -y'; do
        status=0
        # shellcheck disable=SC2086 # words
        SNMPCONFPATH=$root/nobody "$client" -H "127.0.0.1:$port" $command \
            >"$root/out" 2>"$root/err" || status=$?
        [ "$status" -eq 2 ] || fail "exit $status without a user"
        refuses '^hmq: no SNMP user is given; ~/.snmp/snmp.conf has one, as FILES in hmq\(1\) '
    done
    ok "no user at all"
}

# What is wrong with a user is said: the name, the passphrases, the level, the context.
test_users() {
    local v3=(-- -v3 -l authPriv -u nobody -a SHA-256 -A 12345678 -x AES -X 12345678)
    hmq 3 status "${v3[@]}"
    refuses 'does not know this SNMPv3 user$'
    hmq 3 status -- -A 'another passphrase'
    refuses 'the authentication passphrase or protocol \(-A, -a\) is another one there$'
    # The library wants both, where one is given.
    hmq 3 status -- -A "$(awk '$1 == "defAuthPassphrase" { print $2 }' \
        "$root/snmpd/clients/actor/snmp.conf")" -X 'another passphrase' -r 0 -t 1
    refuses 'no answer|the privacy passphrase or protocol'
    hmq 3 doctor -- -A "$(awk '$1 == "defAuthPassphrase" { print $2 }' \
        "$root/snmpd/clients/actor/snmp.conf")" -X 'another passphrase' -r 0 -t 1
    says '^failed +user: '
    says 'privacy passphrase'
    hmq 3 status -- -l noAuthNoPriv
    refuses 'lets this user read nothing at this security level$'
    hmq 3 doctor -- -l noAuthNoPriv
    says 'give this user a view'
    hmq 3 -n elsewhere status -- -t 1 -r 0
    refuses 'no answer, as for an SNMP context \(-n\) that it does not have$'
    hmq 2 status -- -l wrong
    refuses 'SNMP options are wrong'
    hmq 2 status -- -v3 -u actor stray
    refuses 'stray stands among the SNMP options, but is none'
    hmq 0 status -- -l authNoPriv -u open -a SHA-256 -A 'authentication only'
    says ', 1,014 messages,'
    hmq 1 list -- -l authNoPriv -u open -a SHA-256 -A 'authentication only'
    hmq 0 doctor
    says '^ok +actions: this user may: hold, unhold, requeue, delete, expire, count'
    as=viewer hmq 0 doctor
    says '^ok +user: it is let in'
    ok "SNMPv3 users, whose passphrases are in snmp.conf or on the command line"
}

has_new_id() {
    run_hmq actions "$1" && grep -Eq "^${all[0]}  done: requeued as [0-9A-F]+$" "$root/out"
}

test_hold() {
    local id number
    hmq 0 hold "${all[@]:0:3}" -y
    says '^3 messages  done: placed on hold$'
    for id in "${all[@]:0:3}"; do says "(^| )$id( |$)"; done
    says '^hold: 3 done \(owner actor, number [0-9]+\)$'
    in_queue hold "${all[@]:0:3}"
    hmq 1 hold "${all[2]}" 0A0A0A0A0A -y
    says "^${all[2]}  unchanged: on hold already$"
    says '^0A0A0A0A0A  notFound'
    says '^hold: partial, 1 notFound, 1 unchanged '
    hmq 0 unhold --comment "it's \$(touch $root/canary) fine" "${all[@]:0:3}" -y
    in_queue deferred "${all[@]:0:3}"
    hmq 0 requeue "${all[0]}" -y
    says "^${all[0]}  done: requeued"
    number=$(sed -nE 's/^requeue: .*, number ([0-9]+)\)$/\1/p' "$root/out")
    eventually "the old ID is gone" gone "${all[0]}"
    eventually "the new one is known" has_new_id "$number"
    id=$(sed -nE "s/^${all[0]}  done: requeued as //p" "$root/out")
    hmq 0 actions "$number" --json
    json ".gateways[0].results == [{\"id\": \"${all[0]}\", \"outcome\": \"done\",
        \"text\": \"requeued as $id\", \"new_id\": \"$id\"}]"
    hmq 1 actions 7
    refuses 'no action has the number 7; hmq actions lists them$'
    hmq 2 actions all
    refuses 'what is all\? It takes the NUMBER of an action'
    eventually "what was requeued is deferred" settled 1014
    in_queue deferred "$id"
    # At a terminal they are waited for.
    SNMPCONFPATH=$root/snmpd/clients/actor "$support/terminal.py" 80 -i y "$client" \
        -H "127.0.0.1:$port" requeue "${all[4]}" "${all[5]}" >"$root/terminal"
    sed 's/\x1b\[[0-9;]*m//g; s/.*\r//' "$root/terminal" >"$root/out"
    says '^2 messages  done: requeued, with new IDs$'
    says "^   (${all[4]}|${all[5]}) as [0-9A-F]+, (${all[4]}|${all[5]}) as [0-9A-F]+$"
    eventually "these are deferred, too" settled 1014
    hmq 0 flush "${all[2]}" -y
    says "^${all[2]}  requested"
    ok "what is done is filed under the SNMP user"
}

test_view() {
    as=viewer hmq 0 view "${all[3]}"
    postcat -c "$root/pf/etc" -q "${all[3]}" | cmp - "$root/out" || fail "another text than postcat"
    as=viewer hmq 1 view 0123456789
    hmq 1 view "${all[3]}"
    refuses 'no view of the text'
    ok "view prints what postcat does"
}

test_count() {
    local number before
    hmq 0 count --sender 'win@*.EXAMPLE'
    says '^3 messages$'
    hmq 0 count --sender '<>' --queue deferred
    number=$(pf postqueue -j | grep '"queue_name": "deferred"' |
        grep -c '"sender": "MAILER-DAEMON"')
    says "^$number message"
    hmq 0 hold --reason 'no such reason' -y
    says '^hold: no message matches'
    hmq 0 delete --sender 'win@prize.example' --dry-run
    says '^delete: would act on 3 messages from win@prize.example$'
    before=$(on_disk)
    [ "$before" -eq 1014 ] || fail "$before messages after looking only"
    ok "counting changes nothing"
}

# All of them, and the thousand that one row takes.
test_thousand() {
    local refused
    mapfile -t refused < <(find "$spool/deferred" -type f -size -30k -printf '%f\n')
    hmq 0 hold "${refused[@]:0:1000}" -y -q
    says '^hold: 1000 done \(owner actor, number [0-9]+\)$'
    [ "$(wc -l <"$root/out")" -eq 1 ] || fail "lines in spite of -q"
    [ "$(count_queue "$spool" hold)" -eq 1000 ] || fail "not 1,000 on hold"
    pf postqueue -p >"$root/ids"
    SNMPCONFPATH=$root/snmpd/clients/actor "$client" -H "127.0.0.1:$port" hold - -y \
        <"$root/ids" >"$root/out" || fail "what mailq prints is not held"
    says '^1,000 messages  unchanged: on hold already$'
    says '^hold: 14 done, 1000 unchanged \(owner actor, numbers [0-9]+ to [0-9]+\)$'
    hmq 0 unhold --sender 'win@*' -y -q
    hmq 1 delete --all -y --expect 7
    refuses '1,014 messages match, and not the 7 expected; nothing was done'
    [ "$(on_disk)" -eq 1014 ] || fail "deleted in spite of the guard"
    hmq 0 delete --queue hold -y --expect 1011 -q
    [ "$(count_queue "$spool" hold)" -eq 0 ] || fail "still on hold"
    ok "more than a thousand IDs are one action, and the guard"
}

test_expire() {
    local id
    id=$(ids deferred 1)
    hmq 0 expire "$id" -y
    says "^$id  done: expired$"
    [ -n "$(find "$spool"/{active,deferred} -type f -name "$id" -perm -0010)" ] ||
        fail "not marked"
    ok "expired"
}

test_no_shell() {
    local bad pattern
    for bad in 'ALL' "4ABC12DEF0;touch $root/canary" "\$(touch $root/canary)" "$root" \
        '4abc12def' $'4ABC12DEF0\n4ABC12DEF1' '4ABC12DEF0**' ''; do
        hmq 2 hold "$bad" -y
        refuses 'is not a queue ID'
    done
    for pattern in "\$(touch $root/canary)" "\`touch $root/canary\`" "' ; touch $root/canary #" \
        '-Cq' '--' '"' '\x41' 'zoë@*'; do
        hmq 0 count "--sender=$pattern" "--reason=$pattern" "--comment=$pattern"
        says '^0 messages$'
    done
    hmq 2 count --sender $'a\nb'
    refuses 'is not UTF-8, or has control characters'
    hmq 2 hold --comment "$(printf '%300s' x)" --all -y
    refuses 'is longer than 255 octets'
    [ ! -e "$root/canary" ] || fail "something reached a shell"
    ok "IDs and patterns are never anything else"
}

test_views() {
    local id
    id=$(ids deferred 1)
    as=reader hmq 0 hold "$id" -y
    as=reader hmq 0 unhold "$id" -y
    as=reader hmq 1 delete "$id" -y
    refuses "this user may not delete under the owner 'reader': the write view lacks it"
    as=reader hmq 1 hold --owner actor "$id" -y
    refuses "this user may not hold under the owner 'actor'"
    as=reader hmq 1 settings message_limit=3
    refuses 'its write view lacks it'
    ok "views confine a user to its commands and its name"
}

test_unreachable() {
    stop_agent
    hmq 3 hold "${all[1]}" -y
    refuses 'no hermes-mailqueued behind it'
    "$lab/snmpd.sh" stop "$root/snmpd"
    hmq 3 hold "${all[1]}" -y -- -t 1 -r 0
    refuses 'no answer'
    ok "no agent, and no snmpd"
}

test_names
test_no_user
test_users
test_hold
test_view
test_count
test_thousand
test_expire
test_no_shell
test_views
test_unreachable
check "no report of a sanitizer" no_sanitizer_report
echo "$checks checks passed"
