#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page to play with: one file that needs no network.

usage: explorer.py EXPLORER.wasm VERSION OUT.html

Puts explorer.css, pictures.js, explorer.js, the looks of rules from plots/looks.gp and the WebAssembly, as
base64, into explorer.html. The same files and version give the same bytes.
"""

import base64
import html
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from page import Mistake, read, read_bytes, write


def text(name):
    return read(os.path.join(HERE, name))


def looks():
    """{rule: [colour, dash]} as gnuplot draws it, so that a rule looks the same everywhere."""
    path = os.path.join(HERE, "../looks.gp")
    found = re.findall(
        r'rule\(r\) eq "(\w+)"\) \{\s*COLOR\[r\] = 0x(\w+)\s*'
        r"set linetype r lc rgb COLOR\[r\] lw \S+ dt (solid|\([\d,]+\))",
        read(path),
    )
    if not found:
        raise Mistake(f"{path}: no looks of rules")
    return {name: ["#" + colour, dash.strip("()").replace("solid", "")] for name, colour, dash in found}


def page(wasm, version):
    code = read_bytes(wasm)
    if not code.startswith(b"\0asm"):
        raise Mistake(f"{wasm}: no WebAssembly")
    parts = {
        "style": text("explorer.css"),
        "script": text("pictures.js") + text("explorer.js"),
        "looks": json.dumps(looks()),
        "wasm": base64.b64encode(code).decode(),
        "version": html.escape(version),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], text("explorer.html"))


def main(arguments):
    if len(arguments) != 3:
        print("usage: explorer.py EXPLORER.wasm VERSION OUT.html", file=sys.stderr)
        return 64
    wasm, version, out = arguments
    return write("explorer.py", out, lambda: page(wasm, version))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
