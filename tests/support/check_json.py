#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_json.py PAGE TABLE... <DOCUMENT: the JSON of an hmq command against the manual page hmq(1):
each gateway has the group of the agent and these groups and tables and nothing else, each with the
keys of the page and no other, and every value has the type that its key promises. "Results" and
"counted" are what commands that act have.
"""

import json
import re
import sys

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
TIMES = {"started", "ended", "arrival", "next_retry", "time", "last", "last_delivery", "since",
         "overload_since", "outbound_pause_ends"}
TRUTHS = {"overload", "outbound_paused", "outbound_pause", "forced_expire", "all", "exact",
          "enabled", "results_complete"}
TEXTS = {"version", "postfix_version", "postfix", "data", "count_method", "last_read_error",
         "queue", "oldest_id", "state", "error", "id", "sender", "first_recipient", "reason",
         "address", "owner", "command", "comment", "queue_ids", "recipient", "domain",
         "example_id", "event", "severity", "subject", "text", "notified", "name", "kind",
         "last_error", "log", "outcome", "worst", "watch", "new_id", "check", "result", "remedy"}
# Text in one place, a number in the other.
NUMBERS = {"actions": {"id"}, "insight": {"senders", "domains", "reasons"},
           "event_serial": {"last"}}
ACTING = {"actions": "owner id state matched succeeded failed error results_complete",
          "results": "id outcome text new_id", "checks": "check result text remedy"}


def schema(page):
    """The keys of each table, as the section JSON of the page has them."""
    with open(page, encoding="utf-8") as file:
        text = file.read().split(".Sh JSON", 1)[1].split(".Sh ENVIRONMENT", 1)[0]
    tables = {}
    for name, keys in re.findall(r"^\.It Cm (\w+)\n((?:[^.].*\n)+)", text, re.M):
        tables[name] = re.sub(r"\([^)]*\)", "", keys.replace("\n", " ")).replace(" ", "").split(",")
    return tables


def wrong(what):
    sys.exit(f"FAIL: {what}")


def check_value(table, key, value):
    if value is None:
        return
    if key in TIMES and key not in NUMBERS.get(table, ()):
        good = isinstance(value, str) and TIME.match(value)
    elif key in TRUTHS:
        good = isinstance(value, bool)
    elif key in TEXTS and key not in NUMBERS.get(table, ()):
        good = isinstance(value, str)
    else:
        good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not good:
        wrong(f"{table}.{key} is {value!r}")


def check_table(table, keys, content):
    rows = content if isinstance(content, list) else [content]
    for row in rows:
        if row is None:
            continue
        if list(row) != keys:
            wrong(f"{table} has {list(row)}, the page {keys}")
        for key, value in row.items():
            check_value(table, key, value)


def check_gateway(tables, names, gateway):
    if gateway["error"] is not None:
        if list(gateway) != ["gateway", "error"] or not isinstance(gateway["error"], str):
            wrong(f"an error among {list(gateway)}")
        return
    found = set(gateway) - {"gateway", "error", "counted"}
    if found != set(names):
        wrong(f"{sorted(found)} and not {sorted(names)}")
    acts = "counted" in gateway
    for name in names:
        keys = ACTING[name].split() if name in ACTING and (acts or name not in tables) \
            else tables[name]
        check_table(name, keys, gateway[name])


def main(page, *names):
    document = json.load(sys.stdin)
    if list(document) != ["version", "command", "gateways"] or document["version"] != 1:
        wrong(f"it begins with {list(document)}")
    tables = schema(page)
    if len(tables) < 20:
        wrong(f"{page} has {len(tables)} tables only")
    for gateway in document["gateways"]:
        check_gateway(tables, names, gateway)


main(*sys.argv[1:])
