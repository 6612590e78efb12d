#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""alone_top.py TEXT COMMAND...: hmq top on a terminal where no shell could continue it.

That is so after ssh -t. Once the screen has TEXT Ctrl-Z is typed, and then q. Exits as the command
does, or with 1 if it does not end.
"""

import os
import pty
import select
import sys
import time

PATIENCE = 60


def read_until(terminal, ended):
    """Reads what is printed until ended says so of it; false if that takes too long."""
    said, end = b"", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                said = said[-65536:] + os.read(terminal, 65536)
            except OSError:
                pass
        if ended(said):
            return True
    return False


def main(text, command):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    status = []

    def has_ended(_):
        done, how = os.waitpid(pid, os.WNOHANG)
        if done:
            status.append(os.waitstatus_to_exitcode(how))
        return bool(status)

    if not read_until(terminal, lambda said: text.encode() in said):
        raise SystemExit("alone_top.py: it does not show " + text)
    os.write(terminal, b"\x1a")
    # It leaves the screen, and comes back to it at once.
    if not read_until(terminal, lambda said: b"\x1b[?1049l" in said and text.encode() in said):
        raise SystemExit("alone_top.py: Ctrl-Z stops it for ever")
    os.write(terminal, b"q")
    if not read_until(terminal, has_ended):
        raise SystemExit("alone_top.py: it does not end")
    sys.exit(status[0] % 256)


main(sys.argv[1], sys.argv[2:])
