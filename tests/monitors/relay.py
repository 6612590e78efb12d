# SPDX-License-Identifier: BSD-3-Clause
"""relay.py FOLDER COUNT PORT: COUNT ports on loopback that all lead to PORT, and count what passes.

FOLDER/ports gets them, one a line, once all listen; FOLDER/passed has the packets and the octets of
UDP payload of both directions so far, as they were at most a second ago.
"""

import os
import selectors
import socket
import sys
import threading
import time


class Relay(threading.Thread):
    def __init__(self, count, target):
        super().__init__(daemon=True)
        self.selector = selectors.EpollSelector()
        self.ports, self.packets, self.octets = [], 0, 0
        for _ in range(count):
            front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            front.bind(("127.0.0.1", 0))
            back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            back.connect(("127.0.0.1", target))
            pair = {"front": front, "back": back, "client": None}
            self.selector.register(front, selectors.EVENT_READ, (pair, True))
            self.selector.register(back, selectors.EVENT_READ, (pair, False))
            self.ports.append(front.getsockname()[1])

    def run(self):
        while True:
            for key, _ in self.selector.select():
                pair, from_client = key.data
                data, address = key.fileobj.recvfrom(65536)
                self.packets += 1
                self.octets += len(data)
                if from_client:
                    pair["client"] = address
                    pair["back"].send(data)
                elif pair["client"]:
                    pair["front"].sendto(data, pair["client"])


def write(path, text):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)


def main():
    folder, count, target = sys.argv[1:]
    relay = Relay(int(count), int(target))
    relay.start()
    write(f"{folder}/ports", "".join(f"{port}\n" for port in relay.ports))
    while True:
        write(f"{folder}/passed", f"{relay.packets} {relay.octets}\n")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
