#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""documented.py MODULE SCHEMA PAGES INSTALLED: what a user can see stands in its manual page.

Every object of the module, with its number and whether it can be written, and every value of every
enumeration, under its object, in hermes-mailqueue-mib(7); every table, view and column that the SQL
in the source file SCHEMA makes, under its table in hermes-mailqueue-db(5); and every program below
INSTALLED (a staged installation) has a page there, where every file of the folder PAGES is
installed. Prints each finding as FILE:1: WHAT.
"""

import pathlib
import re
import sqlite3
import sys

findings = []


def wrong(file, what):
    findings.append(f"{file}:1: {what}")


def enumerations(module):
    """{object: [(label, number)]} of INTEGER { } and BITS { }, also by textual convention."""
    values = r"(?:INTEGER|BITS)\s*\{([^}]*)\}"
    conventions, objects = {}, {}
    text = re.sub(r'"[^"]*"', '""', module)
    for name, kind, body in re.findall(
        r"^(\w+) (?:::= )?(TEXTUAL-CONVENTION|OBJECT-TYPE)\n(.*?)(?=^\S)", text, re.M | re.S
    ):
        syntax = body[body.index("SYNTAX") + len("SYNTAX"):].lstrip()
        found = re.match(values, syntax)
        labels = re.findall(r"(\w+)\((\d+)\)", found.group(1)) if found else []
        if kind == "TEXTUAL-CONVENTION":
            conventions[name] = labels
        else:
            labels = labels or conventions.get(syntax.split()[0], [])
        if labels and kind == "OBJECT-TYPE":
            objects[name] = labels
    return objects


def check_enumerations(module, page):
    objects = enumerations(module.read_text())
    # An entry goes from the line `.It Cm OBJECT , ...` to the next one of an object.
    entries = re.split(r"^(?=\.It Cm hmq|\.S[hs] )", page.read_text(), flags=re.M)
    for name, labels in objects.items():
        found = [e for e in entries if re.match(rf"\.It Cm .*\b{name}\b", e)]
        for label, number in labels:
            if not any(re.search(rf"(^|[ \n]){label} \({number}\)", e) for e in found):
                wrong(page, f"the entry of {name} lacks {label} ({number})")
    if len(objects) < 10:
        wrong(module, f"only {len(objects)} enumerations were found")


def objects_of(module):
    """{object: (number below the module, MAX-ACCESS)}; entries of tables are left out."""
    text = re.sub(r'"[^"]*"', '""', module)
    text = re.sub(r"--.*", "", text)
    numbers, found = {}, {}
    for name, kind, body, parent, number in re.findall(
        r"^(\w+) +(MODULE-IDENTITY|OBJECT IDENTIFIER|OBJECT-TYPE)\b(.*?)::= \{ (\w+) (\d+) \}",
        text, re.M | re.S,
    ):
        above = "" if kind == "MODULE-IDENTITY" else numbers.get(parent)
        if above is None:
            continue
        numbers[name] = "" if kind == "MODULE-IDENTITY" else f"{above}.{number}".lstrip(".")
        access = re.search(r"MAX-ACCESS\s+(\S+)", body)
        if access and not name.endswith("Entry"):
            found[name] = (numbers[name], access.group(1))
    return found


def check_objects(module, page):
    marks = {"read-write": ", set", "read-create": ", create"}
    section = re.search(r"^\.Sh OBJECTS\n(.*?)(?=^\.Sh )", page.read_text(), re.M | re.S)
    listed = dict(re.findall(r"^\.It Cm (\w+) Pq (.*)$", section.group(1) if section else "", re.M))
    objects = objects_of(module.read_text())
    for name, (number, access) in objects.items():
        entry = number + marks.get(access, "")
        if listed.pop(name, None) != entry:
            wrong(page, f"OBJECTS lacks '.It Cm {name} Pq {entry}'")
    for name in listed:
        wrong(page, f"OBJECTS has {name}, which is not in the module")
    if len(objects) < 90:
        wrong(module, f"only {len(objects)} objects were found")


def schema(source):
    """{table or view: [column]}, made by running the statements of the C source in order."""
    code = re.sub(r"/\*.*?\*/", "", source.read_text(), flags=re.S)
    database = sqlite3.connect(":memory:")
    strings = re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', code)
    for string in strings:
        sql = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', string))
        if re.match(r"(CREATE|ALTER|DROP|UPDATE|DELETE|INSERT)\b", sql):
            database.executescript(sql)
    names = database.execute(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite_%'"
    )
    return {
        name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
        for (name,) in names.fetchall()
    }


def check_schema(source, page):
    tables = schema(source)
    section = re.compile(r"^\.Ss (\w+)[^\n]*\n(.*?)(?=^\.S[hs] )", re.M | re.S)
    sections = dict(section.findall(page.read_text()))
    for table, columns in tables.items():
        if table not in sections:
            wrong(page, f"no section about {table}")
            continue
        marked = " ".join(re.findall(r"^\.(?:It |Pq )*Va (.*)", sections[table], re.M))
        for column in set(columns) - set(re.findall(r"\w+", marked)):
            wrong(page, f"the section about {table} lacks its column {column}")
    if len(tables) < 8:
        wrong(source, f"only {len(tables)} tables were found")


def check_programs(pages, installed):
    there = {page.name for page in installed.glob("**/man/man[1-8]/*")}
    programs = [p.name for p in installed.glob("**/*bin/*")]
    # A page may be about several programs, which its section NAME lists.
    names = "".join(
        page.read_text().partition(".Sh NAME\n")[2].partition("\n.Nd ")[0] + "\n"
        for page in pages.glob("*.[18]")
    )
    for name in programs:
        if not re.search(rf"^\.Nm {re.escape(name)}(?: ,)?$", names, re.MULTILINE):
            wrong(pages, f"no page about the program {name}")
    for page in pages.iterdir():
        if page.name not in there:
            wrong(page, "is not installed: add it to CMakeLists.txt")
    if len(programs) < 4:
        wrong(installed, f"only {len(programs)} programs were found")


def main():
    module, source, pages, installed = (pathlib.Path(argument) for argument in sys.argv[1:])
    check_objects(module, pages / "hermes-mailqueue-mib.7")
    check_enumerations(module, pages / "hermes-mailqueue-mib.7")
    check_schema(source, pages / "hermes-mailqueue-db.5")
    check_programs(pages, installed)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


sys.exit(main())
