#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What became of mail, from the log as Debian has it: in the journal, and nowhere else. Then in a
# file of Postfix's own.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

# counted OUTCOME NUMBER: so many more than at the beginning.
declare -A before
counted() { is "1.10.2.1.3.$1" "$((before[$1] + $2))"; }
readers() { pgrep -u hermes-mq journalctl; }
another_reader() { local now; now=$(readers | head -n 1) && [ "$now" != "$pid" ]; }

check "there is no other log" test ! -e /var/log/mail.log
eventually "the journal is read" is 1.10.1.0 1
for outcome in 1 2 3 7; do before[$outcome]=$(get "1.10.2.1.3.$outcome"); done
echo x | sendmail -f root root
eventually "a mail that is delivered is counted as sent" counted 2 1
check "and as received" counted 1 1
check "with its delay" test "$(get 1.10.3.0)" -lt 60000
mail late
eventually "one that is put off, as deferred" counted 3 1
id=$(id_of late)
postsuper -h "$id" 2>/dev/null
eventually "one that is held, as held" counted 7 1
check "journalctl does not run as root" readers
check "and keeps the right to read alone" grep -q '^CapEff:.*0000000004$' \
    "/proc/$(readers | head -n 1)/status"

pid=$(readers | head -n 1)
kill -KILL "$pid"
echo x | sendmail -f root root
eventually "what is logged while nobody reads is counted" counted 2 2
eventually "by another journalctl" not test -e "/proc/$pid"
worker=$(children "$(main_pid "$helper")")
kill -KILL "${worker%% *}"
echo x | sendmail -f root root
eventually "the same for the helper's worker" counted 2 3
systemctl restart systemd-journald
echo x | sendmail -f root root
eventually "and for journald" counted 2 4
check "nothing is counted twice" counted 1 5

# What comes in a burst has reached journald later than its lines say.
burst=(burst{1..20})
mail "${burst[@]}"
held=$(for user in "${burst[@]}"; do id_of "$user"; done)
postsuper -h - <<<"$held" 2>/dev/null
eventually "a burst is counted" counted 7 21
pid=$(readers | head -n 1)
kill -KILL "$pid"
eventually "and by another journalctl" another_reader
echo x | sendmail -f root root
eventually "goes on" counted 2 5
check "not once more" counted 7 21
postsuper -d - <<<"$held" 2>/dev/null

mark
postconf -e 'maillog_file = /var/log/postfix.log'
postfix reload 2>/dev/null
eventually "main.cf has changed: the file is read" said 'counts of deliveries: /var/log/postfix.log'
echo x | sendmail -f root root
eventually "and counted" counted 2 6
postconf -X maillog_file
postfix reload 2>/dev/null
eventually "and back" said 'counts of deliveries: the journal'
echo x | sendmail -f root root
eventually "to the journal" counted 2 7
postsuper -d "$id" 2>/dev/null
check "no complaint in the journal but about the two changes" not said_with warning \
    'mail log is not|killed|sandbox|denied'
