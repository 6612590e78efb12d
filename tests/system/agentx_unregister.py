#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""agentx_unregister.py SOCKET SUBTREE: an AgentX subagent (RFC 2741) that registers a subtree and,
whether it got it or not, unregisters it, as careless ones do.  Prints the errors of both."""
import socket
import struct
import sys


def oid(text):
    parts = [int(part) for part in text.strip(".").split(".")]
    return struct.pack(f"!BBBB{len(parts)}I", len(parts), 0, 0, 0, *parts)


def read(link, size):
    data = b""
    while len(data) < size:
        more = link.recv(size - len(data))
        if not more:
            sys.exit("the master closed the connection")
        data += more
    return data


def ask(link, session, kind, payload):
    head = struct.pack("!BBBBIIII", 1, kind, 0x10, 0, session, 0, kind, len(payload))
    link.sendall(head + payload)
    header = read(link, 20)
    order = "!" if header[2] & 0x10 else "<"
    fields = struct.unpack(order + "BBBBIIII", header)
    _, error, _ = struct.unpack(order + "IHH", read(link, fields[7])[:8])
    return fields[4], error


def main():
    path, subtree = sys.argv[1:]
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.connect(path)
    session, _ = ask(link, 0, 1, struct.pack("!BBBB", 0, 0, 0, 0) + oid("1.3.6.1") +
                     struct.pack("!I", 0))
    region = struct.pack("!BBBB", 0, 127, 0, 0) + oid(subtree)
    print(ask(link, session, 3, region)[1], ask(link, session, 4, region)[1])


main()
