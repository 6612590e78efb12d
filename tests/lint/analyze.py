#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""analyze.py BUILD TOOL: what a static analyzer finds in agent/, hooks/ and client/ is nothing, or
stands in analyzed.txt with the reason why it is wrong. TOOL is `gcc`, for its -fanalyzer, or
`cppcheck`.

They are those of Debian 12, because others find other things; exits 77 without that. BUILD has the
compile database, and remembers what was found in which state of a file.
"""

import os
import pathlib
import re
import subprocess
import sys

from compiled import SOURCE, look_at_all, version_of, without_output

EXCUSES = SOURCE / "tests/lint/analyzed.txt"


def output_of(arguments, directory):
    """What the analyzer says, in English and with plain quotes. It must not fail."""
    run = subprocess.run(
        arguments,
        cwd=directory,
        env={**os.environ, "LC_ALL": "C"},
        check=False,
        capture_output=True,
        text=True,
    )
    if run.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}:\n{run.stderr}")
    return run.stderr


def by_gcc(file, arguments, directory):
    kept = [a for a in without_output(arguments) if a != "-Werror"]
    compiler = next(i for i, word in enumerate(kept) if pathlib.Path(word).name != "ccache")
    plain = ["-fanalyzer", "-fdiagnostics-plain-output", "-o", "/dev/null"]
    text = output_of([gcc(), *kept[compiler + 1 :], *plain], directory)
    form = r"^(/?[^:\n]+):(\d+):\d+: warning: (.*) \[-W(analyzer-[a-z-]+)\]$"
    found = re.findall(form, text, re.M)
    return [[path, int(line), kind, message] for path, line, message, kind in found]


def by_cppcheck(file, arguments, directory):
    words = [a for a in arguments if re.match("-[ID]", a)]
    text = output_of(
        [
            *("cppcheck", "--quiet", "--enable=warning,performance", "--std=c11"),
            *("--library=posix", "--library=gnu", "--template={file}:{line}:{id}:{message}"),
            *words,
            str(file),
        ],
        directory,
    )
    found = re.findall(r"^([^:\n]+):(\d+):([A-Za-z]+):(.*)$", text, re.M)
    return [[path, int(line), kind, message] for path, line, kind, message in found]


def gcc():
    return next((name for name in ("gcc-12", "gcc") if version_of(name, " 12.")), None)


# What is found by which version, and how.
TOOLS = {
    "gcc": ("gcc 12", gcc, by_gcc),
    "cppcheck": ("cppcheck 2.10", lambda: version_of("cppcheck", "Cppcheck 2.10"), by_cppcheck),
}


def excuses(tool):
    """What is known to be wrong of this tool's: (file, kind, text of the line)."""
    known = set()
    for part in re.split(r"\n\n+", EXCUSES.read_text()):
        head, _, rest = part.partition("\n")
        match = re.fullmatch(r"(\S+): (\S+) (\S+)", head)
        line, _, why = rest.partition("\n")
        if not match or not line.startswith("> ") or not why:
            if not part.startswith("#"):
                raise SystemExit(f"{EXCUSES.name}: this is no excuse:\n{part}")
        elif match[2] == tool:
            known.add((match[1], match[3], line[2:]))
    return known


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    tool = sys.argv[2]
    version, present, look = TOOLS[tool]
    if not present():
        print(f"SKIP: there is no {version} here, and others find other things")
        return 77
    found, looked = look_at_all(build, f"analyzed-{tool}", pathlib.Path(__file__).read_text(), look)
    unused = known = excuses(tool)
    failed = 0
    for path, line, kind, message in [one for ones in found.values() for one in ones]:
        file = os.path.relpath(os.path.join(build, path), SOURCE)
        text = (SOURCE / file).read_text().split("\n")[line - 1].strip()
        unused = unused - {(file, kind, text)}
        if (file, kind, text) not in known:
            failed += 1
            print(f"{file}:{line}: {kind}: {message}\n    {text}")
    for file, kind, text in sorted(unused):
        failed += 1
        print(f"{EXCUSES.name} excuses what {tool} does not find: {file}: {kind}\n    {text}")
    print(f"{len(found)} files, {looked} looked at, {failed} findings")
    return 1 if failed else 0


sys.exit(main())
