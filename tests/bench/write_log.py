#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""
write_log.py FILE RATE SECONDS [LENGTH]: appends to a log as a busy Postfix does, so many lines a
second, or with LENGTH lines of that many octets. Prints how many lines report something sent.
"""

import sys
import time

HEADER = "2026-11-27T14:46:03.123456+01:00 gw postfix-lab/"
MESSAGE = [
    HEADER + "smtpd[4711]: 7C21D3F8A6: client=mx.source.example[192.0.2.1]\n",
    HEADER + "cleanup[4712]: 7C21D3F8A6: message-id=<20261127134603.7C21D3F8A6@source.example>\n",
    HEADER + "qmgr[4713]: 7C21D3F8A6: from=<sender@source.example>, size=4716, nrcpt=1 (queue "
    "active)\n",
    HEADER + "smtp[4714]: 7C21D3F8A6: to=<recipient@customer.example>, "
    "relay=mx.customer.example[198.51.100.7]:25, delay=0.35, delays=0.05/0.01/0.2/0.09, "
    "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4XyZ1234567)\n",
    HEADER + "qmgr[4713]: 7C21D3F8A6: removed\n",
]


def main():
    path, rate, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    lines = MESSAGE
    if len(sys.argv) > 4:
        lines = ["x" * int(sys.argv[4]) + "\n"]
    written = sent = 0
    start = time.monotonic()
    with open(path, "a", encoding="ascii") as log:
        while written < rate * seconds:
            due = min(int((time.monotonic() - start) * rate) + 1, rate * seconds)
            batch = [lines[i % len(lines)] for i in range(written, due)]
            sent += sum("status=sent" in line for line in batch)
            log.write("".join(batch))
            log.flush()
            written = due
            time.sleep(0.01)
    print(sent)


main()
