#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""make.py [DIR]: makes the files that are lists of objects, here or in DIR, of the module.

collectd, netdata, Telegraf, LibreNMS and snmptt each want the same in their own syntax.
"""

import os
import re
import sys

sys.dont_write_bytecode = True
import mib  # noqa: E402

NODES = mib.load()
MADE = "Made by make.py, in the directory above."
SPDX = "SPDX-License-Identifier: BSD-3-Clause"

SCALARS = """
hmqDataStatus hmqPostfixStatus hmqReadErrors hmqTotalMessages hmqTotalVolume hmqTotalRecipients
hmqOldestAge hmqOverload hmqOutboundPaused hmqActionsQueued hmqActionsFailed hmqConditionsRaised
hmqConditionsWorst hmqDeliveryIdle
""".split()
QUEUE_COLUMNS = ["hmqQueueMessages", "hmqQueueVolume", "hmqQueueOldestAge"]
QUEUES = NODES["hmqQueue"].enum
OUTCOMES = NODES["hmqDeliveryOutcome"].enum


def oid(name, *index):
    return ".".join(["." + NODES[name].oid, *map(str, index or ["0"])])


def title(name):
    """hmqTotalMessages: Total messages"""
    return re.sub("(?<=[a-z])([A-Z])", lambda m: " " + m[1].lower(), name[3:])


def counter(name):
    return NODES[name].syntax == "Counter32"


def instances():
    """Each number that is worth a line: object, index, name of the series."""
    for name in SCALARS:
        yield name, (), name
    for name in QUEUE_COLUMNS:
        for number, queue in QUEUES.items():
            # Of corrupt files only the number is known.
            if queue != "corrupt" or name == "hmqQueueMessages":
                yield name, (number,), f"{name}-{queue}"
    for number, outcome in OUTCOMES.items():
        yield "hmqDeliveryCount", (number,), f"hmqDeliveryCount-{outcome}"


def collectd():
    lines = [
        f"# {SPDX}", "#", f"# {MADE} README.md says what to copy.", "",
        "LoadPlugin snmp", "<Plugin snmp>"]
    for name, index, series in instances():
        # Counters, too: collectd writes 0 for a counter that it did not get, and nan for a gauge.
        lines += [
            f'  <Data "{series}">', "    Table false", '    Type "gauge"',
            '    PluginInstance "mailqueue"', f'    TypeInstance "{series}"',
            f"    # {name}", f'    Values "{oid(name, *index)}"', "  </Data>"]
    lines += [
        '  <Host "gw1.example.com">', '    Address "gw1.example.com:161"', "    Version 3",
        '    SecurityLevel "authPriv"', '    Username "hmq-sha1"', '    AuthProtocol "SHA"',
        '    AuthPassphrase "authentication-passphrase"', '    PrivacyProtocol "AES"',
        '    PrivacyPassphrase "privacy-passphrase"', "    Interval 60"]
    lines += [f'    Collect "{series}"' for _, _, series in instances()]
    return lines + ["  </Host>", "</Plugin>"]


def netdata():
    lines = [
        f"# {SPDX}", "#", f"# {MADE}", "jobs:", "- name: gw1", "  hostname: gw1.example.com",
        "  update_every: 60", "  options: {port: 161, version: 3}", "  user:",
        "    name: hmq-read", "    level: authPriv", "    auth_proto: sha256",
        "    auth_key: authentication-passphrase", "    priv_proto: aes",
        "    priv_key: privacy-passphrase", "  charts:"]

    def chart(identity, text, unit, members):
        lines.extend([f"  - id: {identity}", f"    title: {text}", f"    units: {unit}",
                      "    family: mail queue", "    dimensions:"])
        for label, name, *index in members:
            kind = "incremental" if counter(name) else "absolute"
            lines.extend([f"    - name: {label}", f"      # {name}",
                          f"      oid: {oid(name, *index)[1:]}", f"      algorithm: {kind}"])

    chart("hmq_queues", "Messages in each queue", "messages",
          [(queue, "hmqQueueMessages", n) for n, queue in QUEUES.items()])
    chart("hmq_deliveries", "Deliveries", "events/s",
          [(outcome, "hmqDeliveryCount", n) for n, outcome in OUTCOMES.items()])
    for name in SCALARS:
        unit = NODES[name].units or "value"
        chart("hmq_" + name[3:].lower(), title(name), unit, [(name, name)])
    return lines


def telegraf():
    lines = [
        f"# {SPDX}", "#", f"# {MADE} README.md says what to copy.", "", "[[inputs.snmp]]",
        '  agents = ["udp://gw1.example.com:161"]', "  version = 3", '  interval = "60s"',
        '  sec_level = "authPriv"', '  sec_name = "hmq-read"', '  auth_protocol = "SHA256"',
        '  auth_password = "authentication-passphrase"', '  priv_protocol = "AES"',
        '  priv_password = "privacy-passphrase"', '  name = "hermes_mailqueue"',
        '  agent_host_tag = "instance"']
    for name in SCALARS:
        lines += ["  [[inputs.snmp.field]]", f'    name = "{name}"', f'    oid = "{oid(name)}"']
    tables = [
        ("queue", "hmqQueueName", QUEUE_COLUMNS),
        ("condition", "hmqConditionName", ["hmqConditionState", "hmqConditionValue"]),
        ("hook", "hmqHookName", ["hmqHookPending", "hmqHookFailures"]),
        ("delivery", "hmqDeliveryOutcomeName", ["hmqDeliveryCount", "hmqDeliveryRecent"])]
    for table, tag, columns in tables:
        lines += ["  [[inputs.snmp.table]]", f'    name = "hermes_mailqueue_{table}"']
        for name in [tag] + columns:
            lines += ["    [[inputs.snmp.table.field]]", f'      name = "{name}"',
                      f'      oid = ".{NODES[name].oid}"']
            lines += ["      is_tag = true"] if name == tag else []
    return lines


def librenms():
    lines = [f"# {SPDX}", "#", f"# {MADE}", "mib: HERMES-MAILQUEUE-MIB", "modules:",
             "    sensors:", "        count:", "            data:"]
    lines += [
        "                -", "                    oid: hmqQueueTable",
        "                    value: hmqQueueMessages",
        f"                    num_oid: '.{NODES['hmqQueueMessages'].oid}.{{{{ $index }}}}'",
        "                    index: 'hmqQueueMessages.{{ $index }}'",
        "                    descr: 'Mail queue {{ $hmqQueueName }}'"]

    def scalar(name):
        lines.extend([
            "                -", f"                    oid: {name}",
            f"                    num_oid: '.{NODES[name].oid}.{{{{ $index }}}}'",
            f"                    index: '{name}.{{{{ $index }}}}'",
            f"                    descr: '{title(name)}'"])

    for name in ("hmqTotalMessages", "hmqConditionsRaised", "hmqActionsQueued"):
        scalar(name)
    lines += ["        state:", "            data:"]
    for name in ("hmqDataStatus", "hmqPostfixStatus", "hmqConditionsWorst"):
        scalar(name)
        lines.extend([f"                    state_name: {name}",
                      "                    states:"])
        for value, word in NODES[name].enum.items():
            # 0 ok, 1 warning, 2 critical, 3 unknown
            level = {"ok": 0, "running": 0, "none": 0, "info": 0, "warning": 1, "unknown": 3}
            lines.append(f"                        - {{ value: {value}, "
                         f"generic: {level.get(word, 2)}, graph: 1, descr: {word} }}")
    return lines


def words_for_numbers(node):
    """snmptt's statements that put names in place of the numbers of enumerations."""
    for name in node.objects:
        for value, word in NODES[name].enum.items():
            yield f"REGEX ({name[3:]}={value}\\b)({name[3:]}={word})"


