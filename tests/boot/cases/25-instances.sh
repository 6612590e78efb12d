#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A second Postfix, made by postmulti(1), with an agent of its own, as hermes-mailqueued(8) says.
# Both stay for the cases that follow.
set -euo pipefail
# shellcheck source=tests/boot/cases/lib.sh
. /in/cases/lib.sh

out_agent=hermes-mailqueued@out
out_helper=hermes-mailqueue-helper@out
out() { # OBJECT VALUE
    same "$(snmpget -t 3 -r 1 -Oqv -n out 127.0.0.1 "$base.$1" 2>&1)" "$2"
}
out_queue() {
    postqueue -c /etc/postfix-out -j | python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    print(message["queue_name"], message["queue_id"])'
}
out_lies_in() { grep -q "^$1 " < <(out_queue); }
before=$(queue | sort)
total=$(get 1.2.1.0)
first=$(main_pid "$agent")

postmulti -e init
postmulti -I postfix-out -e create
postconf -c /etc/postfix-out -e defer_transports=smtp minimal_backoff_time=1d \
    maximal_backoff_time=1d inet_interfaces=loopback-only authorized_submit_users=root
postmulti -i postfix-out -e enable
systemctl daemon-reload
# Debian 12 starts every instance with the first one, 13 those that are enabled.
if [ -e /usr/lib/systemd/system-generators/postfix-instance-generator ]; then
    systemctl restart postfix
else
    systemctl enable --now postfix@out
fi
eventually "the second Postfix runs" postmulti -i postfix-out -p status

cat >/etc/hermes-mailqueue/out.conf <<'END'
postfix_config_directory = /etc/postfix-out
context = out
database = /var/lib/hermes-mailqueue/out.db
script.note.path = /usr/local/lib/hermes-mailqueue/note
END
mark
check "enable --now waits until it is ready" systemctl enable --now "$out_agent"
eventually "its queue is empty" out 1.2.1.0 0
eventually "the log has the context" said 'registered with .* in the context out'
eventually "its script runs" said 'script hmqAgentStarted as hermes-mq-hooks'
check "all are units of its own" up "$out_agent" "$out_helper" "$out_helper.socket" \
    hermes-mailqueue-hooks@out
listens() { stat -c %U:%a "/run/hermes-mailqueue/out/$1"; }
check "with sockets of their own" same "$(listens helper) $(listens hooks)" \
    'hermes-mq:600 hermes-mq:600'
echo x | sendmail -C /etc/postfix-out -f sender@src.example o1@dst.example
eventually "a message there is seen" out 1.2.1.0 1
eventually "and listed" out 1.3.1.2.4 1
id=$(out_queue | awk '{ print $2; exit }')
check "hold" act -n out hold "$id"
check "is on hold" out_lies_in hold
out_shown() {
    local shown
    shown=$(hmq -n out)
    grep -Eq '^[A-Z]+, 1 message(,|$)' <<<"$shown" || { echo "$shown"; return 1; }
}
check "the status shows it" out_shown
check "not in the default context" not act hold "$id"
lifetime() { postconf -c "$1" -h bounce_queue_lifetime; }
kept=$(lifetime /etc/postfix)
snmpset -t 5 -n out 127.0.0.1 "$base.1.4.1.0" i 3 >/dev/null
lifetime_is() { same "$(lifetime /etc/postfix-out)" "$1"; }
eventually "a lifetime reaches the main.cf of out" lifetime_is 3d
eventually "and is applied" out 1.4.5.0 1
check "the other main.cf is as it was" same "$(lifetime /etc/postfix)" "$kept"
check "so is the other queue" same "$(queue | sort)" "$before"
check "and what is counted there" is 1.2.1.0 "$total"
check "the first agent has gone on all the time" same "$(main_pid "$agent")" "$first"
pid=$(main_pid "$out_agent")
systemctl restart "$agent"
eventually "it is back after a restart" agent_answers
check "which the second one does not notice" same "$(main_pid "$out_agent")" "$pid"
check "no complaint in the journal" not complaints 'hermes-mailqueue*@out*' -b

# A third one, whose file has not what its units have.
cat >/etc/hermes-mailqueue/odd.conf <<'END'
context = odd
database = /srv/odd.db
END
odd_agent=hermes-mailqueued@odd
mark
systemctl start "$odd_agent"
eventually "a database that the sandbox protects: the drop-in is named" said \
    '/srv/odd.db: .*ReadWritePaths='
echo 'user = daemon' >>/etc/hermes-mailqueue/odd.conf
check "with another user than the unit's it does not start" not systemctl restart "$odd_agent"
eventually "with the reason" said 'odd.conf:3: user: is "daemon"'
check "and is not tried again and again" same "$(systemctl is-active "$odd_agent")" failed
systemctl stop 'hermes-mailqueue*@odd.*'
systemctl reset-failed
rm /etc/hermes-mailqueue/odd.conf

systemctl restart snmpd
eventually "snmpd restarted: the second one is back" out 1.2.1.0 1
eventually "and the first one" agent_answers
