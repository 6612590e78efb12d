#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_completion.py HMQ SOURCE_DIR: what Tab makes of a command line of hmq, in a real bash and a
real zsh, each on a terminal of its own. A shell that is not installed is left out.
"""

import os
import pty
import re
import select
import shutil
import sys
import tempfile
import time

PATIENCE = 30
DIRECTORY = tempfile.TemporaryDirectory(prefix="hmq-completion.")
# What is typed before Tab, and the line that it becomes, without a blank at its end.
CASES = [
    ("hmq cond", "hmq conditions"),
    ("hmq -H gw.example reas", "hmq -H gw.example reasons"),
    ("hmq -n out set", "hmq -n out settings"),
    ("hmq hold --sen", "hmq hold --sender"),
    ("hmq -H gw.example delete --exp", "hmq -H gw.example delete --expect"),
    ("hmq list --queue def", "hmq list --queue deferred"),
    ("hmq settings mess", "hmq settings message_limit="),
    ("hmq doc -- -v3 sen", "hmq doc -- -v3 sen"),
]
SETUP = {
    "bash": ["bind 'set enable-bracketed-paste off'", "complete -r",
             "source '{source}/contrib/completion/hmq.bash'"],
    "zsh": ["unset zle_bracketed_paste", "setopt no_beep no_list_ambiguous",
            "fpath=('{source}/contrib/completion' $fpath)",
            "autoload -Uz compinit", "compinit -u -d {directory}/dump", "bindkey -e"],
}
START = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}


class Shell:
    """A shell on a terminal."""

    def __init__(self, name, client, source):
        self.name = name
        self.seen = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb", PS1="", LC_ALL="C.UTF-8", HOME=DIRECTORY.name,
                              PATH=os.path.dirname(client) + ":" + os.environ["PATH"])
            os.execvp(START[name][0], START[name])
        for line in SETUP[name]:
            self.type(line.format(source=source, directory=DIRECTORY.name) + "\r")
        self.type("echo rea''dy\r")
        self.wait("ready\r")

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait(self, pattern):
        """Returns the match of what is printed from now on."""
        end = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.seen)):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                sys.exit(f"FAIL: {self.name}: {pattern!r} is not in {self.seen!r}")
            self.seen += os.read(self.terminal, 65536).decode("utf-8", "replace")
        self.seen = self.seen[match.end():]
        return match

    def complete(self, text):
        """The command line after Tab: it is made the argument of echo, in quotes."""
        self.type(text + "\t\x05'\x01echo 'LINE:\r")
        return self.wait(r"\nLINE:(.*?) *\r").group(1)

    def end(self):
        self.type("\x15exit\r")
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


def main(client, source):
    tried = 0
    for name in START:
        if shutil.which(name) is None:
            print(f"SKIP: {name} is not installed")
            continue
        shell = Shell(name, os.path.realpath(client), os.path.realpath(source))
        for typed, line in CASES:
            got = shell.complete(typed)
            if got != line:
                sys.exit(f"FAIL: {name}: {typed!r} becomes {got!r} and not {line!r}")
            tried += 1
        shell.end()
    print(f"{tried} completions")


main(*sys.argv[1:])
