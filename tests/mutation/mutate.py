#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""mutate.py BUILD [NAME...]: changes one operator, constant or result in a file of agent/core at a
time, links the file's unit tests with it, and counts the changes that no test notices. A change is
killed if a test fails, crashes or does not end; one that does not compile is none. Of each file at
least 90 % must be killed. A survivor that cannot make a difference stands in equivalent.txt, with
the reason: such a change is not tried. The last line is `N passed, N failed`, of files."""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(f"{os.path.dirname(__file__)}/../..")
WANTED = 90.0
# Of processor time, and by the clock for one that sleeps: a busy machine kills nothing.
CPU_SECONDS_MAX = 30
SECONDS_MAX = 120
# A file, and the unit tests that are to notice.
TARGETS = {
    "detect": ["detect"],
    "queue_id": ["queue_id"],
    "reading": ["reading"],
    "results": ["results"],
    "selection": ["selection"],
    "watch": ["watch"],
}

TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^\#(?:\\\n|[^\n])*)
    |(?P<word>[A-Za-z_]\w*)|(?P<number>0[xX][0-9a-fA-F]+\w*|\d[\w.]*)
    |(?P<operator>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|.)""",
    re.X | re.S | re.M)
SWAPS = {
    "<": ["<=", ">="], ">": [">=", "<="], "<=": ["<", ">"], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "+=": ["-="], "-=": ["+="], "++": ["--"], "--": ["++"],
}
# Only between two operands: the others are signs and pointers.
BINARY = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*"}
WORDS = {"true": "false", "false": "true"}


class Token:
    def __init__(self, match):
        self.kind = match.lastgroup
        self.text = match.group()
        self.start, self.end = match.span()


def tokens_of(source):
    found = [Token(match) for match in TOKEN.finditer(source)]
    return [t for t in found if t.kind != "skip" and not t.text.isspace()]


def is_operand(token):
    keyword = token.text in ("return", "case", "sizeof", "else")
    return token.kind in ("word", "number") and not keyword or token.text in (")", "]")


