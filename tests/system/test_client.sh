#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_client.sh SOURCE_DIR: hmq-action and hmq-status against answers that no agent of today gives
# on demand: results that cannot be read, answers that are lost, outcomes by number, text that would
# act on a terminal. snmpget, snmpset and snmpbulkwalk are played by a script; nothing else is run.

set -euo pipefail
source_dir=$1
root=$(mktemp -d /tmp/hmq-client.XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT
base=.1.3.6.1.4.1.8072.9999.9999.2525
checks=0
status=0

fail() {
    echo "FAIL (${BASH_LINENO[*]}): $*"
    cat "$root/out" "$root/err"
    exit 1
}

ok() {
    checks=$((checks + 1))
    echo "ok $checks: $*"
}

# The tools: $root/tree has lines "OID VALUE", where @ is the index of the row that was last made;
# $root/lost, $root/no_walk make them fail.
mkdir "$root/bin"
cat >"$root/bin/snmpget" <<'SCRIPT'
#!/bin/bash
here=${0%/*}/..
oids=() index=none
for argument in "$@"; do [[ $argument != .1.3.* ]] || oids+=("$argument"); done
case ${0##*/} in
snmpset)
    printf '%s\n' "${*: -3}" >>"$here/sets"
    printf '%s ' "$@" >"$here/set"
    echo "${oids[0]#*.1.6.5.1.21.}" >"$here/index"
    [ ! -e "$here/lost" ] || { echo 'Timeout: No Response from gw' >&2; exit 1; }
    [ ! -s "$here/refusal" ] || { sed "s/@/$(<"$here/index")/" "$here/refusal" >&2; exit 2; }
    exit 0 ;;
snmpbulkwalk) [ ! -e "$here/no_walk" ] || { echo 'Timeout: No Response from gw' >&2; exit 1; } ;;
snmpget)
    [ ! -e "$here/lost" ] || [ ! -e "$here/index" ] ||
        { echo 'Timeout: No Response from gw' >&2; exit 1; } ;;
esac
[ ! -e "$here/index" ] || index=$(<"$here/index")
exec awk -v oids="${oids[*]}" -v row="$index" -v walk="${0##*/}" '
    { sub(/@/, row); oid[NR] = $1; line[NR] = $0 }
    END {
        n = split(oids, asked, " ")
        for (i = 1; i <= n; i++) {
            found = 0
            for (k = 1; k <= NR; k++)
                if (oid[k] == asked[i] ||
                    (walk == "snmpbulkwalk" && index(oid[k], asked[i] ".") == 1)) {
                    print line[k]
                    found = 1
                }
            if (!found) print asked[i] " No Such Instance currently exists at this OID"
        }
    }' "$here/tree"
SCRIPT
chmod 755 "$root/bin/snmpget"
ln -s snmpget "$root/bin/snmpset"
ln -s snmpget "$root/bin/snmpbulkwalk"
export PATH=$root/bin:/usr/bin:/bin:$PATH

octets() {
    printf '"%s"' "$(printf %s "$1" | od -An -v -tx1 | tr a-f A-F | tr -s ' \n' ' ' |
        sed 's/^ //; s/ *$/ /')"
}

