# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The machine as a virtual one with Debian's cloud kernel, emulated where there is no KVM: 25 to
# 70 s to boot.  Its only network is a port on 127.0.0.1, forwarded to its sshd.  For boot.sh.
# Needs qemu-system-x86, cpio, e2fsprogs, openssh-client, and 4 GB below the cache.

: "${root=}" "${work?}" "${cache?}"
need qemu-system-x86_64 qemu-system-x86
need mke2fs e2fsprogs
need cpio cpio
need ssh openssh-client
need mmdebstrap mmdebstrap
machine_pid=
port=
ssh_options=()

# unpack_kernel FOLDER: the kernel, its modules, and a busybox for the initrd, as in the root.
unpack_kernel() {
    local file
    mkdir -p "$1/debs/partial"
    (
        cd "$1/debs"
        apt-get -q -o "Dir=$root" -o "Dir::State::status=$root/var/lib/dpkg/status" \
            -o "Dir::Cache=$1/apt" download busybox-static "$(chroot "$root" apt-cache depends \
            linux-image-cloud-amd64 | awk '$1 == "Depends:" { print $2 }')"
    ) >"$work/kernel.log" 2>&1 || die "no kernel:"$'\n'"$(tail -n 5 "$work/kernel.log")"
    for file in "$1"/debs/*.deb; do
        dpkg-deb -x "$file" "$1/unpacked"
    done
}

# make_initrd KERNEL-FOLDER MODULES FILE: it loads what the disk needs and goes on there.
make_initrd() {
    local modules=$2 tree=$1/initrd name
    mkdir -p "$tree"/{bin,dev,proc,new,modules}
    cp "$1/unpacked/bin/busybox" "$tree/bin/" 2>/dev/null ||
        cp "$1/unpacked/usr/bin/busybox" "$tree/bin/"
    for name in virtio_pci virtio_blk ext4; do
        grep -E "/$name\.ko(\.xz)?:" "$modules/modules.dep" | tr -d : | tr ' ' '\n' | tac
    done | awk '!seen[$0]++' | while read -r name; do
        cp "$modules/$name" "$tree/modules/"
        basename "$name"
    done >"$tree/order"
    cat >"$tree/init" <<'END'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
for m in $($b cat /order); do
    case $m in *.xz) $b unxz "/modules/$m"; m=${m%.xz} ;; esac
    $b insmod "/modules/$m"
done
i=0
while [ ! -b /dev/vda ] && [ $i -lt 100 ]; do $b sleep 0.1; i=$((i + 1)); done
$b mount -t ext4 -o rw /dev/vda /new || exec $b poweroff -f
$b mount --move /dev /new/dev
$b umount /proc
exec $b switch_root /new /sbin/init
END
    chmod 755 "$tree/init"
    (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$3"
}

# make_disk: what the cache does not have yet.
make_disk() {
    local disk_root=$work/disk-root modules version
    disk=$root.disk
    [ ! -f "$disk" ] || return 0
    rm -rf "$root.kernel"
    unpack_kernel "$root.kernel"
    modules=$(find "$root.kernel/unpacked" -path '*/lib/modules/*' -prune -print -quit)
    version=${modules##*/}
    cp -a "$root" "$disk_root"
    mkdir -p "$disk_root/lib/modules"
    cp -a "$modules" "$disk_root/lib/modules/"
    chroot "$disk_root" depmod "$version"
    cp "$disk_root/lib/modules/$version/modules.dep" "$modules/"
    cp "$root.kernel"/unpacked/boot/vmlinuz-* "$root.vmlinuz"
    make_initrd "$root.kernel" "$modules" "$root.initrd"
    rm -f "$root.key" "$root.key.pub"
    ssh-keygen -q -t ed25519 -N '' -f "$root.key"
    configure_disk "$disk_root"
    mke2fs -q -t ext4 -d "$disk_root" "$disk.new" 3G
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
        -initrd "$root.initrd" -append 'console=ttyS0 rw quiet mitigations=off panic=-1' \
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
