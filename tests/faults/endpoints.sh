# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Faults of endpoints and of the name server, for fault.sh.
# shellcheck disable=SC2154

pending_for_hook() { [ "$(get 1.9.1.1.6.1)" -ge "$1" ] 2>/dev/null; }

# endpoint SUFFIX: what recorder.py does while a file of that name exists.
endpoint() {
    start_world
    exercise
    eventually "the endpoint has all" hook_has_all
    note_normal
    watch
    touch "$root/out/hook.$1"
    exercise
    exercise
    eventually "events are pending" pending_for_hook 8
    answers_fast "no GET is delayed"
    eventually "tries fail" eval '[ "$(get 1.9.1.1.5.1)" -ge 3 ]'
    echo "# $(text 1.9.1.1.7.1)"
    rm "$root/out/hook.$1"
    as_before
}

fault_endpoint_hangs() { endpoint hang; }
fault_endpoint_resets() { endpoint reset; }
fault_endpoint_lies() { endpoint lie; }

# In a mount namespace of its own: the machine's resolver stays as it is.
fault_dns_dead() {
    need_mounts
    hook_host=hook.faults.example
    cp /etc/hosts "$root/hosts"
    echo "127.0.0.1 $hook_host" >>"$root/hosts"
    # It takes questions and never answers.
    start_daemon "$root/dns.pid" "$root/dns.log" python3 -c '
import socket, time
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.53", 53))
while True:
    server.recv(512)'
    echo 'nameserver 127.0.0.53' >"$root/resolv.conf"
    cat >"$root/run" <<RUN
#!/bin/bash
mount --bind "$root/hosts" /etc/hosts
mount --bind "$root/resolv.conf" /etc/resolv.conf
exec "$daemon" "\$@"
RUN
    chmod 755 "$root/run"
    agent_command=(unshare --mount --propagation private "$root/run")
    start_world
    exercise
    eventually "the endpoint has all" hook_has_all
    note_normal
    watch
    # The same file, which is mounted.
    grep -v "$hook_host" "$root/hosts" >"$root/hosts.new"
    cat "$root/hosts.new" >"$root/hosts"
    # The next process has no connection that is open, and remembers no address.
    kill -KILL "$(child_of "$(child_of "$agent" hermes-mailqueue-hooks)" \
        hermes-mailqueue-hooks-worker)"
    exercise
    eventually "events are pending" pending_for_hook 4
    answers_fast "no GET is delayed"
    eventually "tries fail" eval '[ "$(get 1.9.1.1.5.1)" -ge 2 ]'
    echo "# $(text 1.9.1.1.7.1)"
    echo "127.0.0.1 $hook_host" >>"$root/hosts"
    as_before
}