# row STATE MATCHED SUCCEEDED FAILED [ID OUTCOME TEXT]...: what the agent holds of the next action.
row() {
    local place=0
    rm -f "$root"/{index,sets,lost,no_walk,refusal}
    {
        echo "$base.1.1.1.0 $(octets 0.1.0)"
        echo "$base.1.6.5.1.14.@ $1"
        echo "$base.1.6.5.1.15.@ $2"
        echo "$base.1.6.5.1.16.@ $3"
        echo "$base.1.6.5.1.17.@ $4"
        echo "$base.1.6.5.1.20.@ $(octets '')"
        shift 4
        while [ $# -gt 0 ]; do
            place=$((place + 1))
            echo "$base.1.6.6.1.2.@.$place $(octets "$1")"
            echo "$base.1.6.6.1.3.@.$place $2"
            echo "$base.1.6.6.1.4.@.$place $(octets "$3")"
            shift 3
        done
    } >"$root/tree"
}

# act STATUS ARGUMENT...: with $input on standard input.
act() {
    local expected=$1
    shift
    status=0
    "$source_dir/contrib/hmq-action" -H gw --owner me "$@" >"$root/out" 2>"$root/err" \
        <<<"${input-}" || status=$?
    [ "$status" -eq "$expected" ] || fail "exit $status instead of $expected: $*"
}

says() { grep -Eq -- "$1" "$root/out" || fail "not said: $1"; }
complains() { grep -Eq -- "$1" "$root/err" || fail "not complained of: $1"; }

# asked_for: the ids in the last SET.
asked_for() {
    local hex
    hex=$(sed -n 's/.*\.1\.6\.5\.1\.4\.[0-9.]* x \([0-9a-f]*\) .*/\1/p' "$root/set")
    python3 -c 'import sys; print(bytes.fromhex(sys.argv[1]).decode())' "$hex"
}
takes() { # WHAT IDS
    [ "$(asked_for)" = "$2" ] || fail "$1: asked for $(asked_for)"
    ok "$1"
}
nothing_set() {
    [ ! -e "$root/sets" ] || fail "$1: something was set"
    ok "$1"
}

test_what_was_done() {
    row 3 0 0 0
    act 0 flush --sender 'a@b.example'
    says '^flush: no message matches'
    act 0 flush
    says '^flush: delivery of everything requested'
    ok 'a flush by criteria that matched nothing requested nothing'
    echo "$base.1.2.8.0 1" >>"$root/tree"
    act 0 flush --sender 'a@b.example'
    ! grep -q 'a flush delivers' "$root/err" || fail 'nothing is delivered'
    row 3 1 1 0 4ABC12DEF0 5 ''
    echo "$base.1.2.8.0 1" >>"$root/tree"
    act 0 flush 4ABC12DEF0
    complains 'a flush delivers'
    ok 'that it delivers in spite of a pause is said when it does'
    row 3 2 1 0 4ABC12DEF0 1 'placed on hold' 4ABC12DEF1 6 'is on hold already'
    act 0 hold 4ABC12DEF0 4ABC12DEF1
    says '^4ABC12DEF1 +unchanged +is on hold already'
    says '^hold: 1 done, 1 unchanged'
    ok 'what was there already is unchanged'
    row 8 3 1 0 4ABC12DEF0 1 ''
    act 1 delete 4ABC12DEF0 4ABC12DEF1 4ABC12DEF2
    says '^delete: cancelled, 1 done'
    ok 'a cancelled action has a name'
    row 3 1 1 0 4ABC12DEF0 1 'requeued as 4ABC12DEF7'
    act 0 requeue 4ABC12DEF0
    says '^4ABC12DEF0 +done +requeued as 4ABC12DEF7'
    ok 'the new id of what was requeued'
    row 9 1 1 0 4ABC12DEF0 7 ''
    act 1 hold 4ABC12DEF0
    says 'state 9, 1 outcome 7'
    ok 'states and outcomes of a later agent are not taken for success'
}

test_unread_results() {
    row 4 3 2 1
    act 1 hold 4ABC12DEF0 4ABC12DEF1 4ABC12DEF2
    says '^hold: partial, 2 done, 1 not; not all results could be read'
    row 3 3 3 0
    act 0 hold --queue deferred
    says '^hold: 3 done, 0 not'
    ok 'results that are not in view are not "no message"'
    row 3 1 1 0 4ABC12DEF0 1 ''
    touch "$root/no_walk"
    act 0 hold 4ABC12DEF0
    says '^hold: 1 done, 0 not'
    complains 'does not return the results'
    ok 'what was done is said when its results cannot be read'
    row 3 1 1 0
    touch "$root/lost"
    act 3 hold 4ABC12DEF0
    complains 'whether it has taken the action stands in the row'
    ok 'a lost answer may have been taken'
    row 3 1 1 0
    mv "$root/tree" "$root/rest"
    grep -v '\.1\.6\.5\.1\.14\.' "$root/rest" >"$root/tree"
    printf '%s\n' 'Error in packet.' 'Reason: wrongValue' "Failed object: $base.1.6.5.1.4.@" \
        >"$root/refusal"
    act 1 hold 4ABC12DEF0
    complains 'refuses an id: ids are case-sensitive'
    ok 'a refused id is not called a text'
}

over_quota='452 4.2.2 The mailbox is over its quota (in reply to RCPT TO command)'
mailq='-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------
4ABC12DEF0*     1234 Tue Nov 24 12:00:00  sender@source.example
                                         4ABC12DEFF@suspended.example

4ABC12DEF1!      999 Tue Nov 24 12:00:01  MAILER-DAEMON
(host mx.elsewhere.example[192.0.2.7] said: '"$over_quota"')
                                         x@full.example
                                         y@full.example

4bXY3c1z2Tz4BCD#    20 Tue Nov  4 12:00:02  "a b"@source.example
            (delivery temporarily suspended: deferred transport)
                                         x@suspended.example

-- 3 Kbytes in 3 Requests.'

test_input() {
    local input id ids='' i
    row 3 0 0 0
    input=$mailq act 0 count -
    takes 'the output of mailq' '4ABC12DEF0 4ABC12DEF1 4bXY3c1z2Tz4BCD'
    input=$(grep -v '^-' <<<"$mailq") act 0 count -
    takes 'some of it' '4ABC12DEF0 4ABC12DEF1 4bXY3c1z2Tz4BCD'
    input=$(grep '^4' <<<"$mailq") act 0 count -
    takes 'the lines with ids' '4ABC12DEF0 4ABC12DEF1 4bXY3c1z2Tz4BCD'
    input=$'4ABC12DEF0* 4ABC12DEF1!, 4ABC12DEF2#\n4ABC12DEF3,4ABC12DEF0' act 0 count -
    takes 'ids with marks' '4ABC12DEF0 4ABC12DEF1 4ABC12DEF2 4ABC12DEF3'
    for i in {1..1400}; do printf -v id '4ABC12%04X' "$i" && ids+="$id "; done
    input=$ids act 0 count -
    [ "$(grep -c '^count: ' "$root/out")" -eq 2 ] || fail '1,400 ids are not two actions'
    # shellcheck disable=SC2086 # words
    act 0 hold $ids
    takes '1,400 ids' "$(cut -d' ' -f 1001- <<<"${ids% }")"
    # shellcheck disable=SC2046 # words
    act 0 hold $(cut -d' ' -f 1-200 <<<"$ids")
    takes '200 ids' "$(cut -d' ' -f 1-200 <<<"$ids")"
    row 3 0 0 0
    input='Mail queue is empty' act 0 delete --all -y --expect 0 -
    says '^delete: no message'
    nothing_set 'an empty queue is no choice of everything'
    for input in '' 'x@suspended.example' '4ABC12DEF0**' 'ALL' '-- 3 Kbytes in 3 Requests.'; do
        act 2 hold -
    done
    input=$mailq$'\nnot mailq' act 2 hold -
    unset input
    act 2 hold 4BxY3C1Z2tZ4bcd
    complains 'is not a queue ID'
    for age in 5 0 90; do
        act 2 hold --min-age "$age"
        complains "^hmq-action: --min-age $age: ${age}s, ${age}m, ${age}h or ${age}d\?"
    done
    act 2 hold --min-age 5M
    nothing_set 'what is no id and no age asks for nothing'
    act 0 hold --min-age 5m
    grep -qF '.1.6.5.1.9.' "$root/set" && grep -q ' u 300 ' "$root/set" || fail 'not 300 seconds'
    ok 'an age with its unit'
}

# A dry run counts by three actions what two of its queues are left out of; each answers 5.
test_dry_run() {
    row 3 5 0 0
    act 0 hold --sender a@b.example --dry-run
    says '^hold: would act on 0,'
    [ "$(wc -l <"$root/sets")" -eq 2 ] || fail 'not one count of all and one of hold'
    row 3 5 0 0
    act 0 unhold --all --dry-run
    says '^unhold: would act on 5,'
    [ "$(wc -l <"$root/sets")" -eq 1 ] || fail 'not one count of hold'
    ! grep -qF '.1.6.5.1.11.' "$root/set" || fail 'all, and not hold only'
    row 3 5 0 0
    act 0 flush --queue hold --dry-run
    says '^flush: would act on 0,'
    nothing_set 'a dry run is about what the command would act on'
}

# U+009B, U+202E, U+2066, U+2028, an escape, an invalid octet; and what is to be seen as it is.
harmful=$'a\xc2\x9b31mb\xe2\x80\xaec\xe2\x81\xa6d\xe2\x80\xa8e\x1b[0mf\xffg zo\xc3\xab \xe2\x82\xac'
# Control characters, also those of ISO 8859-1 in UTF-8, bidirectional marks, and what is not UTF-8.
obeyed='[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81\xa6|\xff'
harmless='a?31mb?c?d?e?[0mf?g zoë €'

test_text() {
    row 4 1 0 1 4ABC12DEF0 4 "$harmful"
    sed -i "/\.1\.6\.5\.1\.20\./s/\"\"/$(octets "$harmful")/" "$root/tree"
    act 1 hold 4ABC12DEF0
    says "^4ABC12DEF0 +failed +${harmless//[?[]/.}\$"
    says "^hold: partial, 1 failed: ${harmless//[?[]/.} \\(owner"
    ! LC_ALL=C grep -qP "$obeyed" "$root/out" || fail 'what a terminal obeys'
    ok 'hmq-action prints nothing that a terminal obeys'
    {
        echo "$base.1.1.3.0 $(octets "$harmful")"
        echo "$base.1.1.4.0 1"
        echo "$base.1.1.5.0 2"
        echo "$base.1.1.11.0 $(octets "$harmful")"
        echo "$base.1.5.1.0 1"
        echo "$base.1.5.4.1.2.6.65.66.67.68.69.70 4"
        echo "$base.1.5.4.1.6.6.65.66.67.68.69.70 $(octets "$harmful")"
        echo "$base.1.5.4.1.8.6.65.66.67.68.69.70 $(octets "$harmful")"
        echo "$base.1.5.4.1.9.6.65.66.67.68.69.70 $(octets "$harmful")"
    } >"$root/tree"
    "$source_dir/contrib/hmq-status" gw >"$root/out" 2>"$root/err" || fail 'hmq-status'
    [ "$(grep -cF "$harmless" "$root/out")" -eq 3 ] || fail 'text of another form'
    ! LC_ALL=C grep -qP "$obeyed" "$root/out" || fail 'what a terminal obeys'
    grep -q 'how many are not listed is unknown' "$root/out" || fail 'an unknown number is none'
    ok 'nor does hmq-status'
}

test_what_was_done
test_unread_results
test_input
test_dry_run
test_text
echo "$checks checks passed"
