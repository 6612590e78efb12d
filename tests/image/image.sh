#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# image.sh PROJECT HMQ: builds contrib/container's image and runs its compose files beside a Postfix
# in a container, reading and acting, in podman with a storage of its own.  The base image is a
# Debian made here, from where this machine has its packages.  Exits 77 where no container can run.

set -euo pipefail
project=$(realpath -- "$1")
client=$(realpath -- "$2")
# shellcheck source=contrib/lab/lib.sh
. "$project/contrib/lab/lib.sh"
# shellcheck source=tests/support/debian_root.sh
. "$project/tests/support/debian_root.sh"
need_root
need podman podman
need runc runc
command -v podman-compose >/dev/null || {
    echo 'SKIP: podman-compose is missing; run.sh image installs it'
    exit 77
}
need mmdebstrap mmdebstrap
work=$(mktemp -d /tmp/hmq-image.XXXXXX)
chmod 755 "$work"
base=.1.3.6.1.4.1.8072.9999.9999.2525
name=hmqimage$$
patience=120
checks=0
port=$(free_port)
limits='--ulimit nofile=1024:20000 --ulimit nproc=10000:10000'
export PODMAN_IGNORE_CGROUPSV1_WARNING=1

# As on other hosts that tests/boot/podman.sh describes.
cat >"$work/podman" <<END
#!/bin/bash
exec podman --root $work/s/root --runroot $work/s/run --tmpdir $work/s/tmp --runtime runc \\
    --network-config-dir $work/net --cgroup-manager cgroupfs --events-backend none "\$@"
END
chmod 755 "$work/podman"
podman=$work/podman
files=()
compose() {
    (cd "$project/contrib/container" && podman-compose --podman-path "$podman" -p "$name" \
        --podman-run-args="$limits" --podman-build-args="--network=host $limits" \
        "${files[@]}" "$@") >>"$work/compose.log" 2>&1
}

