#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_quickstart.sh PROJECT: contrib/quickstart.sh in a clean copy of the project.  What it prints
# is what lies on disk, every line it prints for copying works, and Ctrl-C leaves nothing behind.

set -euo pipefail
project=$(realpath -- "$1")
# shellcheck source=contrib/lab/lib.sh
. "$project/contrib/lab/lib.sh"
# shellcheck source=tests/support/checkout.sh
. "$project/tests/support/checkout.sh"
root=$(mktemp -d /tmp/hmq-qs.XXXXXX)
chmod 755 "$root"
copy="$root/the home/copy"
quickstart=

cleanup() {
    local status=$?
    [ -z "$quickstart" ] || kill "$quickstart" 2>/dev/null || true
    [ -z "$quickstart" ] || wait "$quickstart" 2>/dev/null || true
    "$project/contrib/lab/postfix.sh" destroy "$root/pf" || true
    if [ "$status" -ne 0 ]; then
        tail -n 100 "$root"/*.out
    fi
    rm -rf "$root"
}
trap cleanup EXIT

fail() {
    echo "FAIL: $*"
    exit 1
}

# clean_copy: closed to others, like many a home directory, and with a blank in its path.
clean_copy() {
    mkdir -m 0700 "$root/the home"
    copy_checkout "$project" "$copy"
    # Spares the network, where an earlier run has been.
    if [ -d "$project/build/mibs" ]; then
        mkdir "$copy/build"
        cp -r "$project/build/mibs" "$copy/build/mibs"
    fi
}

# column OUTPUT QUEUE: what the status says of its messages.
column() {
    awk -v queue="$2" '$1 == queue && $2 ~ /^[0-9]+$/ { print $2; exit }' "$1"
}

# check_status OUTPUT SPOOL ROWS
check_status() {
    local queue total=0 count said ids
    for queue in maildrop incoming active deferred hold; do
        count=$(count_queue "$2" "$queue")
        said=$(column "$1" "$queue")
        [ "$said" = "$count" ] || fail "$queue: $said printed, $count on disk"
        total=$((total + count))
    done
    grep -Eq "^(OK|WARNING), $total messages," "$1" || fail "the title lacks $total messages"
    grep -q '^Postfix .* is running, counted .* ago, listed .* ago$' "$1" || fail 'data is not ok'
    grep -q '^Overload: no ' "$1" || fail 'an overload of a short queue'
    ids=$(awk '/^ID +QUEUE/ { table = 1; next } /^\.\.\. and|^$/ { table = 0 }
        table && /^[^ ]/ { print $1 " " $2 }' "$1" | sort)
    [ "$(wc -l <<<"$ids")" -eq "$3" ] || fail "not $3 messages listed: $ids"
    while read -r id queue; do
        [ -n "$(find "$2/$queue" -type f -name "$id")" ] || fail "$id is not in $queue"
    done <<<"$ids"
    [ "$3" -eq "$total" ] || grep -qx "\.\.\. and $((total - $3)) more" "$1" ||
        fail 'the number of the messages that are not shown'
}

# pasted OUTPUT HEADING: the lines under the heading, as one would copy them.
pasted() {
    awk -v heading="$2" 'index($0, heading) { on = 1; next }
        /^(To |Notifications|Ctrl-C)/ { on = 0 }
        on && NF' "$1"
}

# paste_lines FILE: one shell, as a new terminal of root's has it; each line has to succeed, to
# print something unless it is an assignment, and to complain of nothing.
paste_lines() {
    local number=0 line
    while IFS= read -r line; do
        number=$((number + 1))
        printf '%s || { echo "exit $?: line %s" >&2; exit 1; }\n' "$line" "$number"
        [[ $line == export\ * ]] || printf 'echo "end of %s" >&2\n' "$number"
    done <"$1" >"$1.sh"
    env -i HOME="$root" PATH=/usr/local/bin:/usr/bin:/bin TERM=dumb \
        bash --norc "$1.sh" >"$1.out" 2>"$1.err" || fail "$1: $(cat "$1.err" "$1.out")"
    [ -s "$1.out" ] || fail "nothing printed by the lines $(cat "$1")"
    # net-snmp's first use on a machine.
    ! grep -v -e '^end of ' -e '^Created directory: ' "$1.err" || fail 'the lines complain'
}

count_on_disk() {
    count_queue "$run/postfix/spool" maildrop incoming active deferred hold
}

all_deferred() {
    [ "$(count_queue "$root/pf/spool" deferred)" -eq 13 ]
}

stays_or_ended() { # OUTPUT
    grep -q 'Ctrl-C ends it all' "$1" || ! start_time "$quickstart" >/dev/null
}

clean_copy
"$copy/contrib/lab/postfix.sh" create "$root/pf"
"$copy/contrib/lab/postfix.sh" start "$root/pf"
smtp-source -m 12 -s 2 -f a@hermes.example -t b@refused.example "127.0.0.1:$(<"$root/pf/port")"
# shellcheck disable=SC2016
MAIL_CONFIG=$root/pf/etc sendmail -f '' '"odd name; $(id)"@full.example' <<<'A bounce'
wait_for 60 all_deferred || fail 'mail not deferred'
find "$root/pf/spool/deferred" -type f -printf '%f\n' | head -n 3 |
    postsuper -c "$root/pf/etc" -h - 2>/dev/null

"$copy/contrib/quickstart.sh" --once --postfix "$root/pf/etc" --rows 20 >"$root/once.out" 2>&1
check_status "$root/once.out" "$root/pf/spool" 13
! grep -E '^export|^snmp[a-z]+ -|hmq-quick' "$root/once.out" ||
    fail 'commands for what is gone'
echo 'ok: a given Postfix, shown once'

# refused OPTION...: within a line, and before anything is done.
refused() {
    local said
    ! said=$("$copy/contrib/quickstart.sh" "$@" 2>&1) || fail "$* is taken"
    [ "$(wc -l <<<"$said")" -eq 1 ] || fail "$*: $said"
}
refused --address 127.0.0.1
refused --agentx unix:/nowhere
refused --private --postfix "$root/pf/etc"
refused --rows many
echo 'ok: options without an effect are refused'

# From elsewhere, with a umask that shuts others out.  A background process of a script has SIGINT
# ignored, and a shell cannot take that back.
(cd / && umask 077 && exec env --default-signal=INT "$copy/contrib/quickstart.sh" --private) \
    >"$root/stay.out" 2>&1 &
quickstart=$!
wait_for 600 stays_or_ended "$root/stay.out" || fail 'it does not get to the end'
run=$(grep -o '/tmp/hmq-quick\.[A-Za-z0-9]*' "$root/stay.out" | head -n 1)
[ -d "$run" ] || fail 'it does not stay'
check_status "$root/stay.out" "$run/postfix/spool" 5
echo 'ok: a private Postfix'

pasted "$root/stay.out" 'To query it yourself' >"$root/ask"
pasted "$root/stay.out" 'To ask the same' >>"$root/ask"
[ "$(grep -c '^export ' "$root/ask")" -eq 4 ] || fail 'not four assignments to paste'
[ "$(grep -c '^hmq -H ' "$root/ask")" -ge 3 ] || fail 'too few commands of hmq to paste'
[ "$(grep -c '^snmp' "$root/ask")" -ge 4 ] || fail 'too few commands to paste'
paste_lines "$root/ask"
grep -qx "hmqTotalMessages.0 $(count_on_disk)" "$root/ask.out" || fail 'another total by snmpget'
grep -Eq "^ *hold +$(count_queue "$run/postfix/spool" hold) " "$root/ask.out" ||
    fail 'another number on hold by snmptable'
echo 'ok: the lines that ask'

pasted "$root/stay.out" 'To act' >"$root/do"
id=$(sed -nE 's/^hmq .* hold ([0-9A-F]+) .*/\1/p' "$root/do")
[ -f "$(find "$run/postfix/spool/deferred" -name "$id")" ] || fail "nothing to act on: $id"
held=$(count_queue "$run/postfix/spool" hold)
{ grep -e '^export MIB' -e '^export PATH' "$root/ask"; cat "$root/do"; } >"$root/act"
# All but the release first, to see the message on hold.
sed '/unhold/,$d' "$root/act" >"$root/hold"
paste_lines "$root/hold"
grep -q "^$id  done: placed on hold$" "$root/hold.out" || fail 'no result of the hold'
grep -q "^hmqMessageQueue.* " "$root/hold.out" || fail 'no queue of the message'
[ "$(count_queue "$run/postfix/spool" hold)" -eq $((held + 1)) ] || fail 'not held'
{ grep '^export ' "$root/act"; sed -n '/unhold/,$p' "$root/act"; } >"$root/release"
paste_lines "$root/release"
wait_for 60 test -f "$run/postfix/spool/deferred/${id:0:1}/$id" || fail 'not released'
grep -Eq ' hold +done .* actor .* a look first$' "$root/release.out" || fail 'no state of the hold'
grep -Eq ' unhold +(queued|running|done) ' "$root/release.out" || fail 'no state of the release'
grep -qx 'condition.warning.above: 300, was 100' "$root/release.out" || fail 'the setting'
echo 'ok: the lines that act'

pasted "$root/stay.out" 'To see an overload' >"$root/try"
head -n 1 "$root/try" >"$root/raise"
tail -n +2 "$root/try" >"$root/clear"
if command -v snmptrapd >/dev/null; then
    bash "$root/raise"
    wait_for 60 grep -q 'hmqOverloadRaised, 5[0-9][0-9] messages' "$root/stay.out" ||
        fail 'no overload notified'
    bash "$root/clear" 2>/dev/null
    wait_for 60 grep -q 'hmqOverloadCleared, [0-9]* messages' "$root/stay.out" ||
        fail 'no end of it notified'
    echo 'ok: an overload and its end'
fi

pids=$(cat "$run/agent.pid" "$run/snmpd/snmpd.pid" \
    <(awk '{ print $1 }' "$run/postfix/spool/pid/master.pid"))
kill -INT "$quickstart"
wait "$quickstart" || fail "exit status $? on Ctrl-C"
quickstart=
for pid in $pids; do
    ! start_time "$pid" >/dev/null || fail "process $pid is still there"
done
[ ! -e "$run" ] || fail "$run is still there"
echo 'ok: nothing left behind'

# Without snmptrapd, which quickstart.sh does not install.
if ! unshare --mount --propagation private true 2>/dev/null; then
    echo 'SKIP: the window without snmptrapd: there is no mount namespace for it'
    exit 0
fi
mkdir "$root/sbin" "$root/links"
for file in /usr/sbin/*; do ln -sf "$root/sbin/${file##*/}" "$root/links/"; done
rm -f "$root/links/snmptrapd"
unshare --mount --propagation private env --default-signal=INT bash -c '
    mount --bind /usr/sbin "$1/sbin" && mount --bind "$1/links" /usr/sbin || exit
    exec "${@:2}"' - "$root" "$copy/contrib/quickstart.sh" --postfix "$root/pf/etc" \
    >"$root/log.out" 2>&1 &
quickstart=$!
wait_for 600 stays_or_ended "$root/log.out" || fail 'it does not get to the end'
smtp-source -m 500 -s 5 -f a@hermes.example -t b@refused.example "127.0.0.1:$(<"$root/pf/port")"
wait_for 60 grep -q '  hmqOverloadRaised, ' "$root/log.out" || fail 'no overload in the window'
postsuper -c "$root/pf/etc" -d ALL deferred 2>/dev/null
wait_for 60 grep -q '  hmqOverloadCleared, ' "$root/log.out" || fail 'no end of it in the window'
kill -INT "$quickstart"
wait "$quickstart" || fail "exit status $? on Ctrl-C"
quickstart=
echo 'ok: an overload and its end without snmptrapd'
