#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""report.py JSON REASONS: lines and branches per file, of llvm-cov's summary. At least 92 % of the
lines and 80 % of the branches are to be reached, in total and in each file; a file below has its
reason in REASONS, a line `FILE: why`. Of those that are near, one run reaches more than another, so
that a reason that was not needed is no fault."""

import json
import os
import re
import sys

WANTED = {"lines": 92.0, "branches": 80.0}
ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/../..")


def percent(covered, count):
    return 100.0 * covered / count if count else 100.0


def below(numbers):
    return [what for what, least in WANTED.items() if percent(*numbers[what]) < least]


def show(name, numbers, note):
    cells = "".join(f"{percent(*numbers[w]):7.1f} % of {numbers[w][1]:6}" for w in WANTED)
    print(f"{name:36}{cells}  {note}")


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        data = json.load(stream)["data"][0]
    with open(sys.argv[2], encoding="utf-8") as stream:
        reasons = dict(re.findall(r"^([a-z]\S+): (.+)$", stream.read(), re.M))
    total = {what: (0, 0) for what in WANTED}
    passed = failed = 0
    print(f"{'':36}{'lines':>19}{'branches':>19}")
    for file in sorted(data["files"], key=lambda f: f["filename"]):
        name = os.path.relpath(file["filename"], ROOT)
        if not re.match(r"(agent|hooks|client)/.*\.c$", name):
            continue
        summary = file["summary"]
        numbers = {w: (summary[w]["covered"], summary[w]["count"]) for w in WANTED}
        total = {w: tuple(a + b for a, b in zip(total[w], numbers[w])) for w in WANTED}
        reason = reasons.pop(name, None)
        low = below(numbers)
        good = not low or bool(reason)
        passed, failed = passed + good, failed + (not good)
        note = reason or "" if low else ""
        if low and not reason:
            note = f"FAIL: few {' and '.join(low)}, and no reason in reasons.txt"
        show(name, numbers, note)
    good = not below(total)
    show("total", total, "" if good else "FAIL: too little")
    for name in reasons:
        print(f"FAIL: reasons.txt names {name}, which is not there")
    failed += (not good) + len(reasons)
    print(f"{passed + good} passed, {failed} failed")
    return failed > 0


sys.exit(main())
