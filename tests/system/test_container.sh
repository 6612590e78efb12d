#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# test_container.sh DAEMON PART: a real Postfix in a real container named as Hermes SEG's, in podman
# with a storage of its own; the machine's containers are not touched.  The container has this
# machine's /usr, and all else is its own.  Exits 77 where no container can run at all.  PART:
#
#   spool    its volume can be read, and a Postfix that hangs
#   listing  it cannot, and the command lines that an engine gets
#   engines  what engines that fail say; there is no container
#   remote   an engine asked over its socket, from inside the sandbox of the helper's unit
#
# A listing through an engine takes long and they keep a distance from each other, so that most of
# the time is spent waiting: the parts run side by side.

set -euo pipefail
daemon=$1 part=$2
lab=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/../../contrib/lab" && pwd)
# shellcheck source=contrib/lab/lib.sh
. "$lab/lib.sh"
need_root
need podman podman
need runc runc
need postfix postfix
root=$(mktemp -d /tmp/hmq-ct.XXXXXX)
chmod 755 "$root"
base=.1.3.6.1.4.1.8072.9999.9999.2525
name=hermes_postfix_dkim
none='No Such Instance*'
# Seconds.  Listings keep a distance of 20 times what one takes, and one through an engine takes
# seconds on a machine that is busy with other things.
patience=240
checks=0
agent=
port=$(free_port)
export SNMP_PERSISTENT_DIR=$root/persist SNMPCONFPATH=$root/persist MIBS=''
# Newer ones say on each call that they will not go on with the old kind of cgroups.
export PODMAN_IGNORE_CGROUPSV1_WARNING=1

# Below the limit of container_command, and runc because crun refuses hybrid cgroups.
engine=(podman --root "$root/s/root" --runroot "$root/s/run" --tmpdir "$root/s/tmp" --runtime runc
    --cgroup-manager cgroupfs --events-backend none)

