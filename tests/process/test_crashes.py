# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 under load: each event at least once, and in order per endpoint."""

import json
import os
import pwd
import socket
import subprocess
import unittest

from lab import BACKOFF, BIN, USER, Core, LabTest, alive, first, status, wait_for


def first_seen(requests):
    """The serials in the order of their first arrival; a repeat must be of what came before."""
    return list(dict.fromkeys(json.loads(r.body)["serial"] for r in requests))


def repeats_in_order(requests):
    """After each step back the serials go on one by one: no event overtakes another."""
    last = 0
    for request in requests:
        serial = json.loads(request.body)["serial"]
        if serial > last + 1:
            return False
        last = serial
    return True


class Crashes(LabTest):
    COUNT = 600

    def load(self):
        path = self.write(
            "script",
            f'#!/bin/bash\necho "$HMQ_SERIAL" >>{self.folder}/out/order\n',
            0o755,
        )
        self.server.answers["/b"] = first(30, status(503), status(200))
        return (
            f"webhook.a.url = {self.url('/a')}\nwebhook.b.url = {self.url('/b')}\n"
            f"script.s.path = {path}\n"
        )

    def check(self, count):
        for name in ("webhook.a", "webhook.b", "script.s"):
            wait_for(name, lambda n=name: self.core.cursor(n)[0] == count, 90)
        for path in ("/a", "/b"):
            self.assertEqual(first_seen(self.server.of(path)), list(range(1, count + 1)), path)
            self.assertTrue(repeats_in_order(self.server.of(path)), path)
        order = [int(n) for n in self.read("order").split()]
        self.assertEqual(list(dict.fromkeys(order)), list(range(1, count + 1)))

    def test_worker(self):
        self.start(self.load())
        self.core.tell(f"events {self.COUNT}")
        killed = set()
        while len(killed) < 5:
            done = self.core.cursor("webhook.a")[0]
            wait_for("progress", lambda d=done: self.core.cursor("webhook.a")[0] >= min(
                d + 20, self.COUNT))
            worker = wait_for("worker", self.core.worker)
            if worker not in killed:
                os.kill(worker, 9)
                killed.add(worker)
                wait_for("another", lambda w=worker: self.core.worker() not in (None, w))
        self.check(self.COUNT)
        wait_for("word of each", lambda: len(self.core.said("worker ended (signal 9)")) >= 5)
        self.assertEqual(len(self.core.said("worker ended (signal 9)")), 5)

    def test_core(self):
        """The next core goes on where the last one's cursors stand, and the old worker ends."""
        config = self.load()
        self.start(config)
        self.core.tell("events 300")
        wait_for("progress", lambda: self.core.cursor("webhook.a")[0] >= 50)
        worker = self.core.worker()
        supervisor = self.core.supervisor
        self.core.process.kill()
        self.core.process.wait()
        names = ("webhook.a", "webhook.b", "script.s")
        wait_for("end of the worker", lambda: not alive(worker))
        wait_for("end of the supervisor", lambda: not alive(supervisor))
        cursors = {name: self.core.cursor(name)[0] for name in names}
        self.core = Core(self.config(config), present=300, cursors=cursors)
        self.check(300)

    def test_worker_again(self):
        """Another worker works with what was read at the start, as the same user; only workers load
        the libraries."""
        self.start(self.load())
        self.core.tell("events 3")
        self.delivered("webhook.a", 3)
        worker = self.core.worker()
        os.unlink(f"{self.folder}/conf")
        os.kill(worker, 9)
        self.core.tell("events 3")
        self.delivered("webhook.a", 6)
        worker = self.core.worker()
        self.assertIn("libcurl", self.mapped(worker))
        self.assertNotIn("libcurl", self.mapped(self.core.supervisor))
        with open(f"/proc/{worker}/status") as lines:
            uids = next(line.split()[1:] for line in lines if line.startswith("Uid:"))
        self.assertEqual(set(uids), {str(pwd.getpwnam(USER).pw_uid)})

    @staticmethod
    def mapped(pid):
        with open(f"/proc/{pid}/maps") as maps:
            return maps.read()

    def test_supervisor(self):
        """Core cannot start another without root, says so, and loses nothing."""
        self.start(self.load())
        wait_for("first cursor", lambda: self.core.found("cursor script.s"))
        os.kill(self.core.supervisor, 9)
        self.logged("hermes-mailqueue-hooks has ended")
        self.core.tell("events 5")
        self.assertEqual(self.core.status("webhook.a")[2], 5)

    def test_socket_activation(self):
        """The process of its own unit: killed and started again, and a core that comes back."""
        config = self.config(self.load())
        path = f"{self.folder}/socket"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(path)
        listener.listen(1)
        self.addCleanup(listener.close)
        service = self.activate(listener, config)
        self.core = Core(config, listener=path)
        self.core.tell("events 200")
        wait_for("progress", lambda: self.core.cursor("webhook.a")[0] >= 30)
        service.kill()
        service.wait()
        self.logged("connecting again")
        service = self.activate(listener, config)
        self.check(200)
        names = ("webhook.a", "webhook.b", "script.s")
        self.core.close()
        self.assertEqual(service.wait(60), 0)
        service = self.activate(listener, config)
        self.addCleanup(service.wait)
        self.addCleanup(service.kill)
        self.core = Core(config, present=200, listener=path, cursors={
            name: self.core.cursor(name)[0] for name in names})
        self.core.tell("events 5")
        self.check(205)

    @staticmethod
    def activate(listener, config):
        """As systemd does it."""
        command = (
            f'exec 3<&{listener.fileno()} {listener.fileno()}<&-; export LISTEN_FDS=1 '
            f'LISTEN_PID=$$; exec "$0"/hermes-mailqueue-hooks -c {config} -b {BACKOFF}'
        )
        return subprocess.Popen(["bash", "-c", command, BIN], pass_fds=[listener.fileno()])

    def test_ten_thousand_while_down(self):
        """Bounded memory here and there, the oldest first when it is back."""
        self.server.answers["/a"] = status(500)
        self.start(f"webhook.a.url = {self.url('/a')}\n")
        self.core.tell("events 100")
        wait_for("failures", lambda: self.core.cursor("webhook.a")[2] >= 3)
        before = self.rss()
        self.core.tell("events 9900")
        self.assertEqual(self.core.status("webhook.a")[2], 10000)
        failures = self.core.cursor("webhook.a")[2]
        wait_for("more failures", lambda: self.core.cursor("webhook.a")[2] >= failures + 3)
        self.assertLess(self.rss(), before + 4096)
        self.assertEqual(set(json.loads(r.body)["serial"] for r in self.server.of("/a")), {1})
        self.server.answers["/a"] = status(200)
        self.delivered("webhook.a", 10000, 120)
        self.assertEqual(first_seen(self.server.of("/a")), list(range(1, 10001)))
        self.assertLess(self.rss(), before + 16384)

    def rss(self):
        """KiB of the process that does the work."""
        with open(f"/proc/{self.core.worker()}/status") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    unittest.main()
