#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""make.py [DIR]: makes the dashboards hermes-mailqueue.json, of one gateway, and
hermes-mailqueue-fleet.json, of all, here or in DIR, of the tables below.

make.py --queries prints each query, with the variables filled in for every gateway.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
SOURCE = {"type": "prometheus", "uid": "${source}"}
ONE = 'instance="$instance"'
ALL = 'instance=~"$instance"'
# "which words mean good, and which do not": the values of the module's enumerations.
DATA = {"1": ("ok", "green"), "2": ("stale", "orange"), "3": ("unavailable", "red")}
POSTFIX = {"1": ("running", "green"), "2": ("stopped", "red"), "3": ("unknown", "orange")}
WORST = {"0": ("none", "green"), "1": ("info", "blue"), "2": ("warning", "orange"),
         "3": ("critical", "red")}
STATE = {"1": ("unknown", "orange"), "2": ("clear", "green"), "3": ("pending", "yellow"),
         "4": ("raised", "red")}
YES = {"1": ("yes", "red"), "2": ("no", "green")}



def how_many(metric, test):
    """The query for how many gateways are so: 0 only if at least one of them answers."""
    return f"count({metric}{{{ALL}}} {test}) or count({metric}{{{ALL}}}) * 0"


# A row of panels has the height of its first. A panel: title, kind, width of 24, unit, what words
# its values have, and the queries with their legends.
GATEWAY = [
    (4, [
        ("Data", "stat", 3, "none", DATA, [(f"hmqDataStatus{{{ONE}}}", "")]),
        ("Postfix", "stat", 3, "none", POSTFIX, [(f"hmqPostfixStatus{{{ONE}}}", "")]),
        ("Worst condition", "stat", 3, "none", WORST, [(f"hmqConditionsWorst{{{ONE}}}", "")]),
        ("Messages", "stat", 3, "none", None, [(f"hmqTotalMessages{{{ONE}}}", "")]),
        ("Oldest message", "stat", 3, "s", None, [(f"hmqOldestAge{{{ONE}}}", "")]),
        ("Volume", "stat", 3, "kbytes", None, [(f"hmqTotalVolume{{{ONE}}}", "")]),
        ("Outbound paused", "stat", 3, "none", YES, [(f"hmqOutboundPaused{{{ONE}}}", "")]),
        ("Nothing delivered for", "stat", 3, "s", None, [(f"hmqDeliveryIdle{{{ONE}}}", "")]),
    ]),
    (9, [
        ("Messages in each queue", "stack", 12, "none", None,
         [(f"hmqQueueMessages{{{ONE}}}", "{{hmqQueue}}")]),
        ("Messages and threshold", "lines", 12, "none", None,
         [(f"hmqTotalMessages{{{ONE}}}", "messages"),
          (f"hmqOverloadThreshold{{{ONE}}} > 0", "overload above")]),
    ]),
    (8, [
        ("Oldest message in each queue", "lines", 12, "s", None,
         [(f"hmqQueueOldestAge{{{ONE}}}", "{{hmqQueue}}")]),
        ("Deliveries", "lines", 12, "ops", None,
         [(f"rate(hmqDeliveryCount{{{ONE}}}[5m])", "{{hmqDeliveryOutcome}}")]),
    ]),
    (8, [
        ("Conditions", "states", 12, "none", STATE,
         [(f"hmqConditionState{{{ONE}}}", "{{hmqConditionKey}}")]),
        ("Delay of deliveries", "lines", 12, "ms", None,
         [(f"hmqDeliveryDelayMedian{{{ONE}}}", "median"),
          (f"hmqDeliveryDelayP95{{{ONE}}}", "95 of 100")]),
    ]),
    (8, [
        ("Senders", "lines", 8, "none", None,
         [(f"hmqSenderMessages{{{ONE}}}", "{{hmqSenderRank}} {{hmqSenderAddress}}")]),
        ("Domains", "lines", 8, "none", None,
         [(f"hmqDomainMessages{{{ONE}}}", "{{hmqDomainName}}")]),
        ("Reasons", "lines", 8, "none", None,
         [(f"hmqReasonMessages{{{ONE}}}", "{{hmqReasonText}}")]),
    ]),
    (7, [
        ("Events that wait for a hook", "lines", 8, "none", None,
         [(f"hmqHookPending{{{ONE}}}", "{{hmqHookName}}")]),
        ("Actions", "lines", 8, "none", None,
         [(f"increase(hmqActionsFinished{{{ONE}}}[5m])", "finished"),
          (f"increase(hmqActionsFailed{{{ONE}}}[5m])", "failed")]),
        ("The agent itself", "lines", 8, "ms", None,
         [(f"hmqLoopLatency{{{ONE}}}", "latency"), (f"hmqListDuration{{{ONE}}}", "listing"),
          (f"hmqCountsAge{{{ONE}}}", "age of the counts")]),
    ]),
]
FLEET = [
    (4, [
        ("Gateways", "stat", 4, "none", None,
         [(f'count(up{{job="hermes-mailqueue",{ALL}}})', "")]),
        ("Not readable", "stat", 4, "none", None,
         [(f'count(up{{job="hermes-mailqueue",{ALL}}} unless on (instance) '
           f"(hmqDataStatus{{{ALL}}} == 1)) or "
           f'count(up{{job="hermes-mailqueue",{ALL}}}) * 0', "")]),
        ("Overloaded", "stat", 4, "none", None,
         [(how_many("hmqOverload", "== 1"), "")]),
        ("With a condition raised", "stat", 4, "none", None,
         [(how_many("hmqConditionsRaised", "> 0"), "")]),
        ("Postfix stopped", "stat", 4, "none", None,
         [(how_many("hmqPostfixStatus", "== 2"), "")]),
        ("Messages", "stat", 4, "none", None, [(f"sum(hmqTotalMessages{{{ALL}}})", "")]),
    ]),
    (9, [
        ("Worst condition", "states", 12, "none", WORST,
         [(f"hmqConditionsWorst{{{ALL}}}", "{{instance}}")]),
        ("Data", "states", 12, "none", DATA, [(f"hmqDataStatus{{{ALL}}}", "{{instance}}")]),
    ]),
    (9, [
        ("The 20 longest queues", "lines", 12, "none", None,
         [(f"topk(20, hmqTotalMessages{{{ALL}}})", "{{instance}}")]),
        ("The 20 oldest messages", "lines", 12, "s", None,
         [(f"topk(20, hmqOldestAge{{{ALL}}})", "{{instance}}")]),
    ]),
    (8, [
        ("Deliveries of all", "lines", 12, "ops", None,
         [(f"sum by (hmqDeliveryOutcome) (rate(hmqDeliveryCount{{{ALL}}}[5m]))",
           "{{hmqDeliveryOutcome}}")]),
        ("Messages of all in each queue", "stack", 12, "none", None,
         [(f"sum by (hmqQueue) (hmqQueueMessages{{{ALL}}})", "{{hmqQueue}}")]),
    ]),
]
KINDS = {"stat": "stat", "lines": "timeseries", "stack": "timeseries", "states": "state-timeline"}


