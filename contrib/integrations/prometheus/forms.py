#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""forms.py newer|older FILE: a generator.yml or snmp.yml in the form of snmp_exporter 0.23 and
later, which has the credentials in `auths`, or of 0.21, which has them in each module."""

import sys

import yaml

NOTICE = """\
# SPDX-License-Identifier: BSD-3-Clause
#
# Made by generate.sh from generator.yml and HERMES-MAILQUEUE-MIB; for snmp_exporter {version}.
# Put in the user's name and passphrases; the file should then be readable by the exporter alone.
"""
VERSIONS = {"newer": "0.23 and later", "older": "0.21 and 0.22"}


def split(document):
    """The credentials, which are called as the module that they are for, and the modules."""
    modules = document.get("modules", document)
    auths = document.get("auths") or {
        name: {"version": module.pop("version", 3), **module.pop("auth", {})}
        for name, module in modules.items()}
    for auth in auths.values():
        auth.pop("community", None)
    return {name: {"version": auth.pop("version"), **auth} for name, auth in auths.items()}, modules


def main():
    form, path = sys.argv[1:]
    with open(path) as stream:
        document = yaml.safe_load(stream)
    is_generator = any("overrides" in m for m in document.get("modules", document).values())
    auths, modules = split(document)
    for name, module in modules.items():
        # What the versions write differently although they mean the same.
        for key in ("walk", "get"):
            if key in module and not is_generator:
                module[key].sort(key=lambda oid: [int(part) for part in oid.split(".")])
    if form == "newer":
        out = {"auths": auths, "modules": modules}
    else:
        modules = {name: {**module, "version": auths[name]["version"],
                          "auth": {k: v for k, v in auths[name].items() if k != "version"}}
                   for name, module in modules.items()}
        out = {"modules": modules} if is_generator else modules
    if not is_generator:
        print(NOTICE.format(version=VERSIONS[form]), end="")
    noaliases = yaml.SafeDumper
    noaliases.ignore_aliases = lambda *_: True
    print(yaml.dump(out, Dumper=noaliases, sort_keys=False, width=96), end="")


main()
