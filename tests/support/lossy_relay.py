#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""lossy_relay.py PORT SNMPD_PORT DROPS LOG: passes datagrams between managers and snmpd, but loses
the first DROPS answers to each request; one that is sent again is the same. LOG gets a line for
each datagram."""
import select
import socket
import sys


def main():
    port, agent_port, drops = (int(argument) for argument in sys.argv[1:4])
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.bind(("127.0.0.1", port))
    managers = {}  # the socket to snmpd -> [its manager, answers so far]
    # (the manager's address, the request) -> the socket to snmpd; the address alone comes again
    backs = {}
    with open(sys.argv[4], "w", buffering=1) as log:
        print("ready", file=log)
        while True:
            for link in select.select([front, *managers], [], [])[0]:
                if link is front:
                    data, manager = front.recvfrom(65535)
                    request = manager, data
                    if request not in backs:
                        back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                        back.connect(("127.0.0.1", agent_port))
                        backs[request] = back
                        managers[back] = [manager, 0]
                    print("request", file=log)
                    backs[request].send(data)
                    continue
                data = link.recv(65535)
                managers[link][1] += 1
                if managers[link][1] <= drops:
                    print("lost", file=log)
                else:
                    print("answer", file=log)
                    front.sendto(data, managers[link][0])


main()
