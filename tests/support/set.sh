# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# What the tests of SET share besides lib.sh: rows of hmqActionTable, the errors of a SET, and
# messages of any sender, recipients and size.  Sourced after lib.sh.
#
#   act al hold 1 ids="$a $b"; finished al hold 1 "done" 2 2 0

# Set by lib.sh.
: "${root?}" "${base?}" "${snmp_port?}" "${trap_port?}" "${patience?}" "${spool?}"

# raw_set ARGUMENTS...: no retry, so that a test sees what one SET does.
raw_set() {
    snmpset -v2c -c private -t 30 -r 0 -On -Oq "${snmp_target-127.0.0.1:$snmp_port}" "$@"
}

# set_object OBJECT TYPE VALUE...
set_object() {
    local -a arguments=()
    while [ $# -gt 0 ]; do
        arguments+=("$base.$1" "$2" "$3")
        shift 3
    done
    raw_set "${arguments[@]}"
}

# refused WHAT ERROR OBJECT OBJECT TYPE VALUE...: the SET fails with that error, at that object.
refused() {
    local what=$1 error=$2 at=$3 said
    shift 3
    said=$(set_object "$@" 2>&1) && fail "$what: was taken"
    [[ $said == *"Reason: $error"* ]] || fail "$what: not $error but: $said"
    [[ $said == *"Failed object: $base.$at"* ]] || fail "$what: $error, but not at $at: $said"
    ok "$what: $error"
}

# sub_ids TEXT: its length and its octets, as the index has it.
sub_ids() {
    local LC_ALL=C i out=${#1} code
    for ((i = 0; i < ${#1}; i++)); do
        printf -v code '%d' "'${1:i:1}"
        out+=.$((code & 255))
    done
    echo "$out"
}

declare -A action_commands=([hold]=1 [unhold]=2 [requeue]=3 [delete]=4 [flush]=5 [expire]=6
    [view]=7 [count]=8)
declare -A action_columns=([ids]=4:s [queue]=5:i [sender]=6:s [recipient]=7:s [reason]=8:s
    [age]=9:u [size]=10:u [all]=11:i [expected]=12:i [comment]=13:s [status]=21:i)

# row_index OWNER COMMAND ID
row_index() { echo "$(sub_ids "$1").${action_commands[$2]}.$3"; }

# cell COLUMN OWNER COMMAND ID: the object's name.
cell() { echo "1.6.5.1.$1.$(row_index "$2" "$3" "$4")"; }

# row_arguments OWNER COMMAND ID [COLUMN=VALUE...]: into `arguments`, with createAndGo at the end.
row_arguments() {
    local index pair column
    index=$(row_index "$1" "$2" "$3")
    shift 3
    for pair in "$@" status=4; do
        column=${action_columns[${pair%%=*}]}
        arguments+=("1.6.5.1.${column%:*}.$index" "${column#*:}" "${pair#*=}")
    done
}

# act OWNER COMMAND ID [COLUMN=VALUE...]
act() {
    local -a arguments=()
    row_arguments "$@"
    set_object "${arguments[@]}" >/dev/null || fail "the row $1 $2 $3 was not taken"
}

# act_refused WHAT ERROR COLUMN OWNER COMMAND ID [COLUMN=VALUE...]
act_refused() {
    local what=$1 error=$2 column=$3 at
    shift 3
    local -a arguments=()
    row_arguments "$@"
    at=$(cell "${action_columns[$column]%:*}" "$1" "$2" "$3")
    refused "$what" "$error" "$at" "${arguments[@]}"
}

destroy() { set_object "$(cell 21 "$1" "$2" "$3")" i 6 >/dev/null; }

# outcome OWNER COMMAND ID: "STATE MATCHED SUCCEEDED FAILED", the state by name.
outcome() {
    local index
    local -a states=(none queued running "done" partial failed refused interrupted cancelled) values
    index=$(row_index "$1" "$2" "$3")
    mapfile -t values < <(snmpget -v2c -c public -t 5 -r 1 -Oqv -OU "127.0.0.1:$snmp_port" \
        "$base.1.6.5.1.14.$index" "$base.1.6.5.1.15.$index" "$base.1.6.5.1.16.$index" \
        "$base.1.6.5.1.17.$index" 2>/dev/null)
    [[ ${values[0]-} == [0-9]* ]] || { echo absent; return; }
    echo "${states[${values[0]}]} ${values[1]} ${values[2]} ${values[3]}"
}

error_of() { text "$(cell 20 "$1" "$2" "$3")"; }

ended_action() {
    said=$(outcome "$1" "$2" "$3")
    [[ $said != queued* && $said != running* && $said != absent ]]
}

# in_state OWNER COMMAND ID STATE
in_state() { [[ $(outcome "$1" "$2" "$3") == "$4"* ]]; }

# finished OWNER COMMAND ID STATE MATCHED SUCCEEDED FAILED [ERROR-PATTERN]
finished() {
    local said='' error
    wait_for "$patience" ended_action "$1" "$2" "$3" || fail "$1 $2 $3 does not end: $said"
    error=$(error_of "$1" "$2" "$3")
    [ "$said" = "$4 $5 $6 $7" ] || fail "$1 $2 $3 is $said ($error), expected $4 $5 $6 $7"
    # shellcheck disable=SC2053
    [[ $error == ${8-} ]] || fail "$1 $2 $3 says \"$error\", expected \"${8-}\""
    ok "$1 $2 $3: $said${error:+, $error}"
}

# results OWNER COMMAND ID: "QUEUEID OUTCOME" sorted, the outcome as its number.
results() {
    local index
    index=$(row_index "$1" "$2" "$3")
    paste -d ' ' <(walk "1.6.6.1.2.$index" | awk '/^\.1/ { gsub("\"", ""); print $2 }') \
        <(walk "1.6.6.1.3.$index" | awk '/^\.1/ { print $2 }') | sort | tr '\n' ' '
}

# send SENDER RECIPIENTS [SIZE]: one message by SMTP, recipients separated by blanks; its queue id.
send() {
    python3 - "$(<"$root/pf/port")" "$@" <<'END'
import smtplib, sys
port, sender, recipients = sys.argv[1:4]
size = int(sys.argv[4]) if len(sys.argv) > 4 else 10
link = smtplib.SMTP("127.0.0.1", int(port), local_hostname="client.example", timeout=60)
def expect(answer):
    if answer[0] not in (250, 354):
        sys.exit(str(answer))
    return answer[1].decode()
expect(link.ehlo())
expect(link.docmd("MAIL", "FROM:<%s>" % sender))
for recipient in recipients.split():
    expect(link.docmd("RCPT", "TO:<%s>" % recipient))
expect(link.docmd("DATA"))
lines = ["x" * 70] * (size // 72) + ["x"]
link.send("Subject: x\r\n\r\n" + "\r\n".join(lines) + "\r\n.\r\n")
print(expect(link.getreply()).split()[-1])
link.quit()
END
}

# lies_in QUEUE ID...: each is a file of that queue.
lies_in() {
    local queue=$1 id
    shift
    for id in "$@"; do
        [ -n "$(find "$spool/$queue" -type f -name "$id" -print -quit)" ] || return 1
    done
}

# holds QUEUE ID...: exactly these are there.
holds() {
    local queue=$1 there
    shift
    there=$(ids "$queue" | sort | tr '\n' ' ')
    [ "$there" = "$(printf '%s\n' "$@" | sort | sed '/^$/d' | tr '\n' ' ')" ] ||
        { echo "# $queue: $there"; return 1; }
}

# on_disk: what the whole queue looks like, to show that nothing changed.
on_disk() {
    find "$spool"/{maildrop,incoming,active,deferred,hold} -type f -printf '%P %m\n' | sort
}

# sql STATEMENT: of the agent's database, read only.
sql() { sqlite3 -readonly -cmd '.timeout 20000' "$root/state/agent.db" "$1"; }

# sql_is STATEMENT VALUE
sql_is() {
    local value
    value=$(sql "$1" 2>/dev/null) || return 1
    [ "$value" = "$2" ] || { echo "# $1: $value, not $2"; return 1; }
}
same() { [ "$1" = "$2" ] || { echo "# \"$1\" is not \"$2\""; return 1; }; }

# A container engine that runs each command here, and tells of it: $root/engine.log has the words,
# $root/engine.stdin what postsuper was given. While $root/hang.PROGRAM exists a command waits
# before it runs, while $root/hang-after.PROGRAM exists after it; $root/fail.PROGRAM is a script
# to be run in its place. use_engine prints the keys for start_agent.
use_engine() {
    mkdir -p "$root/engine"
    cat >"$root/engine/docker" <<'END'
#!/bin/bash
# exec -i NAME timeout -k 2 SECONDS PROGRAM ...
here=$(dirname "$(dirname "$0")")
shift 3
program=$5
[[ $program != postconf || "$*" != *" -e "* ]] || program=postconf-e
[[ $program != postconf || "$*" != *" -X "* ]] || program=postconf-X
printf '%q ' "$@" >>"$here/engine.log"
echo >>"$here/engine.log"
[ ! -e "$here/hang.$program" ] || echo "$program" >>"$here/hanging"
while [ -e "$here/hang.$program" ]; do sleep 0.05; done
if [ -e "$here/fail.$program" ]; then exec "$here/fail.$program" "$@"; fi
if [ "$program" = postsuper ]; then
    tee -a "$here/engine.stdin" | "$@"
    status=${PIPESTATUS[1]}
else
    "$@"
    status=$?
fi
[ ! -e "$here/hang-after.$program" ] || echo "$program" >>"$here/hanging"
while [ -e "$here/hang-after.$program" ]; do sleep 0.05; done
exit "$status"
END
    chmod 755 "$root/engine/docker"
    echo "container=lab container_command=$root/engine/docker spool_directory=$spool"
}

# hanging PROGRAM: the engine waits with one of it.
hanging() { grep -qx "$1" "$root/hanging" 2>/dev/null; }

# clean_log: nothing but printable characters, whatever was sent.
clean_log() { ! LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f-\xff]' "$root/agent.log"; }
