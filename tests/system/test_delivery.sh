#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_delivery.sh DAEMON: mail that other servers take, put off and refuse, by a real Postfix; the
# counts are those that pflogsumm makes of the same log, over its rotation and the end of whoever
# reads it.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

log=$root/pf/log/maillog

# refused RECIPIENT...: over one connection, as many answers of 5xx.
refused() {
    python3 - "$(<"$root/pf/port")" "$@" <<'END'
import smtplib
import sys

with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as smtp:
    smtp.helo("client.example")
    smtp.mail("sender@source.example")
    for recipient in sys.argv[2:]:
        code, text = smtp.rcpt(recipient)
        if code < 500:
            sys.exit(f"{recipient}: {code} {text}")
END
}

# lines PATTERN: in all of the log, whatever it is called by now.
lines() { cat "$root"/pf/log/maillog* | grep -c -E -- "$1" || true; }

# summary WORD...: the numbers of pflogsumm's grand totals that stand before these words.
summary() {
    local word
    cat "$root"/pf/log/maillog* >"$root/whole-log"
    pflogsumm --syslog-name=postfix-lab "$root/whole-log" >"$root/summary"
    for word in "$@"; do
        awk -v word="$word" '
            /^Per-/ { exit }
            $2 == word { print $1; found = 1; exit }
            word == "deferrals" && /deferrals\)/ { gsub(/[()]/, ""); print $3; found = 1; exit }
            END { if (!found) print 0 }' "$root/summary"
    done
}

counts() { # OUTCOME...
    local outcome
    for outcome in "$@"; do get "1.10.2.1.3.$outcome"; done
}

# As often as the log has a line of each kind: received, sent, deferred, bounced, rejected, held.
agree() {
    ours=$(counts 1 2 3 4 6 7 | tr '\n' ' ')
    theirs=$(summary received delivered deferrals bounced rejected held | tr '\n' ' ')
    [ "$ours" = "$theirs" ]
}

expect_agreement() {
    local ours='' theirs=''
    wait_for "$patience" agree || fail "$1: $ours, pflogsumm has $theirs"
    ok "$1: as pflogsumm ($ours)"
}

start_postfix 'smtpd_recipient_restrictions =' \
    ' check_recipient_access inline:{{unwanted.example = REJECT},{held.example = HOLD}}' \
    ' permit_mynetworks, reject'
start_sinks
inject 2 a@takes.example
eventually "what was before the agent is sent" test "$(lines 'status=sent')" -ge 0
start_snmpd
start_agent
expect 1.10.1.0 1 "the log is read"
eventually "all that was before is in the log" settled 0
stop_agent
start_agent
expect 1.10.1.0 1 "the log is read again"
for outcome in 1 2 3 4 5 6 7; do
    now "1.10.2.1.3.$outcome" 0 "outcome $outcome: what was before the start does not count"
done
now 1.10.3.0 "$none" "no delay while nothing was sent"
# From here on both count the same lines.
: >"$log"

inject 20 a@takes.example
inject 7 a@later.example
inject 3 a@never.example
inject 4 a@suspended.example
inject 2 a@held.example
refused a@unwanted.example b@unwanted.example c@unwanted.example
printf 'Subject: x\n\n' | sendmail -C "$root/pf/etc" -f local@source.example a@takes.example
eventually "all of it has had its first attempt" settled 14
expect 1.10.2.1.3.1 37 "received"
expect 1.10.2.1.3.2 21 "sent"
expect 1.10.2.1.3.4 3 "bounced"
expect 1.10.2.1.3.6 3 "rejected"
expect 1.10.2.1.3.7 2 "held"
expect_agreement "all outcomes"
expect 1.10.2.1.4.2 21 "all that was sent is recent"
check "when it was sent last" test "$(get 1.10.2.1.5.2 | wc -w)" -ge 11
expect 1.10.3.0 '[0-9]*' "a median of the delays"
check "no more than the 95th percentile" test "$(get 1.10.3.0)" -le "$(get 1.10.4.0)"
check "nothing is idle" test "$(get 1.10.5.0)" -lt 120

