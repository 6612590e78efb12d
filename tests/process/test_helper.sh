#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_helper.sh HELPER_ORDER: each of the helper's commands on real messages of a private Postfix,
# with the queue checked on disk; what is refused, what hangs, and what main.cf says afterwards.

set -euo pipefail
order=$1
lab=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/../../contrib/lab" && pwd)
# shellcheck source=contrib/lab/lib.sh
. "$lab/lib.sh"
root=$(mktemp -d /tmp/hmq-helper.XXXXXX)
chmod 755 "$root"
spool=$root/pf/spool
etc=$root/pf/etc

cleanup() {
    chattr -i "$etc/main.cf" 2>/dev/null || true
    "$lab/postfix.sh" destroy "$root/pf" >/dev/null 2>&1 || true
    rm -rf "$root"
}
trap cleanup EXIT

fail() {
    echo "FAIL: $*"
    [ ! -e "$root/out" ] || head -n 20 "$root/out"
    exit 1
}

ok() { echo "ok: $*"; }

# run STATUS ORDER...: its output goes to $root/out
run() {
    local expected=$1 status=0
    shift
    "$order" "$root/conf" "$@" >"$root/out" 2>"$root/err" || status=$?
    [ "$status" = "$expected" ] || fail "$*: status $status, not $expected: $(cat "$root/err")"
}

# says PATTERN: a line of the output, as a whole
says() { grep -qxE -- "$1" "$root/out" || fail "no line \"$1\""; }

count() { count_queue "$spool" "$@"; }
ids() { find "$spool/$1" -type f -perm -0700 -printf '%f\n' | sort; }
in_queue() { [ -n "$(find "$spool/$1" -type f -name "$2")" ]; }
value() { postconf -c "$etc" -h "$1"; }

wait_count() { # NUMBER QUEUE...
    local number=$1
    shift
    wait_for 60 has_count "$number" "$@" || fail "$(count "$@") messages in $*, not $number"
}
has_count() {
    local number=$1
    shift
    [ "$(count "$@")" = "$number" ]
}

inject() { # NUMBER RECIPIENT
    smtp-source -m "$1" -s 5 -f sender@s.example -t "$2" "127.0.0.1:$(cat "$root/pf/port")"
}