cleanup() {
    local status=$?
    trap - EXIT
    [ -z "$agent" ] || kill -KILL "$agent" 2>/dev/null || true
    stop_daemon "$root/snmpd.pid" || true
    stop_daemon "$root/service.pid" || true
    "${engine[@]}" rm -f -t 0 -a >/dev/null 2>&1 || true
    if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then tail -n 40 "$root/agent.log" || true; fi
    # Of podman's mounts some stay when its last container is gone, and each podman adds one to
    # the same folder.
    while mountpoint -q "$root/s/root/overlay" && umount -l "$root/s/root/overlay"; do :; done
    rm -rf --one-file-system "$root" || true
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ok() {
    checks=$((checks + 1))
    echo "ok $checks: $*"
}

fail() {
    echo "FAIL (${BASH_LINENO[*]}): $*"
    exit 1
}

# ---- the root filesystem

# make_rootfs: of what this machine has, without its configuration.  Postfix makes its own folders.
make_rootfs() {
    local name
    rootfs=$root/rootfs
    mkdir -p "$rootfs"/{usr,etc,dev,proc,root,run,sys,tmp,var/lib,var/log,var/spool/postfix,var/tmp}
    chmod 1777 "$rootfs/tmp" "$rootfs/var/tmp"
    for name in bin sbin lib lib64; do
        [ ! -L "/$name" ] || ln -s "usr/$name" "$rootfs/$name"
    done
    (cd /etc && cp -a --parents -t "$rootfs/etc" alternatives ld.so.c* passwd group services \
        nsswitch.conf postfix)
    cp /usr/share/postfix/master.cf.dist "$rootfs/etc/postfix/master.cf"
    echo 'compatibility_level = 3.6' >"$rootfs/etc/postfix/main.cf"
}

# ---- the container

# Postfix does not end with its container's first process, nor the other way round, so that each
# can be stopped alone.  A network of its own leaves the machine's ports alone.
# shellcheck disable=SC2016 # expanded in the container
commands='
postconf -e myhostname=mx.example mydestination= defer_transports=smtp \
    inet_interfaces=loopback-only minimal_backoff_time=1d maximal_backoff_time=1d \
    bounce_queue_lifetime=3d maximal_queue_lifetime=3h maillog_file=/dev/stdout \
    smtpd_tls_security_level=none alias_maps= &&
postconf -F "*/*/chroot=n" &&
postfix start-fg &
exec sleep infinity'

run_container() {
    "${engine[@]}" run -d --name "$name" --network=none --ulimit nofile=1024:1024 \
        --ulimit nproc=1000:1000 -v /usr:/usr:ro -v "$root/queue:/var/spool/postfix" \
        --rootfs "$rootfs:O" \
        /bin/bash -c "$commands" >/dev/null
}

inside() { "${engine[@]}" exec -i "$name" timeout 30 "$@" </dev/null; }

postfix_answers() { inside postqueue -j 2>&1 | cmp -s - /dev/null; }

# What ends it without a clean-up of its own, as a host that goes down does.
stop_container() { "${engine[@]}" stop -t 0 "$name" >/dev/null; }

# processes COMMAND: how many of the name run inside.
processes() {
    local pid space file count=0
    pid=$("${engine[@]}" inspect -f '{{.State.Pid}}' "$name")
    space=$(readlink "/proc/$pid/ns/pid")
    for file in /proc/[0-9]*/comm; do
        if [ "$(cat "$file" 2>/dev/null)" = "$1" ] &&
            [ "$(readlink "${file%comm}ns/pid" 2>/dev/null)" = "$space" ]; then
            count=$((count + 1))
        fi
    done
    echo "$count"
}

errors_above() { [ "$(get "$errors")" -gt "$1" ]; }

at_most() { [ "$(processes "$2")" -le "$1" ]; }

# ---- snmpd and the agent

start_snmpd() {
    mkdir "$root/persist"
    cat >"$root/snmpd.conf" <<END
master agentx
agentXSocket unix:$root/agentx
agentXPerms 0666 0755
rocommunity public 127.0.0.1
END
    start_daemon "$root/snmpd.pid" "$root/snmpd.log" \
        snmpd -f -C -c "$root/snmpd.conf" -Lo "udp:127.0.0.1:$port"
}

# Data may grow as old as three scan intervals before it is unavailable: a case that has to see it
# stale sets interval.
start_agent() { # LINE...
    printf '%s\n' "agentx_socket = unix:$root/agentx" 'user = nobody' \
        "database = $root/state/hmq.db" 'list_interval = 500ms' \
        "scan_interval = ${interval:-1s}" \
        "container = $name" "$@" >"$root/agent.conf"
    # Nothing that it says about one case is taken for another's.
    rm -rf "$root/state"
    mkdir -m 0755 "$root/state"
    chown nobody "$root/state"
    "${agent_command[@]:-$daemon}" -c "$root/agent.conf" -f 2>>"$root/agent.log" </dev/null \
        >/dev/null &
    agent=$!
}

stop_agent() {
    kill -TERM "$agent"
    wait "$agent" || fail "the agent did not stop cleanly"
    agent=
    # So that nothing is asked of the one that has gone.
    wait_for "$patience" not answers || fail "its objects stay"
}

get() {
    snmpget -v2c -c public -t 2 -r 1 -Oqv -OU -Oe "127.0.0.1:$port" "$base.$1" 2>/dev/null || true
}

answers() { [[ $(get 1.1.1.0) != 'No Such'* ]] && [ -n "$(get 1.1.1.0)" ]; }

matches() {
    value=$(get "$1")
    # shellcheck disable=SC2053
    [[ $value == $2 ]] || { [ "$1" = "$total" ] && false_zero; }
}

# The one answer that must not come while it is not true, whatever is waited for.
false_zero() {
    [ "$may_be_empty" = yes ] || [ "$value" != 0 ] || fail 'a total of 0 that is not true'
    return 1
}

matches_or_ended() { matches "$@" || ! kill -0 "$agent" 2>/dev/null; }

expect() { # OBJECT PATTERN WHAT
    local value=
    wait_for "$patience" matches_or_ended "$1" "$2" || true
    kill -0 "$agent" 2>/dev/null || fail "$3: the agent has ended"
    matches "$1" "$2" ||
        fail "$3: $1 is \"$value\", expected $2; hmqLastReadError $(get "$last_error")"
    ok "$3 ($value)"
}

errors=1.1.10.0 version=1.1.3.0 postfix=1.1.4.0 data=1.1.5.0 method=1.1.7.0 last_error=1.1.11.0
list_ms=1.1.9.0 total=1.2.1.0 corrupt=1.3.1.2.6 rows=1.5.1.0
bounce=1.4.1.0 maximal=1.4.2.0 maximal_s=1.4.4.0 paused=1.2.8.0
may_be_empty=yes

# ---- cases

test_spool() {
    start_agent "container_command = ${engine[*]}" "spool_directory = $root/queue"
    expect "$total" 0 'an empty queue is an honest 0'
    expect "$postfix" 1 'Postfix runs in its container'
    expect "$method" 1 'counted from the volume'
    expect "$version" '*3.*' 'its version'
    expect "$bounce" 3 'bounce_queue_lifetime'
    expect "$maximal_s" 10800 'maximal_queue_lifetime in seconds'
    expect "$maximal" "$none" 'which is not in days'
    expect "$paused" 1 'outbound is paused'
    send_five
    expect "$total" 5 '5 messages'
    expect "$rows" 5 'and their rows'
    may_be_empty=no
    expect "$corrupt" 0 'corrupt is counted'

    inside postfix stop >/dev/null 2>&1
    expect "$postfix" 2 'Postfix stopped in a running container'
    expect "$data" 1 'its queue is still read'
    expect "$total" 5 'and has its 5 messages'

    stop_container
    # As long as nothing changes in the volume the last listing holds.
    cp -p "$(find "$root/queue/deferred" -type f -print -quit)" "$root/queue/hold/ABCDEF01234"
    expect "$total" 6 'the volume is still counted'
    expect "$last_error" '*container hermes_postfix_dkim is not running*' 'the container stopped'
    expect "$data" 2 'and the listing is stale now'
    rm "$root/queue/hold/ABCDEF01234"
    expect "$total" 5 'one less'
    expect "$postfix" 2 'Postfix is stopped'

    "${engine[@]}" start "$name" >/dev/null
    expect "$data" 1 'the container is back'
    expect "$postfix" 1 'Postfix runs again'
    expect "$rows" 5 'with its rows'
    stop_agent
}

test_listing() {
    local limit_s
    may_be_empty=no
    start_agent "container_command = ${engine[*]}"
    expect "$total" 5 'without the volume the listing counts'
    expect "$method" 2 'by command'
    expect "$corrupt" "$none" 'corrupt is not known'
    expect "$postfix" 1 'Postfix runs, says postqueue'
    inside postfix stop >/dev/null 2>&1
    expect "$postfix" 2 'Postfix stopped, says postqueue'
    expect "$total" 5 'its messages are listed all the same'
    "${engine[@]}" exec -d "$name" postfix start
    expect "$postfix" 1 'Postfix runs again'

    stop_container
    expect "$last_error" '*container hermes_postfix_dkim is not running*' 'the container stopped'
    expect "$data" 2 'stale'
    expect "$postfix" 2 'no Postfix runs in a stopped container'
    # A listing may grow as old as three of its intervals, each 20 times what the last one took; on
    # a machine that is busy with other things that is longer than a test should take.
    limit_s=$((60 * $(get "$list_ms") / 1000))
    if [ "$limit_s" -le 120 ]; then
        patience=$((limit_s + 60))
        expect "$data" 3 'then unavailable'
        patience=240
        expect "$total" "$none" 'and without a total'
        expect "$rows" "$none" 'or rows'
    else
        echo "NOTE: the listing is kept for $limit_s s here, which is not waited for"
    fi
    "${engine[@]}" rm -f -t 0 "$name" >/dev/null
    expect "$last_error" '*container hermes_postfix_dkim does not exist*' 'the container is missing'
    expect "$postfix" 3 'of Postfix nothing is known then'
    run_container
    expect "$total" 5 'a new container with the same volume'
    expect "$postfix" 1 'Postfix runs in it'
    stop_agent
}

# signal_postfix SIGNAL: to who takes postqueue's connections, and who answers them.
signal_postfix() {
    # shellcheck disable=SC2016 # expanded in the container
    inside /bin/bash -c 'for file in /proc/[0-9]*/comm; do
        pid=${file#/proc/}
        case $(<"$file") in master | showq) kill -"$1" "${pid%/comm}" ;; esac
    done' bash "$1"
}

# A Postfix that hangs must not get one more process with each try.
test_hanging_postfix() {
    local tries
    interval=20s start_agent "container_command = ${engine[*]}" 'command_timeout = 3s'
    expect "$total" 5 'before it hangs'
    signal_postfix STOP
    expect "$last_error" '*postqueue did not end within command_timeout*' 'a Postfix that hangs'
    expect "$data" 2 'is stale'
    tries=$(get "$errors")
    wait_for "$patience" errors_above "$((tries + 3))" || fail "it is not tried again"
    wait_for "$patience" at_most 2 postqueue || fail "$(processes postqueue) postqueue inside"
    ok 'no more than two postqueue inside'
    signal_postfix CONT
    expect "$total" 5 'it goes on'
    wait_for "$patience" at_most 1 timeout || fail "$(processes timeout) timeout left inside"
    ok 'nothing is left of the tries'
    stop_agent
}

# fake_engine BODY: as $root/docker
fake_engine() {
    printf '#!/bin/bash\n%s\n' "$1" >"$root/docker"
    chmod 755 "$root/docker"
}

test_engines() {
    start_agent "container_command = $root/nowhere/docker"
    expect "$last_error" "*cannot run $root/nowhere/docker: No such file or directory*" 'no engine'
    expect "$total" "$none" 'has no total'
    expect "$data" 3 'is unavailable'
    expect "$postfix" 3 'and knows nothing of Postfix'
    stop_agent

    fake_engine 'exec sleep 1000'
    start_agent "container_command = $root/docker" 'command_timeout = 1s'
    expect "$last_error" '*postqueue did not end within command_timeout*' 'an engine that hangs'
    expect "$total" "$none" 'has no total'
    expect "$data" 3 'is unavailable'
    stop_agent

    fake_engine '
        echo "Cannot connect to the Docker daemon at unix:///x. Is it running?" >&2
        exit 1'
    start_agent "container_command = $root/docker"
    expect "$last_error" '*Cannot connect to the Docker daemon*' 'an engine without its daemon'
    expect "$postfix" 3 'knows nothing of Postfix'
    stop_agent

    fake_engine 'echo "Error response from daemon: container 6e19 is not running" >&2; exit 1'
    start_agent "container_command = $root/docker"
    expect "$last_error" '*container hermes_postfix_dkim is not running*' "docker's words for it"
    expect "$postfix" 2 'no Postfix runs in it'
    expect "$total" "$none" 'has no total'
    stop_agent
}

# docker's command line, whatever the engine: recorded, then run by the real one.
test_docker_arguments() {
    local words
    printf -v words '%q ' "${engine[@]}"
    fake_engine "(IFS=' '; echo \"\$*\") >>$root/said; exec $words\"\$@\""
    start_agent "container_command = $root/docker"
    expect "$total" 5 'through a recorder'
    expect "$bounce" 3 'settings too'
    stop_agent
    sort -u "$root/said"
    grep -qx "exec -i $name timeout -k 2 30 postqueue -c /etc/postfix -j" "$root/said" ||
        fail 'the words for a listing'
    grep -q "^exec -i $name timeout -k 2 30 postconf -c /etc/postfix -xh mail_version " \
        "$root/said" || fail 'the words for the settings'
    ok "docker's command line"
}

# With no home directory to look into, as ProtectHome=yes has it, and the state's one to write to.
# The agent is inside, too, which is stricter than its own unit in all that matters here.
test_remote() {
    local command unit=$lab/../systemd/hermes-mailqueue-helper.service
    local -a commands=("podman --remote --url unix:$root/engine.sock")
    { cat "$unit"; echo "ReadWritePaths=$root/state"; echo 'InaccessiblePaths=/root /home'; } \
        >"$root/helper.service"
    start_daemon "$root/service.pid" "$root/service.log" \
        "${engine[@]}" system service -t 0 "unix:$root/engine.sock"
    wait_for "$patience" test -S "$root/engine.sock" || fail "the engine has no socket"
    # The checkout may lie below /root, which the sandbox closes.
    mkdir "$root/bin"
    cp "$(dirname -- "$daemon")"/hermes-mailqueue* "$root/bin/"
    agent_command=("$lab/../../tests/support/sandbox.sh" "$root/helper.service"
        "$root/bin/${daemon##*/}")
    if command -v docker >/dev/null; then
        commands+=("$(command -v docker) -H unix://$root/engine.sock")
    else
        echo 'NOTE: there is no docker to ask the same engine with'
    fi
    for command in "${commands[@]}"; do
        start_agent "container_command = $command"
        expect "$total" 5 "from inside the sandbox: ${command%% *}"
        expect "$bounce" 3 'settings too'
        stop_agent
    done
}

# boot: a container of Postfix with its queue in a volume.
boot() {
    make_rootfs
    mkdir "$root/queue"
    if ! "${engine[@]}" run --rm --network=none --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 \
        -v /usr:/usr:ro --rootfs "$rootfs:O" /bin/true >"$root/engine.log" 2>&1; then
        echo "SKIP: podman runs no container on this machine: $(tail -n 3 "$root/engine.log")"
        exit 77
    fi
    run_container
    wait_for "$patience" postfix_answers ||
        fail "Postfix does not start: $("${engine[@]}" logs "$name")"
}

send_five() { inside smtp-source -m 5 -f a@source.example -t b@suspended.example 127.0.0.1:25; }

case $part in
spool)
    boot
    start_snmpd
    test_spool
    test_hanging_postfix ;;
listing)
    boot
    send_five
    start_snmpd
    test_listing
    test_docker_arguments ;;
engines)
    start_snmpd
    test_engines ;;
remote)
    unshare --mount --propagation private true 2>/dev/null || {
        echo 'SKIP: a mount namespace is needed; in a chroot, its root must be a mount point'
        exit 77
    }
    boot
    send_five
    start_snmpd
    test_remote ;;
*) fail "no part '$part'" ;;
esac
! grep -q -e 'ERROR: .*Sanitizer' -e 'runtime error:' "$root/agent.log" || fail 'a sanitizer report'
echo "$checks checks passed"
