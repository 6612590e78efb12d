# SPDX-License-Identifier: BSD-3-Clause
"""Webhooks: what arrives, and every way in which a server can fail."""

import json
import os
import socket
import unittest

from lab import (
    LabTest, Server, first, hang, huge, make_certificates, openssl, reset, slow, status, wait_for,
)


def serials(requests):
    return [json.loads(r.body)["serial"] for r in requests]


class Webhooks(LabTest):
    def test_what_is_sent(self):
        secret = self.write("secret", "correct horse\n", 0o600)
        self.start(
            f"webhook.a.url = {self.url('/a')}\nwebhook.a.secret_file = {secret}\n"
            f"webhook.b.url = {self.url('/b')}\n"
            f"webhook.c.url = {self.url('/c')}\nwebhook.c.format = slack\n"
        )
        self.core.tell("events 2")
        for name in ("webhook.a", "webhook.b", "webhook.c"):
            self.delivered(name, 2)
        request = self.server.of("/a")[0]
        self.assertEqual(request.headers["content-type"], "application/json")
        self.assertEqual(request.headers["idempotency-key"], f"{socket.gethostname()}-1")
        self.assertTrue(request.headers["user-agent"].startswith("hermes-mailqueue/"))
        document = json.loads(request.body)
        self.assertEqual(document["event"], "hmqOverloadRaised")
        self.assertEqual(document["queue"]["total"], 501)
        self.assertIsNone(document["queue"]["hold"])
        self.assertEqual(document["host"], socket.gethostname())
        self.assertEqual(serials(self.server.of("/a")), [1, 2])

        body = self.write("body", "", 0o600)
        with open(body, "wb") as stream:
            stream.write(request.body)
        digest = openssl("dgst", "-sha256", "-hmac", "correct horse", "-r", body).split()[0]
        self.assertEqual(request.headers["x-hermes-signature"], "sha256=" + digest.decode())
        self.assertNotIn("x-hermes-signature", self.server.of("/b")[0].headers)
        self.assertIn("Mail queue overloaded", json.loads(self.server.of("/c")[0].body)["text"])

    def test_key_of_another_instance(self):
        self.start(
            f"postfix_config_directory = /etc/postfix-out\nwebhook.a.url = {self.url('/a')}\n"
        )
        self.core.tell("events 1")
        self.delivered("webhook.a", 1)
        self.assertEqual(
            self.server.of("/a")[0].headers["idempotency-key"],
            f"{socket.gethostname()}-postfix-out-1",
        )

    def test_name_of_the_host(self):
        self.start(f"host_name = gw1.example.com\nwebhook.a.url = {self.url('/a')}\n")
        self.core.tell("events 1")
        self.delivered("webhook.a", 1)
        request = self.server.of("/a")[0]
        self.assertEqual(request.headers["idempotency-key"], "gw1.example.com-1")
        self.assertEqual(json.loads(request.body)["host"], "gw1.example.com")

    def test_failures_keep_the_order(self):
        self.server.answers["/a"] = first(
            3, status(500, body=b"<busy>\nmore"), first(5, reset, status(204))
        )
        self.start(f"webhook.a.url = {self.url('/a')}\n")
        self.core.tell("events 20")
        self.delivered("webhook.a", 20)
        got = serials(self.server.of("/a"))
        self.assertEqual(got, [1] * 6 + list(range(2, 21)))
        delivered, failures, pending, _ = self.core.status("webhook.a")
        self.assertEqual((delivered, pending), (20, 0))
        # libcurl itself repeats a request on a kept connection that turns out to be closed.
        self.assertIn(failures, (4, 5))
        self.logged("webhook.a: event 1 is not delivered yet: HTTP 500: <busy>")
        self.logged("webhook.a: event 1 is delivered, after failures")

    def test_statuses(self):
        """4xx are given up, but not 408 and 429; all else is tried again."""
        for code in (400, 401, 404, 410):
            self.server.answers[f"/{code}"] = first(1, status(code, body=b"no"), status(200))
        for code in (304, 408, 429, 500, 503, 599):
            self.server.answers[f"/{code}"] = first(1, status(code), status(200))
        names = [path[1:] for path in self.server.answers]
        self.start("".join(f"webhook.n{n}.url = {self.url('/' + n)}\n" for n in names))
        self.core.tell("events 2")
        for name in names:
            wait_for(name, lambda n=name: self.core.cursor(f"webhook.n{n}")[0] == 2)
            given_up = name in ("400", "401", "404", "410")
            want = [1, 2] if given_up else [1, 1, 2]
            self.assertEqual(serials(self.server.of("/" + name)), want, name)
            delivered, failures, pending, error = self.core.status(f"webhook.n{name}")
            self.assertEqual(
                (delivered, failures, pending), (1 if given_up else 2, 1, 0), name
            )
            self.assertIn(f"HTTP {name}", error)
        self.logged("webhook.n404: event 1 is given up: HTTP 404: no")

    def test_retry_after(self):
        self.server.answers["/a"] = first(1, status(429, "Retry-After: 2"), status(200))
        self.start(f"webhook.a.url = {self.url('/a')}\n")
        self.core.tell("events 1")
        self.delivered("webhook.a", 1)
        a, b = self.server.of("/a")
        self.assertGreaterEqual(b.time - a.time, 1.9)

    def test_redirect_is_not_followed(self):
        other = Server()
        self.addCleanup(other.close)
        self.server.answers["/a"] = first(
            2, status(302, f"Location: {self.url('/stolen', other)}"), status(200)
        )
        self.server.answers["/b"] = first(
            1, status(307, "Location: file:///etc/passwd"), status(200)
        )
        self.start(f"webhook.a.url = {self.url('/a')}\nwebhook.b.url = {self.url('/b')}\n")
        self.core.tell("events 1")
        self.delivered("webhook.a", 1)
        self.delivered("webhook.b", 1)
        self.assertEqual(other.requests, [])
        self.assertIn("redirects are not followed", self.core.status("webhook.a")[3])

    def test_hanging_endpoints_do_not_keep_the_others(self):
        self.server.answers["/hang"] = hang
        self.server.answers["/slow"] = slow
        self.start(
            f"webhook.hang.url = {self.url('/hang')}\nwebhook.hang.timeout = 700ms\n"
            f"webhook.slow.url = {self.url('/slow')}\nwebhook.slow.timeout = 700ms\n"
            f"webhook.good.url = {self.url('/good')}\n"
            "webhook.dns.url = http://no-such-host.invalid/\nwebhook.dns.timeout = 2s\n"
            f"webhook.closed.url = http://127.0.0.1:{self.free_port()}/\n"
        )
        self.core.tell("events 200")
        self.delivered("webhook.good", 200)
        self.assertEqual(serials(self.server.of("/good")), list(range(1, 201)))
        for name, why in (
            ("hang", "timed out"), ("slow", "timed out"), ("dns", "esolv"), ("closed", "onnect"),
        ):
            wait_for(name, lambda n=name: self.core.cursor(f"webhook.{n}")[2] >= 2)
            delivered, _, pending, error = self.core.status(f"webhook.{name}")
            self.assertEqual((delivered, pending), (0, 200), name)
            self.assertIn(why, error, name)
        self.assertEqual(set(serials(self.server.of("/hang"))), {1})

    def test_huge_answer(self):
        self.server.answers["/a"] = huge
        self.start(f"webhook.a.url = {self.url('/a')}\n")
        self.core.tell("events 3")
        self.delivered("webhook.a", 3)
        for request in self.server.of("/a"):
            self.assertLess(request.sent, 64 << 20)
        with open(f"/proc/{self.core.worker()}/status") as lines:
            text = lines.read()
        self.assertIn("NoNewPrivs:\t1", text)

    def test_proxies_of_the_environment_are_ignored(self):
        os.environ["http_proxy"] = f"http://127.0.0.1:{self.free_port()}"
        self.addCleanup(os.environ.pop, "http_proxy")
        self.start(f"webhook.a.url = {self.url('/a')}\n")
        self.core.tell("events 1")
        self.delivered("webhook.a", 1)

    def test_certificates(self):
        make_certificates(self.folder)
        good = Server(f"{self.folder}/good")
        other = Server(f"{self.folder}/other")
        self.addCleanup(good.close)
        self.addCleanup(other.close)
        ca = f"{self.folder}/ca.pem"
        self.start(
            f"webhook.good.url = https://127.0.0.1:{good.port}/good\nwebhook.good.ca_file = {ca}\n"
            f"webhook.unknown.url = https://127.0.0.1:{good.port}/unknown\n"
            f"webhook.name.url = https://127.0.0.1:{other.port}/name\nwebhook.name.ca_file = {ca}\n"
            f"webhook.plain.url = https://127.0.0.1:{self.server.port}/plain\n"
            f"webhook.none.url = https://127.0.0.1:{good.port}/none\n"
            f"webhook.none.ca_file = {self.folder}/none.pem\n"
        )
        self.core.tell("events 2")
        self.delivered("webhook.good", 2)
        self.assertEqual(serials(good.of("/good")), [1, 2])
        for name, why in (
            ("unknown", "see ca_file"), ("name", "see ca_file"), ("plain", "SSL"),
            ("none", "none.pem: No such file"),
        ):
            wait_for(name, lambda n=name: self.core.cursor(f"webhook.{n}")[2] >= 2)
            self.assertEqual(self.core.status(f"webhook.{name}")[0], 0, name)
            self.assertIn(why, self.core.status(f"webhook.{name}")[3], name)
        self.assertEqual(good.of("/unknown") + other.requests + good.of("/none"), [])

    def test_secret_that_everyone_can_read(self):
        """Nothing is sent unsigned to an endpoint that asks for signatures."""
        secret = self.write("secret", "open", 0o644)
        self.start(
            f"webhook.a.url = {self.url('/a')}\nwebhook.a.secret_file = {secret}\n"
            f"webhook.b.url = {self.url('/b')}\n"
        )
        self.core.tell("events 1")
        self.delivered("webhook.b", 1)
        wait_for("failure", lambda: self.core.cursor("webhook.a")[2] >= 1)
        self.assertEqual(self.server.of("/a"), [])
        self.logged("hooks: webhook.a: secret_file")
        self.assertIn("chmod o=", self.core.status("webhook.a")[3])

    def test_old_events(self):
        """Beyond 24 hours: tried once while the endpoint works, given up together when it fails."""
        self.server.answers["/down"] = status(500)
        self.start(f"webhook.up.url = {self.url('/up')}\nwebhook.down.url = {self.url('/down')}\n")
        self.core.tell("age 90000\nevents 40\nage 0\nevents 1")
        self.delivered("webhook.up", 41)
        wait_for("given up", lambda: self.core.cursor("webhook.down")[0] == 40)
        self.assertLess(len(set(serials(self.server.of("/down")))), 41)
        self.assertEqual(self.core.status("webhook.down")[2], 1)
        self.logged("event 40 is given up: too old to be tried again: HTTP 500")


if __name__ == "__main__":
    unittest.main()
