#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""canned_agent.py FILE BASE: what snmpd's pass_persist runs to serve objects from a file.

FILE has lines "OID TYPE VALUE" below BASE, in any order: TYPE is i (INTEGER), u (Gauge32), c
(Counter32) or s (OCTET STRING; VALUE with \\xHH for other octets). The file is read for each
request, so that a test can change it. A SET is answered with not-writable.
"""

import codecs
import sys

NAMES = {"i": "integer", "u": "gauge", "c": "counter", "s": "octet"}


def key(oid):
    return [int(part) for part in oid.strip(".").split(".")]


def objects(path, base):
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            oid, kind, value = (line.rstrip("\n").split(" ", 2) + [""])[:3]
            if oid and not oid.startswith("#"):
                found.append((key(base) + key(oid), kind, value))
    return sorted(found)


def answer(found):
    if found is None:
        return ["NONE"]
    oid, kind, value = found
    if kind == "s":
        octets = codecs.escape_decode(value.encode())[0]
        value = " ".join(f"{octet:02X}" for octet in octets)
    return ["." + ".".join(str(part) for part in oid), NAMES[kind], value]


def main(path, base):
    for line in sys.stdin:
        word = line.strip()
        if word == "PING":
            lines = ["PONG"]
        elif word in ("get", "getnext"):
            oid = key(sys.stdin.readline().strip())
            listed = objects(path, base)
            if word == "get":
                lines = answer(next((o for o in listed if o[0] == oid), None))
            else:
                lines = answer(next((o for o in listed if o[0] > oid), None))
        elif word == "set":
            sys.stdin.readline()
            sys.stdin.readline()
            lines = ["not-writable"]
        else:
            return
        print("\n".join(lines), flush=True)


main(*sys.argv[1:])
