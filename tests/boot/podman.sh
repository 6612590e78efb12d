# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The machine as a container whose first process is systemd; it boots within a second.  Sourced by
# boot.sh.
#
# What the options are for, on hosts with hybrid cgroups or without CAP_SYS_RESOURCE too:
#   --systemd=false, and what it would do besides
#                podman 5 refuses the mode together with a cgroup namespace where cgroups are v1
#   --ulimit     podman's defaults cannot be set there
#   --cap-add=ALL, seccomp and unmask
#                instead of --privileged, which would let the container's udev and sysctl loose on
#                this machine's /sys and /proc/sys; these stay read-only
#   --cgroupns and the cgroup2 that the first process mounts
#                a unified tree of its own, whatever the host has; in legacy mode systemd silently
#                leaves out IPAddressDeny= and the accounting
#   --rootfs :O  an overlay that lives over stop and start, so that a reboot is one
# Not as on a real machine: no memory and pids limits where the host has those controllers in v1, no
# udev, no AppArmor, the host's kernel.

: "${root=}" "${work?}"
need podman podman
need runc runc
need mmdebstrap mmdebstrap
machine=gw
podman=(podman --root "$work/s" --runroot "$work/r" --tmpdir "$work/t" --runtime runc
    --cgroup-manager cgroupfs --events-backend none)

# Without one warning that every command has on some hosts.
quiet() { "${podman[@]}" "$@" 2> >(grep -v 'conmon to cgroupfs' >&2); }

inside() { quiet exec -i "$machine" "$@" </dev/null; }

# can_run: whether a container runs here at all.
can_run() {
    quiet run --rm --network=none --ulimit nofile=1024:20000 --ulimit nproc=10000:10000 \
        --rootfs "$root:O" /bin/true || {
        echo "SKIP: podman cannot run a container here"
        return 1
    }
}

start_machine() {
    quiet run -d --name "$machine" --hostname gw --network=none --systemd=false \
        --tmpfs /run --tmpfs /run/lock --tmpfs /tmp --env container=podman \
        --stop-signal RTMIN+3 --cgroupns=private --cap-add=ALL --security-opt seccomp=unconfined \
        --security-opt unmask=ALL --ulimit nofile=1024:20000 --ulimit nproc=10000:10000 \
        -v "$work/in:/in:ro" --rootfs "$root:O" \
        /bin/sh -c 'umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup
            for unit in console-getty systemd-modules-load; do
                ln -sf /dev/null "/etc/systemd/system/$unit.service"
            done
            exec /lib/systemd/systemd' >/dev/null
}

machine_stopped() { [ "$(quiet inspect -f '{{.State.Running}}' "$machine")" != true ]; }

reboot_machine() {
    inside systemctl reboot >/dev/null 2>&1 || true
    wait_for 60 machine_stopped || die "the container does not stop"
    quiet start "$machine" >/dev/null
}

stop_machine() {
    "${podman[@]}" rm -f -t 0 "$machine"
    while mountpoint -q "$work/s/overlay" && umount -l "$work/s/overlay"; do :; done
}
