#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""failing_agent.py SOCKET SUBTREE PHASES: an AgentX subagent (RFC 2741) that takes every SET in
TestSet and fails it in CommitSet, so that the master undoes the whole PDU. Its phases go to the
file PHASES, a line each; it registers, writes "registered" there, and serves until it is ended."""
import socket
import struct
import sys

OPEN, REGISTER, TEST_SET, COMMIT_SET, UNDO_SET, CLEANUP_SET, RESPONSE = 1, 3, 8, 9, 10, 11, 18
NAMES = {TEST_SET: "test", COMMIT_SET: "commit", UNDO_SET: "undo", CLEANUP_SET: "cleanup"}
COMMIT_FAILED = 14


def oid(text):
    parts = [int(part) for part in text.strip(".").split(".")]
    return struct.pack(f"!BBBB{len(parts)}I", len(parts), 0, 0, 0, *parts)


class Session:
    def __init__(self, path):
        self.link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.link.connect(path)
        self.session = 0

    def send(self, kind, transaction, packet, payload):
        # Flag 0x10: network byte order.
        self.link.sendall(struct.pack("!BBBBIIII", 1, kind, 0x10, 0, self.session, transaction,
                                      packet, len(payload)) + payload)

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            if not more:
                sys.exit(0)
            data += more
        return data

    def receive(self):
        header = self.read(20)
        order = "!" if header[2] & 0x10 else "<"
        fields = struct.unpack(order + "BBBBIIII", header)
        _, kind, _, _, session, transaction, packet, size = fields
        self.read(size)
        return kind, session, transaction, packet

    def ask(self, kind, packet, payload):
        self.send(kind, 0, packet, payload)
        answer = self.receive()
        assert answer[0] == RESPONSE, answer
        return answer


def main():
    path, subtree, phases = sys.argv[1:]
    session = Session(path)
    with open(phases, "w", buffering=1) as log:
        _, session.session, _, _ = session.ask(
            OPEN, 1, struct.pack("!BBBB", 0, 0, 0, 0) + oid("1.3.6.1") + struct.pack("!I", 0))
        session.ask(REGISTER, 2, struct.pack("!BBBB", 0, 127, 0, 0) + oid(subtree))
        print("registered", file=log)
        while True:
            kind, _, transaction, packet = session.receive()
            print(NAMES.get(kind, kind), file=log)
            if kind == CLEANUP_SET:
                continue
            error = COMMIT_FAILED if kind == COMMIT_SET else 0
            session.send(RESPONSE, transaction, packet,
                         struct.pack("!IHH", 0, error, 1 if error else 0))


main()
