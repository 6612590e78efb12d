#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""fake_agents.py FOLDER COUNT ROWS: COUNT SNMPv2c agents, each with a UDP port of its own.

FOLDER/objects has what they serve, as canned_agent.py has it, below the default base_oid, and is
read again when it changes; ROWS messages are added to it. The n-th agent, from 0, has n messages
more than hmqTotalMessages in the file says. FOLDER/ports gets the ports, one a line, once all
listen. Ports that are listed in FOLDER/silent do not answer, and each answer takes as many seconds
as FOLDER/delay has, if there is such a file. FOLDER/log gets a line "PORT KIND
OBJECTS" for each request: KIND is get, next or bulk.
"""

import bisect
import codecs
import os
import select
import socket
import sys
import time

BASE = (1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2525)
TYPES = {"i": 0x02, "u": 0x42, "c": 0x41, "s": 0x04}
KINDS = {0xA0: "get", 0xA1: "next", 0xA5: "bulk"}
TOTAL = BASE + (1, 2, 1, 0)
MISSING = {0xA0: 0x81, 0xA1: 0x82, 0xA5: 0x82}


def length(count):
    if count < 0x80:
        return bytes([count])
    octets = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def wrap(tag, content):
    return bytes([tag]) + length(len(content)) + content


def integer(value):
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def identifier(oid):
    octets = bytearray([oid[0] * 40 + oid[1]])
    for part in oid[2:]:
        piece = [part & 0x7F]
        while part > 0x7F:
            part >>= 7
            piece.append(part & 0x7F | 0x80)
        octets += bytes(reversed(piece))
    return wrap(0x06, bytes(octets))


def unwrap(data, at):
    """The tag, the content and what follows it."""
    tag, size, at = data[at], data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(data[at : at + count], "big"), at + count
    return tag, data[at : at + size], at + size


def parse_oid(content):
    oid, part = [content[0] // 40, content[0] % 40], 0
    for octet in content[1:]:
        part = part << 7 | octet & 0x7F
        if not octet & 0x80:
            oid.append(part)
            part = 0
    return tuple(oid)


def key(text):
    return BASE + tuple(int(part) for part in text.strip(".").split("."))


def variable(oid, kind, value):
    content = value if kind == "s" else integer(value)
    return wrap(0x30, identifier(oid) + wrap(TYPES[kind], content))


def messages(rows):
    """Values of hmqMessageTable."""
    values = {}
    for row in range(rows):
        name = f"4F{row:08X}"
        index = (len(name),) + tuple(name.encode())
        columns = {
            2: ("i", 4), 4: ("u", 60 + row * 7 % 400000), 5: ("u", 1000 + row * 131 % 9000000),
            6: ("s", f"news{row % 97}@list{row % 13}.example".encode()), 7: ("u", 1 + row % 5),
            8: ("s", f"user{row}@domain{row % 211}.example".encode()),
            9: ("s", b"host mx said: 452 4.2.2 the mailbox is full"), 10: ("i", 2),
        }
        for column, value in columns.items():
            values[BASE + (1, 5, 4, 1, column) + index] = value
    return values


class Objects:
    """What is served, ready to be sent."""

    def __init__(self, path, rows):
        self.path, self.stamp, self.values = path, None, {}
        # Made once: there may be many.
        self.fixed = {oid: variable(oid, *value) for oid, value in messages(rows).items()}
        self.read()

    def read(self):
        stamp = os.stat(self.path).st_mtime_ns
        if stamp == self.stamp:
            return
        self.stamp, self.values = stamp, {}
        with open(self.path, encoding="utf-8") as file:
            for line in file:
                oid, kind, value = (line.rstrip("\n").split(" ", 2) + ["", ""])[:3]
                if kind:
                    octets = codecs.escape_decode(value.encode())[0]
                    self.values[key(oid)] = (kind, octets if kind == "s" else int(value))
        sent = dict(self.fixed)
        sent.update({oid: variable(oid, *value) for oid, value in self.values.items()})
        self.order = sorted(sent)
        self.sent = [sent[oid] for oid in self.order]

    def find(self, oid, after):
        """The variable with the identifier or, if after, the one behind it; None at the end."""
        at = (bisect.bisect_right if after else bisect.bisect_left)(self.order, oid)
        if at < len(self.order) and (after or self.order[at] == oid):
            return self.order[at], self.sent[at]
        return None


def answer(objects, number, kind, oids, repetitions):
    """The variables of an answer."""
    found = []
    for oid in oids:
        for _ in range(repetitions if kind == 0xA5 else 1):
            hit = objects.find(oid, kind != 0xA0)
            if hit is None:
                found.append(wrap(0x30, identifier(oid) + bytes([MISSING[kind], 0])))
                break
            oid, sent = hit
            if oid == TOTAL:
                sent = variable(oid, "u", objects.values[oid][1] + number)
            found.append(sent)
    return b"".join(found)


def serve(objects, number, data):
    """What a request is answered with, its kind, and how many objects it names."""
    _, message, _ = unwrap(data, 0)
    _, _, at = unwrap(message, 0)
    _, community, at = unwrap(message, at)
    kind, pdu, _ = unwrap(message, at)
    _, request, at = unwrap(pdu, 0)
    _, _, at = unwrap(pdu, at)
    _, repetitions, at = unwrap(pdu, at)
    _, variables, _ = unwrap(pdu, at)
    oids, at = [], 0
    while at < len(variables):
        _, one, at = unwrap(variables, at)
        oids.append(parse_oid(unwrap(one, 0)[1]))
    found = answer(objects, number, kind, oids, int.from_bytes(repetitions, "big"))
    zero = wrap(0x02, b"\0")
    response = wrap(0xA2, wrap(0x02, request) + zero + zero + wrap(0x30, found))
    return (wrap(0x30, wrap(0x02, b"\1") + wrap(0x04, community) + response), KINDS.get(kind, "?"),
            len(oids))


def silent(folder):
    try:
        with open(f"{folder}/silent", encoding="ascii") as file:
            return {int(line) for line in file if line.strip()}
    except FileNotFoundError:
        return set()


def delay(folder):
    try:
        with open(f"{folder}/delay", encoding="ascii") as file:
            return float(file.read())
    except FileNotFoundError:
        return 0


def main(folder, count, rows):
    objects = Objects(f"{folder}/objects", int(rows))
    sockets = {}
    for number in range(int(count)):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind(("127.0.0.1", 0))
        sockets[opened] = (number, opened.getsockname()[1])
    with open(f"{folder}/ports.new", "w", encoding="ascii") as file:
        file.writelines(f"{port}\n" for _, port in sockets.values())
    os.rename(f"{folder}/ports.new", f"{folder}/ports")
    with open(f"{folder}/log", "a", encoding="ascii", buffering=1) as log:
        while True:
            for ready in select.select(list(sockets), [], [])[0]:
                data, peer = ready.recvfrom(65536)
                number, port = sockets[ready]
                if port in silent(folder):
                    continue
                time.sleep(delay(folder))
                objects.read()
                response, kind, named = serve(objects, number, data)
                log.write(f"{port} {kind} {named}\n")
                ready.sendto(response, peer)


main(*sys.argv[1:])
