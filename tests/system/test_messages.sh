#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_messages.sh DAEMON: the message and recipient tables: long queue ids, every status, senders
# and recipients of any kind, 5,000 recipients, limit and order, and indexes that are none.

set -euo pipefail
# shellcheck source=tests/support/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../support/lib.sh"

# index ID: as sub-identifiers.
index() {
    local i out=${#1}
    for ((i = 0; i < ${#1}; i++)); do
        printf -v out '%s.%d' "$out" "'${1:i:1}"
    done
    echo "$out"
}

# send SENDER RECIPIENTS [BODY]: one message by SMTP; prints its queue id.
send() {
    python3 - "$(<"$root/pf/port")" "$@" <<'END'
import socket, sys
port, sender, recipients = sys.argv[1:4]
body = sys.argv[4] if len(sys.argv) > 4 else "text"
link = socket.create_connection(("127.0.0.1", int(port)))
stream = link.makefile("rwb")
def reply():
    line = stream.readline()
    while line[3:4] == b"-":
        line = stream.readline()
    if line[:1] not in b"23":
        sys.exit(line.decode())
    return line.decode()
def command(text):
    stream.write(text.encode() + b"\r\n")
    stream.flush()
    return reply()
reply()
command("EHLO client.example")
command("MAIL FROM:<%s> SMTPUTF8" % sender)
for recipient in recipients.split("\n"):
    command("RCPT TO:<%s>" % recipient)
command("DATA")
print(command("Subject: x\r\n\r\n%s\r\n." % body).split()[-1])
command("QUIT")
END
}

row() { get "1.5.4.1.$1.$(index "$2")"; }
row_text() { text "1.5.4.1.$1.$(index "$2")"; }
has_row() { [ -n "$(row 2 "$1")" ] && [[ $(row 2 "$1") != No\ Such* ]]; }
same() { [ "$1" = "$2" ] || { echo "# \"$1\" is not \"$2\""; return 1; }; }
row_is() { [ "$(row "$1" "$2")" = "$3" ]; }

# in_order: the walk in FILE goes upwards.
in_order() {
    awk '/^\./ { print $1 }' "$1" | python3 -c '
import sys
names = [[int(part) for part in line.strip(". \n").split(".")] for line in sys.stdin]
sys.exit(not names or any(a >= b for a, b in zip(names, names[1:])))'
}

start_postfix 'enable_long_queue_ids = yes' 'smtpd_recipient_limit = 6000' \
    'smtpd_recipient_overshoot_limit = 6000' 'smtputf8_enable = yes' \
    'smtputf8_autodetect_classes = all' 'default_destination_recipient_limit = 6000' \
    'duplicate_filter_limit = 6000' 'hopcount_limit = 50'
start_snmpd
start_agent
expect 1.5.1.0 0 "no messages, no rows"
expect 1.1.5.0 1 "and that is good data"
now 1.5.2.0 0 "none are left out"

plain=$(send sender@source.example x@suspended.example)
null=$(send '' y@refused.example)
utf8=$(send 'grüße@quelle.example' 'empfänger@suspended.example')
quoted=$(send '"with space"@source.example' '"a \"b\" c"@suspended.example')
check "the ids are long ones" test ${#plain} -gt 12
for id in "$plain" "$null" "$utf8" "$quoted"; do
    eventually "a row for $id" has_row "$id"
done
check "sender" same "$(row_text 6 "$plain")" sender@source.example
check "the null sender is empty" same "$(row_text 6 "$null")" ""
check "recipient" same "$(row_text 8 "$null")" y@refused.example
check "a sender in UTF-8" same "$(row_text 6 "$utf8")" 'grüße@quelle.example'
check "a recipient in UTF-8" same "$(row_text 8 "$utf8")" 'empfänger@suspended.example'
check "a sender with a space" same "$(row_text 6 "$quoted")" '"with space"@source.example'
check "a recipient with quotes" same "$(row_text 8 "$quoted")" '"a \"b\" c"@suspended.example'
eventually "deferred" row_is 2 "$plain" 4
eventually "one recipient" row_is 7 "$plain" 1
eventually "the reason of the delay" eval '[[ $(row_text 9 "$null") == *refused* ]]'
check "is the first recipient's" same "$(row_text 9 "$null")" \
    "$(text "1.5.5.1.3.$(index "$null").1")"
check "the size is that of postqueue" same "$(row 5 "$plain")" \
    "$(pf postqueue -j | python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["queue_id"] == sys.argv[1]:
        print(message["message_size"])' "$plain")"
check "the age is a fresh one" test "$(row 4 "$plain")" -lt 300
check "the arrival is a date" test "$(row_text 3 "$plain" | wc -c)" -eq 11
check "not expired by force" row_is 10 "$plain" 2
eventually "a next retry for deferred mail" eval '[ "$(row_text 11 "$plain" | wc -c)" = 11 ]'
pf postsuper -e "$plain" 2>/dev/null
pf postsuper -h "$utf8" 2>/dev/null
eventually "held" row_is 2 "$utf8" 5
check "held mail has no next retry" eval '[[ $(row 11 "$utf8") == No\ Such\ Instance* ]]'
eventually "expired by force" row_is 10 "$plain" 1
eventually "the oldest of hold is that one" eval '[ "$(text 1.3.1.5.5)" = "$utf8" ]'

many=$(send sender@source.example "$(seq -f 'r%g@suspended.example' 5000)" \
    "$(printf 'x%.0s' {1..900})")
eventually "a row for the message with 5,000 recipients" has_row "$many"
eventually "their number" row_is 7 "$many" 5000
eventually "deferred" row_is 2 "$many" 4
# In the order that postqueue has them in, which is that of the attempts.
pf postqueue -j | python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["queue_id"] == sys.argv[1]:
        for recipient in message["recipients"]:
            print(recipient["address"])' "$many" >"$root/recipients"
check "5,000 different ones" test "$(sort -u "$root/recipients" | wc -l)" -eq 5000
listed_in_order() {
    [ "$(row_text 8 "$many")" = "$(head -n 1 "$root/recipients")" ] &&
        [ "$(text "1.5.5.1.2.$(index "$many").5000")" = "$(tail -n 1 "$root/recipients")" ]
}
eventually "the first and the last" listed_in_order
check "no further one" eval \
    '[[ $(get "1.5.5.1.2.$(index "$many").5001") == No\ Such\ Instance* ]]'
eventually "all are in the total" eval '[ "$(get 1.2.3.0)" = 5004 ]'
walk 1.5.5 >"$root/walk"
check "a walk shows each with its reason" test "$(grep -c "^\." "$root/walk")" -eq $((2 * 5004))
check "in order" in_order "$root/walk"
walk 1 >"$root/walk"
check "the whole tree is in order" in_order "$root/walk"
snmpbulkwalk -v2c -c public -t 5 -Cr40 -On -Oq -OU -Oe "127.0.0.1:$snmp_port" "$base.1.5.5" \
    >"$root/bulk"
check "GETBULK shows the same" test "$(grep -c "^\." "$root/bulk")" -eq $((2 * 5004))

# Indexes no queue id can have: each is before or after a row, or is none at all.
next() {
    snmpgetnext -v2c -c public -t 2 -r 1 -On -Oq -OU -Oe "127.0.0.1:$snmp_port" "$base.$1" 2>&1 |
        cut -d ' ' -f 1
}
first=$(next 1.5.4.1.2)
after=$(next 1.5.4.1.2.4294967295)
check "there is a first row" eval '[[ $first == $base.1.5.4.1.2.* ]]'
check "nothing comes after the last one" eval '[[ $after == $base.1.5.4.1.3.* ]]'
for bad in 0 1 0.0.0.0 4294967295.4294967295 3.256.1.1 "${#plain}" \
    "${#plain}.4294967295" "$(index "$plain" | sed 's/\.[0-9]*$/.70000/')" \
    "$(printf '255.'; printf '1.%.0s' {1..99})1" "$(index "$plain").1.1"; do
    name=$(next "1.5.4.1.2.$bad")
    check "GETNEXT of ${bad:0:30} has an answer" eval '[[ $name == $base.1.* ]]'
    check "after it" python3 -c '
import sys
key = lambda name: [int(part) for part in name.strip(".").split(".")]
sys.exit(not key(sys.argv[1]) > key(sys.argv[2]))' "$name" "$base.1.5.4.1.2.$bad"
    check "GET of it has none" eval '[[ $(get "1.5.4.1.2.$bad") == No\ Such* ]]'
    name=$(next "1.5.5.1.2.$bad")
    check "nor is it a recipient" eval '[[ $name == $base.1.* ]]'
    check "GETBULK lives with it" snmpbulkget -v2c -c public -t 2 -Cr3 -On \
        "127.0.0.1:$snmp_port" "$base.1.5.4.1.2.$bad" "$base.1.5.5.1.3.$bad" >/dev/null
done
check "a SET is refused" not snmpset -v2c -c public -t 2 "127.0.0.1:$snmp_port" \
    "$base.1.2.1.0" u 1 >/dev/null 2>&1
check "the agent lives" agent_lives

# ids_by COLUMN: of the rows, by the value of a column.
rows() { walk 1.5.4.1.5 | awk '{ print $2 }' | sort -n | tr '\n' ' '; }
stop_agent
for size in 1000 2000 3000 4000 5000; do
    send "s$size@source.example" z@suspended.example \
        "$(head -c "$size" /dev/zero | tr '\0' x | fold -w 900)" >/dev/null
done
largest=$(pf postqueue -j | grep -o '"message_size": [0-9]*' | awk '{ print $2 }' | sort -n |
    tail -n 3 | tr '\n' ' ')
oldest=$(pf postqueue -j | python3 -c '
import json, sys
messages = sorted((json.loads(line) for line in sys.stdin),
                  key=lambda message: (message["arrival_time"], len(message["queue_id"]),
                                       message["queue_id"]))
print(" ".join(str(message["message_size"]) for message in
               sorted(messages[:3], key=lambda message: message["message_size"])), "")')
start_agent message_limit=3 message_order=largest
expect 1.5.1.0 3 "a limit of 3 rows"
expect 1.5.2.0 7 "and 7 left out"
expect 1.2.1.0 10 "all are in the total"
check "they are the largest" same "$(rows)" "$largest"
now 1.2.3.0 5009 "the recipients of all are counted"
sed -i 's/^message_order.*/message_order = oldest/' "$root/agent.conf"
kill -HUP "$agent"
eventually "by a reload the oldest" eval '[ "$(rows)" = "$oldest" ]'
sed -i 's/^message_limit.*/message_limit = 0/' "$root/agent.conf"
kill -HUP "$agent"
expect 1.5.1.0 0 "a limit of none"
expect 1.5.2.0 10 "leaves all out"
check "the table is empty" test -z "$(walk 1.5.4 | grep -v 'No Such')"
now 1.2.1.0 10 "but they are counted"
pf postsuper -d ALL 2>/dev/null
expect 1.5.2.0 0 "an empty queue leaves none out"
stop_agent
check "no report of a sanitizer" no_sanitizer_report
