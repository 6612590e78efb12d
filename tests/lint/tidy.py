#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""tidy.py BUILD: clang-tidy (.clang-tidy) finds nothing in agent/, hooks/ and client/.

It is the version that clang-version names, because others find other things; exits 77 without it.
BUILD has the compile database, and remembers which files were clean.
"""

import pathlib
import subprocess
import sys

from compiled import SOURCE, look_at_all, version_of

VERSION = (SOURCE / "tests/lint/clang-version").read_text().strip()

# How many states of a function the analyzer follows. Its own 225,000 take three times as long for
# the whole, and have found nothing more here.
ANALYZER_LIMIT = "max-nodes=50000"
ANALYZER_OPTIONS = [
    f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", ANALYZER_LIMIT)
]


def main():
    names = (f"clang-tidy-{VERSION}", "clang-tidy")
    tool = next((name for name in names if version_of(name, f"version {VERSION}.")), None)
    if tool is None:
        print(f"SKIP: there is no clang-tidy {VERSION} here, and others find other things")
        return 77
    build = pathlib.Path(sys.argv[1]).resolve()

    def look(file, _arguments, _directory):
        result = subprocess.run(
            [tool, "-p", str(build), "--quiet", *ANALYZER_OPTIONS, str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        return [result.stdout or result.stderr] if result.returncode != 0 else []

    rules = (SOURCE / ".clang-tidy").read_text() + ANALYZER_LIMIT
    found, looked = look_at_all(build, "tidy", rules, look)
    failed = [text for texts in found.values() for text in texts]
    print(*failed, sep="\n")
    print(f"{len(found)} files, {looked} looked at, {len(failed)} with findings")
    return 1 if failed else 0


sys.exit(main())
