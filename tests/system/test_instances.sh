#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_instances.sh DAEMON: two Postfix instances with an agent each, which share one snmpd: the
# same objects, told apart by the context of the request, with the access lines of
# hermes-mailqueue-access.conf.example as they stand there.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

contexts=(edge-a out)
declare -A agents=()
secret=passphrase-of-the-test
engine=0x80001f8805686d7174657374

cleanup_more() {
    local context
    for context in "${!agents[@]}"; do
        kill -KILL "${agents[$context]}" 2>/dev/null || true
    done
    for context in "${contexts[@]}"; do
        "$lab/postfix.sh" destroy "$root/pf-$context" >/dev/null 2>&1 || true
    done
}

# write_user NAME
write_user() {
    echo "createUser $1 SHA-256 $secret AES $secret" >>"$root/snmpd.conf"
    mkdir "$root/$1"
    printf '%s\n' 'defVersion 3' "defSecurityName $1" 'defSecurityLevel authPriv' \
        'defAuthType SHA-256' 'defPrivType AES' "defPassphrase $secret" >"$root/$1/snmp.conf"
}

write_snmpd() {
    local user
    sed -E 's/^#(authuser|group|access|com2sec|rocommunity) /\1 /' \
        "$source_dir/contrib/snmpd/hermes-mailqueue-access.conf.example" >"$root/access.conf"
    cat - "$root/access.conf" >"$root/snmpd.conf" <<END
master agentx
agentXSocket unix:$root/agentx
agentXPerms 0666 0755
exactEngineID $engine
rocommunity public 127.0.0.1
trapsess -v 3 -u hmq-trap -l authPriv udp:127.0.0.1:$trap_port
END
    for user in hmq-list hmq-out hmq-main hmq-edge hmq-trap; do
        write_user "$user"
    done
}

# The security information of a notification has user and context.
start_v3_trapd() {
    printf '%s\n' "createUser -e $engine hmq-trap SHA-256 $secret AES $secret" \
        'authUser log hmq-trap priv' 'format2 %P|%v|\n' >"$root/snmptrapd.conf"
    : >"$root/traps"
    start_daemon "$root/snmptrapd.pid" "$root/snmptrapd.log" \
        snmptrapd -f -C -c "$root/snmptrapd.conf" -n -On -Lf "$root/traps" \
        "udp:127.0.0.1:$trap_port"
    wait_for "$patience" port_in_use "$trap_port" || fail "snmptrapd does not start"
}

# as USER TOOL ARGUMENTS...
as() {
    SNMPCONFPATH=$root/$1 SNMP_PERSISTENT_DIR=$root/$1 "$2" -t 10 -r 0 -On -Oq -OU -Oe \
        "${@:3:$#-3}" "127.0.0.1:$snmp_port" "${@: -1}" 2>/dev/null
}

# context_is USER CONTEXT OBJECT VALUE
context_is() {
    local found
    found=$(as "$1" snmpget -Ov -n "$2" "$base.$3") || return 1
    [ "$found" = "$4" ] || { echo "# $3 in $2: $found, not $4"; return 1; }
}

# denied USER CONTEXT: a walk finds no object.
denied() {
    ! as "$1" snmpwalk -n "$2" "$base" | grep "^$base" | grep -v ' No '
}

start_instance() { # CONTEXT [KEY=VALUE...]
    configure "postfix_config_directory=$root/pf-$1/etc" "database=$root/state/$1.db" \
        overload_threshold=2 overload_clear_threshold=1 "${@:2}"
    [ "$1" = none ] || echo "context = $1" >>"$root/agent.conf"
    mv "$root/agent.conf" "$root/$1.conf"
    "$daemon" -c "$root/$1.conf" -f 2>>"$root/agent-$1.log" </dev/null >/dev/null &
    agents[$1]=$!
}

said() { grep -q -- "$2" "$root/agent-$1.log"; }

# fill CONTEXT COUNT
fill() {
    smtp-source -m "$2" -f sender@source.example -t x@suspended.example \
        "127.0.0.1:$(<"$root/pf-$1/port")"
}
first_id() { find "$root/pf-$1/spool/$2" -type f -printf '%f\n' | head -n 1; }
lies_in() { [ "$(count_queue "$root/pf-$1/spool" "$2")" -eq "$3" ]; }

# notified CONTEXT NUMBER: it came in that context.
notified() {
    grep -qF " = OID: $base.0.$2"$'\t' < <(grep -F " context $1|" "$root/traps")
}

# on_action USER CONTEXT ARGUMENTS...
on_action() {
    SNMPCONFPATH=$root/$1 SNMP_PERSISTENT_DIR=$root/$1 "$(dirname -- "$daemon")/hmq" \
        -H "127.0.0.1:$snmp_port" -n "$2" -y "${@:3}"
}

for context in "${contexts[@]}"; do
    "$lab/postfix.sh" create "$root/pf-$context"
    "$lab/postfix.sh" start "$root/pf-$context"
done

# What goes over the wire, both ways.
start_instance out
"$support/fake_master.py" "$root/agentx" "$base" out other '' outer >"$root/answers" ||
    fail "the fake master"
