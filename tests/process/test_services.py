# SPDX-License-Identifier: BSD-3-Clause
"""The formats for PagerDuty, Discord and ntfy against stand-ins for these services, and the headers
of header_file."""

import json
import unittest

from lab import LabTest, Server, first, status, wait_for
from services import Discord, Ntfy, PagerDuty

KEY = "0123456789abcdefABCDEF0123456789"
HOSTILE = (
    "@everyone <@&1> [x](https://x.example) **bold** \"quoted\\\" \N{ENVELOPE}\u202e:x: `#"
)


class Services(LabTest):
    def start_all(self, headers=None):
        """All three, each with a receiver of its own."""
        key = self.write("key", KEY + "\n", 0o600)
        token = self.write("headers", headers or "Authorization: Bearer tk_1\n", 0o600)
        self.pagerduty, self.discord, self.ntfy = PagerDuty(KEY), Discord(), Ntfy("tk_1")
        self.server.answers.update(
            {"/v2/enqueue": self.pagerduty, "/api/webhooks/1/t": self.discord, "/": self.ntfy}
        )
        self.start(
            f"webhook.pager.url = {self.url('/v2/enqueue')}\nwebhook.pager.format = pagerduty\n"
            f"webhook.pager.secret_file = {key}\n"
            f"webhook.chat.url = {self.url('/api/webhooks/1/t')}\nwebhook.chat.format = discord\n"
            f"webhook.phone.url = {self.url('/mail-queue')}\nwebhook.phone.format = ntfy\n"
            f"webhook.phone.header_file = {token}\n"
        )

    def all_delivered(self, count):
        for name in ("webhook.pager", "webhook.chat", "webhook.phone"):
            wait_for(name, lambda n=name: sum(self.core.cursor(n)[1:]) >= count)
        for service in (self.pagerduty, self.discord, self.ntfy):
            self.assertEqual(service.refused, [])
            self.assertEqual(len(service.taken), count)

    def test_raise_and_clear(self):
        self.start_all()
        self.core.tell("events 1")
        self.all_delivered(1)
        self.assertEqual(len(self.pagerduty.open), 1)
        details = self.pagerduty.taken[0]["payload"]["custom_details"]
        self.assertEqual((details["serial"], details["queue"]["total"]), (1, 501))
        self.assertEqual(self.discord.taken[0]["embeds"][0]["color"], 0xC62828)
        self.assertEqual(self.ntfy.taken[0]["topic"], "mail-queue")
        self.assertEqual(self.ntfy.taken[0]["priority"], 5)
        self.core.tell("events 1")
        self.all_delivered(2)
        self.assertEqual(self.pagerduty.open, {})
        self.assertEqual(self.ntfy.taken[1]["priority"], 3)

    def test_every_event(self):
        """PagerDuty gets only what is cleared at some time; every raise is cleared in the end."""
        self.start_all()
        names = [
            f"hmq{name}" for name in (
                "AgentStarted", "DataLost", "PostfixStopped", "OverloadRaised", "ConditionRaised",
                "SettingsChanged", "ConditionCleared", "OverloadCleared", "PostfixStarted",
                "DataRestored",
            )
        ]
        self.core.tell("\n".join(f"event {name}" for name in names))
        wait_for("ntfy", lambda: len(self.ntfy.taken) == len(names))
        wait_for("discord", lambda: len(self.discord.taken) == len(names))
        wait_for("pagerduty", lambda: len(self.pagerduty.taken) == len(names) - 2)
        self.assertEqual(self.pagerduty.open, {})
        self.assertEqual(self.pagerduty.refused + self.discord.refused + self.ntfy.refused, [])

    def test_hostile_text(self):
        self.start_all()
        self.core.tell(f"text {HOSTILE * 8}\nevents 2")
        self.all_delivered(2)
        description = self.discord.taken[0]["embeds"][0]["description"]
        self.assertIn("\\@everyone \\<\\@&1\\> \\[x\\](https\\://x.example)", description)

    def test_keys_stay_where_they_belong(self):
        """No signature made of PagerDuty's key; the headers only for their own endpoint; nothing in
        the log."""
        self.start_all()
        self.core.tell("events 2")
        self.all_delivered(2)
        for request in self.server.of("/v2/enqueue"):
            self.assertNotIn("x-hermes-signature", request.headers)
            self.assertNotIn("authorization", request.headers)
        self.assertNotIn("authorization", self.server.of("/api/webhooks/1/t")[0].headers)
        self.assertEqual(self.core.said(KEY) + self.core.said("tk_1"), [])

    def test_limits_of_the_rate(self):
        """429 with what each service sends along: nothing is lost or out of order."""
        self.start_all()
        for path, answer in list(self.server.answers.items()):
            self.server.answers[path] = first(
                1, status(429, "Retry-After: 1", body=b'{"retry_after": 1}'), answer
            )
        self.core.tell("events 2")
        for name in ("webhook.pager", "webhook.chat", "webhook.phone"):
            self.delivered(name, 2)
        self.assertEqual(self.pagerduty.open, {})
        for path in ("/v2/enqueue", "/api/webhooks/1/t", "/"):
            a, b = self.server.of(path)[:2]
            self.assertGreaterEqual(b.time - a.time, 0.9)
            self.assertEqual(a.body, b.body)

    def test_refused(self):
        """What is wrong reaches the log and the status, and the event is given up."""
        self.start_all("Authorization: Bearer wrong\n")
        self.core.tell("events 1")
        self.logged("webhook.phone: event 1 is given up: HTTP 400")
        self.assertEqual(self.ntfy.refused, ["unauthorized"])
        self.assertEqual(self.core.said("Bearer"), [])

    def test_a_key_of_the_wrong_form(self):
        """Nothing is sent: PagerDuty would refuse and lose every event."""
        key = self.write("key", "u+AbCdEfGhIjKlMnOpQr\n", 0o600)
        self.start(
            f"webhook.a.url = {self.url('/a')}\nwebhook.a.format = pagerduty\n"
            f"webhook.a.secret_file = {key}\n"
        )
        self.core.tell("events 1")
        self.logged("32 letters and digits")
        wait_for("failure", lambda: self.core.cursor("webhook.a")[2] >= 1)
        self.assertEqual(self.server.requests, [])
        self.assertEqual(self.core.said("AbCdEf"), [])

    def test_headers(self):
        """Sent with each attempt, beside ours, and not on to where a redirect leads."""
        other = Server()
        self.addCleanup(other.close)
        self.server.answers["/a"] = first(
            2, status(307, f"Location: {self.url('/stolen', other)}"), status(200)
        )
        headers = self.write("headers", "# ours\nAuthorization: Bearer tk_1\nX-Team:  mail \n",
                             0o640)
        secret = self.write("secret", "correct horse\n", 0o600)
        self.start(
            f"webhook.a.url = {self.url('/a')}\nwebhook.a.header_file = {headers}\n"
            f"webhook.a.secret_file = {secret}\n"
            f"webhook.b.url = {self.url('/b')}\n"
        )
        self.core.tell("events 2")
        self.delivered("webhook.a", 2)
        self.delivered("webhook.b", 2)
        requests = self.server.of("/a")
        self.assertEqual(len(requests), 4)
        for request in requests:
            self.assertEqual(request.headers["authorization"], "Bearer tk_1")
            self.assertEqual(request.headers["x-team"], "mail")
            self.assertEqual(request.headers["content-type"], "application/json")
            self.assertIn("idempotency-key", request.headers)
            self.assertIn("x-hermes-signature", request.headers)
        self.assertEqual(other.requests, [])
        self.assertNotIn("authorization", self.server.of("/b")[0].headers)
        self.assertEqual(self.core.said("tk_1"), [])
        self.assertEqual([json.loads(r.body)["serial"] for r in requests], [1, 1, 1, 2])

    def test_headers_that_cannot_be_used(self):
        """Nothing is sent without the headers that an endpoint asks for."""
        everyone = self.write("everyone", "Authorization: Bearer tk_1\n", 0o644)
        ours = self.write("ours", "Authorization: Bearer tk_1\nHost: other.example\n", 0o600)
        self.start(
            f"webhook.a.url = {self.url('/a')}\nwebhook.a.header_file = {everyone}\n"
            f"webhook.b.url = {self.url('/b')}\nwebhook.b.header_file = {ours}\n"
            f"webhook.c.url = {self.url('/c')}\n"
        )
        self.core.tell("events 1")
        self.delivered("webhook.c", 1)
        for name in ("webhook.a", "webhook.b"):
            wait_for(name, lambda n=name: self.core.cursor(n)[2] >= 1)
        self.assertEqual(self.server.of("/a") + self.server.of("/b"), [])
        self.assertIn("chmod o=", self.core.status("webhook.a")[3])
        self.assertIn("line 2: Host is set by hermes-mailqueue", self.core.status("webhook.b")[3])
        self.assertEqual(self.core.said("tk_1"), [])


if __name__ == "__main__":
    unittest.main()