# What pflogsumm does not count.
id=$(ids deferred 1)
pf postsuper -h "$id" 2>/dev/null
expect 1.10.2.1.3.7 3 "held by postsuper"
pf postsuper -H "$id" 2>/dev/null
pf postsuper -e "$id" 2>/dev/null
pf postqueue -i "$id"
expect 1.10.2.1.3.5 1 "expired by postsuper"
now 1.10.2.1.2.5 '"expired"' "the row's name"
held=$(get 1.10.2.1.3.7)

# Over a rotation: no line twice, none left out, whoever ends meanwhile.
mv "$log" "$log.1"
inject 5 a@takes.example
expect 1.10.2.1.3.2 26 "sent after the rotation, while Postfix writes to the old file"
"$lab/postfix.sh" reload "$root/pf"
inject 5 a@takes.example
expect 1.10.2.1.3.2 31 "sent after it has opened the new one"
check "there is a new one" test -s "$log"
old=$(worker)
kill -KILL "$old"
inject 5 a@takes.example
mv "$log" "$log.2"
"$lab/postfix.sh" reload "$root/pf"
inject 5 a@takes.example
eventually "another worker" another_worker "$old"
expect 1.10.2.1.3.2 41 "sent while the helper's worker was killed and the log rotated"
cp "$log" "$log.3"
: >"$log"
inject 5 a@takes.example
expect 1.10.2.1.3.2 46 "sent after copytruncate"
now 1.10.2.1.3.7 "$held" "nothing was counted twice"
check "as many as all logs have together" test "$(lines 'status=sent')" -eq 46
check "nothing is missing, says the agent" not grep -q 'may be missing' "$root/agent.log"

# Other programs and other instances write there, too.
before=$(get 1.10.2.1.3.2)
said='7C21D3F8A6: to=<a@b>, relay=x, delay=1, status=sent (ok)'
{
    for program in postfix/smtp postfix-lab-out/smtp dovecot; do
        echo "Nov 27 14:46:03 gw ${program}[1]: $said"
    done
    head -c 1000000 /dev/zero | tr '\0' x
    printf '\n\0\n'
} >>"$log"
rejected=$(get 1.10.2.1.3.6)
echo 'Nov 27 14:46:03 gw postfix-lab/smtpd[1]: message repeated 5 times: [ NOQUEUE: reject: x]' \
    >>"$log"
inject 1 a@takes.example
expect 1.10.2.1.3.2 "$((before + 1))" "only its own lines count"
now 1.10.2.1.3.6 "$((rejected + 5))" "and one that stands for five counts five times"
eventually "a line too long is reported" grep -q 'that were too long' "$root/agent.log"

rm "$log"*
expect 1.10.1.0 2 "a log that is gone is unavailable"
expect 1.10.2.1.3.2 "$none" "and nothing is counted, not even 0"
now 1.10.5.0 "$none" "nor is it idle"
now 1.10.2.1.2.2 '"sent"' "the names stay"
check "the reason" test -n "$(get 1.1.11.0 | grep -F "$log")"
now 1.1.5.0 1 "the queue is known"
"$lab/postfix.sh" reload "$root/pf"
inject 1 a@takes.example
expect 1.10.1.0 1 "it is back"
expect 1.10.2.1.3.2 "$((before + 2))" "and goes on"
check "what was written to the old one until then is missing, says the agent" \
    grep -q 'may be missing' "$root/agent.log"

stop_agent
check "a clean stop" test "$agent_status" -eq 0
start_agent mail_log=off
expect 1.2.1.0 '[0-9]*' "without a log the queue is read"
check "and the group is empty" test -z "$(walk 1.10 | grep -v 'No more\|No Such' || true)"
stop_agent
check "no report of a sanitizer" no_sanitizer_report
