#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# snmpd.sh: a private snmpd on loopback, with all of its files below one
# directory and SNMPv3 users of its own, and if asked a snmptrapd beside it.  The
# machine's own snmpd, running or not, configured or not, is not touched.

set -euo pipefail
# shellcheck source=contrib/lab/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<END
usage: ${0##*/} create [OPTION...] DIR [PORT]   make one (PORT: a free one)
       ${0##*/} start DIR [PROGRAM]             returns when it answers
       ${0##*/} stop DIR [PROGRAM]              returns when it has ended
       ${0##*/} status DIR                      exit 0 running, 3 stopped
       ${0##*/} destroy DIR                     stop it and remove DIR

PROGRAM is snmpd or snmptrapd; both where none is given.

  -a USER     whom the AgentX socket is for (nobody); root may use it too
  -b OID      the agent's base_oid, for the views
  -n ADDRESS  send notifications there too, as SNMPv2c, community public
  -t          a snmptrapd that logs what snmpd sends, encrypted, to DIR/log/traps

DIR/agentx      the AgentX socket; agentx_socket = unix:DIR/agentx
DIR/port        the SNMP port on 127.0.0.1
DIR/log         snmpd.log, snmptrapd.log, traps
DIR/*.pid       of snmpd and snmptrapd
DIR/clients     one directory for each user: SNMPCONFPATH=DIR/clients/reader

Users, all SHA-256 and AES (authPriv), with random passphrases:
  reader    all but the contents of messages
  actor     the same, and SET
  viewer    the same, and the contents of messages
END
}

marker=.lab-snmpd
users=(reader actor viewer)

made_here() {
    [ -f "$dir/$marker" ] || die "no snmpd in $dir; run: $0 create $dir"
}

# write_user NAME: to snmpd, which replaces the passphrases by keys when it
# starts, and to the directory that snmp_as names.
write_user() {
    local client=$dir/clients/$1 auth priv
    auth=$(secret)
    priv=$(secret)
    mkdir -m 0700 "$client"
    echo "createUser $1 SHA-256 $auth AES $priv" >>"$dir/state/snmpd/snmpd.conf"
    cat >"$client/snmp.conf" <<END
defVersion 3
defSecurityName $1
defSecurityLevel authPriv
defAuthType SHA-256
defAuthPassphrase $auth
defPrivType AES
defPrivPassphrase $priv
END
}

write_access() {
    cat <<END
view list included .1.3.6.1.2.1.1
view list included $base
view list excluded $base.1.6.7
view all included .1.3.6.1.2.1.1
view all included $base
view change included $base.1.4
view change included $base.1.11
view change included $base.1.5
view change included $base.1.6
authuser read reader priv -V list
authuser read actor priv -V list
authuser write actor priv -V change
authuser read viewer priv -V all
authuser write viewer priv -V change
END
}

# write_traps ENGINE_ID PORT: a notification is encrypted with its sender's
# keys, so the receiver knows them under the sender's engine id.
write_traps() {
    local auth priv
    auth=$(secret)
    priv=$(secret)
    echo "$2" >"$dir/trap_port"
    echo "createUser notifier SHA-256 $auth AES $priv" >>"$dir/state/snmpd/snmpd.conf"
    echo "createUser -e $1 notifier SHA-256 $auth AES $priv" \
        >"$dir/state/snmptrapd/snmptrapd.conf"
    echo "trapsess -v 3 -u notifier -l authPriv udp:127.0.0.1:$2" \
        >>"$dir/etc/snmpd/snmpd.conf"
    # One line for each: the time, then all variables, numeric, with tabs
    # between them.
    cat >"$dir/etc/snmptrapd/snmptrapd.conf" <<'END'
authUser log notifier priv
format2 %04y-%02m-%02l %02h:%02j:%02k\t%v\n
END
}

other_port() {
    local port=$1
    while [ "$port" = "$1" ]; do port=$(free_port); done
    echo "$port"
}

create() {
    local port=${1-} owner=$agent_user engine_id user
    need snmpd snmpd
    need snmpget snmp
    need_root
    id -- "$agent_user" >/dev/null 2>&1 || die "no user '$agent_user' on this machine"
    # snmpd takes 0 for a user it cannot find, and leaves the socket to root.
    [ "$(id -u -- "$agent_user")" -ne 0 ] || owner=
    [ "$traps" = no ] || need snmptrapd snmptrapd
    [ -z "$port" ] || check_port_number "$port"
    check_socket_path "$dir/agentx"
    [ -n "$port" ] || port=$(free_port)

    claim_folder "$dir" "$marker"
    check_reachable "$agent_user" "$dir"
    # Passphrases lie in all three.
    (umask 077 && mkdir "$dir/etc" "$dir/state" "$dir"/{etc,state}/{snmpd,snmptrapd})
    # Each client's directory is closed; this one lets its owner through.
    mkdir -m 0755 "$dir/clients" "$dir/log"
    engine_id=0x80001f8805$(secret | cut -c 1-16)
    umask 077
    cat >"$dir/etc/snmpd/snmpd.conf" <<END
agentAddress udp:127.0.0.1:$port
exactEngineID $engine_id
master agentx
agentXSocket unix:$dir/agentx
agentXPerms 0600 0755 $owner
dontLogTCPWrappersConnects yes
END
    for user in "${users[@]}"; do
        write_user "$user"
    done
    write_access >>"$dir/etc/snmpd/snmpd.conf"
    [ "$traps" = no ] || write_traps "$engine_id" "$(other_port "$port")"
    [ -z "$notify" ] || echo "trap2sink $notify public" >>"$dir/etc/snmpd/snmpd.conf"
    umask 022
    echo "$port" >"$dir/port"
}

# settings_of PROGRAM: into `settings`; none but those below DIR.  The state,
# users among it, is read from the path too.
settings_of() {
    settings=(SNMPCONFPATH="$dir/etc/$1:$dir/state/$1"
        SNMP_PERSISTENT_DIR="$dir/state/$1" MIBS= MIBDIRS="$dir/state/$1")
}

answers() {
    snmp_as "$dir" reader snmpget -t 1 -r 0 "127.0.0.1:$(<"$dir/port")" \
        .1.3.6.1.2.1.1.3.0 >/dev/null 2>&1
}

# listens PORT
listens() {
    port_in_use "$1"
}

# started PROGRAM SECONDS CHECK...
started() {
    local program=$1 seconds=$2
    shift 2
    if ! wait_for "$seconds" ended_or "$program" "$@" || ! running "$dir/$program.pid"; then
        stop_daemon "$dir/$program.pid"
        die "$program does not start; $dir/log/$program.log ends with:" \
            "$(tail -n 3 "$dir/log/$program.log")"
    fi
}

ended_or() {
    ! running "$dir/$1.pid" || "${@:2}"
}

start_snmptrapd() {
    local port
    [ -f "$dir/trap_port" ] || return 0
    settings_of snmptrapd
    ! running "$dir/snmptrapd.pid" || return 0
    port=$(<"$dir/trap_port")
    ! port_in_use "$port" || die "port $port is taken; stop what uses it"
    start_daemon "$dir/snmptrapd.pid" "$dir/log/snmptrapd.log" \
        env "${settings[@]}" snmptrapd -f -n -On -Lf "$dir/log/traps" "udp:127.0.0.1:$port"
    started snmptrapd 10 listens "$port"
}

start_snmpd() {
    local port
    settings_of snmpd
    ! running "$dir/snmpd.pid" || return 0
    port=$(<"$dir/port")
    ! port_in_use "$port" || die "port $port is taken; stop what uses it"
    start_daemon "$dir/snmpd.pid" "$dir/log/snmpd.log" \
        env "${settings[@]}" snmpd -f -Lo -I -smux,mteTrigger,mteTriggerConf
    started snmpd 20 answers
}

# each START_OR_STOP [PROGRAM]
each() {
    case ${2-} in
    '')
        "$1_snmptrapd"
        "$1_snmpd" ;;
    snmpd | snmptrapd) "$1_$2" ;;
    *) die "'$2' is neither snmpd nor snmptrapd" ;;
    esac
}

start() {
    made_here
    need_root
    each start "$@"
}

stop_snmpd() {
    stop_daemon "$dir/snmpd.pid"
}

stop_snmptrapd() {
    stop_daemon "$dir/snmptrapd.pid"
}

stop() {
    made_here
    need_root
    each stop "$@"
}

status() {
    local state=stopped
    made_here
    ! running "$dir/snmpd.pid" || state="running, process $(<"$dir/snmpd.pid")"
    printf '%s, port %s' "$state" "$(<"$dir/port")"
    ! running "$dir/snmptrapd.pid" ||
        printf ', snmptrapd on port %s' "$(<"$dir/trap_port")"
    echo
    [ "$state" != stopped ] || exit 3
}

destroy() {
    [ -e "$dir" ] || return 0
    made_here
    each stop
    remove_folder "$dir" "$marker"
}

command=${1-}
shift || true
agent_user=nobody base=.1.3.6.1.4.1.8072.9999.9999.2525 notify='' traps=no
if [ "$command" = create ]; then
    while getopts a:b:n:t option; do
        case $option in
        a) agent_user=$OPTARG ;;
        b) base=$OPTARG ;;
        n) notify=$OPTARG ;;
        t) traps=yes ;;
        *)
            usage >&2
            exit 2 ;;
        esac
    done
    shift $((OPTIND - 1))
fi
case $command in
-h | --help)
    usage
    exit 0 ;;
create | start | stop)
    [ $# -eq 1 ] || [ $# -eq 2 ] || { usage >&2; exit 2; } ;;
status | destroy)
    [ $# -eq 1 ] || { usage >&2; exit 2; } ;;
*)
    usage >&2
    exit 2 ;;
esac
dir=$(full_path "$1")
shift
"$command" "$@"
