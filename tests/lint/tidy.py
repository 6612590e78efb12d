#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""tidy.py BUILD: clang-tidy (.clang-tidy) finds nothing in agent/, hooks/ and client/.

It is the version that clang-version names, because others find other things; exits 77 without it.
BUILD has the compile database. A file that was clean and has not changed since, with all that it
includes, is not looked at again: BUILD/tidy keeps a mark for each such state.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = (SOURCE / "agent", SOURCE / "hooks", SOURCE / "client")

VERSION = (SOURCE / "tests/lint/clang-version").read_text().strip()

# How many states of a function the analyzer follows. Its own 225,000 take three times as long for
# the whole, and have found nothing more here.
ANALYZER_LIMIT = "max-nodes=50000"
ANALYZER_OPTIONS = [
    f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", ANALYZER_LIMIT)
]


def commands(build):
    """The compiler's arguments per source file, without what is made from it."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if any(folder in file.parents for folder in FOLDERS):
            arguments = entry.get("arguments") or shlex.split(entry["command"])
            found.setdefault(file, (arguments, entry["directory"]))
    return found


def state(file, arguments, directory):
    """What the file says once everything it includes is in it, its comments too."""
    kept = [a for a in arguments if not a.startswith("-fsanitize")]
    at = kept.index("-o")
    del kept[at : at + 2]
    expanded = subprocess.run(
        [*kept, "-E", "-P"], cwd=directory, check=True, capture_output=True
    ).stdout
    digest = hashlib.sha256(expanded)
    digest.update(file.read_bytes())
    digest.update((SOURCE / ".clang-tidy").read_bytes())
    digest.update(ANALYZER_LIMIT.encode())
    return digest.hexdigest()


def find_tool():
    for name in (f"clang-tidy-{VERSION}", "clang-tidy"):
        if shutil.which(name):
            said = subprocess.run([name, "--version"], check=False, capture_output=True, text=True)
            if f"version {VERSION}." in said.stdout:
                return name
    return None


def check(tool, build, marks, file, arguments, directory):
    mark = marks / state(file, arguments, directory)
    if mark.exists():
        return None
    result = subprocess.run(
        [tool, "-p", str(build), "--quiet", *ANALYZER_OPTIONS, str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        return result.stdout or result.stderr
    mark.touch()
    return ""


def main():
    tool = find_tool()
    if tool is None:
        print(f"SKIP: there is no clang-tidy {VERSION} here, and others find other things")
        return 77
    build = pathlib.Path(sys.argv[1]).resolve()
    marks = build / "tidy"
    marks.mkdir(exist_ok=True)
    files = commands(build)
    if len(files) < 20:
        print(f"only {len(files)} files in {build}/compile_commands.json")
        return 1
    checked = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for findings in pool.map(
            lambda item: check(tool, build, marks, item[0], *item[1]), sorted(files.items())
        ):
            checked += findings is not None
            if findings:
                failed += 1
                print(findings, flush=True)
    print(f"{len(files)} files, {checked} looked at, {failed} with findings")
    return 1 if failed else 0


sys.exit(main())
