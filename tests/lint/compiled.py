# SPDX-License-Identifier: BSD-3-Clause
"""What the checkers of agent/, hooks/ and client/ share: each source file with the arguments that
it is compiled with, and a memory of what was found in which state of it."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = (SOURCE / "agent", SOURCE / "hooks", SOURCE / "client")


def commands(build):
    """The compiler's arguments, and where it is run, per source file."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if any(folder in file.parents for folder in FOLDERS):
            arguments = entry.get("arguments") or shlex.split(entry["command"])
            found.setdefault(file, (arguments, entry["directory"]))
    if len(found) < 20:
        raise SystemExit(f"only {len(found)} files in {build}/compile_commands.json")
    return found


def without_output(arguments):
    """The arguments without the file that is made, and without sanitizers."""
    kept = [a for a in arguments if not a.startswith(("-fsanitize", "-fno-sanitize"))]
    at = kept.index("-o")
    del kept[at : at + 2]
    return kept


def state(file, arguments, directory, rules):
    """What the file says once everything it includes is in it, its comments too, and by which rules
    it is looked at."""
    expanded = subprocess.run(
        [*without_output(arguments), "-E", "-P"], cwd=directory, check=True, capture_output=True
    ).stdout
    digest = hashlib.sha256(expanded)
    digest.update(file.read_bytes())
    digest.update(rules.encode())
    return digest.hexdigest()


def look_at_all(build, name, rules, look):
    """Calls look(file, arguments, directory), which returns a list of what it found, for each file;
    BUILD/name has a file for each state that was looked at, so that none is looked at twice.
    Returns the lists per file, and how many files were looked at now."""
    memory = build / name
    memory.mkdir(exist_ok=True)

    def recall(item):
        file, (arguments, directory) = item
        kept = memory / state(file, arguments, directory, rules)
        if kept.exists():
            return file, json.loads(kept.read_text()), 0
        found = look(file, arguments, directory)
        part = kept.with_suffix(".part")
        part.write_text(json.dumps(found))
        part.rename(kept)
        return file, found, 1

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = list(pool.map(recall, sorted(commands(build).items())))
    return {file: found for file, found, _ in rows}, sum(new for _, _, new in rows)


def version_of(program, wanted):
    """Whether this program is there and says that it has the wanted version."""
    try:
        said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True)
    except OSError:
        return False
    return wanted in said.stdout
