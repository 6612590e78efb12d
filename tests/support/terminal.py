#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""terminal.py COLUMNS [-a TEXT] [-i TEXT]... [-p FILE] COMMAND...: runs it on a terminal of that
width.

Prints what it prints there, with plain line ends, and exits as it does. Each -i is typed, with
Enter, once the command has asked: its output then ends with "] " or "? ". The text "^C" is Ctrl-C
instead, and is also typed when the command shows that it is waiting or running; but not twice: what
it shows after the first may still be from before. Standard input is the terminal unless -p gives it
a file. What -a gives is typed, with Enter, before the command can have asked.
"""

import fcntl
import os
import re
import select
import struct
import sys
import termios
import time

PATIENCE = 120


def start(command, columns, file):
    terminal, inside = os.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    pid = os.fork()
    if pid == 0:
        os.setsid()
        fcntl.ioctl(inside, termios.TIOCSCTTY, 0)
        source = inside if file is None else os.open(file, os.O_RDONLY)
        for number, descriptor in ((0, source), (1, inside), (2, inside)):
            os.dup2(descriptor, number)
        os.execvp(command[0], command)
    os.close(inside)
    return pid, terminal


def talk(terminal, answers):
    """Everything that is printed, until the end."""
    said, since, last = b"", 0, None
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                part = os.read(terminal, 65536)
            except OSError:
                part = b""
            if not part:
                return said
            said += part
        asked = re.search(rb"(\? |\] )$", said[since:])
        busy = last != "^C" and re.search(rb"(waiting|running), ", said[since:])
        if answers and (asked or (busy and answers[0] == "^C")):
            since = len(said)
            last = answers.pop(0)
            os.write(terminal, b"\x03" if last == "^C" else last.encode() + b"\n")
    raise SystemExit("terminal.py: it does not end; it printed:\n" + said.decode(errors="replace"))


def main(arguments):
    columns, answers, file, ahead = int(arguments[0]), [], None, None
    rest = arguments[1:]
    while rest[0] in ("-a", "-i", "-p"):
        if rest[0] == "-i":
            answers.append(rest[1])
        elif rest[0] == "-a":
            ahead = rest[1]
        else:
            file = rest[1]
        rest = rest[2:]
    pid, terminal = start(rest, columns, file)
    if ahead is not None:
        os.write(terminal, ahead.encode() + b"\n")
    said = talk(terminal, answers)
    sys.stdout.buffer.write(said.replace(b"\r\n", b"\n"))
    sys.stdout.flush()
    _, status = os.waitpid(pid, 0)
    sys.exit(max(os.waitstatus_to_exitcode(status), -1) % 256)


main(sys.argv[1:])
