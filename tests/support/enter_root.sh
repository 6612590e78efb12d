#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# enter_root.sh ROOT [-b SOURCE TARGET] COMMAND...: runs the command, as root, with ROOT as its root
# directory.  SOURCE is seen there at /TARGET.  The network is this machine's; processes, mounts,
# /dev and /run are the command's own.  When it or the caller ends, however that ends, whatever it
# started ends too, and nothing stays mounted: all of it lives in namespaces that end as well.

set -euo pipefail

if [ "${HMQ_ENTERED-}" != yes ]; then
    HMQ_ENTERED=yes exec setpriv --pdeathsig KILL \
        unshare --mount --propagation private --pid --ipc --fork --kill-child \
        -- "$0" "$@"
fi
unset HMQ_ENTERED
root=$(realpath -- "$1")
shift

# pivot_root wants a mount point, and so do the programs that unshare inside.
mount --bind "$root" "$root"
cd "$root"
mkdir -p dev proc sys run tmp
mount -t proc proc proc
mount --rbind /sys sys
mount -t tmpfs -o mode=0755 tmpfs run
mount -t tmpfs -o mode=0755 tmpfs dev
for device in null zero full random urandom tty; do
    : >"dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir -p dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for number in 0 1 2; do
    name=(stdin stdout stderr)
    ln -s "/proc/self/fd/$number" "dev/${name[number]}"
done
if [ "$1" = -b ]; then
    mkdir -p "$3"
    mount --bind "$2" "$3"
    shift 3
fi
# Ports are this machine's, and so are the marks of those given out (contrib/lab/lib.sh).
[ -d /run/hmq-lab-ports ] || mkdir -m 0700 /run/hmq-lab-ports
mkdir -m 0700 run/hmq-lab-ports
mount --bind /run/hmq-lab-ports run/hmq-lab-ports

pivot_root . .
umount -l .
cd /
# This is process 1: it stays, and takes in whoever has lost a parent.
status=0
"$@" || status=$?
exit "$status"
