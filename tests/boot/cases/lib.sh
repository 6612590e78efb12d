# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# shellcheck disable=SC2034  # used by the cases that source it
#
# What the cases share. They run as root on the machine under test; each line of output begins with
# `ok: ` or `FAIL: `.

export HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive MIBS=''
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
base=.1.3.6.1.4.1.8072.9999.9999.2525
conf=/etc/hermes-mailqueue/hermes-mailqueue.conf
database=/var/lib/hermes-mailqueue/hermes-mailqueue.db
agent=hermes-mailqueued
helper=hermes-mailqueue-helper
hooks=hermes-mailqueue-hooks
patience=60

# check WHAT COMMAND...: its output is the detail of a failure.
check() {
    local what=$1 out
    shift
    if out=$("$@" 2>&1); then
        echo "ok: $what"
    else
        echo "FAIL: $what: $(tail -n 4 <<<"$out" | tr '\n' ' ')"
    fi
}

# eventually WHAT COMMAND...: within the patience of a test. Once is enough: a message on its way
# from maildrop to incoming lies in both for a moment.
eventually() {
    local what=$1 end=$((SECONDS + patience))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -ge $end ]; then
            check "$what" "$@"
            return
        fi
        sleep 0.1
    done
    echo "ok: $what"
}

not() { ! "$@"; }
same() { [ "$1" = "$2" ] || { echo "\"$1\" is not \"$2\""; return 1; }; }

get() { snmpget -t 3 -r 1 -Oqv 127.0.0.1 "$base.$1" 2>&1; }
is() { # OBJECT VALUE
    local value
    value=$(get "$1")
    [ "$value" = "$2" ] || { echo "$1 is $value, not $2"; return 1; }
}
set_object() { snmpset -t 5 127.0.0.1 "$base.$1" "$2" "$3"; }
act() { hmq "$@" -y; }

main_pid() { systemctl show -p MainPID --value "$1"; }
children() { cat "/proc/$1/task/$1/children" 2>/dev/null || true; }
# another PID UNIT: the unit's first process is a new one.
another() {
    local pid
    pid=$(main_pid "$2")
    [ "$pid" != 0 ] && [ "$pid" != "$1" ]
}
up() { systemctl is-active "$@"; }

# mark: from here on `said` and `said_with` look. (After a cursor that a filter leaves out,
# journalctl of systemd 252 skips the first line that the filter would have let through.)
mark() { since=@$EPOCHREALTIME; }
said() { journalctl --no-pager --since "$since" -o cat | grep -E -- "$1"; }
said_with() { # PRIORITY PATTERN
    journalctl --no-pager --since "$since" -o cat -p "$1" -u 'hermes-mailqueue*' | grep -E -- "$2"
}

# complaints UNIT OPTION...: the warnings that they have logged, as journalctl's options have it.
complaints() {
    journalctl --no-pager -o cat -p warning -u "$@" | grep .
}

db() { sqlite3 -readonly -cmd '.timeout 10000' "$database" "$1"; }
audit_rows() { db 'SELECT count(*) FROM audit'; }

# mail USER...: a message to each that stays.
mail() {
    local user
    for user; do
        echo x | sendmail -f sender@src.example "$user@dst.example"
    done
}
# queue: lines "USER QUEUE ID".
queue() {
    postqueue -j | python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    user = message["recipients"][0]["address"].split("@")[0]
    print(user, message["queue_name"], message["queue_id"])'
}
lies_in() { grep -q "^$1 $2 " < <(queue); } # USER QUEUE
gone() { local all; all=$(queue) && ! grep -q "^$1 " <<<"$all"; }
id_of() { queue | awk -v user="$1" '$1 == user { print $3 }'; }

agent_answers() { is 1.1.5.0 1; }
mark
