#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""bad_ids.py PORT COUNT SEED: SETs of hmqActionQueueIds with random octets, each in a createAndGo
of its own, over one socket. Each must be answered wrongValue. Prints how many were."""
import random
import socket
import sys

BASE = (1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2525, 1, 6, 5, 1)
WRONG_VALUE = 10
UPPER_HEX = set(b"0123456789ABCDEF")
BASE52 = set(b"0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz")


def tlv(tag, body):
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def integer(number):
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(parts):
    body = bytes([40 * parts[0] + parts[1]])
    for part in parts[2:]:
        octets = [part & 0x7F]
        while part > 0x7F:
            part >>= 7
            octets.append(part & 0x7F | 0x80)
        body += bytes(reversed(octets))
    return tlv(6, body)


def set_request(number, owner, command, row, ids):
    index = (len(owner), *owner, command, row)
    bindings = tlv(0x30, oid((*BASE, 4, *index)) + tlv(4, ids))
    bindings += tlv(0x30, oid((*BASE, 21, *index)) + integer(4))
    pdu = tlv(0xA3, integer(number) + integer(0) + integer(0) + tlv(0x30, bindings))
    return tlv(0x30, integer(1) + tlv(4, b"private") + pdu)


def take(data):
    """The first element: its body and what follows."""
    size, at = data[1], 2
    if size & 0x80:
        at = 2 + (size & 0x7F)
        size = int.from_bytes(data[2:at], "big")
    return data[at:at + size], data[at + size:]


def error_status(answer):
    message, _ = take(answer)
    _, rest = take(message)
    _, rest = take(rest)
    pdu, _ = take(rest)
    number, rest = take(pdu)
    status, _ = take(rest)
    return int.from_bytes(number, "big"), int.from_bytes(status, "big")


def may_be_id(word):
    """Looser than the grammar: what is not even this is refused for certain."""
    return 6 <= len(word) <= 32 and (set(word) <= UPPER_HEX or set(word) <= BASE52)


def random_ids(random_source):
    kind = random_source.randrange(4)
    length = random_source.randrange(1, 80)
    if kind == 0:
        text = bytes(random_source.randrange(256) for _ in range(length))
    elif kind == 1:
        text = bytes(random_source.choice(b"0123456789ABCDEFabcdefghijklmnopqrstuvwxyz_-;|&$()`'\"")
                     for _ in range(length))
    elif kind == 2:  # one that is valid, spoiled in one place
        text = bytearray(random_source.choice(b"0123456789ABCDEF") for _ in range(11))
        spoilers = b";$`|&<>'\"\\*?~#-_.\0\x1b\x7f\xff"
        text[random_source.randrange(11)] = random_source.choice(spoilers)
        text = bytes(text)
    else:  # a valid one and a bad one
        text = b"3F25A01B7C " + bytes(random_source.choice(b"aeiouAEIOU-*") for _ in range(length))
    words = text.replace(b",", b" ").split(b" ")
    words = [word for word in words for word in word.replace(b"\t", b" ").replace(b"\n", b" ")
             .replace(b"\r", b" ").split(b" ") if word]
    return text if any(not may_be_id(word) for word in words) else None


def main():
    port, count, seed = (int(argument) for argument in sys.argv[1:])
    source = random.Random(seed)
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.connect(("127.0.0.1", port))
    link.settimeout(30)
    refused = 0
    while refused < count:
        ids = random_ids(source)
        if ids is None:
            continue
        link.send(set_request(refused + 1, b"bad", source.randrange(1, 9), 1, ids))
        number, status = error_status(link.recv(65535))
        if number != refused + 1 or status != WRONG_VALUE:
            sys.exit(f"{ids!r} (seed {seed}): error-status {status}, not {WRONG_VALUE}")
        refused += 1
    print(refused)


main()
