#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# quickstart.sh: the queue of a real Postfix through a real snmpd, on a Debian
# 12 or 13 that has none of it yet.  See --help.

set -euo pipefail
umask 022
project=$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")
contrib=$project/contrib
# shellcheck source=contrib/lab/lib.sh
. "$contrib/lab/lib.sh"

once=no
etc=              # Postfix's configuration directory
private_postfix=auto
system_snmpd=no
address=          # where snmpd answers
socket=           # where it takes subagents
user=
rows=5
run=              # what is started has its files here, and goes with them
stopping=no

usage() {
    cat <<END
usage: sudo contrib/quickstart.sh [OPTION...]

Installs what is missing, builds, and shows the mail queue over SNMP until
Ctrl-C, which ends and removes everything that was started.

  --once          show the status once and exit
  --private       a private Postfix with example mail, also where Postfix runs
  --postfix DIR   the Postfix with the configuration directory DIR; without
                  either the machine's own if it runs, else a private one
  --system-snmpd  join the machine's snmpd instead of a private one; it has to
                  take subagents (contrib/snmpd/hermes-mailqueue-agentx.conf), and
                  root's ~/.snmp/snmp.conf or SNMPCONFPATH has to name a user
                  who may read (contrib/snmpd/hermes-mailqueue-access.conf.example)
  --address ADDR  with --system-snmpd: where it answers (127.0.0.1)
  --agentx ADDR   with --system-snmpd: where it takes subagents (detected)
  --user USER     whom the agent runs as (hermes-mq if there is one, else nobody)
  --rows N        how many messages to show (5)

The machine's configuration is not changed.  What stays is the build directory and
the packages: Postfix without a configuration, so that it does not start, and
snmpd, which Debian starts at the next boot, on 127.0.0.1 only.  Mail given to
the private Postfix never leaves it.
END
}

# say STEP TEXT...
say() {
    printf '%-10s %s\n' "$1" "${*:2}"
}

# Each part by its pid, and the machine's own not at all.
cleanup() {
    local status=$?
    trap '' HUP INT TERM
    trap - EXIT
    set +e
    [ -n "$run" ] || exit "$status"
    [ "$stopping" = no ] || say stopping 'agent, snmpd and what else was started'
    [ ! -d "$run" ] || stop_daemon "$run/agent.pid"
    "$contrib/lab/snmpd.sh" destroy "$run/snmpd"
    "$contrib/lab/postfix.sh" destroy "$run/postfix"
    # Left where something in it could not be ended; the scripts have said so.
    if [ ! -e "$run/snmpd" ] && [ ! -e "$run/postfix" ]; then
        rm -rf --one-file-system -- "$run"
    fi
    exit "$status"
}

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
        --postfix | --address | --agentx | --user | --rows)
            [ $# -ge 2 ] || { usage >&2; exit 2; } ;;
        esac
        case $1 in
        --once) once=yes ;;
        --private | --postfix)
            [ "$private_postfix" = auto ] || die 'give --private or --postfix DIR, and once'
            private_postfix=yes
            [ "$1" = --private ] || { private_postfix=no etc=$2; shift; } ;;
        --system-snmpd) system_snmpd=yes ;;
        --address) address=$2; shift ;;
        --agentx) socket=$2; shift ;;
        --user) user=$2; shift ;;
        --rows) rows=$2; shift ;;
        -h | --help)
            usage
            exit 0 ;;
        *)
            echo "quickstart.sh: '$1' is not an option" >&2
            usage >&2
            exit 2 ;;
        esac
        shift
    done
    [[ $rows =~ ^[0-9]{1,4}$ ]] || die "--rows $rows: give a number from 0 to 9999"
    [ "$system_snmpd" = yes ] || [ -z "$address$socket" ] ||
        die '--address and --agentx say where the snmpd of --system-snmpd is'
    address=${address:-127.0.0.1}
}

choose_postfix() {
    local spool
    if [ "$private_postfix" = auto ]; then
        private_postfix=yes
        if command -v postconf >/dev/null &&
            spool=$(postconf -h queue_directory 2>/dev/null) && postfix_running "$spool"; then
            private_postfix=no
            etc=$(postconf -h config_directory)
        fi
    elif [ "$private_postfix" = no ]; then
        command -v postconf >/dev/null || die "there is no Postfix for --postfix $etc"
        postconf -c "$etc" -h queue_directory >/dev/null ||
            die "--postfix $etc: not a configuration directory of Postfix"
    fi
}

choose_user() {
    if [ -z "$user" ]; then
        user=nobody
        ! id hermes-mq >/dev/null 2>&1 || user=hermes-mq
    fi
    id -- "$user" >/dev/null 2>&1 || die "--user $user: no such user on this machine"
}

