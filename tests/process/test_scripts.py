# SPDX-License-Identifier: BSD-3-Clause
"""Scripts: what they are given, and every way in which one can fail."""

import json
import os
import time
import unittest

from lab import ROOT, LabTest, alive, wait_for


class Scripts(LabTest):
    def script(self, name, body, mode=0o755):
        return self.write(name, f"#!/bin/bash\nout={self.folder}/out\n{body}\n", mode)

    def test_what_it_gets(self):
        path = self.script(
            "good",
            'cat >"$out/stdin.$HMQ_SERIAL"; env >"$out/env.$HMQ_SERIAL"\n'
            'cat /proc/self/status >"$out/status"; ps -o pid=,pgid= $$ >"$out/group"\n'
            'echo "$# $PWD" >"$out/rest"; ls /proc/self/fd >"$out/fds"; echo said',
        )
        os.environ["LD_HMQ_LEAK"] = "1"
        self.addCleanup(os.environ.pop, "LD_HMQ_LEAK")
        self.start(f"script.s.path = {path}\nwebhook.w.url = {self.url('/')}\n")
        self.core.tell("events 2\nevent hmqDataLost")
        self.delivered("script.s", 3)
        document = json.loads(self.read("stdin.1"))
        self.assertEqual((document["event"], document["serial"]), ("hmqOverloadRaised", 1))
        environment = dict(line.split("=", 1) for line in self.read("env.2").splitlines())
        self.assertEqual(environment["HMQ_EVENT"], "hmqOverloadCleared")
        self.assertEqual(environment["HMQ_TOTAL"], "502")
        self.assertEqual(environment["HMQ_THRESHOLD"], "500")
        self.assertEqual(environment["HMQ_HOOK"], "s")
        self.assertNotIn("HMQ_HOLD", environment)
        self.assertNotIn("LD_HMQ_LEAK", environment)
        self.assertEqual(self.read("rest"), "0 /\n")
        # ls itself has one more open, the folder
        self.assertEqual(self.read("fds").split(), ["0", "1", "2", "3"])
        pid, group = self.read("group").split()
        self.assertEqual(pid, group)
        status = self.read("status")
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertIn("CapEff:\t0000000000000000", status)
        if ROOT:
            self.assertIn("Uid:\t65534\t65534\t65534\t65534", status)
        self.logged("script.s: said")

    def test_exit_status(self):
        path = self.script(
            "flaky",
            'echo "$HMQ_SERIAL" >>"$out/tries"\n'
            'case $HMQ_SERIAL:$(grep -cx "$HMQ_SERIAL" "$out/tries") in\n'
            "1:1) echo 'try later'; exit 75 ;;\n1:2) kill -9 $$ ;;\n2:*) exit 65 ;;\nesac",
        )
        self.start(f"script.s.path = {path}\n")
        self.core.tell("events 3")
        self.delivered("script.s", 2)
        self.assertEqual(self.read("tries").split(), ["1", "1", "1", "2", "3"])
        self.assertEqual(self.core.status("script.s")[:3], [2, 3, 0])
        self.logged("event 1 is not delivered yet: ended with status 75: try")
        self.logged("event 2 is given up: ended with status 65")

    def test_one_at_a_time_in_order(self):
        path = self.script(
            "serial",
            'mkdir "$out/lock" || { echo both >"$out/both"; exit 0; }\n'
            'echo "$HMQ_SERIAL" >>"$out/order"; rmdir "$out/lock"',
        )
        self.start(f"script.s.path = {path}\n")
        self.core.tell("events 60")
        self.delivered("script.s", 60)
        self.assertEqual(self.read("order").split(), [str(n) for n in range(1, 61)])
        self.assertEqual(self.read("both"), "")

    def test_hanging(self):
        """Ended with all of its group, the TERM that it ignores notwithstanding."""
        path = self.script(
            "hang",
            "trap '' TERM\n[ \"$HMQ_SERIAL\" = 1 ] || exit 0\n"
            '[ ! -e "$out/pids" ] || exit 0\n'
            'sleep 600 & echo $$ $! >"$out/pids"; sleep 600; sleep 600',
        )
        self.start(f"script.s.path = {path}\nscript.s.timeout = 300ms\n"
                   f"webhook.w.url = {self.url('/')}\n")
        self.core.tell("events 2")
        self.delivered("webhook.w", 2)
        self.delivered("script.s", 2)
        self.logged("did not end within 300 ms")
        for pid in self.read("pids").split():
            wait_for(f"end of {pid}", lambda p=pid: not alive(p))

    def test_daemon_left_behind(self):
        """It holds the output open, in a session of its own, and keeps nobody."""
        path = self.script(
            "daemon",
            '[ "$HMQ_SERIAL" != 1 ] || setsid sleep 300 & [ "$HMQ_SERIAL" != 1 ] || '
            'echo $! >"$out/daemon"\necho ended',
        )
        self.start(f"script.s.path = {path}\n")
        before = time.monotonic()
        self.core.tell("events 2")
        self.delivered("script.s", 2)
        self.assertLess(time.monotonic() - before, 60)
        pid = int(self.read("daemon"))
        if alive(pid):
            os.kill(pid, 9)

    def test_gigabytes(self):
        path = self.script("chatty", "seq 1 100; head -c 2000000000 /dev/zero")
        self.start(
            f"script.s.path = {path}\nscript.s.timeout = 60s\nwebhook.w.url = {self.url('/')}\n"
        )
        self.core.tell("events 1")
        self.delivered("webhook.w", 1, 30)
        self.delivered("script.s", 1, 60)
        self.logged("more octets not logged")
        self.assertLess(sum(len(line) for line in self.core.errors), 20000)

    def test_refused(self):
        """At the start with the reason, and at each use, until it is put right."""
        open_file = self.script("open-file", "exit 0", 0o777)
        os.mkdir(f"{self.folder}/open")
        inside = self.script("open/inside", "exit 0")
        os.chmod(f"{self.folder}/open", 0o777)
        plain = self.script("plain", "exit 0", 0o644)
        os.symlink(self.script("target", "exit 0"), f"{self.folder}/link")
        self.start(
            f"script.file.path = {open_file}\nscript.folder.path = {inside}\n"
            f"script.plain.path = {plain}\nscript.link.path = {self.folder}/link\n"
            f"script.none.path = {self.folder}/none\n"
        )
        self.core.tell("events 1")
        for name, why in (
            ("file", "open-file: is writable by users"),
            ("folder", "/open: is writable by users"),
            ("plain", "is not executable for hooks_user"),
            ("link", "is a symbolic link"),
            ("none", "No such file"),
        ):
            wait_for(name, lambda n=name: self.core.cursor(f"script.{n}")[2] >= 1)
            self.assertIn(why, self.core.status(f"script.{name}")[3])
            wait_for(f"{name} at the start", lambda w=why: any(w in e for e in self.core.errors))
        os.chmod(open_file, 0o755)
        os.chmod(f"{self.folder}/open", 0o755)
        os.chmod(plain, 0o755)
        for name in ("file", "folder", "plain"):
            self.delivered(f"script.{name}", 1)

    def test_refused_at_use(self):
        path = self.script("turns", "exit 0")
        self.start(f"script.s.path = {path}\n")
        self.core.tell("events 1")
        self.delivered("script.s", 1)
        os.chmod(path, 0o757)
        self.core.tell("events 1")
        wait_for("refusal", lambda: self.core.cursor("script.s")[2] >= 1)
        self.assertIn("is writable by users", self.core.status("script.s")[3])
        os.chmod(path, 0o755)
        self.delivered("script.s", 2)

    def test_cannot_be_run(self):
        path = self.write("bad", "#!/no/such/interpreter\n", 0o755)
        self.start(f"script.s.path = {path}\n")
        self.core.tell("events 1")
        wait_for("failure", lambda: self.core.cursor("script.s")[2] >= 1)
        self.assertIn("cannot be run: No such file", self.core.status("script.s")[3])


if __name__ == "__main__":
    unittest.main()
