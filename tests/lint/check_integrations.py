# SPDX-License-Identifier: BSD-3-Clause
"""check_integrations.py FOLDER NODES: the files of contrib/integrations against the module.

NODES has what snmptranslate -Tz prints. Every OID below the root has to be a node, an instance of
one or of a notification; every word that looks like the name of a node has to be one; and each OID
stands beside its name: in its line as many names as OIDs and in the same order, or else in the last
lines before that have names. Files that a script makes have to be what it makes.
"""

import os
import re
import subprocess
import sys
import tempfile

import mib

# Made from the module: who made them knows the names.
MADE = re.compile(r"prometheus/snmp.*\.yml$|zabbix/.*\.yaml$|grafana/.*\.json$|librenms/")
# What each script makes: it prints the files that it wrote into the folder it is given.
MAKERS = ("make.py", "grafana/make.py", "zabbix/make.py")
# Not names of nodes, although they look so: alerts of ours, and views of the access example.
OTHER = re.compile(r"^hmq(Condition_\w*|Counts|List|Insight)$")

problems = []


def wrong(path, number, what):
    problems.append(f"{path}:{number}: {what}")


def files(folder):
    for where, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if f != "__pycache__"]
        for name in sorted(names):
            yield os.path.join(where, name)


class Checker:
    def __init__(self, folder, nodes):
        self.folder = folder
        self.nodes = nodes
        self.by_oid = {node.oid: node for node in nodes.values()}
        root = mib.root(nodes)
        dots = root.replace(".", r"\\{0,2}\.")
        self.oid = re.compile(rf"(?<![0-9])\.?({dots})((?:\\{{0,2}}\.[0-9]+)*)(?![0-9])")
        self.name = re.compile(r"\b(?:hmq[A-Z]\w*|hermesMailQueueMIB)\b")
        self.alerts = set()
        self.pairs = 0

    def node_of(self, oid):
        """The node that the OID is, or is an instance of; None if there is none."""
        parts = oid.split(".")
        for end in range(len(parts), 0, -1):
            node = self.by_oid.get(".".join(parts[:end]))
            if node is not None:
                rest = parts[end:]
                column = node.access and mib.is_column(self.nodes, node.name)
                good = not rest or node.access.startswith("read") and (column or rest == ["0"])
                return node if good else None
        return None

    def check_line(self, path, number, line, pending):
        """Returns whether the line has OIDs."""
        found = [(m[1] + m[2]).replace("\\", "") for m in self.oid.finditer(line)]
        names = [n for n in self.name.findall(line) if n in self.nodes]
        for name in self.name.findall(line):
            if name not in self.nodes and name not in self.alerts and not OTHER.match(name):
                wrong(path, number, f"{name} is not in the module")
        made = MADE.search(path) or path.endswith((".md", ".py", ".sh"))
        if found and not made and len(names) == len(found):
            pending[:] = names
        elif names and not found:
            pending.extend(names)
        for oid in found:
            node = self.node_of(oid)
            if node is None:
                wrong(path, number, f"{oid} is nothing in the module")
            elif not made and oid != mib.root(self.nodes):
                said = pending.pop(0) if pending else "nothing"
                self.pairs += 1
                if said != node.name:
                    wrong(path, number, f"{oid} is {node.name}, and {said} is said of it")
        return bool(found)

    def check_file(self, path):
        with open(path, encoding="utf-8") as stream:
            lines = stream.read().split("\n")
        self.alerts |= set(re.findall(r"alert: (\w+)", "\n".join(lines)))
        pending, named = [], False
        for number, line in enumerate(lines, 1):
            names = bool(self.name.search(line))
            if names and not named and not self.oid.search(line):
                pending = []  # a new run of names
            named = names
            self.check_line(os.path.relpath(path, self.folder), number, line, pending)

    def check_made(self):
        for maker in MAKERS:
            script = os.path.join(self.folder, maker)
            if not os.path.exists(script):
                continue
            with tempfile.TemporaryDirectory() as target:
                subprocess.run([sys.executable, script, target], check=True)
                for path in files(target):
                    name = os.path.relpath(path, target)
                    with open(path) as made:
                        with open(os.path.join(os.path.dirname(script), name)) as kept:
                            if made.read() != kept.read():
                                wrong(maker, 1, f"makes another {name} than the one that is there")


def main():
    folder, listed = sys.argv[1:]
    nodes = mib.load()
    with open(listed) as stream:
        theirs = dict(line.split() for line in stream)
    for name, node in nodes.items():
        if theirs.get(name) != node.oid:
            wrong("mib.py", 1, f"{name} is {node.oid}, and {theirs.get(name)} to net-snmp")
    if len(theirs) - len(nodes) > 0:
        wrong("mib.py", 1, f"does not find {set(theirs) - set(nodes)}")
    checker = Checker(folder, nodes)
    # The rules first: others name their alerts.
    paths = sorted(files(folder), key=lambda path: not path.endswith(".rules.yml"))
    for path in paths:
        checker.check_file(path)
    checker.check_made()
    if checker.pairs < 10:
        wrong(folder, 1, f"only {checker.pairs} OIDs with a name were found")
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