kill -TERM "${agents[out]}"
wait "${agents[out]}" || fail "it does not end in good order"
check "both registrations are in the context, and no request in another is answered" diff \
    "$root/answers" <(printf '%s\n' 'registered: out' 'registered: out' 'out: answer' \
        'other: nothing' ': nothing' 'outer: nothing')
rm -f "$root"/agent-out.log "$root"/state/* "$root/agentx"

write_snmpd
start_v3_trapd
start_snmpd
check "snmpd takes every line of the example" not grep -i -e error -e warning "$root/snmpd.log"
fill edge-a 3
fill out 1
for context in "${contexts[@]}"; do
    start_instance "$context"
    eventually "$context: the log has the context" \
        said "$context" "registered with .* in the context $context\$"
done
eventually "edge-a has its messages" context_is hmq-edge edge-a 1.2.1.0 3
eventually "out has its own" context_is hmq-out out 1.2.1.0 1
check "neither was refused" not grep -h 'no SNMP' "$root"/agent-*.log
eventually "an overload has the context of its agent" notified edge-a 1
eventually "a start too" notified out 13
check "the other agent raised none" not notified out 1

# Who may read where.
check "hmq-out has no view of edge-a" denied hmq-out edge-a
check "hmq-edge has no view of out" denied hmq-edge out
check "hmq-main has none of either" denied hmq-main out
check "a user without a context in its lines sees out" context_is hmq-list out 1.2.1.0 1
check "and edge-a" context_is hmq-list edge-a 1.2.1.0 3
check "there is nothing in the default context" denied hmq-list ''
check "nor in one that nobody has" denied hmq-list edge-b
v2c() { snmpget -v2c -c "$1" -t 5 -r 0 -Oqv "127.0.0.1:$snmp_port" "$base.1.2.1.0" 2>&1; }
check "a community leads to its context" same "$(v2c community-for-out)" 1
check "by com2sec too" same "$(v2c other-community-for-out)" 1
check "and another one to none" grep -q 'No Such' <(v2c public)

# What is done in one context is done to that Postfix.
eventually "all are deferred" lies_in edge-a deferred 3
eventually "in both" lies_in out deferred 1
id=$(first_id out deferred)
check "hold in the context out" on_action hmq-out out hold "$id"
check "the message is on hold" lies_in out hold 1
check "nothing else is" lies_in edge-a hold 0
check "delete everything in edge-a" on_action hmq-edge edge-a --expect 3 delete --all
check "it is gone" lies_in edge-a deferred 0
check "and what out has is there" lies_in out hold 1
eventually "the end of the overload has its context" notified edge-a 2
check "hmq-edge cannot act in out" not on_action hmq-edge out unhold "$id"
check "the message is still on hold" lies_in out hold 1
check "hmq shows out" grep -Eq ', 1 message(,|$)' <(SNMPCONFPATH=$root/hmq-out \
    "$(dirname -- "$daemon")/hmq" -H "127.0.0.1:$snmp_port" -n out)

# An agent without a context is beside them; a second one in the same context has no place.
ln -s pf-out "$root/pf-none"
start_instance none
eventually "the default context is free" said none 'registered with .*/agentx$'
eventually "and serves what it always did" context_is hmq-main '' 1.2.1.0 1
check "to those who may see it" denied hmq-out ''
sed "s|^database.*|database = $root/state/second.db|" "$root/out.conf" >"$root/second.conf"
"$daemon" -c "$root/second.conf" -f 2>"$root/agent-second.log" </dev/null >/dev/null &
agents[second]=$!
eventually "a second agent in a context is told so" said second \
    "another agent already serves the objects below $base in the context out"
kill -TERM "${agents[second]}"
wait "${agents[second]}" || fail "the second agent does not end in good order"
unset 'agents[second]'
check "it took nothing away" context_is hmq-out out 1.2.1.0 1

# One that ends without a word, and comes back while the others go on.
kill -KILL "${agents[out]}"
wait "${agents[out]}" || true
no_out() { denied hmq-out out; }
eventually "a killed agent is gone" no_out
check "the one in the other context answers" context_is hmq-edge edge-a 1.2.1.0 0
check "so does the one in the default context" context_is hmq-main '' 1.2.1.0 1
"$daemon" -c "$root/out.conf" -f 2>>"$root/agent-out.log" </dev/null >/dev/null &
agents[out]=$!
eventually "it takes its place again" context_is hmq-out out 1.2.1.0 1

stop_daemon "$root/snmpd.pid"
start_snmpd
for context in "${contexts[@]}" ''; do
    eventually "${context:-the default one} is back at another snmpd" \
        context_is hmq-list "$context" 1.1.13.0 1
done
for context in "${!agents[@]}"; do
    kill -TERM "${agents[$context]}"
    wait "${agents[$context]}" || fail "$context does not end in good order"
    unset "agents[$context]"
done
cat "$root"/agent-*.log >"$root/agent.log"
check "no report of a sanitizer" no_sanitizer_report