install_packages() {
    local -a purposes=(build snmp)
    local installed
    [ "$private_postfix" = no ] || purposes+=(postfix)
    [ "$system_snmpd" = yes ] || purposes+=(snmpd)
    say packages 'looking; a first run takes a minute or two'
    installed=$("$contrib/install-packages.sh" "${purposes[@]}")
    say packages "${installed:-nothing to install}"
}

build() {
    local log=$project/build/quickstart.log began=$SECONDS
    local -a options=()
    mkdir -p "$project/build"
    # The tests need more packages; who configured this directory decides.
    [ -f "$project/build/release/CMakeCache.txt" ] || options=(-DHMQ_TESTS=OFF)
    say build compiling
    if ! (cd "$project" && cmake --preset release "${options[@]}" &&
        cmake --build build/release) >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "the build failed; all of it is in $log." \
            "Where build/release comes from elsewhere, remove that directory."
    fi
    "$bin/hermes-mailqueued" -V >/dev/null || die "$bin/hermes-mailqueued does not run"
    say build "$("$bin/hermes-mailqueued" -V) in build/release, $((SECONDS - began)) s"
}

fetch_mibs() {
    local mibs=$project/build/mibs
    # An image of Debian often comes without apt's lists.
    [ -s "$mibs/NET-SNMP-MIB.txt" ] || [ -n "$(apt-cache show erlang-snmp 2>/dev/null)" ] ||
        apt-get -q update >/dev/null 2>&1 || true
    "$contrib/fetch-mibs.sh" "$mibs" >/dev/null ||
        die 'no standard MIB modules; see above, and run this again'
    say modules "build/mibs, for names instead of numbers"
}

# mail OCTETS FROM TO...
mail() {
    printf 'From: <%s>\nSubject: Example\n\n%0*d\n' "$2" "$1" 0 |
        MAIL_CONFIG=$etc sendmail -f "$2" -- "${@:3}" >"$run/sendmail.log" 2>&1 ||
        die "the private Postfix takes no mail: $(tail -n 2 "$run/sendmail.log")"
}

# Domains that differ in why mail for them waits; see contrib/lab/postfix.sh.
fill_postfix() {
    local round
    for round in 1 2 3 4; do
        mail 18000 newsletter@shop.example "reader$round@greylisted.example"
        mail 52000 billing@hermes.example accounts@full.example "chief$round@full.example"
        mail 2600 mueller@hermes.example office@refused.example
        mail 4100 noreply@portal.example {ada,ben,cleo}@busy.example
        mail 730000 scanner@hermes.example "archive$round@unresolved.example"
        mail 5200 '' bounces@hangup.example
        mail 1400 win@prize.example "info$round@elsewhere.example"
        mail 9100 'zoë@hermes.example' partner@elsewhere.example
    done
}

settled() {
    [ "$(count_queue "$run/postfix/spool" maildrop incoming active)" -eq 0 ]
}

start_postfix() {
    if [ "$private_postfix" = no ]; then
        say postfix "the one configured in $etc"
        return
    fi
    "$contrib/lab/postfix.sh" create "$run/postfix"
    "$contrib/lab/postfix.sh" start "$run/postfix"
    etc=$run/postfix/etc
    fill_postfix
    wait_for 60 settled ||
        die "the private Postfix does not get its mail sorted; see $run/postfix/log/maillog"
    # What a content filter would have set aside.
    postqueue -c "$etc" -j |
        awk -F'"' '/"win@prize.example"/ {
            for (i = 2; i < NF; i++) if ($i == "queue_id") print $(i + 2) }' |
        postsuper -c "$etc" -h - 2>/dev/null
    say postfix "private, with example mail; SMTP on 127.0.0.1:$(<"$run/postfix/port")"
}

# ask TOOL ARGUMENT...: as the user who reads.
ask() {
    if [ "$system_snmpd" = yes ]; then
        MIBS='' "$@"
    else
        snmp_as "$run/snmpd" reader "$@"
    fi
}

join_snmpd() {
    local path said
    if [ -z "$socket" ]; then
        for path in /run/agentx/master /var/agentx/master; do
            [ ! -S "$path" ] || socket=unix:$path
        done
        [ -n "$socket" ] ||
            die "the machine's snmpd has no AgentX socket: copy" \
                "$contrib/snmpd/hermes-mailqueue-agentx.conf to /etc/snmp/snmpd.conf.d/ and" \
                'restart snmpd, or leave out --system-snmpd'
    fi
    if [[ $socket == unix:* ]]; then
        setpriv --reuid="$user" --regid="$(id -g -- "$user")" --init-groups \
            test -w "${socket#unix:}" ||
            die "the user $user may not write to ${socket#unix:}; see" \
                "$contrib/snmpd/hermes-mailqueue-agentx.conf, or name another with --user"
    fi
    said=$(ask snmpget -t 2 -r 1 "$address" .1.3.6.1.2.1.1.3.0 2>&1) ||
        die "snmpd at $address does not answer (${said##*$'\n'}): ~/.snmp/snmp.conf of root has" \
            "to name a user and passphrases, see" \
            "$contrib/snmpd/hermes-mailqueue-access.conf.example"
    say snmpd "the machine's, at $address"
}

