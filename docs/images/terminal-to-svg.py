#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
#
# terminal-to-svg.py <CAPTURED >FILE.svg: a picture of what a command printed on a terminal, with
# the few colors that hmq has.  status.svg beside it was made so, of the quickstart's queue, with the
# prompts written between and the address replaced:
#
#   tests/support/terminal.py 96 hmq -H ADDRESS >captured
#   tests/support/terminal.py 96 -i y hmq -H ADDRESS hold ID >>captured
#
# top.svg is what top.sh makes.

import re
import sys
from html import escape

STYLES = {"1": "b", "2": "d", "31": "r", "32": "g", "33": "y"}
CELL, LINE, EDGE = 8.4, 18, 14


def plain(line):
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


# What ends what.
ENDS = {"": STYLES.keys() | {"7"}, "0": STYLES.keys() | {"7"}, "22": {"1", "2"}, "27": {"7"},
        "39": {"31", "32", "33"}}


def pieces(line):
    """The stretches of one look: their text, its style, and whether it is reversed."""
    codes = set()
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            for code in part[2:-1].split(";"):
                codes = codes - ENDS.get(code, set()) | {code}
        elif part:
            style = next((STYLES[code] for code in ("31", "33", "32", "1", "2") if code in codes), "")
            yield part, style, "7" in codes


def spans(line):
    """The SVG of one line: a tspan for each stretch of one style."""
    for text, style, reverse in pieces(line):
        text = escape(text, quote=False)
        style = "v" if reverse else style
        yield f'<tspan class="{style}">{text}</tspan>' if style else text


def grounds(line, top):
    """What is behind stretches that are reversed."""
    at = EDGE
    for text, _, reverse in pieces(line):
        width = len(text) * CELL
        if reverse:
            yield f'<rect x="{at:.1f}" y="{top}" width="{width:.1f}" height="{LINE}" fill="#d8dee6"/>'
        at += width


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
          ".r{font-weight:bold;fill:#ff6b6b}.g{fill:#6cd07a}.y{fill:#e5c07b}"
          ".v{fill:#1b1f26}</style>")
    print('<rect width="100%" height="100%" rx="6" fill="#1b1f26"/>')
    for number, line in enumerate(lines):
        if plain(line):
            print("".join(grounds(line, EDGE + number * LINE)), end="")
            length = len(plain(line)) * CELL
            print(f'<text x="{EDGE}" y="{EDGE + 13 + number * LINE}" textLength="{length:.1f}" '
                  f'xml:space="preserve">{"".join(spans(line))}</text>')
    print("</svg>")


main()