def defaults(kind, unit, words):
    made = {"unit": unit, "color": {"mode": "thresholds" if kind == "stat" else "palette-classic"},
            "thresholds": {"mode": "absolute", "steps": [{"color": "blue", "value": None}]},
            "mappings": []}
    if words:
        made["mappings"] = [{"type": "value", "options": {
            value: {"text": text, "color": color, "index": n}
            for n, (value, (text, color)) in enumerate(words.items())}}]
    if KINDS[kind] == "timeseries":
        made["min"] = 0
        made["custom"] = {"fillOpacity": 60 if kind == "stack" else 0, "spanNulls": False,
                          "stacking": {"mode": "normal" if kind == "stack" else "none",
                                       "group": "A"}}
    return made


def options(kind):
    if kind == "stat":
        return {"colorMode": "background", "graphMode": "none", "justifyMode": "auto",
                "textMode": "value", "orientation": "auto",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
    if kind == "states":
        return {"legend": legend, "mergeValues": True, "rowHeight": 0.9, "showValue": "auto",
                "alignValue": "left", "tooltip": {"mode": "single", "sort": "none"}}
    return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}


def panels(rows):
    made, y = [], 0
    for height, row in rows:
        x = 0
        for title, kind, width, unit, words, queries in row:
            made.append({
                "id": len(made) + 1, "type": KINDS[kind], "title": title, "datasource": SOURCE,
                "gridPos": {"h": height, "w": width, "x": x, "y": y},
                "fieldConfig": {"defaults": defaults(kind, unit, words), "overrides": []},
                "options": options(kind),
                "targets": [{"refId": chr(ord("A") + n), "datasource": SOURCE, "expr": query,
                             "legendFormat": legend or "__auto",
                             "instant": kind == "stat", "range": kind != "stat"}
                            for n, (query, legend) in enumerate(queries)],
            })
            x += width
        y += height
    return made


def dashboard(uid, title, rows, many):
    query = "label_values(hmqDataStatus, instance)"
    instance = {"name": "instance", "label": "Gateway", "type": "query", "datasource": SOURCE,
                "query": {"query": query, "refId": "instance"}, "refresh": 2, "sort": 1,
                "regex": "", "hide": 0, "multi": many, "includeAll": many,
                "options": []}
    source = {"name": "source", "label": "Prometheus", "type": "datasource",
              "query": "prometheus", "regex": "", "hide": 0, "multi": False, "includeAll": False,
              "refresh": 1, "options": []}
    if many:
        instance["allValue"] = ".*"
        instance["current"] = {"selected": True, "text": ["All"], "value": ["$__all"]}
    return {"uid": uid, "title": title, "tags": ["mail", "postfix"], "schemaVersion": 36,
            "version": 1, "editable": True, "graphTooltip": 1, "timezone": "browser",
            "refresh": "1m", "time": {"from": "now-6h", "to": "now"}, "timepicker": {},
            "fiscalYearStartMonth": 0, "links": [], "annotations": {"list": []},
            "templating": {"list": [source, instance]}, "panels": panels(rows)}


FILES = {
    "hermes-mailqueue.json": dashboard("hermes-mailqueue", "Mail queue", GATEWAY, False),
    "hermes-mailqueue-fleet.json":
        dashboard("hermes-mailqueue-fleet", "Mail queues of all gateways", FLEET, True),
}


def main():
    if sys.argv[1:] == ["--queries"]:
        for board in FILES.values():
            for panel in board["panels"]:
                for target in panel["targets"]:
                    many = '=~"$instance"' in target["expr"]
                    gateway = ".*" if many else "gw1.example.com"
                    print(panel["title"], target["expr"].replace("$instance", gateway), sep="\t")
        return
    for name, board in FILES.items():
        with open(os.path.join(sys.argv[1] if len(sys.argv) > 1 else HERE, name), "w") as out:
            json.dump(board, out, indent=1)
            out.write("\n")


main()
