#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""rehome.py OID TARGET: copies this folder to the new directory TARGET, with OID in place of the
root of the objects; for a site that has set `base_oid` and moved the module with rehome-mib.sh,
which decides what OID may be."""

import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import mib  # noqa: E402

HERE = mib.HERE
OLD = "1.3.6.1.4.1.8072.9999.9999.2525".split(".")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    oid, target = sys.argv[1:]
    rehome = mib.find("scripts", "rehome-mib.sh")
    with open(mib.path()) as module:
        if subprocess.run([rehome, oid], stdin=module,
                          stdout=subprocess.DEVNULL).returncode != 0:
            sys.exit(1)
    new = oid.lstrip(".").split(".")
    # Also in a regular expression, where backslashes precede each dot.
    old = re.compile(rf"(?<![0-9]){OLD[0]}(?P<dot>\\*\.)" + "(?P=dot)".join(OLD[1:]) + r"(?![0-9])")
    try:
        shutil.copytree(HERE, target, ignore=shutil.ignore_patterns("__pycache__"))
    except FileExistsError:
        sys.exit(f"{sys.argv[0]}: {target} is there already; name a new directory")
    for folder, _, files in os.walk(target):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as stream:
                text = stream.read()
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(old.sub(lambda m: m["dot"].join(new), text))


main()