start_snmpd() {
    local -a traps=()
    if [ "$system_snmpd" = yes ]; then
        join_snmpd
        return
    fi
    ! command -v snmptrapd >/dev/null || traps=(-t)
    "$contrib/lab/snmpd.sh" create -a "$user" "${traps[@]}" "$run/snmpd"
    "$contrib/lab/snmpd.sh" start "$run/snmpd"
    # For the lines below, in a terminal of the one who called sudo.
    [ -z "${SUDO_UID-}" ] || chown -R -- "$SUDO_UID" "$run/snmpd/clients"/*
    address=127.0.0.1:$(<"$run/snmpd/port")
    socket=unix:$run/snmpd/agentx
    say snmpd "private, SNMPv3 with generated passphrases, on $address"
}

registered() {
    grep -q 'registered with the SNMP master agent' "$run/agent.log"
}

# known: the agent has read the whole queue.  A listing is a little older than
# the counts, so the two agree only while nothing moves.
known() {
    local -a answer
    running "$run/agent.pid" || return 0
    # Else another agent could be answering.
    registered || return 1
    mapfile -t answer < <(ask snmpget -t 2 -r 0 -Oqv "$address" \
        "$base.1.5.0" "$base.2.1.0" "$base.5.1.0" "$base.5.2.0" 2>/dev/null)
    [[ "${answer[*]}" =~ ^1\ [0-9]+\ [0-9]+\ [0-9]+$ ]] &&
        ((answer[1] == answer[2] + answer[3]))
}

agent_alive() {
    running "$run/agent.pid" ||
        die "the agent has ended:"$'\n'"$(tail -n 5 "$run/agent.log")"
}

start_agent() {
    install -d -m 0700 -o "$user" "$run/state"
    cat >"$run/hermes-mailqueue.conf" <<END
agentx_socket = $socket
postfix_config_directory = $etc
database = $run/state/hermes-mailqueue.db
user = $user
hooks_user = $user
list_interval = 2s
condition.warning.watch = total
condition.warning.above = 100
condition.deferred.watch = queue deferred
condition.deferred.above = 100
condition.deferred.for = 10m
condition.age.watch = age
condition.age.above = 4h
condition.held.watch = queue hold
condition.held.above = 0
condition.held.severity = info
condition.sender.watch = sender
condition.sender.above = 200
condition.undelivered.watch = undelivered
condition.undelivered.above = 15m
END
    start_daemon "$run/agent.pid" "$run/agent.log" \
        "$bin/hermes-mailqueued" -c "$run/hermes-mailqueue.conf" -f
    # Slow only where the queue is very long or never holds still.
    wait_for 30 known || true
    agent_alive
    registered ||
        die "the agent cannot register at $socket. Is another hermes-mailqueued running there?" \
            "It says:"$'\n'"$(tail -n 5 "$run/agent.log")"
    if [ "$once" = yes ]; then
        say agent "runs as $user"
    else
        say agent "runs as $user; its log is $run/agent.log"
    fi
}

show_status() {
    echo
    ask "$bin/hmq" -H "$address"
    echo
    ask "$bin/hmq" -H "$address" list --limit "$rows"
}

# export_line NAME=VALUE: quoted where need be.
export_line() {
    printf 'export %s=%q\n' "${1%%=*}" "${1#*=}"
}

# Lines to paste: each at the left margin, in the order in which they work.
show_reading() {
    echo
    echo 'To query it yourself, in another terminal while this runs:'
    echo
    [ "$system_snmpd" = yes ] || export_line "SNMPCONFPATH=$run/snmpd/clients/reader"
    [ "$system_snmpd" = no ] || [ -z "${SNMPCONFPATH-}" ] ||
        export_line "SNMPCONFPATH=$SNMPCONFPATH"
    # shellcheck disable=SC2016 # for the shell that it is pasted into
    printf 'export PATH=%q:$PATH\n' "$bin"
    echo "hmq -H $address"
    echo "hmq -H $address list"
    echo "hmq -H $address reasons"
    echo
    echo "To ask the same with net-snmp's tools, by names instead of numbers:"
    echo
    export_line "MIBDIRS=$project/build/mibs:$project/mibs"
    export_line MIBS=SNMPv2-MIB:HERMES-MAILQUEUE-MIB
    echo "snmpget -Oqs $address hmqTotalMessages.0 hmqOverload.0 hmqOldestAge.0"
    echo "snmpwalk -Oqs $address hmqAgent"
    echo "snmptable -Ci -Cb $address HERMES-MAILQUEUE-MIB::hmqQueueTable"
    echo "snmpwalk -Oqs $address hmqMessageReason"
}

# On example mail only: the lines work on the first message that waits.
show_acting() {
    local id
    [ "$private_postfix" = yes ] && [ "$system_snmpd" = no ] || return 0
    id=$(ask snmpget -Oqv "$address" "$base.3.1.5.4" | tr -d '"')
    [ -n "$id" ] || return 0
    echo
    echo 'To act, in that terminal: hold a message and release it, then change a setting:'
    echo
    export_line "SNMPCONFPATH=$run/snmpd/clients/actor"
    echo "hmq -H $address hold $id --comment 'a look first' -y"
    echo "snmpget -Oqs $address 'hmqMessageQueue.\"$id\"'"
    echo "snmpset -Oqs $address 'hmqMessageControl.\"$id\"' i unhold"
    echo "hmq -H $address actions"
    echo "hmq -H $address settings condition.warning.above=300"
}

# What only a private Postfix is for.
show_trying() {
    local pf=$run/postfix
    [ "$private_postfix" = yes ] || return 0
    echo
    echo 'To see an overload and its end, as root:'
    echo
    echo "$(command -v smtp-source) -m 500 -s 5 -f bulk@shop.example -t you@refused.example" \
        "127.0.0.1:$(<"$pf/port")"
    echo "$(command -v postsuper) -c $pf/etc -d ALL deferred"
}

# follow_notifications: as they arrive, encrypted, at the private snmptrapd.
follow_notifications() {
    local line oid number total
    local -a names
    mapfile -t names < <(awk '/^hmq[A-Za-z]+ NOTIFICATION-TYPE/ { name = $1 }
        name && /::= \{ hmqNotifications [0-9]+ \}/ { print $4 " " name; name = "" }' \
        "$project/mibs/HERMES-MAILQUEUE-MIB.txt")
    local -A name
    for line in "${names[@]}"; do name[${line% *}]=${line#* }; done
    while IFS= read -r line; do
        oid=${line##*.1.3.6.1.6.3.1.1.4.1.0 = OID: }
        oid=${oid%%$'\t'*}
        [[ $oid == ${base%.1}.0.* ]] || continue
        number=${oid##*.}
        total=''
        [[ $line != *"$base.2.1.0 = Gauge32: "* ]] ||
            total=${line##*"$base.2.1.0 = Gauge32: "} total=", ${total%%$'\t'*} messages"
        printf '%s  %s%s\n' "${line%%$'\t'*}" "${name[$number]-$oid}" "$total"
    done
}

# follow_events: the same where there is no snmptrapd, as the agent logs them.
follow_events() {
    local line
    while IFS= read -r line; do
        [[ ! $line =~ (hmq[A-Z][A-Za-z]+):\ (.*) ]] ||
            printf '%(%F %T)T  %s, %s\n' -1 "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    done
}

stay() {
    local received=$run/snmpd/log/traps
    stopping=yes
    echo
    if [ -f "$received" ]; then
        echo 'Notifications appear here. Ctrl-C ends it all.'
        # Ends with this script, however that ends.
        tail -n +1 -f --pid=$$ -- "$received" | follow_notifications &
    else
        echo 'Notifications appear here, as the agent logs them. Ctrl-C ends it all.'
        tail -n +1 -f --pid=$$ -- "$run/agent.log" | follow_events &
    fi
    # One command, at whose end a signal is taken: bash 5.2 cannot always take one while it reads
    # a $(...).
    tail -f --pid="$(<"$run/agent.pid")" /dev/null &
    wait "$!"
    agent_alive
}

parse "$@"
need_root
[ -r /etc/debian_version ] || die 'this is for Debian; README.md has the single steps'
base=.1.3.6.1.4.1.8072.9999.9999.2525.1
bin=$project/build/release/bin
cd /
choose_postfix
choose_user
install_packages
build
fetch_mibs
trap cleanup EXIT
trap 'exit 0' HUP INT TERM
# Short, for the sockets in it.
run=$(mktemp -d /tmp/hmq-quick.XXXXXX)
chmod 0755 "$run"
start_postfix
start_snmpd
start_agent
show_status
# What is shown once is gone right after.
if [ "$once" = yes ]; then
    echo
    echo 'Without --once this stays, with commands to try.'
    exit
fi
show_reading
show_acting
show_trying
stay