def closing(tokens, at):
    """The index behind the parenthesis that is opened at this one."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[i].text, 0)
        if depth == 0:
            return i + 1
    return len(tokens)


def of_result(tokens, at):
    """Changes of `return EXPRESSION;`: another constant in its place."""
    end = at + 1
    while tokens[end].text != ";":
        end += 1
    if end == at + 1 or end == at + 2 and tokens[at + 1].text in WORDS:
        return
    whole = (tokens[at + 1].start, tokens[end - 1].end)
    alone = tokens[at + 1].text if end == at + 2 else ""
    if re.fullmatch("[A-Z][A-Z0-9_]+", alone) and alone != "NULL":
        yield (*whole, f"{alone} + 1")
    else:
        yield (*whole, "1" if alone in ("0", "NULL") else "0")


def of_token(tokens, at):
    token = tokens[at]
    where = (token.start, token.end)
    if token.kind == "word":
        if token.text in WORDS:
            yield (*where, WORDS[token.text])
        elif token.text == "return":
            yield from of_result(tokens, at)
    elif token.kind == "number":
        if re.fullmatch(r"\d+[uUlL]*", token.text):
            digits = re.match(r"\d+", token.text).group()
            yield (*where, str(int(digits) + 1) + token.text[len(digits):])
    elif token.text in SWAPS:
        for other in SWAPS[token.text]:
            yield (*where, other)
    elif token.text in BINARY:
        if at > 0 and is_operand(tokens[at - 1]):
            yield (*where, BINARY[token.text])
    elif token.text == "!":
        yield (*where, "")


class Mutant:
    def __init__(self, source, start, end, text):
        self.start, self.end, self.text = start, end, text
        first = source.rfind("\n", 0, start) + 1
        last = source.find("\n", start)
        self.number = source.count("\n", 0, start) + 1
        self.line = source[first:last].strip()
        # The line as it becomes: two changes of one line differ in it.
        new = source[first:start] + text + source[end:max(end, last)]
        self.becomes = " ".join(new.split())
        self.line = " ".join(self.line.split())


def mutants_of(source):
    tokens = tokens_of(source)
    found = []
    at = 0
    while at < len(tokens):
        if tokens[at].text in ("assert", "static_assert", "_Static_assert"):
            at = closing(tokens, at + 1)
            continue
        found += [Mutant(source, *change) for change in of_token(tokens, at)]
        at += 1
    return found


def read_equivalents():
    """{(file, line, line as it becomes)}"""
    found = {}
    with open(f"{ROOT}/tests/mutation/equivalent.txt", encoding="utf-8") as stream:
        entries = re.split(r"\n\s*\n", stream.read())
    for entry in entries:
        lines = [line for line in entry.splitlines() if line and not line.startswith("#")]
        if not lines:
            continue
        if len(lines) < 4 or not lines[1].startswith("- ") or not lines[2].startswith("+ "):
            sys.exit(f"equivalent.txt: not FILE, - LINE, + LINE and a reason: {entry}")
        found[lines[0], lines[1][2:], lines[2][2:]] = " ".join(lines[3:])
    return found


class Target:
    """A file of agent/core with its tests."""

    def __init__(self, build, name, compiles):
        self.build = build
        self.name = name
        self.path = f"{ROOT}/agent/core/{name}.c"
        with open(self.path, encoding="utf-8") as stream:
            self.source = stream.read()
        self.compile = [word for word in compiles[self.path] if word != "-Werror"]
        self.links = [self.link_of(test) for test in TARGETS[name]]
        self.mutants = mutants_of(self.source)

    def link_of(self, test):
        """How ninja links the program, in words."""
        program = f"bin/test_core_{test}"
        lines = subprocess.run(["ninja", "-C", self.build, "-t", "commands", program], check=True,
                               capture_output=True, text=True).stdout.splitlines()
        command = next(line for line in reversed(lines) if f"-o {program} " in line)
        words = shlex.split(re.search(r"(?:: && )?(.*?)(?: && :)?$", command).group(1))
        return words, program

    def make(self, folder, text):
        """The programs with that source; None if it does not compile."""
        source, made = f"{folder}/{self.name}.c", f"{folder}/{self.name}.o"
        with open(source, "w", encoding="utf-8") as stream:
            stream.write(text)
        words = list(self.compile)
        words[words.index("-o") + 1] = made
        words[words.index("-c") + 1] = source
        for flag in ("-MF", "-MT"):
            if flag in words:
                words[words.index(flag) + 1] = f"{folder}/depend"
        if subprocess.run([*words, "-w"], cwd=self.build, capture_output=True).returncode != 0:
            return None
        programs = []
        for words, program in self.links:
            # Before the library, which then has nothing to give for it.
            words = list(words)
            words[words.index("-o") + 1] = f"{folder}/{os.path.basename(program)}"
            first = next(i for i, word in enumerate(words) if word.endswith(".o"))
            words.insert(first, made)
            subprocess.run(words, cwd=self.build, check=True, capture_output=True)
            programs.append(f"{folder}/{os.path.basename(program)}")
        return programs

    def try_mutant(self, mutant):
        """None: it does not compile; True: a test noticed."""
        changed = self.source[:mutant.start] + mutant.text + self.source[mutant.end:]
        with tempfile.TemporaryDirectory(prefix="hmq-mutant.") as folder:
            programs = self.make(folder, changed)
            return None if programs is None else any(not passes(p) for p in programs)


def passes(program):
    """A leak is no behavior, and to look for leaks takes longer than most tests."""
    try:
        return subprocess.run(["prlimit", f"--cpu={CPU_SECONDS_MAX}", program],
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
                              capture_output=True, timeout=SECONDS_MAX).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def run(target, equivalents, pool):
    known = [m for m in target.mutants if (f"{target.name}.c", m.line, m.becomes) in equivalents]
    mutants = [m for m in target.mutants if m not in known]
    with tempfile.TemporaryDirectory(prefix="hmq-mutant.") as folder:
        for program in target.make(folder, target.source):
            if not passes(program):
                sys.exit(f"{program} fails without a change")
    results = list(pool.map(target.try_mutant, mutants))
    killed, tried = results.count(True), len(results) - results.count(None)
    for mutant, result in zip(mutants, results):
        if result is False:
            print(f"agent/core/{target.name}.c:{mutant.number}: survives\n- {mutant.line}\n"
                  f"+ {mutant.becomes}", flush=True)
    percent = 100.0 * killed / tried
    print(f"{target.name}.c: {killed} of {tried} changes killed, {percent:.1f} %; "
          f"{len(known)} are equivalent", flush=True)
    return percent >= WANTED, {(f"{target.name}.c", m.line, m.becomes) for m in known}


def main():
    build = os.path.abspath(sys.argv[1])
    names = sys.argv[2:] or list(TARGETS)
    with open(f"{build}/compile_commands.json", encoding="utf-8") as stream:
        compiles = {c["file"]: shlex.split(c["command"]) for c in json.load(stream)}
    equivalents = read_equivalents()
    used = set()
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name in names:
            good, known = run(Target(build, name, compiles), equivalents, pool)
            passed += good
            used |= known
    stale = [e for e in equivalents if e not in used and e[0][:-2] in names]
    for file, line, _ in stale:
        print(f"equivalent.txt: no such change of {file}: {line}")
    failed = len(names) - passed + len(stale)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
