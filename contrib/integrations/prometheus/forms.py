#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""forms.py newer|older FILE: a generator.yml or snmp.yml in the form of snmp_exporter 0.23 and
later, which has the credentials in `auths`, or of 0.21, which has them in each module."""

import sys

import yaml

AUTH = "hermes_mailqueue"
NOTICE = """\
# SPDX-License-Identifier: BSD-3-Clause
#
# Made by generate.sh from generator.yml and HERMES-MAILQUEUE-MIB; for snmp_exporter {version}.
# Put in the user's name and passphrases; the file should then be readable by the exporter alone.
"""
VERSIONS = {"newer": "0.23 and later", "older": "0.21 and 0.22"}


def split(document):
    """The credentials, and the modules without them."""
    if "modules" in document and "auths" in document:
        return document["auths"][AUTH], document["modules"]
    modules = document.get("modules", document)
    auth = {}
    for module in modules.values():
        auth = {"version": module.pop("version", 3), **module.pop("auth", {})}
    return auth, modules


def main():
    form, path = sys.argv[1:]
    with open(path) as stream:
        document = yaml.safe_load(stream)
    is_generator = any("overrides" in m for m in document.get("modules", document).values())
    auth, modules = split(document)
    auth.pop("community", None)
    auth = {"version": auth.pop("version"), **auth}
    for name, module in modules.items():
        # What the versions write differently although they mean the same.
        for key in ("walk", "get"):
            if key in module and not is_generator:
                module[key].sort(key=lambda oid: [int(part) for part in oid.split(".")])
    if form == "newer":
        out = {"auths": {AUTH: auth}, "modules": modules}
    else:
        credentials = {k: v for k, v in auth.items() if k != "version"}
        modules = {n: {**m, "version": auth["version"], "auth": credentials}
                   for n, m in modules.items()}
        out = {"modules": modules} if is_generator else modules
    if not is_generator:
        print(NOTICE.format(version=VERSIONS[form]), end="")
    noaliases = yaml.SafeDumper
    noaliases.ignore_aliases = lambda *_: True
    print(yaml.dump(out, Dumper=noaliases, sort_keys=False, width=96), end="")


main()
