# SPDX-License-Identifier: BSD-3-Clause
"""A real Alertmanager: a raise is shown and notified as firing, its clear resolves it."""

import json
import shutil
import socket
import subprocess
import unittest
import urllib.request

from lab import LabTest, wait_for


class Alertmanager(LabTest):
    def setUp(self):
        super().setUp()
        program = shutil.which("prometheus-alertmanager", path="/usr/bin:/usr/local/bin")
        self.assertIsNotNone(program, "prometheus-alertmanager is not installed")
        self.port = self.free_port()
        config = self.write(
            "alertmanager.yml",
            "route:\n  receiver: test\n  group_by: ['...']\n  group_wait: 0s\n"
            "  group_interval: 1s\nreceivers:\n- name: test\n  webhook_configs:\n"
            f"  - url: {self.url('/notified')}\n    send_resolved: true\n",
            0o644,
        )
        self.log = open(f"{self.folder}/alertmanager.log", "w")
        self.alertmanager = subprocess.Popen(
            [program, f"--config.file={config}", f"--storage.path={self.folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="],
            stdout=self.log, stderr=self.log,
        )
        wait_for("alertmanager", self.ready)

    def tearDown(self):
        self.alertmanager.kill()
        self.alertmanager.wait()
        self.log.close()
        super().tearDown()

    def ready(self):
        if self.alertmanager.poll() is not None:
            with open(f"{self.folder}/alertmanager.log") as log:
                self.fail(log.read())
        try:
            return self.alerts() is not None
        except OSError:
            return False

    def alerts(self):
        """The alerts that are not resolved."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/alerts") as answer:
            return json.load(answer)

    def notified(self, state):
        found = []
        for request in self.server.of("/notified"):
            found += [a for a in json.loads(request.body)["alerts"] if a["status"] == state]
        return found

    def begin(self):
        self.start(
            f"webhook.am.url = http://127.0.0.1:{self.port}/api/v2/alerts\n"
            "webhook.am.format = alertmanager\n"
        )

    def test_raise_and_resolution(self):
        self.begin()
        self.core.tell("event hmqOverloadRaised")
        self.delivered("webhook.am", 1)
        alerts = wait_for("the alert", self.alerts)
        self.assertEqual(len(alerts), 1)
        labels = alerts[0]["labels"]
        self.assertEqual(labels["alertname"], "hmqOverload")
        self.assertEqual(labels["severity"], "critical")
        self.assertEqual(labels["instance"], socket.gethostname())
        self.assertEqual(alerts[0]["status"]["state"], "active")
        self.assertEqual(alerts[0]["annotations"]["total"], "501")
        firing = wait_for("firing", lambda: self.notified("firing"))
        self.assertEqual(firing[0]["labels"]["alertname"], "hmqOverload")

        self.core.tell("event hmqOverloadCleared")
        self.delivered("webhook.am", 2)
        wait_for("no alert", lambda: not self.alerts())
        resolved = wait_for("resolved", lambda: self.notified("resolved"))
        self.assertEqual(resolved[0]["labels"], firing[0]["labels"])
        self.assertEqual(resolved[0]["startsAt"], firing[0]["startsAt"])

    def test_conditions_are_apart(self):
        self.begin()
        self.core.tell("event hmqOverloadRaised\nevent hmqDataLost\nevent hmqDataRestored")
        self.delivered("webhook.am", 3)
        alerts = wait_for("the alert", self.alerts)
        self.assertEqual([a["labels"]["alertname"] for a in alerts], ["hmqOverload"])

    def test_every_event_is_accepted(self):
        self.begin()
        names = [
            "hmq" + condition + end for condition in ("Overload", "Condition")
            for end in ("Raised", "Cleared")
        ] + ["hmqDataLost", "hmqDataRestored", "hmqSettingsChanged", "hmqAgentStarted"]
        for name in names:
            self.core.tell(f"event {name}")
        self.delivered("webhook.am", len(names))
        self.assertEqual(self.core.status("webhook.am")[1], 0)


if __name__ == "__main__":
    unittest.main()
