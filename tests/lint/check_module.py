#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_module.py XML DUMP: the module (smidump -f xml) and the code (dump_mib) are one.

Every accessible object of the module is served under its number, name and type, and nothing else
is; every object has a value in the sample, within the ranges of the module; every notification
carries the objects the module names, in that order; every command is an enumeration of the module.
"""

import sys
import xml.etree.ElementTree as ElementTree

MODULE = "HERMES-MAILQUEUE-MIB"
ROOT = "hermesMailQueueMIB"

# Of the types that the module takes from elsewhere: what the code must use, and the values or the
# lengths they allow.
INT32 = (-(2**31), 2**31 - 1)
UINT32 = (0, 2**32 - 1)
FOREIGN = {
    "Integer32": ("integer", [INT32]),
    "Unsigned32": ("gauge32", [UINT32]),
    "Gauge32": ("gauge32", [UINT32]),
    "Counter32": ("counter32", [UINT32]),
    "TruthValue": ("integer", [(1, 2)]),
    "RowStatus": ("integer", [(1, 6)]),
    "DateAndTime": ("octets", [(8, 8), (11, 11)]),
    "SnmpAdminString": ("octets", [(0, 255)]),
    "OctetString": ("octets", [(0, 65535)]),
}
BASES = {"Enumeration": "integer", "Bits": "octets"}

# Enumerations of commands, and the values in them that are no command.
COMMANDS = {"hmqActionCommand": {}, "hmqMessageControl": {0: "none"}}

failures = []


def check(condition, text):
    if not condition:
        failures.append(text)


def type_of(definition, typedefs):
    """(type in the code, allowed ranges of values or lengths) of a <typedef> or <type>."""
    name = definition.get("name")
    if definition.tag == "type":
        return typedefs[name] if name in typedefs else FOREIGN[name]
    parent = definition.find("parent")
    base = definition.get("basetype")
    inherited = None
    if parent is not None and parent.get("name") in {**FOREIGN, **typedefs}:
        inherited = {**FOREIGN, **typedefs}[parent.get("name")]
    if base in BASES:
        numbers = [int(n.get("number")) for n in definition.findall("namednumber")]
        if base == "Bits":
            return "octets", [(0, max(numbers) // 8 + 1)]
        return "integer", [(n, n) for n in numbers] or inherited[1]
    kind, ranges = inherited if inherited else FOREIGN[base]
    own = [(int(r.get("min")), int(r.get("max"))) for r in definition.findall("range")]
    return kind, own or ranges


def read_module(path):
    tree = ElementTree.parse(path).getroot()
    typedefs = {}
    for definition in tree.findall("typedefs/typedef"):
        typedefs[definition.get("name")] = type_of(definition, typedefs)
    root = next(n.get("oid") for n in tree.iter() if n.get("name") == ROOT and n.get("oid"))
    objects, oids = {}, {}
    for node in tree.iter():
        if node.tag not in ("scalar", "column"):
            continue
        oid = node.get("oid")[len(root) + 1 :]
        oids[node.get("name")] = oid
        if node.findtext("access") != "noaccess":
            kind, ranges = type_of(node.find("syntax")[0], typedefs)
            objects[oid] = (node.get("name"), kind, ranges, node.tag)
    notifications = {}
    for node in tree.iter("notification"):
        number = int(node.get("oid").rsplit(".", 1)[1])
        check(
            node.get("oid") == f"{root}.0.{number}",
            f"{node.get('name')} is not below hmqNotifications",
        )
        notifications[number] = [o.get("name") for o in node.findall("objects/object")]
    return objects, oids, notifications


def check_commands(path, dump):
    """Compares the enumerations of commands in the module with those of the code."""
    columns = {n.get("name"): n for n in ElementTree.parse(path).getroot().iter("column")}
    for name, others in COMMANDS.items():
        numbers = columns[name].findall("syntax//namednumber")
        module = {int(n.get("number")): n.get("name") for n in numbers}
        with open(dump, encoding="ascii") as lines:
            words = [line.split() for line in lines if line.startswith(f"{name} ")]
        code = {**others, **{int(number): word for _, number, word in words}}
        check(module == code, f"{name} is {module} in the module, {code} in the code")


def read_dump(path):
    objects, values, notifications = {}, [], {}
    with open(path, encoding="ascii") as dump:
        for line in dump:
            kind, *words = line.rstrip("\n").split(" ")
            if kind == "object":
                check(words[0] not in objects, f"{words[0]} is in the code twice")
                objects[words[0]] = (words[1], words[2])
            elif kind == "value":
                values.append(words)
            elif kind == "notification":
                notifications[int(words[0])] = words[1:]
    return objects, values, notifications


def object_of(instance, objects):
    """The OID of the object an instance belongs to."""
    parts = instance.split(".")
    for length in range(min(len(parts) - 1, 8), 0, -1):
        oid = ".".join(parts[:length])
        if oid in objects:
            return oid
    return None


def check_values(objects, values):
    seen = set()
    for instance, kind, text in values:
        oid = object_of(instance, objects)
        if oid is None:
            failures.append(f"{instance} belongs to no object of the module")
            continue
        name, expected, ranges, tag = objects[oid]
        seen.add(oid)
        check(kind == expected, f"{name} is {expected} in the module, its value is {kind}")
        measure = len(bytes.fromhex(text)) if kind == "octets" else int(text)
        check(
            any(low <= measure <= high for low, high in ranges),
            f"{name} ({instance}): {measure} is not within {ranges}",
        )
        if tag == "scalar":
            check(instance == f"{oid}.0", f"{name}: the instance of a scalar is .0, not {instance}")
        if kind == "octets" and expected == "octets" and ranges is FOREIGN["SnmpAdminString"][1]:
            bytes.fromhex(text).decode("utf-8")
    for oid, (name, _, _, _) in objects.items():
        check(
            oid in seen,
            f"{name} ({oid}) has no value in the sample: add one to tests/support/sample.c",
        )


def main():
    objects, oids, notifications = read_module(sys.argv[1])
    code, values, sent = read_dump(sys.argv[2])
    check(len(objects) > 40, f"only {len(objects)} objects found in the module")
    for oid, (name, kind, _, _) in objects.items():
        check(oid in code, f"{name} ({oid}) is in the module and not in the code")
        if oid in code:
            check(
                code[oid] == (name, kind),
                f"{oid} is {name} {kind} in the module, {' '.join(code[oid])} in the code",
            )
    for oid, (name, _) in code.items():
        check(oid in objects, f"{name} ({oid}) is in the code and not accessible in the module")
    check_values(objects, values)
    check_commands(*sys.argv[1:3])

    names = {oid: name for name, oid in oids.items()}
    check(notifications.keys() == sent.keys(), f"notifications {sorted(sent)} in the code")
    for number, expected in notifications.items():
        actual = [names.get(object_of(oid, names)) for oid in sent.get(number, [])]
        check(actual == expected, f"notification {number} carries {actual}, not {expected}")
    for text in failures:
        print(f"FAIL: {text}")
    print(f"{len(objects)} objects, {len(values)} values, {len(notifications)} notifications")
    return 1 if failures else 0


sys.exit(main())
