#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""fake_master.py SOCKET BASE [CONTEXT...]: an AgentX master agent (RFC 2741) for one subagent that
has objects below BASE.  It lets the subagent register, takes it through a SET of hmqFlush, and ends
every connection at a given phase, as a master does that is killed there.  When the subagent is
back, it prints "PHASE: queued N" with what hmqActionsQueued then is.

With contexts, it prints "registered: NAME" for both Registers of the subagent, and "NAME: answer"
or "NAME: nothing" for a GET in each context, however the subagent registered."""
import os
import selectors
import socket
import struct
import sys

OPEN, REGISTER, GET, TEST_SET, COMMIT_SET, CLEANUP_SET, RESPONSE = 1, 3, 5, 8, 9, 11, 18
PHASES = {"TestSet": [TEST_SET], "CommitSet": [TEST_SET, COMMIT_SET]}
INTEGER = 2
GOOD_TYPES = (2, 65, 66)
NETWORK_ORDER, IN_CONTEXT = 0x10, 0x08


def oid(text):
    parts = [int(part) for part in text.strip(".").split(".")]
    return struct.pack(f"!BBBB{len(parts)}I", len(parts), 0, 0, 0, *parts)


def octets(text):
    data = text.encode()
    return struct.pack("!I", len(data)) + data + b"\0" * (-len(data) % 4)


class Master:
    def __init__(self, path):
        self.path = path
        self.sessions = 0
        self.packets = 0
        self.listen()

    def listen(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(8)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.links = []
        self.registered = None
        self.contexts = []

    def die(self):
        for link in [self.listener, *self.links]:
            link.close()
        self.selector.close()

    @staticmethod
    def read(link, size):
        data = b""
        while len(data) < size:
            more = link.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def receive(self, link):
        header = self.read(link, 20)
        order = "!" if header[2] & 0x10 else "<"
        fields = struct.unpack(order + "BBBBIIII", header)
        _, kind, _, _, session, transaction, packet, size = fields
        payload = self.read(link, size)
        context = ""
        if header[2] & IN_CONTEXT:
            length, = struct.unpack(order + "I", payload[:4])
            context = payload[4:4 + length].decode()
            payload = payload[4 + length + -length % 4:]
        if kind == REGISTER:
            self.contexts.append(context)
        return order, kind, session, transaction, packet, payload

    def answer(self, link):
        """Whatever the subagent asks for is granted; returns an answer of its own."""
        order, kind, session, transaction, packet, payload = self.receive(link)
        if kind == RESPONSE:
            return order, payload
        if kind == OPEN:
            self.sessions += 1
            session = self.sessions
        if kind == REGISTER and self.registered is None:
            self.registered = (link, session)
        head = struct.pack("!BBBBIIII", 1, RESPONSE, 0x10, 0, session, transaction, packet, 8)
        link.sendall(head + struct.pack("!IHH", 4711, 0, 0))
        return None

    def turn(self):
        """One event; an answer to a request of this master, or None."""
        for key, _ in self.selector.select(30):
            if key.fileobj is self.listener:
                link, _ = self.listener.accept()
                self.links.append(link)
                self.selector.register(link, selectors.EVENT_READ)
                continue
            try:
                got = self.answer(key.fileobj)
            except EOFError:
                self.selector.unregister(key.fileobj)
                continue
            if got is not None:
                return got
        return None

    def ask(self, kind, payload, context=""):
        while self.registered is None:
            self.turn()
        link, session = self.registered
        self.packets += 1
        flags = NETWORK_ORDER
        if context:
            flags |= IN_CONTEXT
            payload = octets(context) + payload
        link.sendall(struct.pack("!BBBBIIII", 1, kind, flags, 0, session, 99, self.packets,
                                 len(payload)) + payload)
        while True:
            got = self.turn()
            if got is not None:
                return got

    def get(self, name, context=""):
        """None: no such object."""
        order, payload = self.ask(GET, oid(name) + struct.pack("!BBBB", 0, 0, 0, 0), context)
        if len(payload) < 13:
            return None
        _, error, _, kind, _, subids = struct.unpack(order + "IHHHHB", payload[:13])
        if error != 0 or kind not in GOOD_TYPES:
            return None
        # A name may begin with a prefix of one octet instead of 1.3.6.1.X.
        return struct.unpack(order + "I", payload[16 + 4 * subids:][:4])[0]


def try_contexts(path, base, contexts):
    master = Master(path)
    while len(master.contexts) < 2:
        master.turn()
    for context in master.contexts:
        print(f"registered: {context}")
    for context in contexts:
        found = master.get(base + ".1.6.2.0", context)
        print(f"{context}: {'nothing' if found is None else 'answer'}")
    master.die()


def main():
    path, base, *contexts = sys.argv[1:]
    if contexts:
        try_contexts(path, base, contexts)
        return
    flush = struct.pack("!HH", INTEGER, 0) + oid(base + ".1.6.1.0") + struct.pack("!I", 1)
    for phase, steps in PHASES.items():
        master = Master(path)
        for kind in steps:
            order, payload = master.ask(kind, flush if kind == TEST_SET else b"")
            _, error, _ = struct.unpack(order + "IHH", payload[:8])
            assert error == 0, (phase, kind, error)
        master.die()
        master = Master(path)
        print(f"{phase}: queued {master.get(base + '.1.6.2.0')}", flush=True)
        master.die()


main()
