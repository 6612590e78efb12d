# SPDX-License-Identifier: BSD-3-Clause
"""A check plugin for Checkmk 2.3 and later: the service "Mail queue".

Copy to local/lib/python3/cmk_addons/plugins/hermes_mailqueue/agent_based/ of the site. Not run
against a Checkmk: there is none in Debian.
"""

from cmk.agent_based.v2 import (
    CheckPlugin,
    Metric,
    Result,
    Service,
    SimpleSNMPSection,
    SNMPTree,
    State,
    exists,
)

DATA = {"1": "ok", "2": "stale", "3": "unavailable"}
WORST = {"0": State.OK, "1": State.OK, "2": State.WARN, "3": State.CRIT}
FIELDS = ("data", "postfix", "worst", "raised", "messages", "oldest")


def parse_hermes_mailqueue(string_table):
    return dict(zip(FIELDS, string_table[0])) if string_table else None


def discover_hermes_mailqueue(section):
    yield Service()


def check_hermes_mailqueue(section):
    if section["data"] != "1" or not section["messages"]:
        yield Result(state=State.UNKNOWN,
                     summary=f"The data is {DATA.get(section['data'], 'missing')}")
        return
    yield Result(state=WORST.get(section["worst"], State.UNKNOWN),
                 summary=f"{section['messages']} messages, "
                         f"{section['raised'] or 'unknown'} conditions raised")
    yield Metric("messages", int(section["messages"]))
    if section["oldest"]:
        yield Metric("oldest_age", int(section["oldest"]))
    if section["postfix"] == "2":
        yield Result(state=State.CRIT, summary="Postfix is stopped")


snmp_section_hermes_mailqueue = SimpleSNMPSection(
    name="hermes_mailqueue",
    parse_function=parse_hermes_mailqueue,
    # hmqDataStatus
    detect=exists(".1.3.6.1.4.1.8072.9999.9999.2525.1.1.5.0"),
    fetch=SNMPTree(
        base=".1.3.6.1.4.1.8072.9999.9999.2525.1",
        # hmqDataStatus, hmqPostfixStatus, hmqConditionsWorst, hmqConditionsRaised,
        # hmqTotalMessages, hmqOldestAge
        oids=["1.5.0", "1.4.0", "11.2.0", "11.1.0", "2.1.0", "2.4.0"],
    ),
)

check_plugin_hermes_mailqueue = CheckPlugin(
    name="hermes_mailqueue",
    service_name="Mail queue",
    discovery_function=discover_hermes_mailqueue,
    check_function=check_hermes_mailqueue,
)
