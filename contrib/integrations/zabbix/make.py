#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""make.py [DIR]: makes the template hermes-mailqueue.yaml, here or in DIR, of the tables below and
of the module.

The format is that of Zabbix 6.0, which 6.0 and all later versions import. Objects are named as the
module names them: numbers, units, value maps and descriptions are taken from there.
"""

import hashlib
import os
import sys

import yaml

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import mib  # noqa: E402

TEMPLATE = "Hermes mail queue by SNMP"
GROUP = ("Templates/Applications", "a571c0d144b14fd4a87a9d9b2aa9fcd6")

NODES = mib.load()
TRAP_KEY = 'snmptrap["%s"]' % f".{mib.root(NODES)}.0.".replace(".", r"\.")
SAME = [("DISCARD_UNCHANGED_HEARTBEAT", ["1h"])]
CHANGE = [("SIMPLE_CHANGE", [""])]
UNITS = {
    "seconds": ("s", []),
    "milliseconds": ("s", [("MULTIPLIER", ["0.001"])]),
    "K-octets": ("B", [("MULTIPLIER", ["1024"])]),
    "minutes": ("s", [("MULTIPLIER", ["60"])]),
}

# The scalars: object, name of the item, interval, preprocessing besides that of the unit.
SCALARS = [
    ("hmqDataStatus", "Data", "1m", []),
    ("hmqPostfixStatus", "Postfix", "1m", []),
    ("hmqCountsAge", "Age of the counts", "1m", []),
    ("hmqListAge", "Age of the listing", "1m", []),
    ("hmqListDuration", "Duration of a listing", "1m", []),
    ("hmqLoopLatency", "Latency of the agent", "1m", []),
    ("hmqReadErrors", "Failed readings", "1m", CHANGE),
    ("hmqMasterReconnects", "Reconnections to snmpd", "5m", CHANGE),
    ("hmqLastReadError", "Last failed reading", "5m", SAME),
    ("hmqAgentVersion", "Version of the agent", "1h", SAME),
    ("hmqPostfixVersion", "Version of Postfix", "1h", SAME),
    ("hmqTotalMessages", "Messages", "1m", []),
    ("hmqTotalVolume", "Volume", "1m", []),
    ("hmqTotalRecipients", "Recipients", "1m", []),
    ("hmqOldestAge", "Oldest message", "1m", []),
    ("hmqOverload", "Overload", "1m", []),
    ("hmqOutboundPaused", "Outbound mail is paused", "1m", []),
    ("hmqOverloadThreshold", "Overload threshold", "10m", []),
    ("hmqSettingsState", "Settings", "5m", []),
    ("hmqMessagesListed", "Messages with a row", "5m", []),
    ("hmqMessagesOmitted", "Messages without a row", "5m", []),
    ("hmqActionsQueued", "Actions queued", "1m", []),
    ("hmqActionsFinished", "Actions finished", "5m", CHANGE),
    ("hmqActionsFailed", "Actions failed", "5m", CHANGE),
    ("hmqEventSerial", "Last event", "1m", []),
    ("hmqConditionsRaised", "Conditions raised", "1m", []),
    ("hmqConditionsWorst", "Worst condition", "1m", []),
    ("hmqDeliveryLogStatus", "Postfix's log", "5m", []),
    ("hmqDeliveryDelayMedian", "Delay of deliveries, median", "1m", []),
    ("hmqDeliveryDelayP95", "Delay of deliveries, 95 of 100", "1m", []),
    ("hmqDeliveryIdle", "Nothing delivered for", "1m", []),
]

# The tables: key, title, the column that names a row, its macro, the columns with their name.
TABLES = [
    ("queues", "Queues", "hmqQueueName", "{#QUEUE}", "1h", [
        ("hmqQueueMessages", "Queue {#QUEUE}: messages", "1m", []),
        ("hmqQueueVolume", "Queue {#QUEUE}: volume", "1m", []),
        ("hmqQueueOldestAge", "Queue {#QUEUE}: oldest message", "1m", []),
    ]),
    ("conditions", "Conditions", "hmqConditionName", "{#CONDITION}", "10m", [
        ("hmqConditionState", "Condition {#CONDITION}: state", "1m", []),
        ("hmqConditionValue", "Condition {#CONDITION}: value", "1m", []),
        ("hmqConditionThreshold", "Condition {#CONDITION}: threshold", "10m", []),
        ("hmqConditionSeverity", "Condition {#CONDITION}: severity", "10m", []),
    ]),
    ("hooks", "Webhooks and scripts", "hmqHookName", "{#HOOK}", "10m", [
        ("hmqHookPending", "Hook {#HOOK}: events that wait", "1m", []),
        ("hmqHookFailures", "Hook {#HOOK}: failures", "5m", CHANGE),
        ("hmqHookDelivered", "Hook {#HOOK}: events delivered", "5m", CHANGE),
        ("hmqHookLastError", "Hook {#HOOK}: last error", "5m", SAME),
    ]),
    ("outcomes", "Deliveries", "hmqDeliveryOutcomeName", "{#OUTCOME}", "1h", [
        ("hmqDeliveryCount", "Deliveries: {#OUTCOME}", "1m", [("CHANGE_PER_SECOND", [""])]),
        ("hmqDeliveryRecent", "Deliveries: {#OUTCOME} in the last 5 minutes", "1m", []),
    ]),
    # Only for a user with the view hmqInsight, or hmqList for the addresses.
    ("senders", "Senders", "hmqSenderMessages", "{#SENDER}", "10m", [
        ("hmqSenderAddress", "Sender {#SNMPINDEX}: address", "5m", SAME),
        ("hmqSenderMessages", "Sender {#SNMPINDEX}: messages", "5m", []),
    ]),
    ("domains", "Domains", "hmqDomainMessages", "{#DOMAIN}", "10m", [
        ("hmqDomainName", "Domain {#SNMPINDEX}: name", "5m", SAME),
        ("hmqDomainMessages", "Domain {#SNMPINDEX}: messages", "5m", []),
        ("hmqDomainReason", "Domain {#SNMPINDEX}: most frequent reason", "5m", SAME),
    ]),
]
# Which columns the rows have no matter what; the queue of corrupt files is a number only.
CORRUPT = ["hmqQueueVolume", "hmqQueueOldestAge"]


def key(name):
    """hmqTotalMessages: hmq.total.messages"""
    return "".join("." + c.lower() if c.isupper() else c for c in name)


def uid(text):
    octets = bytearray(hashlib.md5(("hermes-mailqueue " + text).encode()).digest())
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    return octets.hex()


def steps(listed):
    return [{"type": kind, "parameters": parameters} for kind, parameters in listed]


def item(name, title, delay, more, index=None):
    """The item of a scalar, or with the index of a row its prototype."""
    node = NODES[name]
    text = node.syntax in ("SnmpAdminString", "HmqQueueId", "DisplayString")
    unit, of_unit = UNITS.get(node.units, ("", []))
    whole = f"{key(name)}[{index}]" if index else key(name)
    made = {
        "uuid": uid(whole),
        "name": title,
        "type": "SNMP_AGENT",
        "snmp_oid": f"{node.oid}.{'{#SNMPINDEX}' if index else 0}",
        "key": whole,
        "delay": delay,
    }
    if text:
        made.update({"trends": "0", "value_type": "CHAR"})
    elif of_unit and node.units == "milliseconds" or more and more[0][0] == "CHANGE_PER_SECOND":
        made["value_type"] = "FLOAT"
    if unit:
        made["units"] = unit
    made["description"] = node.description.split(". ")[0].rstrip(".") + "."
    if node.enum:
        made["valuemap"] = {"name": name if node.syntax == "INTEGER" else node.syntax}
    if of_unit or more:
        made["preprocessing"] = steps(of_unit + more)
    made["tags"] = [{"tag": "component", "value": "mail queue"}]
    return made


def trigger(name, expression, priority, recovery=None, text=None, after=(), opdata=None):
    made = {"uuid": uid("t " + name), "expression": expand(expression)}
    if recovery:
        made.update({"recovery_mode": "RECOVERY_EXPRESSION",
                     "recovery_expression": expand(recovery)})
    made["name"] = "Mail queue: " + name
    if opdata:
        made["opdata"] = opdata
    made["priority"] = priority
    if text:
        made["description"] = text
    if recovery:
        made["manual_close"] = "YES"
    if after:
        made["dependencies"] = [
            {"name": "Mail queue: " + n, "expression": expand(e),
             **({"recovery_expression": expand(r)} if r else {})} for n, e, r in after]
    made["tags"] = [{"tag": "scope", "value": "availability" if priority == "HIGH" else "notice"}]
    return made


def expand(expression):
    """@hmqTotalMessages and @hmqHookPending[{#HOOK}] as Zabbix wants them."""
    words = []
    for part in expression.split("@")[1:]:
        end = next((i for i, c in enumerate(part) if not c.isalnum()), len(part))
        words.append(f"/{TEMPLATE}/" + (key(part[:end]) if part[:3] == "hmq" else part[:end]) +
                     part[end:])
    return expression.split("@")[0] + "".join(words)


# A raise lasts until the gateway says that it is over: no answer is no all-clear. What has to last
# also counts values: without them the first value would be taken for the whole time.
UNREAD = ("cannot be read", "nodata(@hmqDataStatus,{$HMQ.NODATA})=1 or last(@hmqDataStatus)<>1",
          None)
OVERLOAD = ("overload", "last(@hmqOverload)=1", "last(@hmqOverload)=2")
TRIGGERS = {
    "hmqDataStatus": [trigger(UNREAD[0], UNREAD[1], "HIGH", opdata="{ITEM.LASTVALUE1}",
                              text="The agent cannot read the queue, is not connected to snmpd, or "
                                   "snmpd does not answer.")],
    "hmqPostfixStatus": [trigger("Postfix has stopped", "last(@hmqPostfixStatus)=2", "HIGH",
                                 "last(@hmqPostfixStatus)=1")],
    "hmqOverload": [trigger(OVERLOAD[0], OVERLOAD[1], "HIGH", OVERLOAD[2])],
    "hmqReadErrors": [trigger("readings fail again and again", "sum(@hmqReadErrors,30m)>10",
                              "WARNING", after=[UNREAD])],
    "hmqSettingsState": [trigger("Postfix does not run with the settings that were made",
                                 "min(@hmqSettingsState,15m)>2 and "
                                 "count(@hmqSettingsState,15m)>=3", "WARNING")],
    "hmqOutboundPaused": [trigger("outbound mail has been paused for hours",
                                  "max(@hmqOutboundPaused,4h)=1 and "
                                  "count(@hmqOutboundPaused,4h)>200", "WARNING")],
    "hmqDeliveryLogStatus": [trigger("Postfix's log cannot be read",
                                     "min(@hmqDeliveryLogStatus,15m)=2 and "
                                     "count(@hmqDeliveryLogStatus,15m)>=3", "INFO")],
}
RAISED = "last(@hmqConditionState[{#CONDITION}])=4 and last(@hmqConditionSeverity[{#CONDITION}])="
CLEARED = "last(@hmqConditionState[{#CONDITION}])<>4"
PROTOTYPE_TRIGGERS = {
    "hmqConditionState": [
        trigger("{#CONDITION} is raised (" + word + ")", RAISED + number, priority,
                CLEARED, opdata="{ITEM.LASTVALUE1}")
        for word, number, priority in (("critical", "3", "HIGH"), ("warning", "2", "WARNING"),
                                       ("info", "1", "INFO"))],
    "hmqHookPending": [trigger("{#HOOK} does not get its events",
                               "min(@hmqHookPending[{#HOOK}],15m)>0 and "
                               "count(@hmqHookPending[{#HOOK}],15m)>10", "AVERAGE")],
}

GRAPHS = [
    ("Mail queue: messages", [("hmqTotalMessages", "1A7C11"), ("hmqOverloadThreshold", "F63100")]),
    ("Mail queue: oldest message", [("hmqOldestAge", "2774A4")]),
    ("Mail queue: volume", [("hmqTotalVolume", "7E57C2")]),
    ("Mail queue: delay of deliveries", [("hmqDeliveryDelayMedian", "1A7C11"),
                                         ("hmqDeliveryDelayP95", "F63100")]),
]
MACROS = [
    ("{$HMQ.NODATA}", "5m", "For how long there may be no answer."),
]


def discovery(name, title, column, macro, delay, columns):
    named = macro not in ("{#SENDER}", "{#DOMAIN}")
    rule = {
        "uuid": uid("lld " + name),
        "name": title,
        "type": "SNMP_AGENT",
        "snmp_oid": f"discovery[{macro},{NODES[column].oid}]",
        "key": f"hmq.{name}",
        "delay": delay,
        "lifetime": "7d",
        "item_prototypes": [],
    }
    if name == "conditions":
        # The overload has an item and a trigger of its own.
        rule["filter"] = {"conditions": [{"macro": macro, "value": "^overload$",
                                          "operator": "NOT_MATCHES_REGEX", "formulaid": "A"}]}
    for column, *rest in columns:
        made = item(column, *rest, index=macro if named else "{#SNMPINDEX}")
        if column in PROTOTYPE_TRIGGERS and column == "hmqHookPending":
            made["trigger_prototypes"] = PROTOTYPE_TRIGGERS[column]
        rule["item_prototypes"].append(made)
    if name == "conditions":
        rule["trigger_prototypes"] = PROTOTYPE_TRIGGERS["hmqConditionState"]
    if name == "queues":
        rule["overrides"] = [{
            "name": "of corrupt files only the number is known", "step": "1",
            "filter": {"conditions": [{"macro": macro, "value": "^corrupt$", "formulaid": "A"}]},
            "operations": [{"operationobject": "ITEM_PROTOTYPE", "operator": "REGEXP",
                            "value": "volume|oldest", "discover": "NO_DISCOVER"}],
        }]
    return rule


def trap_item():
    """What zabbix_trap_receiver.pl or our trap handler has written to the file of traps."""
    return {
        "uuid": uid("trap"), "name": "Notifications", "type": "SNMP_TRAP", "key": TRAP_KEY,
        "delay": "0", "history": "30d", "trends": "0", "value_type": "LOG",
        "description": "The notifications of the agent; see README.md for how they get here.",
        "logtimefmt": "yyyy-MM-ddThh:mm:ss",
        "tags": [{"tag": "component", "value": "mail queue"}],
    }


def value_maps():
    names = {n for n, *_ in SCALARS} | {c for t in TABLES for c, *_ in t[5]}
    maps = {}
    for name in sorted(names):
        node = NODES[name]
        if node.enum:
            maps[name if node.syntax == "INTEGER" else node.syntax] = node.enum
    return [{"uuid": uid("vm " + name), "name": name,
             "mappings": [{"value": str(n), "newvalue": word} for n, word in enum.items()]}
            for name, enum in sorted(maps.items())]


def widget(place, name):
    x, y, width, height = place
    return {"type": "GRAPH_CLASSIC", "x": str(x), "y": str(y), "width": str(width),
            "height": str(height),
            "fields": [{"type": "INTEGER", "name": "source_type", "value": "0"},
                       {"type": "GRAPH", "name": "graphid",
                        "value": {"host": TEMPLATE, "name": name}}]}


def document():
    items = []
    for name, *rest in SCALARS:
        made = item(name, *rest)
        if name in TRIGGERS:
            made["triggers"] = TRIGGERS[name]
        items.append(made)
    group, group_uuid = GROUP
    places = [(0, 0, 12, 5), (12, 0, 12, 5), (0, 5, 12, 5), (12, 5, 12, 5)]
    template = {
        "uuid": uid("template"), "template": TEMPLATE, "name": TEMPLATE,
        "description": "The Postfix queue as hermes-mailqueued serves it. For a host with an "
                       "SNMPv3 interface (authPriv, SHA256, AES128).",
        "groups": [{"name": group}],
        "items": items + [trap_item()],
        "discovery_rules": [discovery(*table) for table in TABLES],
        "macros": [{"macro": m, "value": v, "description": d} for m, v, d in MACROS],
        "dashboards": [{
            "uuid": uid("dashboard"), "name": "Mail queue",
            "pages": [{"widgets": [widget(place, name)
                                   for place, (name, _) in zip(places, GRAPHS)]}]}],
        "valuemaps": value_maps(),
    }
    graphs = [{"uuid": uid("g " + name), "name": name,
               "graph_items": [{"sortorder": str(n), "color": color,
                                "item": {"host": TEMPLATE, "key": key(of)}}
                               for n, (of, color) in enumerate(lines)]}
              for name, lines in GRAPHS]
    return {"zabbix_export": {
        "version": "6.0", "date": "2026-01-01T00:00:00Z",
        "groups": [{"uuid": group_uuid, "name": group}],
        "templates": [template], "graphs": graphs}}


def main():
    target = sys.argv[1] if len(sys.argv) > 1 else HERE
    dumper = yaml.SafeDumper
    dumper.ignore_aliases = lambda *_: True
    with open(os.path.join(target, "hermes-mailqueue.yaml"), "w", encoding="utf-8") as out:
        out.write("# SPDX-License-Identifier: BSD-3-Clause\n#\n# Made by make.py.\n")
        yaml.dump(document(), out, Dumper=dumper, sort_keys=False, width=98, allow_unicode=True)


main()
