# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The machine as a virtual one with Debian's cloud kernel, emulated where there is no KVM: a minute
# to boot.  Its only network is a port on 127.0.0.1, forwarded to its sshd.  For boot.sh.
# Needs qemu-system-x86, e2fsprogs, openssh-client, and 4 GB below the cache.

: "${root=}" "${work?}" "${cache?}"
need qemu-system-x86_64 qemu-system-x86
need mke2fs e2fsprogs
need ssh openssh-client
need mmdebstrap mmdebstrap
machine_pid=
port=
ssh_options=()

# make_disk: what the cache does not have yet.
make_disk() {
    local disk_root=$work/disk-root
    disk=$root.disk
    [ ! -f "$disk" ] || return 0
    cp -a "$root" "$disk_root"
    cp "$root"/boot/vmlinuz-* "$root.vmlinuz"
    cp "$root"/boot/initrd.img-* "$root.initrd"
    rm -f "$root.key" "$root.key.pub"
    ssh-keygen -q -t ed25519 -N '' -f "$root.key"
    configure_disk "$disk_root"
    mke2fs -q -t ext4 -d "$disk_root" "$disk.new" 4G
    rm -rf --one-file-system "$disk_root"
    mv "$disk.new" "$disk"
}

# configure_disk ROOT: its name, its address, and who may log in.
configure_disk() {
    mkdir -p "$1/root/.ssh" "$1/etc/systemd/network"
    cp "$root.key.pub" "$1/root/.ssh/authorized_keys"
    chmod -R go= "$1/root/.ssh"
    echo gw >"$1/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 gw.test.example gw\n' >"$1/etc/hosts"
    printf '[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\n' \
        >"$1/etc/systemd/network/a.network"
    chroot "$1" systemctl -q enable systemd-networkd
}

inside() {
    ssh "${ssh_options[@]}" -p "$port" root@127.0.0.1 "$(printf '%q ' "$@")" </dev/null
}

can_run() { true; }

answers() { inside true 2>/dev/null; }

start_machine() {
    make_disk
    port=$(free_port)
    ssh_options=(-q -i "$root.key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
        -o ConnectTimeout=10)
    cp --sparse=always "$disk" "$work/disk"
    qemu-system-x86_64 -accel "${ACCEL-tcg,thread=multi}" -machine q35 -m 1536 -smp 2 \
        -display none -monitor none -serial "file:$work/console" -kernel "$root.vmlinuz" \
        -initrd "$root.initrd" \
        -append 'console=ttyS0 root=/dev/vda rw quiet mitigations=off panic=-1' \
        -drive "file=$work/disk,format=raw,if=virtio,cache=unsafe" \
        -netdev "user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" \
        -device virtio-net-pci,netdev=n -device virtio-rng-pci </dev/null &
    machine_pid=$!
    wait_for 300 answers || die "the machine does not boot: $(tail -n 5 "$work/console")"
    tar -C "$work" -c in | ssh "${ssh_options[@]}" -p "$port" root@127.0.0.1 tar -C / -x
}

another_boot() {
    local now
    now=$(inside cat /proc/sys/kernel/random/boot_id 2>/dev/null)
    [ -n "$now" ] && [ "$now" != "$boot_id" ]
}

reboot_machine() {
    local boot_id
    boot_id=$(inside cat /proc/sys/kernel/random/boot_id)
    inside systemctl reboot >/dev/null 2>&1 || true
    wait_for 300 another_boot || die "the machine does not boot again"
}

stop_machine() { [ -z "$machine_pid" ] || kill "$machine_pid"; }
