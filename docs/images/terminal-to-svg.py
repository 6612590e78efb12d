#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# terminal-to-svg.py <CAPTURED >FILE.svg: a picture of what a command printed on a terminal, with
# the few colors that hmq has.  status.svg beside it was made so, of the quickstart's queue, with the
# prompts written between and the address replaced:
#
#   tests/support/terminal.py 96 hmq -H ADDRESS >captured
#   tests/support/terminal.py 96 -i y hmq -H ADDRESS hold ID >>captured

import re
import sys
from html import escape

STYLES = {"1": "b", "2": "d", "1;31": "r", "31": "r", "32": "g", "33": "y"}
CELL, LINE, EDGE = 8.4, 18, 14


def plain(line):
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


def spans(line):
    """The SVG of one line: a tspan for each stretch of one style."""
    style = ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            style = STYLES.get(part[2:-1], "")
        elif part:
            text = escape(part, quote=False)
            yield f'<tspan class="{style}">{text}</tspan>' if style else text


def main():
    text = sys.stdin.buffer.read().decode().replace("\r\n", "\n")
    # Of a line that shows progress the last state.
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.strip("\n").split("\n")]
    while lines and not plain(lines[-1]):
        lines.pop()
    columns = max(len(plain(line)) for line in lines)
    width, height = columns * CELL + 2 * EDGE, len(lines) * LINE + 2 * EDGE
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
          f'viewBox="0 0 {width:.0f} {height}">')
    print("<style>text{font:14px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#d8dee6;"
          "white-space:pre}.b{font-weight:bold;fill:#fff}.d{fill:#8a94a0}"
          ".r{font-weight:bold;fill:#ff6b6b}.g{fill:#6cd07a}.y{fill:#e5c07b}</style>")
    print('<rect width="100%" height="100%" rx="6" fill="#1b1f26"/>')
    for number, line in enumerate(lines):
        if plain(line):
            length = len(plain(line)) * CELL
            print(f'<text x="{EDGE}" y="{EDGE + 13 + number * LINE}" textLength="{length:.1f}" '
                  f'xml:space="preserve">{"".join(spans(line))}</text>')
    print("</svg>")


main()
