# SPDX-License-Identifier: GPL-3.0-or-later
"""What the notebooks share: tables that the programs print, and figures drawn from them."""

import csv
import functools
import os
import subprocess
import tempfile
from pathlib import Path

from IPython.display import Image

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def run(program, *options):
    """What the program prints as CSV for these options; it runs once for a table and its figure."""
    command = [ROOT / "build/bin" / program, *options, "--quiet", "--format", "csv"]
    done = subprocess.run(command, capture_output=True, text=True)
    # Exit status 1: a verdict fails; 2: some rows are not decided. Those are results, too.
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(done.stderr)
    return done.stdout


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def table(program, *options):
    """The rows that the program prints, a dictionary each, numbers as numbers."""
    lines = [line for line in run(program, *options).splitlines() if not line.startswith("#")]
    return [{name: number(text) for name, text in row.items()} for row in csv.DictReader(lines)]


def figure(script, *commands):
    """The figure that plots/SCRIPT.gp draws of the tables of commands, [PROGRAM, OPTION...] each."""
    with tempfile.TemporaryDirectory() as folder:
        tables = [Path(folder) / f"{script}_{i}.csv" for i in range(len(commands))]
        # Not svg: it may carry scripts, so that readers of notebooks leave it out.
        picture = Path(folder) / "picture.png"
        for path, command in zip(tables, commands):
            path.write_text(run(*command), encoding="utf-8")
        subprocess.run(["gnuplot", "-d", "-c", ROOT / f"plots/{script}.gp", *tables, picture],
                       check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})  # fmt: skip
        return Image(picture.read_bytes(), width=800)
