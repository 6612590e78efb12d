#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""canned_agent.py FILE BASE: what snmpd's pass_persist runs to serve objects from a file.

FILE has lines "OID TYPE VALUE" below BASE, in any order: TYPE is i (INTEGER), u (Gauge32), c
(Counter32) or s (OCTET STRING; VALUE with \\xHH for other octets). The file is read again when it
has changed. A SET is answered with not-writable. While there is FILE.sets, it is accepted, and the
file gets a line "OID TYPE VALUE" for it; "@" in an OID of FILE then is the index of the last row
that was created, so that results can be canned, too.
"""

import bisect
import codecs
import os
import sys

NAMES = {"i": "integer", "u": "gauge", "c": "counter", "s": "octet"}


ROW_STATUS = "1.6.5.1.21."


def key(oid):
    return [int(part) for part in oid.strip(".").split(".")]


def last_row(path, base):
    """The index of the last row that was created, or None."""
    row = None
    if os.path.exists(path + ".sets"):
        with open(path + ".sets", encoding="utf-8") as file:
            for line in file:
                oid = line.split(" ")[0].removeprefix(base + ".")
                row = oid.removeprefix(ROW_STATUS) if oid.startswith(ROW_STATUS) else row
    return row


def accept(path, oid, value):
    """True if SETs are accepted; this one is recorded."""
    if not os.path.exists(path + ".sets"):
        return False
    with open(path + ".sets", "a", encoding="utf-8") as file:
        file.write(f"{oid} {value}\n")
    return True


def settable(path, base, oid):
    """snmpd passes a SET on only for what a GET finds; so what a row is created with is found."""
    part = oid[len(key(base)):]
    creates = part[:4] == [1, 6, 5, 1] and (part[4] < 14 or part[4] == 21)
    return (oid, "i", "1") if creates and os.path.exists(path + ".sets") else None


def objects(path, base):
    found = []
    row = last_row(path, base)
    with open(path, encoding="utf-8") as file:
        for line in file:
            oid, kind, value = (line.rstrip("\n").split(" ", 2) + [""])[:3]
            if "@" in oid and row is None:
                continue
            oid = oid.replace("@", row or "")
            if oid and not oid.startswith("#"):
                found.append((key(base) + key(oid), kind, value))
    return sorted(found)


class Listing:
    """The objects of the file as it is now, in order."""

    def __init__(self, path, base):
        self.path, self.base = path, base
        self.seen = self.keys = self.found = None

    def look(self):
        seen = [os.stat(p) for p in (self.path, self.path + ".sets") if os.path.exists(p)]
        seen = [(s.st_mtime_ns, s.st_size, s.st_ino) for s in seen]
        if seen != self.seen:
            self.seen = seen
            self.found = objects(self.path, self.base)
            self.keys = [found[0] for found in self.found]

    def get(self, oid):
        at = bisect.bisect_left(self.keys, oid)
        return self.found[at] if at < len(self.keys) and self.keys[at] == oid else None

    def next(self, oid):
        at = bisect.bisect_right(self.keys, oid)
        return self.found[at] if at < len(self.keys) else None


def answer(found):
    if found is None:
        return ["NONE"]
    oid, kind, value = found
    if kind == "s":
        octets = codecs.escape_decode(value.encode())[0]
        value = " ".join(f"{octet:02X}" for octet in octets)
    return ["." + ".".join(str(part) for part in oid), NAMES[kind], value]


def main(path, base):
    listing = Listing(path, base)
    for line in sys.stdin:
        word = line.strip()
        if word == "":  # snmpd ends a SET with one more
            continue
        if word == "PING":
            lines = ["PONG"]
        elif word in ("get", "getnext"):
            oid = key(sys.stdin.readline().strip())
            listing.look()
            if word == "get":
                lines = answer(listing.get(oid) or settable(path, base, oid))
            else:
                lines = answer(listing.next(oid))
        elif word == "set":
            oid = sys.stdin.readline().strip()
            value = sys.stdin.readline().strip()
            lines = ["DONE" if accept(path, oid, value) else "not-writable"]
        else:
            return
        print("\n".join(lines), flush=True)


main(*sys.argv[1:])
