#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_vacm.sh DAEMON: SNMPv3 users with the views of hermes-mailqueue-access.conf.example, as they
# stand there: who may only hold and unhold, under an own name, can do nothing else.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

users=(hmq-read hmq-insight hmq-list hmq-act hmq-view al bo)

# The example with the lines for users, views and access that it leaves to be uncommented.
write_access() {
    local user secret=passphrase-of-the-test
    sed -E 's/^#(authuser|view) /\1 /' \
        "$source_dir/contrib/snmpd/hermes-mailqueue-access.conf.example" >"$root/access.conf"
    cat >"$root/snmpd.conf" <<END
master agentx
agentXSocket unix:$root/agentx
agentXPerms 0666 0755
rocommunity public 127.0.0.1
rwcommunity private 127.0.0.1
END
    cat "$root/access.conf" >>"$root/snmpd.conf"
    for user in "${users[@]}"; do
        echo "createUser $user SHA-256 $secret AES $secret" >>"$root/snmpd.conf"
        mkdir "$root/$user"
        cat >"$root/$user/snmp.conf" <<END
defVersion 3
defSecurityName $user
defSecurityLevel authPriv
defAuthType SHA-256
defAuthPassphrase $secret
defPrivType AES
defPrivPassphrase $secret
END
    done
}

# as USER TOOL ARGUMENTS...
as() {
    local user=$1 tool=$2
    shift 2
    SNMPCONFPATH=$root/$user SNMP_PERSISTENT_DIR=$root/$user \
        "$tool" -t 30 -r 0 -On -Oq -OU -Oe "127.0.0.1:$snmp_port" "$@" 2>&1
}

# may USER OWNER COMMAND ID [COLUMN=VALUE...]
may() {
    local user=$1 said
    local -a arguments=()
    shift
    row_arguments "$@"
    said=$(as "$user" snmpset "${arguments[@]/#1./$base.1.}") || fail "$user: $* is refused: $said"
    ok "$user may $*"
}

may_not() {
    local user=$1 said
    local -a arguments=()
    shift
    row_arguments "$@"
    said=$(as "$user" snmpset "${arguments[@]/#1./$base.1.}") && fail "$user: $* was taken"
    [[ $said == *noAccess* ]] || fail "$user: $* is refused with $said"
    ok "$user may not $*"
}

sees() { [[ $(as "$1" snmpget "$base.$2") != *"No Such"* ]]; }
blind() { [[ $(as "$1" snmpget "$base.$2") == *"No Such"* ]]; }

write_access
start_postfix
start_snmpd
m1=$(send a@one.example x@suspended.example)
m2=$(send b@one.example x@suspended.example)
start_agent allow_view=yes overload_threshold=0
expect 1.5.1.0 2 "two messages"
eventually "both are deferred" settled 2
eventually "it takes SETs" takes_sets
check "snmpd takes every line of the example" not grep -i -e error -e warning "$root/snmpd.log"

may al al hold 1 ids="$m1"
finished al hold 1 "done" 1 1 0
check "on disk" holds hold "$m1"
may al al unhold 1 ids="$m1" comment=mine
finished al unhold 1 "done" 1 1 0
actions='SELECT count(*) FROM actions'
for command in requeue delete flush expire view count; do
    may_not al al "$command" 1 ids="$m1"
done
may_not al bo hold 1 ids="$m1"
may_not al '' hold 1 ids="$m1"
may_not al all hold 1 ids="$m1"
may_not al a hold 1 ids="$m1"
may_not bo al hold 2 ids="$m1"
for object in "1.5.4.1.12.$(sub_ids "$m1") i 4" "1.5.4.1.12.$(sub_ids "$m1") i 1" "1.6.1.0 i 1" \
    "1.4.1.0 i 1" "1.4.7.0 u 1"; do
    read -r name type value <<<"$object"
    check "nor $name" eval '[[ $(as al snmpset "$base.$name" "$type" "$value") == *noAccess* ]]'
done
may bo bo hold 1 ids="$m2"
finished bo hold 1 "done" 1 1 0
check "al cannot remove bo's row" eval \
    '[[ $(as al snmpset "$base.$(cell 21 bo hold 1)" i 6) == *noAccess* ]]'
check "al sees the outcome of al's row" sees al "$(cell 14 al hold 1)"
check "al sees its results" sees al "1.6.6.1.3.$(row_index al hold 1).1"
check "al does not see bo's" blind al "$(cell 14 bo hold 1)"
check "nor its results" blind al "1.6.6.1.3.$(row_index bo hold 1).1"
check "nor one of any other in a walk" not grep -q "\.2\.98\.111\." <(as al snmpwalk "$base.1.6")
check "al removes an own row" as al snmpset "$base.$(cell 21 al hold 1)" i 6 >/dev/null
check "three actions, all in all" sql_is "$actions" 3

may hmq-view carol view 1 ids="$m1"
finished carol view 1 "done" 1 1 0
line=1.6.7.1.2.$(row_index carol view 1).1
check "whoever may read messages does" sees hmq-view "$line"
for user in al bo hmq-read hmq-list hmq-act; do
    check "$user does not see it" blind "$user" "$line"
    check "$user finds nothing in a walk" not grep -q "$base\.1\.6\.7\.1" \
        <(as "$user" snmpwalk "$base.1.6.7")
done
check "hmq-read sees the total" sees hmq-read 1.2.1.0
check "but no sender" blind hmq-read "1.5.4.1.6.$(sub_ids "$m1")"
for object in 1.6.3.0 1.8.1.0 1.10.1.0 1.11.1.0 1.11.2.0 "1.11.3.1.11.$(sub_ids overload)"; do
    check "hmq-read sees $object" sees hmq-read "$object"
done
for object in 1.7.5.1.2.1 1.7.5.1.3.1 "1.11.3.1.14.$(sub_ids overload)" 1.8.2.1.4.1; do
    check "but not $object" blind hmq-read "$object"
done
for object in 1.2.1.0 1.6.3.0 1.7.1.0 1.7.5.1.3.1 1.7.6.1.2.1 1.7.7.1.2.1; do
    check "hmq-insight sees $object" sees hmq-insight "$object"
done
for object in 1.7.5.1.2.1 "1.11.3.1.14.$(sub_ids overload)" "1.5.4.1.6.$(sub_ids "$m1")"; do
    check "but not $object" blind hmq-insight "$object"
done
check "hmq-insight finds no address in a walk" not grep -q '@' <(as hmq-insight snmpwalk "$base")
check "hmq-list sees the sender" sees hmq-list "1.5.4.1.6.$(sub_ids "$m1")"
may_not hmq-list carol hold 1 ids="$m1"
may_not hmq-read carol hold 1 ids="$m1"
may hmq-act carol delete 1 ids="$m1"
finished carol delete 1 "done" 1 1 0
check "hmq-act has no shortcut without an owner" eval \
    '[[ $(as hmq-act snmpset "$base.1.6.1.0" i 1) == *noAccess* ]]'
stop_agent
check "no report of a sanitizer" no_sanitizer_report