config() { # MORE...
    {
        echo "postfix_config_directory = $etc"
        echo "user = nobody"
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >"$root/conf"
}

"$lab/postfix.sh" create "$root/pf"
"$lab/postfix.sh" start "$root/pf"
config

# Each command on messages, and on ids that are nobody's.
inject 6 x@refused.example
wait_count 6 deferred
mapfile -t id < <(ids deferred)

run 0 hold < <(printf '%s\n' "${id[0]}" 0A0A0A0A0A "${id[1]}")
says "${id[0]} done placed on hold"
says "0A0A0A0A0A notFound "
says "${id[1]} done placed on hold"
in_queue hold "${id[0]}" || fail "the first is not in hold"
in_queue hold "${id[1]}" || fail "the second is not in hold"
wait_count 4 deferred
ok "hold moves the two that are there"

run 0 hold < <(printf '%s\n' "${id[0]}")
says "${id[0]} notFound "
ok "one that is held already was not put on hold"

run 0 hold < <(printf '%s\n' 0A0A0A0A0A 4c7BvQ0jLmz3Q)
says "0A0A0A0A0A notFound "
says "4c7BvQ0jLmz3Q notFound "
ok "nothing there: exit status 0, and nothing done"

run 0 unhold < <(printf '%s\n' "${id[0]}" "${id[2]}")
says "${id[0]} done released from hold"
says "${id[2]} notFound "
in_queue deferred "${id[0]}" || fail "it is not in deferred"
ok "unhold takes it to deferred"

run 0 requeue < <(printf '%s\n' "${id[1]}")
says "${id[1]} done requeued"
wait_count 0 hold
# pickup would look by itself within a minute
postkick -c "$etc" public pickup W
wait_count 6 deferred
! in_queue deferred "${id[1]}" || fail "it has kept its id"
ok "a held message that is requeued loses the hold and gets a new id"

run 0 delete < <(printf '%s\n' "${id[2]}" "${id[3]}")
says "${id[2]} done removed"
says "${id[3]} done removed"
wait_count 4 deferred
! in_queue deferred "${id[2]}" || fail "it is still there"
ok "delete removes the two"

run 0 expire < <(printf '%s\n' "${id[4]}")
says "${id[4]} done expired"
[ -n "$(find "$spool/deferred" -name "${id[4]}" -perm -0010)" ] || fail "it is not marked"
run 0 expire < <(printf '%s\n' "${id[4]}" "${id[5]}")
says "${id[4]} notFound "
says "${id[5]} done expired"
ok "expire marks a message, once"

attempts() { grep -c "${id[0]}: .*status=deferred" "$root/pf/log/maillog" || true; }
tried_again() { [ "$(attempts)" -gt "$1" ]; }
had=$(attempts)
run 0 flush "${id[0]}"
says 'ok [0-9]+'
wait_for 60 tried_again "$had" || fail "no delivery was tried"
run 0 flush 0A0A0A0A0A
ok "flush by id has one tried again, and asks for what is not there too"
wait_for 60 in_queue deferred "${id[0]}" || fail "it is not back in deferred"

run 0 select
says '\{"queue_name": .*"queue_id": "'"${id[0]}"'".*'
ok "select lists"

# Long ids.
postconf -c "$etc" -e enable_long_queue_ids=yes
"$lab/postfix.sh" reload "$root/pf"
before=$(ids deferred)
inject 1 x@refused.example
# A process from before the reload may have taken the first one.
new_id() {
    local new
    new=$(comm -13 <(echo "$before") <(ids deferred))
    long=$(grep -m 1 z <<<"$new") && return
    if [ -n "$new" ]; then
        before=$(ids deferred)
        inject 1 x@refused.example
    fi
    return 1
}
wait_for 60 new_id || fail "no message with a long id"
run 0 hold < <(printf '%s\n' "$long")
says "$long done placed on hold"
in_queue hold "$long" || fail "$long is not in hold"
run 0 delete < <(printf '%s\n' "$long")
says "$long done removed"
wait_count 0 hold
ok "a long id ($long)"
postconf -c "$etc" -X enable_long_queue_ids
"$lab/postfix.sh" reload "$root/pf"

# What is not allowed.
config 'allow_actions = hold'
run 1 delete < <(printf '%s\n' "${id[0]}")
says 'error: allow_actions does not name delete [0-9]+'
says "${id[0]} failed allow_actions does not name delete"
run 1 flush
says 'error: allow_actions does not name flush [0-9]+'
run 1 view "${id[0]}"
says 'error: allow_view is no [0-9]+'
in_queue deferred "${id[0]}" || fail "it is gone"
ok "disallowed commands are refused by the helper itself"

config 'allow_view = yes'
run 0 view "${id[0]}"
says 'sender: sender@s.example'
says '\*\*\* MESSAGE FILE END .*'
run 0 view "${id[0]}" 100
says '.*ok truncated [0-9]+'
[ "$(stat -c %s "$root/out")" -lt 140 ] || fail "more than 100 octets"
run 1 view 0A0A0A0A0A
says 'error: postcat ended with status 1: postcat: fatal: open queue file 0A0A0A0A0A: .*'
ok "view, cut, and of none"

# A thousand in one request, some of them gone.
inject 1000 x@refused.example
wait_for 120 has_count 0 incoming active maildrop || fail "messages are still coming in"
mapfile -t many < <(ids deferred | head -n 990)
{
    printf '%s\n' "${many[@]}"
    printf '0B0B0B0B%02X\n' {0..9}
} >"$root/many"
[ "$(wc -l <"$root/many")" = 1000 ] || fail "no 1,000 ids"
run 0 hold <"$root/many"
[ "$(grep -c ' done placed on hold$' "$root/out")" = 990 ] || fail "not 990 done"
[ "$(grep -c ' notFound $' "$root/out")" = 10 ] || fail "not 10 missing"
[ "$(count hold)" = 990 ] || fail "$(count hold) in hold"
ok "1,000 ids in one request: 990 done, 10 not found ($(tail -n 1 "$root/out") us)"
run 0 delete <"$root/many"
[ "$(grep -c ' done removed$' "$root/out")" = 990 ] || fail "not 990 done"
[ "$(count hold)" = 0 ] || fail "$(count hold) in hold"
ok "and deleted"

# Settings.
had_transports=$(value defer_transports)
run 0 main.cf
says "defer_transports = $had_transports"
[ "$(wc -l <"$root/out")" = 2 ] || fail "main.cf names no lifetime"
run 0 set bounce_queue_lifetime 3h
[ "$(value bounce_queue_lifetime)" = 3h ] || fail "it is $(value bounce_queue_lifetime)"
run 0 main.cf
says 'bounce_queue_lifetime = 3h'
[ "$(wc -l <"$root/out")" = 3 ] || fail "main.cf names one of them"
run 0 set maximal_queue_lifetime 90d
[ "$(value maximal_queue_lifetime)" = 90d ] || fail "it is $(value maximal_queue_lifetime)"
run 0 remove bounce_queue_lifetime
run 0 remove bounce_queue_lifetime
run 0 main.cf
says 'maximal_queue_lifetime = 90d'
[ "$(wc -l <"$root/out")" = 3 ] || fail "main.cf still names the other"
ok "lifetimes are set and removed"
run 0 set defer_transports 'smtp relay'
[ "$(value defer_transports)" = 'smtp relay' ] || fail "it is $(value defer_transports)"
run 0 main.cf
says 'defer_transports = smtp relay'
run 0 set defer_transports ''
run 0 main.cf
says 'defer_transports ='
run 0 set defer_transports "$had_transports"
[ "$(value defer_transports)" = "$had_transports" ] || fail "it is $(value defer_transports)"
ok "transports are deferred and no longer"

if chattr +i "$etc/main.cf" 2>/dev/null; then
    run 1 set bounce_queue_lifetime 4d
    says 'error: postconf ended with status 1: postconf: fatal: .*'
    chattr -i "$etc/main.cf"
    [ "$(value bounce_queue_lifetime)" = 5d ] || fail "it is $(value bounce_queue_lifetime)"
    ok "an immutable main.cf: $(grep -o 'postconf: fatal.*' "$root/out")"
fi

# The watch: renamed over (postconf -e), and written in place.
watch_main_cf() { # HOW COMMAND...
    local how=$1
    shift
    # What the last one wrote must not be read: the redirection of a job comes late.
    : >"$root/watch"
    timeout 120 "$order" "$root/conf" watch >>"$root/watch" &
    wait_for 60 grep -q armed "$root/watch" || fail "not armed"
    "$@"
    wait $! || fail "no hint when main.cf was $how"
    ok "a hint when main.cf was $how"
}
append() { echo '# a comment' >>"$etc/main.cf"; }
watch_main_cf "renamed over" postconf -c "$etc" -e maximal_queue_lifetime=6d
watch_main_cf "written in place" append

# Reload: qmgr is told, and the check of the queue that it leaves behind goes on.
reloads() { grep -c 'reload -- version' "$root/pf/log/maillog" || true; }
reloaded() { [ "$(reloads)" -gt "$1" ]; }
had=$(reloads)
run 0 reload
says 'ok [0-9]+'
wait_for 60 reloaded "$had" || fail "master was not told"
ok "reload"

# Postfix stopped.
"$lab/postfix.sh" stop "$root/pf"
run 1 reload
# Of Postfix 3.7 only the lock tells, and only to who sees the locks of all processes; later ones
# say so themselves.
down='Postfix is not running, or its log has the reason'
[ "$(stat -L -c %i /proc/self/ns/pid)" != 4026531836 ] || down+=' lock free'
words='.*the Postfix mail system is not running mail down'
says "error: postfix ended with status 1: ($down|$words) [0-9]+"
run 1 flush
says 'error: postqueue ended with status 69: .*mail system is down.*'
# Without postlogd the postsuper of Postfix 3.7 cannot write to this instance's log, and dies of
# that after the first message: which is done nevertheless. Later ones do without the log.
mapfile -t left < <(ids deferred | head -n 3)
if postsuper -c "$etc" -h "${left[2]}" 2>/dev/null; then
    run 0 hold < <(printf '%s\n' "${left[@]:0:2}")
    says "${left[1]} done placed on hold"
    in_queue hold "${left[1]}" || fail "the second is not in hold"
else
    run 1 hold < <(printf '%s\n' "${left[@]:0:2}")
    says "${left[1]} failed postsuper ended with status 1: postsuper: fatal: open logfile .*"
    in_queue deferred "${left[1]}" || fail "the second is not in deferred"
fi
says "${left[0]} done placed on hold"
in_queue hold "${left[0]}" || fail "the first is not in hold"
ok "stopped: reload, flush and hold say why they failed, and what was done"

# postsuper hanging, printing garbage and missing, behind a container's engine.
engine() {
    { printf '#!/bin/bash\n' && cat; } >"$root/docker"
    chmod 755 "$root/docker"
}
config 'container = x' "container_command = $root/docker" 'command_timeout = 1s'
engine <<'END'
cat >/dev/null
echo 'postsuper: A0000001: removed' >&2
sleep 600 &
wait
END
run 1 delete < <(printf '%s\n' A0000001 A0000002)
says 'A0000001 done removed'
says 'A0000002 failed postsuper did not end within command_timeout: postsuper: A0000001: removed'
ok "hanging: what it said counts, the rest has failed"
engine <<'END'
yes "$(printf '\033garbage')"
END
config 'container = x' "container_command = $root/docker"
run 1 delete < <(printf '%s\n' A0000001)
says 'A0000001 failed postsuper: too much output, stopped'
ok "garbage without end is stopped"
engine <<'END'
tr '\0' x </dev/zero
END
run 1 delete < <(printf '%s\n' A0000001)
says 'A0000001 failed postsuper: line 1 is longer than 65536 octets'
ok "a line without end is stopped"
engine <<'END'
echo 'postsuper: A0000001: removed'
END
run 0 delete < <(printf '%s\n' A0000001 A0000002)
says 'A0000001 done removed'
says 'A0000002 failed postsuper did not report that it had finished'
ok "silence is no evidence"
rm "$root/docker"
run 1 delete < <(printf '%s\n' A0000001)
missing="cannot run $root/docker: No such file or directory"
says "A0000001 failed postsuper ended with status 127: $missing"
ok "a missing program is told"
