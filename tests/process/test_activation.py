# SPDX-License-Identifier: BSD-3-Clause
"""The helper and the hooks as a service manager starts them, with a listening socket: whom they
serve, and that no connection waits when they end without serving it."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

BIN = sys.argv.pop(1)
HELPER = "hermes-mailqueue-helper"
HOOKS = "hermes-mailqueue-hooks"
SECONDS = 60
PEER_CLOSED, CONFIGURATION, REFUSED = 0, 1, 3


@unittest.skipUnless(os.geteuid() == 0, "other users are needed, and so is root")
class Activation(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hmq-activation.", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.path = f"{self.folder}/socket"
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(self.listener.close)
        self.listener.bind(self.path)
        self.listener.listen()
        os.chmod(self.path, 0o666)
        self.config = f"{self.folder}/conf"

    def configure(self, *lines):
        with open(self.config, "w", encoding="ascii") as file:
            file.write("\n".join(("user = nobody", *lines)) + "\n")

    def start(self, program):
        """As systemd does it: the listener as descriptor 3, and variables that say so."""
        command = (
            f"exec 3<&{self.listener.fileno()}; export LISTEN_FDS=1 LISTEN_PID=$$; "
            f'exec "$0/{program}" -c {self.config} -f'
        )
        service = subprocess.Popen(
            ["bash", "-c", command, BIN],
            pass_fds=[self.listener.fileno()],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(service.wait)
        self.addCleanup(service.kill)
        return service

    def connect(self):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        link.settimeout(SECONDS)
        self.addCleanup(link.close)
        link.connect(self.path)
        return link

    def connect_as(self, name):
        """Connects as another user. Returns what came first, or nothing when it was closed."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setuid(pwd.getpwnam(name).pw_uid)
            try:
                os.write(writer, self.connect().recv(65536)[:64])
            finally:
                os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        with os.fdopen(reader, "rb") as pipe:
            return pipe.read()

    def ended(self, service, status, *words):
        _, log = service.communicate(timeout=SECONDS)
        self.assertEqual(service.returncode, status, log)
        for word in words:
            self.assertIn(word, log)

    def nothing_waits(self):
        self.listener.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.listener.accept()

    def test_helper_serves_its_user(self):
        self.configure()
        service = self.start(HELPER)
        self.assertNotEqual(self.connect_as("nobody"), b"")
        self.ended(service, PEER_CLOSED)

    def test_helper_refuses_another_user(self):
        self.configure()
        service = self.start(HELPER)
        self.assertEqual(self.connect_as("daemon"), b"")
        self.ended(service, REFUSED, "refused a connection", "only nobody may")
        self.nothing_waits()

    def turned_away(self, program, *lines):
        """One that cannot start closes what waits; each left would start it again at once."""
        self.configure(*lines)
        links = [self.connect() for _ in range(3)]
        self.ended(self.start(program), CONFIGURATION, self.config)
        for link in links:
            self.assertEqual(link.recv(65536), b"")
        self.nothing_waits()

    def test_helper_with_a_wrong_file(self):
        self.turned_away(HELPER, "nonsense")

    def test_helper_with_a_folder_that_all_can_write(self):
        self.turned_away(HELPER, "command_path = /tmp")

    def test_hooks_with_a_wrong_file(self):
        self.turned_away(HOOKS, "nonsense")

    def test_hooks_with_a_missing_user(self):
        self.turned_away(HOOKS, "hooks_user = no-such-user-here")

    def test_helper_without_a_socket(self):
        self.configure()
        result = subprocess.run(
            [f"{BIN}/{HELPER}", "-c", self.config, "-f"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=SECONDS,
        )
        self.assertEqual(result.returncode, CONFIGURATION)
        self.assertIn("usage: ", result.stderr)


if __name__ == "__main__":
    unittest.main()
