# SPDX-License-Identifier: BSD-3-Clause
"""The objects of HERMES-MAILQUEUE-MIB, for the scripts that make the files of this folder.

It reads the module as text, as distributed or as contrib/rehome-mib.sh has moved it, and needs no
other module. MODULE in the environment names another file.
"""

import os
import re
import sys
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.realpath(__file__))
MODULE = "HERMES-MAILQUEUE-MIB.txt"
# In a checkout, and where the project was installed.
FOLDERS = {
    "mibs": [os.path.join(HERE, "..", "..", "mibs"),
             "/usr/local/share/snmp/mibs", "/usr/share/snmp/mibs"],
    "scripts": [os.path.join(HERE, ".."),
                "/usr/local/share/hermes-mailqueue", "/usr/share/hermes-mailqueue"],
}
ROOTS = {
    "enterprises": "1.3.6.1.4.1",
    "experimental": "1.3.6.1.3",
    "netSnmpPlaypen": "1.3.6.1.4.1.8072.9999.9999",
}


@dataclass
class Node:
    name: str
    kind: str  # OBJECT-TYPE, NOTIFICATION-TYPE, OBJECT IDENTIFIER, ...
    oid: str = ""
    syntax: str = ""
    access: str = ""
    units: str = ""
    description: str = ""
    enum: dict = field(default_factory=dict)  # of an enumeration: name by value
    objects: list = field(default_factory=list)  # of a notification: the names it carries


def _clause(text, word):
    found = re.search(rf"{word}\s+\"(.*?)\"", text, re.S)
    return re.sub(r"\s+", " ", found[1]).strip() if found else ""


def _enum(text):
    body = re.search(r"INTEGER\s*\{(.*?)\}", text, re.S)
    pairs = re.findall(r"([a-zA-Z]\w*)\s*\((\d+)\)", body[1]) if body else []
    return {int(value): name for name, value in pairs}


def find(kind, name):
    """Where a file of the project is; kind is one of FOLDERS."""
    for folder in FOLDERS[kind]:
        if os.path.exists(os.path.join(folder, name)):
            return os.path.join(folder, name)
    sys.exit(f"{sys.argv[0]}: there is no {name} in any of {', '.join(FOLDERS[kind])}")


def path():
    """The file that has the module."""
    return os.environ.get("MODULE") or find("mibs", MODULE)


def load():
    """The nodes of the module by name, in the order of the module."""
    with open(path(), encoding="utf-8") as stream:
        text = stream.read()
    text = re.sub(r"(?m)^\s*--.*$", "", text[text.index(";", text.index("IMPORTS")):])
    conventions = {"TruthValue": {1: "true", 2: "false"}}
    for name, body in re.findall(r"(?m)^(\w+)\s*::=\s*TEXTUAL-CONVENTION(.*?)(?=^\S)", text,
                                 re.S | re.M):
        conventions[name] = _enum(body)
    nodes, places = {}, {}
    kinds = "OBJECT-TYPE|NOTIFICATION-TYPE|OBJECT IDENTIFIER|MODULE-IDENTITY|OBJECT-GROUP|" \
            "NOTIFICATION-GROUP|MODULE-COMPLIANCE"
    for name, kind, body, parent, number in re.findall(
            rf"(?m)^(\w+)\s+({kinds})\b(.*?)::=\s*\{{\s*(\w+)\s+(\d+)\s*\}}", text, re.S):
        syntax = re.search(r"SYNTAX\s+([\w ]+?)\s*(?:\(|\{|\n)", body)
        access = re.search(r"MAX-ACCESS\s+([\w-]+)", body)
        carried = re.search(r"OBJECTS\s*\{(.*?)\}", body, re.S)
        node = Node(name, kind, syntax=syntax[1] if syntax else "",
                    access=access[1] if access else "", units=_clause(body, "UNITS"),
                    description=_clause(body, "DESCRIPTION"),
                    objects=re.findall(r"\w+", carried[1]) if carried else [])
        node.enum = _enum(body) or conventions.get(node.syntax, {})
        nodes[name], places[name] = node, (parent, number)
    for name, node in nodes.items():
        # The root of a module that was moved stands before what it is below.
        parent, end = places[name]
        while parent in places:
            parent, end = places[parent][0], f"{places[parent][1]}.{end}"
        node.oid = f"{ROOTS[parent]}.{end}"
    return nodes


def root(nodes):
    """The identifier that everything else is below."""
    return nodes["hermesMailQueueMIB"].oid


def is_column(nodes, name):
    """Whether instances of the object have an index rather than .0."""
    oid = nodes[name].oid
    return any(n.name.endswith("Entry") and oid.startswith(n.oid + ".") for n in nodes.values())
