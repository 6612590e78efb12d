#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_reading.sh DAEMON: what a real Postfix makes counts and listing disagree about, and lines of
# its listing that are longer than anything else: mail that passes, files it does not list,
# messages with very many recipients.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"
# shellcheck source=tests/support/set.sh
. "$support/set.sh"

# submit SENDER COUNT FORMAT: one message by sendmail, its recipients as printf has them.
submit() {
    {
        echo "From: $1"
        seq -f "Bcc: $3" "$2"
        printf '\nhello\n'
    } | sendmail -C "$root/pf/etc" -t -f "$1"
}

row_of() { sub_ids "$1"; }
id_of() { # SENDER
    pf postqueue -j | python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["sender"] == sys.argv[1]:
        print(message["queue_id"])' "$1"
}
deferred_by() { [ "$(pf postqueue -j | grep -c "\"deferred\".*$1.*$2")" -gt 0 ]; }
row_is() { [ "$(get "1.5.4.1.$1.$(row_of "$2")")" = "$3" ]; }
gone() { [ -z "$(find "$spool" -type f -name "$1")" ]; }
rss() { # of the agent's process, in KiB
    awk '/^VmRSS/ { print $2 }' "/proc/$agent/status"
}

allow_set
start_postfix 'message_size_limit = 50000000'
start_snmpd

# Mail that stays for milliseconds, 20 a second, is no error of the reading.
pf postconf -e defer_transports= transport_maps= default_transport=discard:
"$lab/postfix.sh" reload "$root/pf"
start_agent list_interval=1s scan_interval=60s
expect 1.1.5.0 1 "the data is good"
for _ in {1..30}; do
    inject 2 x@anywhere.example
    [ "$(get 1.1.5.0)" = 1 ] || fail "mail that passes: hmqDataStatus is $(get 1.1.5.0)"
done
ok "mail that passes leaves the data good"
now 1.1.10.0 0 "and is no read error"
stop_agent

# Files that Postfix does not list.
pf postconf -e defer_transports=smtp default_transport=smtp \
    "transport_maps=texthash:$root/pf/etc/transport"
"$lab/postfix.sh" reload "$root/pf"
inject 3
eventually "3 are deferred" settled 3
start_agent list_interval=500ms scan_interval=1s
expect 1.2.1.0 3 "3 messages"
pf postsuper -h "$(ids deferred 1)" 2>/dev/null
expect 1.3.1.2.5 1 "one on hold"
held=$(find "$spool/hold" -type f)
cp -p "$held" "$root/held"
: >"$held"
expect 1.3.1.2.5 0 "an empty file is no message"
mapfile -t files < <(find "$spool/deferred" -type f)
chmod 600 "${files[0]}"
expect 1.2.1.0 1 "nor is one that is not complete"
chown root "${files[1]}"
expect 1.2.1.0 0 "nor another user's, though all three lie there"
check "as mailq has it" eval 'grep -q "is empty" < <(pf postqueue -p)'
expect 1.1.5.0 1 "which is good data"
now 1.1.10.0 0 "and no read error"
chmod 700 "${files[0]}"
chown postfix "${files[1]}"
cp -p "$root/held" "$held"
expect 1.2.1.0 3 "mended, they count again"
expect 1.5.1.0 3 "and have rows"

# Each address counts once, though showq prints those beyond duplicate_filter_limit twice.
submit many@news.example 1500 'r%g@unresolved.example'
eventually "1,500 are deferred" deferred_by many@news.example Host
many=$(id_of many@news.example)
check "which Postfix prints as 2,000" test "$(pf postqueue -j | grep many@news.example |
    grep -o '"address"' | wc -l)" -eq 2000
eventually "a row with 1,500 recipients" row_is 7 "$many" 1500
check "and as many recipients" eval \
    '[[ $(get "1.5.5.1.2.$(row_of "$many").1500") == *@unresolved.example* ]]'
expect 1.2.3.0 1503 "in the total too"

act al count 1 reason='Host not found' recipient='r1500@*'
finished al count 1 "done" 1 0 0

# A line of ten megabytes. On hold no delivery is tried, which would take a minute.
pf postconf -e header_checks=static:HOLD
"$lab/postfix.sh" reload "$root/pf"
before=$(rss)
domain=a.host.in.a.domain.that.no.name.server.can.look.up.however.often.it.is.asked.for.it
submit list@news.example 50000 "subscriber.number%06.0f.of.the.list.with.many.others@\
$domain.and.has.a.name.that.is.as.long.as.a.name.may.be.or.almost.so.unresolved.example"
huge=
held_one() { huge=$(ids hold | awk -v other="${held##*/}" '$1 != other') && [ -n "$huge" ]; }
eventually "it is on hold" held_one
eventually "a message with 50,000 recipients has a row" row_is 7 "$huge" 50000
expect 1.2.1.0 5 "it is one message"
now 1.2.3.0 51503 "all recipients are in the total"
now 1.1.10.0 0 "no read error so far"
length=$(pf postqueue -j | awk '{ if (length > max) max = length } END { print max }')
check "its line has $length octets" test "$length" -gt 8388608
echo "# RSS $before KiB before, $(rss) KiB after"
act al delete 1 sender=many@news.example
finished al delete 1 "done" 1 1 0
act al count 2 recipient='subscriber.number050000.*'
finished al count 2 "done" 1 0 0
act al delete 2 ids="$huge"
finished al delete 2 "done" 1 1 0
eventually "they are deleted" eval 'gone "$huge" && gone "$many"'
expect 1.2.1.0 3 "the others stay"
expect 1.1.5.0 1 "the data is good"
stop_agent
check "no report of a sanitizer" no_sanitizer_report