cleanup() {
    local status=$?
    trap - EXIT
    if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
        tail -n 30 "$work/compose.log" || true
        "$podman" logs "${name}_agent_1" 2>&1 || true
    fi
    "$podman" rm -f -t 0 -a >/dev/null 2>&1 || true
    "$podman" network rm "${name}_default" "${name}_alone" >/dev/null 2>&1 || true
    while mountpoint -q "$work/s/root/overlay" && umount -l "$work/s/root/overlay"; do :; done
    rm -rf --one-file-system "$work" || true
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

fail() {
    echo "FAIL (${BASH_LINENO[*]}): $*"
    exit 1
}
check() { # WHAT COMMAND...
    "${@:2}" || fail "$1"
    checks=$((checks + 1))
    echo "ok $checks: $1"
}
eventually() { # WHAT COMMAND...
    wait_for "$patience" "${@:2}" || fail "$1"
    check "$1" true
}

# ---- the image

make_base() {
    debian_root bookworm "$work/base.tar" "$work/mmdebstrap.log" --variant=minbase \
        --dpkgopt=force-unsafe-io ||
        fail "mmdebstrap: $(tail -n 5 "$work/mmdebstrap.log")"
    "$podman" import -q "$work/base.tar" debian:12-slim >/dev/null
    rm "$work/base.tar"
    # shellcheck disable=SC2086 # words
    "$podman" run --rm --network=none $limits debian:12-slim true >"$work/run.log" 2>&1 || {
        echo "SKIP: podman runs no container on this machine: $(tail -n 3 "$work/run.log")"
        exit 77
    }
}

# ---- Postfix, from the same image, with a network of its own

inside() { "$podman" exec hermes_postfix_dkim "$@" </dev/null; }
postfix_answers() { inside postqueue -j >/dev/null 2>&1; }
ids() { inside postqueue -j | grep -o '"queue_id": "[^"]*"' | cut -d '"' -f 4; }
lies_in() {
    grep -q "\"queue_name\": \"$1\"" < <(inside postqueue -j | grep "\"queue_id\": \"$2\"")
}

start_postfix() {
    mkdir "$work/etc" "$work/queue" "$work/empty"
    # shellcheck disable=SC2086 # words
    "$podman" run --rm --network=none --user root $limits -v "$work/etc:/out" hermes-mailqueue \
        cp -r /etc/postfix/. /out || fail "no container of the image runs"
    cat >"$work/etc/main.cf" <<END
compatibility_level = 3.6
myhostname = mx.example
mydestination =
defer_transports = smtp
inet_interfaces = loopback-only
maximal_backoff_time = 1d
minimal_backoff_time = 1d
maximal_queue_lifetime = 3d
alias_maps =
maillog_file = /dev/stdout
END
    # shellcheck disable=SC2086 # words
    "$podman" run -d --name hermes_postfix_dkim --network=none --user root $limits \
        -v "$work/etc:/etc/postfix" -v "$work/queue:/var/spool/postfix" hermes-mailqueue \
        sh -c 'postconf -F "*/*/chroot=n" && exec postfix start-fg' >/dev/null
    wait_for "$patience" postfix_answers || fail "Postfix: $("$podman" logs hermes_postfix_dkim)"
    inside smtp-source -m 5 -f a@source.example -t b@suspended.example 127.0.0.1:25
}

# ---- snmpd and the agent

get() { snmpget -t 2 -r 1 -Oqv -OU -Oe "127.0.0.1:$port" "$base.$1" 2>/dev/null || true; }
is() { # OBJECT PATTERN
    # shellcheck disable=SC2053
    [[ $(get "$1") == $2 ]]
}
agent() { "$podman" exec "${name}_agent_1" "$@"; }
healthy() { "$podman" exec "${name}_$1_1" healthy "$1"; }
first_word() { agent sh -c "grep '^$1:' /proc/1/status" | awk '{ print $2 }'; }
# powerless SERVICE: none of its processes is root or has a capability, now or later.
powerless() {
    ! "$podman" exec "${name}_$1_1" sh -c 'grep -hE "^(Uid|CapEff|CapPrm|CapBnd):" \
        /proc/[0-9]*/status' | grep -vE '^Cap...:\s+0+$' | grep -vE '^Uid:(\s+[1-9][0-9]*){4}$'
}
done_for() { # COMMAND ID
    "$client" -H "127.0.0.1:$port" "$@" -q -y >"$work/action" 2>&1 ||
        fail "$*: $(cat "$work/action")"
    check "$1" true
}

# As the README has it.
add_user() {
    compose stop snmpd
    compose run -T --rm --no-deps snmpd sh -c 'cat >>/var/lib/snmp/snmpd.conf' <<'END'
createUser hmq-act SHA-256 "authentication1" AES "encryption123"
END
    compose start snmpd
    mkdir "$work/snmp"
    printf '%s\n' 'defVersion 3' 'defSecurityName hmq-act' 'defSecurityLevel authPriv' \
        'defAuthType SHA-256' 'defAuthPassphrase authentication1' 'defPrivType AES' \
        'defPrivPassphrase encryption123' >"$work/snmp/snmp.conf"
    export SNMPCONFPATH=$work/snmp SNMP_PERSISTENT_DIR=$work/snmp MIBS=''
}

test_reading() {
    compose up -d
    eventually "the agent is healthy" healthy agent
    eventually "and snmpd, with the agent's objects" healthy snmpd
    add_user
    eventually "5 messages" is 1.2.1.0 5
    check "counted in the spool" is 1.1.7.0 1
    eventually "their rows" is 1.5.1.0 5
    check "a lifetime from main.cf" is 1.4.2.0 3
    check "Postfix runs" is 1.1.4.0 1
    check "nothing is reported as missing" is 1.1.11.0 '""'
    check "the agent has no root and no capability" powerless agent
    check "neither has snmpd" powerless snmpd
    check "the spool cannot be written to" not agent touch /var/spool/postfix/deferred/x
    check "the community of the health check does not work from outside" \
        not snmpget -v2c -c health -t 1 -r 0 "127.0.0.1:$port" "$base.1.1.1.0" >/dev/null 2>&1
    check "a SET of a lifetime is refused" \
        not snmpset "127.0.0.1:$port" "$base.1.4.2.0" i 4 >/dev/null 2>&1
    "$podman" stop -t 2 hermes_postfix_dkim >/dev/null 2>&1
    eventually "Postfix's container has stopped" is 1.1.4.0 2
    check "its queue is still counted" is 1.2.1.0 5
    check "which is no reason to restart the agent" healthy agent
    check "or snmpd" healthy snmpd
    "$podman" start hermes_postfix_dkim >/dev/null
    eventually "Postfix runs again" is 1.1.4.0 1
}

test_acting() {
    local -a queue
    compose down
    files=(-f compose.yaml -f compose.acting.yaml)
    SPOOL_ACCESS=rw compose up -d
    eventually "an acting agent reads" is 1.1.5.0 1
    check "it is hermes-mq" test "$(first_word Uid)" = "$(agent id -u hermes-mq)"
    check "without a capability" test "$(first_word CapEff)" = 0000000000000000
    check "nothing is reported as missing" is 1.1.11.0 '""'
    mapfile -t queue < <(ids)
    done_for hold "${queue[0]}"
    check "on hold in the other container" lies_in hold "${queue[0]}"
    done_for unhold "${queue[0]}"
    check "released" lies_in deferred "${queue[0]}"
    done_for requeue "${queue[1]}"
    done_for expire "${queue[2]}"
    done_for delete "${queue[3]}"
    check "deleted" not grep -qx "${queue[3]}" <(ids)
    check "a SET of a lifetime is refused" \
        not snmpset "127.0.0.1:$port" "$base.1.4.2.0" i 4 >/dev/null 2>&1
}

# A path that is wrong: the engine makes an empty directory of it.
test_wrong_spool() {
    compose down
    files=()
    POSTFIX_SPOOL=$work/empty compose up -d
    eventually "an agent with an empty directory for a spool is up" healthy snmpd
    eventually "and reports why it has no data" is 1.1.11.0 '?*[a-z]?*'
    check "it has no total" is 1.2.1.0 'No Such Instance*'
    check "data is not ok" not is 1.1.5.0 1
}

sed '/^#authuser .* hmq-act /s/^#//' \
    "$project/contrib/snmpd/hermes-mailqueue-access.conf.example" >"$work/access.conf"
mkdir "$work/net"
export POSTFIX_SPOOL=$work/queue POSTFIX_CONFIG=$work/etc SNMP_LISTEN=127.0.0.1:$port
export SNMP_ACCESS=$work/access.conf
# As Debian-snmp has it in the image, so that it has to give it up.
export POSTFIX_UID=101
make_base
compose build || fail "the image is not built"
check "the image is built" "$podman" image exists hermes-mailqueue
start_postfix
test_reading
test_acting
test_wrong_spool
echo "$checks checks passed"