def snmptt():
    severity = {"Raised": "CRITICAL", "Lost": "CRITICAL", "Stopped": "CRITICAL", "Cleared": "OK",
                "Restored": "OK", "PostfixStarted": "OK"}
    lines = [f"# {SPDX}", "#", f"# {MADE} README.md says what to copy."]
    for node in NODES.values():
        if node.kind != "NOTIFICATION-TYPE":
            continue
        level = next((l for end, l in severity.items() if node.name.endswith(end)), "INFO")
        queues = iter(("incoming", "active", "deferred", "hold"))
        carried = []
        for number, name in enumerate(node.objects, 1):
            word = next(queues) if name == "hmqQueueMessages" else name[3:]
            carried.append(f"{word}=${number}")
        # A condition has a severity of its own.
        levels = {None: level}
        if node.name == "hmqConditionRaised":
            levels = {3: "CRITICAL", 2: "WARNING", 1: "INFO"}
        for value, level in levels.items():
            lines += ["#", f'EVENT {node.name} .{node.oid} "Mail queue" {level}',
                      f"FORMAT $A: {title(node.name)}: {' '.join(carried)}",
                      *words_for_numbers(node)]
            if value is not None:
                number = node.objects.index("hmqConditionSeverity") + 1
                lines += [f"MATCH ${number}: {value}"]
            lines += ["SDESC", "See hermes-mailqueue-mib(7).", "EDESC"]
    return lines


FILES = {
    "collectd/hermes-mailqueue.conf": collectd,
    "netdata/go.d-snmp.conf": netdata,
    "telegraf/hermes-mailqueue.conf": telegraf,
    "librenms/hermes-mailqueue.yaml": librenms,
    "snmptt/snmptt.conf.hermes-mailqueue": snmptt,
}


def main():
    target = sys.argv[1] if len(sys.argv) > 1 else mib.HERE
    for name, make in FILES.items():
        path = os.path.join(target, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(make()) + "\n")


main()
