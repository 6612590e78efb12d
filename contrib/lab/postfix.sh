#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# postfix.sh: a private Postfix on loopback, with all of its files below one
# directory.  Nothing it accepts ever leaves: every message stays deferred.  The
# machine's own Postfix, running or not, configured or not, is not touched.

set -euo pipefail
# shellcheck source=contrib/lab/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

usage() {
    cat <<END
usage: ${0##*/} create DIR [PORT]   make an instance (PORT: a free one)
       ${0##*/} start DIR           returns when it takes mail
       ${0##*/} stop DIR            returns when all of it has ended
       ${0##*/} reload DIR
       ${0##*/} status DIR          exit 0 running, 3 stopped
       ${0##*/} destroy DIR         stop it and remove DIR

DIR/etc    configuration, for postfix -c, postqueue -c, ...
DIR/spool  queue
DIR/data   Postfix's state
DIR/log    maillog
DIR/port   the SMTP port on 127.0.0.1

Mail is deferred for a reason that depends on the recipient's domain:
  refused.example      nothing listens there
  greylisted.example   450 from the other side
  full.example         452 from the other side
  busy.example         421 from the other side
  hangup.example       the other side closes the connection
  unresolved.example   the name cannot be looked up
  any other            deliveries are suspended (defer_transports)
END
}

marker=.lab-postfix

made_here() {
    [ -f "$dir/$marker" ] ||
        die "no instance in $dir; run: $0 create $dir"
}

is_running() {
    postfix_running "$spool"
}

greets() {
    local line
    { exec {smtp}<>"/dev/tcp/127.0.0.1/$(<"$dir/port")"; } 2>/dev/null ||
        return 1
    IFS= read -r -t 2 line <&"$smtp" || line=
    printf 'QUIT\r\n' >&"$smtp" || true
    exec {smtp}>&-
    [[ $line == 220* ]]
}

# Every Postfix program, the ones its scripts leave in the background
# included, works in the queue directory.
has_processes() {
    # Processes end while find reads; that it then misses one is no error.
    [ -n "$(find /proc/[0-9]*/cwd -maxdepth 0 \( -lname "$spool" -o -lname "$spool/*" \) \
        -print -quit 2>/dev/null || true)" ]
}

create() {
    local port=${1:-} answers hangup
    need postfix postfix
    need_root
    [ -z "$port" ] || check_port_number "$port"
    check_socket_path "$spool/private/tlsmgr-longest"
    [ -n "$port" ] || port=$(free_port)
    # Two more for the other side of the connections that defer mail.
    answers=$port
    while [ "$answers" = "$port" ]; do answers=$(free_port); done
    hangup=$port
    while [ "$hangup" = "$port" ] || [ "$hangup" = "$answers" ]; do
        hangup=$(free_port)
    done

    claim_folder "$dir" "$marker"
    check_reachable postfix "$dir"
    mkdir -m 0755 "$etc" "$spool"
    mkdir -m 0700 "$dir/data"
    chown postfix: "$dir/data"
    mkdir -m 0755 "$dir/log"
    # Readable for everyone: from 3.9 on, Postfix makes it 0600 unless it is there.
    install -m 0644 /dev/null "$dir/log/maillog"

    # Long backoff: a message that is deferred stays where it is until it is
    # told otherwise, so that counts hold still under tests and benchmarks.
    # in_flow_delay would make smtpd pause while the queue is filled.
    cat >"$etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $spool
data_directory = $dir/data
maillog_file = $dir/log/maillog
maillog_file_prefixes = $dir/log
syslog_name = postfix-lab

myhostname = lab.example
myorigin = lab.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_tls_security_level = none
smtp_tls_security_level = none
smtp_dns_support_level = disabled
alias_maps =
alias_database =
local_recipient_maps =
biff = no
notify_classes =

transport_maps = texthash:$etc/transport
defer_transports = smtp
minimal_backoff_time = 1d
maximal_backoff_time = 1d
in_flow_delay = 0
END

    # Port 1 is reserved and unused; a refusal is what connecting to it gives.
    cat >"$etc/transport" <<END
refused.example     labsmtp:[127.0.0.1]:1
greylisted.example  labsmtp:[127.0.0.1]:$answers
full.example        labsmtp:[127.0.0.1]:$answers
busy.example        labsmtp:[127.0.0.1]:$answers
hangup.example      labsmtp:[127.0.0.1]:$hangup
unresolved.example  retry:4.4.3 Host or domain name not found. \
Name service error for name=unresolved.example type=MX: Host not found, try again
END

    cat >"$etc/answers" <<END
greylisted.example  450 4.7.1 Greylisted, please try again in 300 seconds
full.example        452 4.2.2 The mailbox is over its quota
busy.example        421 4.3.2 Too many connections, try again later
END

    # labsmtp is smtp under a name that defer_transports does not list.
    cat >"$etc/master.cf" <<END
# service           type       private unpriv chroot wakeup maxproc command
127.0.0.1:$port     inet       n       -      n      -      -       smtpd
127.0.0.1:$answers  inet       n       -      n      -      -       smtpd
    -o syslog_name=postfix-lab/answers
    -o myhostname=mx.elsewhere.example
    -o { smtpd_recipient_restrictions = check_recipient_access texthash:$etc/answers, defer }
127.0.0.1:$hangup   inet       n       n      n      -      -       spawn
    user=nobody argv=/bin/true
pickup              unix       n       -      n      5      1       pickup
cleanup             unix       n       -      n      -      0       cleanup
qmgr                unix       n       -      n      300    1       qmgr
rewrite             unix       -       -      n      -      -       trivial-rewrite
bounce              unix       -       -      n      -      0       bounce
defer               unix       -       -      n      -      0       bounce
trace               unix       -       -      n      -      0       bounce
verify              unix       -       -      n      -      1       verify
flush               unix       n       -      n      1000?  0       flush
proxymap            unix       -       -      n      -      -       proxymap
proxywrite          unix       -       -      n      -      1       proxymap
tlsmgr              unix       -       -      n      1000?  1       tlsmgr
smtp                unix       -       -      n      -      -       smtp
labsmtp             unix       -       -      n      -      -       smtp
relay               unix       -       -      n      -      -       smtp
showq               unix       n       -      n      -      -       showq
error               unix       -       -      n      -      -       error
retry               unix       -       -      n      -      -       error
discard             unix       -       -      n      -      -       discard
local               unix       -       n      n      -      -       local
virtual             unix       -       n      n      -      -       virtual
lmtp                unix       -       -      n      -      -       lmtp
anvil               unix       -       -      n      -      1       anvil
scache              unix       -       -      n      -      1       scache
postlog             unix-dgram n       -      n      -      1       postlogd
END
    echo "$port" >"$dir/port"
}

start() {
    local port
    made_here
    need_root
    need postfix postfix
    check_reachable postfix "$dir"
    ! is_running || return 0
    port=$(<"$dir/port")
    ! port_in_use "$port" ||
        die "port $port is taken; stop what uses it, or destroy $dir and" \
            'create it with another port'
    # Into a file: daemons would hold a pipe open.
    postfix -c "$etc" start >"$dir/log/start" 2>&1 </dev/null ||
        die "Postfix does not start:" "$(cat "$dir/log/start")" \
            "$(tail -n 5 "$dir/log/maillog" 2>/dev/null)"
    if ! wait_for 20 greets; then
        stop
        die "Postfix does not answer on port $port; see $dir/log/maillog"
    fi
}

stop() {
    local pid
    made_here
    need_root
    if is_running; then
        pid=$(awk '{ print $1; exit }' "$spool/pid/master.pid")
        # Suspended processes do not act on the signal to end.
        kill -CONT "$pid" 2>/dev/null || true
        postfix -c "$etc" stop >"$dir/log/stop" 2>&1 </dev/null || true
        wait_for 20 not is_running ||
            die "Postfix, process $pid, does not end; see $dir/log/maillog"
    fi
    wait_for 20 not has_processes ||
        die "some of Postfix's processes stay on; find them with:" \
            "ls -l /proc/*/cwd | grep $spool"
}

reload() {
    made_here
    need_root
    is_running || die "it is not running; run: $0 start $dir"
    postfix -c "$etc" reload >"$dir/log/reload" 2>&1 </dev/null ||
        die "Postfix does not reload: $(cat "$dir/log/reload")"
}

status() {
    local state=stopped queue
    made_here
    need_root
    if is_running; then
        state="running, process $(awk '{ print $1; exit }' \
            "$spool/pid/master.pid")"
    fi
    printf '%s, port %s' "$state" "$(<"$dir/port")"
    for queue in maildrop incoming active deferred hold; do
        printf ', %s %s' "$queue" "$(count_queue "$spool" "$queue")"
    done
    echo
    [ "$state" != stopped ] || exit 3
}

destroy() {
    [ -e "$dir" ] || return 0
    made_here
    stop
    remove_folder "$dir" "$marker"
}

case ${1-} in
-h | --help)
    usage
    exit 0 ;;
create)
    [ $# -eq 2 ] || [ $# -eq 3 ] || { usage >&2; exit 2; } ;;
start | stop | reload | status | destroy)
    [ $# -eq 2 ] || { usage >&2; exit 2; } ;;
*)
    usage >&2
    exit 2 ;;
esac
command=$1
dir=$(full_path "$2")
etc=$dir/etc
spool=$dir/spool
shift 2
"$command" "$@"
