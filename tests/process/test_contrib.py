# SPDX-License-Identifier: BSD-3-Clause
"""The ready scripts of contrib/hook-scripts, run by the real hooks process where possible."""

import email
import email.policy
import os
import socket
import subprocess
import threading
import unittest

from lab import LabTest

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib/hook-scripts")


class SmtpServer:
    """Takes mail, without TLS; closes without a greeting while silent."""

    def __init__(self, test):
        self.mails = []
        self.silent = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        test.addCleanup(self.listener.close)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rwb") as stream:
            if self.silent:
                return
            self.say(stream, "220 test")
            commands = []
            for line in stream:
                commands.append(line.decode().strip())
                verb = commands[-1].split(" ")[0].upper()
                if verb == "DATA":
                    self.say(stream, "354 go on")
                    body = b"".join(iter(stream.readline, b".\r\n"))
                    self.mails.append((commands, body))
                    self.say(stream, "250 taken")
                elif verb == "QUIT":
                    self.say(stream, "221 bye")
                    return
                else:
                    self.say(stream, "250 8BITMIME" if verb == "EHLO" else "250 good")

    @staticmethod
    def say(stream, text):
        stream.write(text.encode() + b"\r\n")
        stream.flush()


ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HMQ_HOOK": "mail", "HMQ_EVENT": "hmqOverloadRaised", "HMQ_SERIAL": "17",
    "HMQ_SEVERITY": "critical", "HMQ_TIME": "2026-11-24T23:41:07Z", "HMQ_HOST": "gw1.example.com",
    "HMQ_INSTANCE": "/etc/postfix", "HMQ_TOTAL": "612", "HMQ_THRESHOLD": "500",
    "HMQ_TEXT": "612 messages, für niemanden \N{ENVELOPE} " + "und noch viel mehr Text " * 4,
}


class Contrib(LabTest):
    def run_script(self, name, **variables):
        return subprocess.run(
            [f"{SCRIPTS}/{name}"], env=ENVIRONMENT | variables, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=60,
        )

    def mail_config(self, server, more=""):
        return self.write(
            "mail.conf",
            f"# a comment\nserver={server}\nfrom=queue@gw1.example.com\n"
            f"to=a@example.net b@example.net\ntls=optional\n{more}",
            0o644,
        )

    def test_mail(self):
        server = SmtpServer(self)
        config = self.mail_config(f"smtp://127.0.0.1:{server.port}")
        done = self.run_script(
            "mail-smarthost", MAIL_SMARTHOST_CONF=config, MAIL_SMARTHOST_TEST="1"
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        commands, body = server.mails[0]
        self.assertTrue(any(c.startswith("MAIL FROM:<queue@gw1.example.com>") for c in commands))
        self.assertEqual(
            [c for c in commands if c.startswith("RCPT")],
            ["RCPT TO:<a@example.net>", "RCPT TO:<b@example.net>"],
        )
        mail = email.message_from_bytes(body, policy=email.policy.default)
        self.assertEqual(mail["Subject"].strip(), (
            "[critical] gw1.example.com: " + ENVIRONMENT["HMQ_TEXT"]).strip())
        self.assertEqual(mail["To"], "a@example.net, b@example.net")
        self.assertEqual(mail["Message-ID"], "<hermes-mailqueue.17@gw1.example.com>")
        self.assertIn("24 Nov 2026", mail["Date"])
        text = mail.get_content()
        self.assertIn("messages     612", text)
        self.assertNotIn("\nhold", text)
        for line in body.split(b"\r\n\r\n")[0].split(b"\r\n"):
            self.assertLessEqual(len(line), 78)

    def test_mail_never_through_the_own_queue(self):
        for server in ("smtp://localhost", "smtp://127.0.0.1:25", "smtp://[::1]:25",
                       "smtps://gw1.example.com/", "smtp://gw1:587"):
            done = self.run_script("mail-smarthost", MAIL_SMARTHOST_CONF=self.mail_config(server))
            self.assertEqual(done.returncode, 75, server)
            self.assertIn("name another server", done.stderr, server)

    def test_mail_that_fails_is_tried_again(self):
        config = self.mail_config(f"smtp://127.0.0.1:{self.free_port()}")
        done = self.run_script(
            "mail-smarthost", MAIL_SMARTHOST_CONF=config, MAIL_SMARTHOST_TEST="1"
        )
        self.assertEqual(done.returncode, 75)
        self.assertIn("was not accepted", done.stderr)
        done = self.run_script("mail-smarthost", MAIL_SMARTHOST_CONF=f"{self.folder}/none")
        self.assertEqual(done.returncode, 75)
        self.assertIn("cannot be read", done.stderr)

    def test_mail_requires_tls(self):
        server = SmtpServer(self)
        config = self.write(
            "mail.conf",
            f"server=smtp://127.0.0.1:{server.port}\nfrom=q@example.com\nto=a@example.net\n",
            0o644,
        )
        done = self.run_script(
            "mail-smarthost", MAIL_SMARTHOST_CONF=config, MAIL_SMARTHOST_TEST="1"
        )
        self.assertEqual(done.returncode, 75)
        self.assertEqual(server.mails, [])

    def test_flush_when_back(self):
        """The SET is caught by a stand-in for snmpset: what it is called with is what counts."""
        server = SmtpServer(self)
        os.mkdir(f"{self.folder}/bin")
        self.write(
            "bin/snmpset",
            f'#!/bin/bash\necho "$SNMPCONFPATH $*" >>{self.folder}/out/sets\n', 0o755,
        )
        config = self.write(
            "flush.conf",
            f"destination=127.0.0.1:{server.port}\nagent=127.0.0.1:1161\nsnmp=/etc/creds\n", 0o644,
        )
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        server.silent = True
        done = self.run_script("flush-when-back", FLUSH_WHEN_BACK_CONF=config, PATH=path)
        self.assertEqual(done.returncode, 75)
        self.assertIn("does not greet yet", done.stderr)
        self.assertEqual(self.read("sets"), "")
        server.silent = False
        done = self.run_script("flush-when-back", FLUSH_WHEN_BACK_CONF=config, PATH=path)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_script(
            "flush-when-back", FLUSH_WHEN_BACK_CONF=config, PATH=path, HMQ_CONTEXT="out"
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        request = "127.0.0.1:1161 .1.3.6.1.4.1.8072.9999.9999.2525.1.6.1.0 i 1"
        self.assertEqual(
            self.read("sets"),
            f"/etc/creds -t 5 -r 1 {request}\n/etc/creds -t 5 -r 1 -n out {request}\n",
        )

    def test_verify_signature(self):
        secret = self.write("secret", "correct horse\n", 0o600)
        self.start(f"webhook.a.url = {self.url('/a')}\nwebhook.a.secret_file = {secret}\n")
        self.core.tell("events 1")
        self.delivered("webhook.a", 1)
        request = self.server.of("/a")[0]
        signature = request.headers["x-hermes-signature"]
        for body, expected in ((request.body, 0), (request.body + b" ", 1)):
            done = subprocess.run(
                [f"{SCRIPTS}/verify-signature", secret, signature], input=body, check=False,
                capture_output=True,
            )
            self.assertEqual(done.returncode, expected, done.stderr)


if __name__ == "__main__":
    unittest.main()
