#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""measure_top.py SECONDS TEXT COMMAND...: what hmq top costs, on a terminal of 200x60.

Waits until the screen has TEXT. Then prints "cpu PERCENT" of one processor, over SECONDS without a
key, and "reaction MILLISECONDS", the median of the times from a key to what it changes on the
screen, over keys that move, sort and filter.
"""

import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import termios
import time

PATIENCE = 120
KEYS = [b"\x1b[B", b"\x1b[6~", b"\x1b[A", b"s", b"r", b"/", b"n", b"e", b"\x7f", b"\x7f", b"\r"]


def start(command):
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
    running = subprocess.Popen(command, stdin=inside, stdout=inside, start_new_session=True)
    os.close(inside)
    return running, terminal


def read(terminal, seconds):
    """What is printed meanwhile."""
    said, end = b"", time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            return said
        said += os.read(terminal, 65536)


def wait_for(terminal, text):
    said, end = b"", time.monotonic() + PATIENCE
    while text not in said:
        if time.monotonic() > end:
            raise SystemExit("measure_top.py: it does not show " + text.decode())
        said = said[-65536:] + read(terminal, 0.1)


def cpu(running):
    """Seconds of processor time so far."""
    with open(f"/proc/{running.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def react(terminal, key):
    """Milliseconds from a key to the first change on the screen."""
    read(terminal, 0.1)
    begin = time.monotonic()
    os.write(terminal, key)
    if not select.select([terminal], [], [], PATIENCE)[0]:
        raise SystemExit(f"measure_top.py: it does not react to {key}")
    return (time.monotonic() - begin) * 1000


def main(seconds, text, *command):
    running, terminal = start(command)
    wait_for(terminal, text.encode())
    before, begin = cpu(running), time.monotonic()
    read(terminal, float(seconds))
    share = (cpu(running) - before) / (time.monotonic() - begin)
    print(f"cpu {share * 100:.2f}")
    print(f"reaction {statistics.median(react(terminal, key) for key in KEYS * 3):.1f}")
    os.write(terminal, b"q")
    while select.select([terminal], [], [], PATIENCE)[0]:
        try:
            os.read(terminal, 65536)
        except OSError:  # it has ended
            break
    if running.wait(PATIENCE) != 0:
        raise SystemExit(f"measure_top.py: it exits with {running.returncode}")


main(*sys.argv[1:])
