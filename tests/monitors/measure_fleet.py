# SPDX-License-Identifier: BSD-3-Clause
"""measure_fleet.py EXPORTER HMQ SNMPD_PORT PIDS: what a poll costs, for 1, 100 and 1,000 gateways.

Each gateway is a port on loopback that leads to the one snmpd, so that packets and octets can be
counted on the way. EXPORTER is the address of an snmp_exporter, HMQ the client, configured for the
user; PIDs are those of the exporter, of snmpd and of the agent, whose CPU time is reported. Prints
one line for each way to poll: gateways, packets and octets of UDP payload per gateway, wall time
in ms per gateway one after the other, wall time in s of all with 20 at a time, and CPU ms per
gateway of the poller and of the gateway. Then the same for rounds of one hmq that is given 1, 10
and 50 gateways at once; it has no time of one after the other.
"""

import concurrent.futures
import os
import resource
import subprocess
import sys
import time
import urllib.request

sys.dont_write_bytecode = True
from relay import Relay  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")


def cpu(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total * 1000 / TICK


def measure(name, relay, ports, poll, poller, gateway):
    children = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) * 1000
    poll(ports[0])
    sample = ports[:20]
    begun = time.monotonic()
    for port in sample:
        poll(port)
    single = (time.monotonic() - begun) * 1000 / len(sample)
    packets, octets = relay.packets, relay.octets
    cpu_poller, cpu_gateway, begun = cpu(poller) + children(), cpu(gateway), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        list(pool.map(poll, ports))
    wall = time.monotonic() - begun
    count = len(ports)
    print(f"{name}\t{count}\t{(relay.packets - packets) / count:.0f}\t"
          f"{(relay.octets - octets) / count:.0f}\t{single:.0f}\t{wall:.1f}\t"
          f"{(cpu(poller) + children() - cpu_poller) / count:.1f}\t"
          f"{(cpu(gateway) - cpu_gateway) / count:.1f}", flush=True)


def measure_round(name, relay, ports, command, gateway):
    """One process for all ports: the mean of five rounds."""
    rounds, count = 5, len(ports)
    children = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) * 1000
    packets, octets, used, cpu_gateway = relay.packets, relay.octets, children(), cpu(gateway)
    begun = time.monotonic()
    for _ in range(rounds):
        done = subprocess.run(command(ports), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lost = done.stdout.count(b"no answer") + done.stdout.count(b"UNKNOWN")
        assert not lost, done.stdout
    total = rounds * count
    print(f"{name}\t{count}\t{(relay.packets - packets) / total:.1f}\t"
          f"{(relay.octets - octets) / total:.0f}\t-\t{(time.monotonic() - begun) / rounds:.2f}\t"
          f"{(children() - used) / total:.1f}\t{(cpu(gateway) - cpu_gateway) / total:.1f}",
          flush=True)


def main():
    exporter, hmq, target, exporter_pid, *gateway = sys.argv[1:]
    relay = Relay(1000, int(target))
    relay.start()

    def scrape(module):
        def poll(port):
            url = f"http://{exporter}/snmp?module={module}&auth=hermes_mailqueue" \
                  f"&target=127.0.0.1:{port}"
            with urllib.request.urlopen(url, timeout=120) as answer:
                assert b"hmq" in answer.read()
        return poll

    def check(port):
        done = subprocess.run([hmq, "-H", f"127.0.0.1:{port}", "check"], stdout=subprocess.PIPE)
        assert b"UNKNOWN" not in done.stdout, done.stdout

    print("poll\tgateways\tpackets\toctets\tms each\ts for all\tpoller CPU ms\tgateway CPU ms")
    for count in (1, 100, 1000):
        ports = relay.ports[:count]
        measure("snmp_exporter", relay, ports, scrape("hermes_mailqueue"), [exporter_pid], gateway)
        measure("insight", relay, ports, scrape("hermes_mailqueue_insight"), [exporter_pid],
                gateway)
        measure("hmq check", relay, ports, check, [], gateway)

    def at_once(*words):
        return lambda ports: [hmq, "-H", ",".join(f"127.0.0.1:{port}" for port in ports), *words]

    for count in (1, 10, 50):
        ports = relay.ports[:count]
        measure_round("hmq -H", relay, ports, at_once(), gateway)
        measure_round("hmq -H check", relay, ports, at_once("check"), gateway)


main()
