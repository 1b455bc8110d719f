#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executes every notebook of this folder anew and compares what it prints with what is committed.

usage: run.py [--write] [NOTEBOOK...]

Each runs in a clean folder that has only the notebook, pnmlab.py, the programs and what figures
are drawn with. Words must be the same, numbers agree to a relative 1e-6; of a picture only that there
is one is compared.
With --write the notebooks are replaced by what came out.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
TOLERANCE = 1e-6


def execute(notebook):
    """The notebook as a dictionary, executed; None if a cell fails."""
    with tempfile.TemporaryDirectory() as folder:
        clean = pathlib.Path(folder)
        (clean / "notebooks").mkdir()
        (clean / "build").symlink_to(ROOT / "build")
        shutil.copytree(ROOT / "plots", clean / "plots")
        for name in (notebook, HERE / "pnmlab.py"):
            shutil.copy(name, clean / "notebooks")
        copy = clean / "notebooks" / notebook.name
        run = subprocess.run(
            [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace",
             "--log-level", "WARN", "--ExecutePreprocessor.timeout=300",
             "--ExecutePreprocessor.record_timing=False", copy.name],
            cwd=copy.parent, capture_output=True, text=True,
        )  # fmt: skip
        if run.returncode != 0:
            print(f"{notebook.name}: a cell fails\n{run.stderr}")
            return None
        return json.loads(copy.read_text(encoding="utf-8"))


def joined(text):
    return text if isinstance(text, str) else "".join(text)


def told(cell):
    """What a cell's outputs say: text, and the kinds of what is no text."""
    parts = []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            parts.append(joined(output["text"]))
        elif output["output_type"] == "error":
            parts.append(f"error: {output['ename']}")
        else:
            kinds = sorted(output["data"])
            parts.append(f"<{' '.join(kinds)}>")
            if kinds == ["text/plain"]:
                parts.append(joined(output["data"]["text/plain"]))
    return "\n".join(parts)


def differ(old, new):
    """Why two texts are not the same, or None."""
    if NUMBER.sub("#", old) != NUMBER.sub("#", new):
        return "other words"
    for a, b in zip(NUMBER.findall(old), NUMBER.findall(new)):
        if abs(float(a) - float(b)) > TOLERANCE * max(abs(float(a)), abs(float(b))):
            return f"{a} is now {b}"
    return None


def check(notebook, write):
    """Number of what is wrong with it."""
    old = json.loads(notebook.read_text(encoding="utf-8"))
    new = execute(notebook)
    if new is None:
        return 1
    if write:
        for cell in new["cells"]:
            cell["metadata"] = {}
        new["metadata"] = old["metadata"]
        notebook.write_text(
            json.dumps(new, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
        return 0
    wrong = 0
    for at, (was, now) in enumerate(zip(old["cells"], new["cells"]), 1):
        reason = differ(told(was), told(now))
        if was["cell_type"] == "code" and was.get("execution_count") is None:
            reason = "it is committed without its output"
        if reason:
            print(f"{notebook.name}: cell {at}: {reason}\n--- committed\n{told(was)}\n--- now\n{told(now)}")
            wrong += 1
    return wrong


def main(arguments):
    write = arguments[:1] == ["--write"]
    named = [pathlib.Path(name).resolve() for name in arguments[write:]]
    if any(not name.is_file() for name in named):
        print("usage: run.py [--write] [NOTEBOOK...]", file=sys.stderr)
        return 64
    notebooks = named or sorted(HERE.glob("*.ipynb"))
    wrong = 0
    for notebook in notebooks:
        found = check(notebook, write)
        outcome = ("fails" if found else "written") if write else ("differs" if found else "as committed")
        print(f"{notebook.name}: {outcome}")
        wrong += found
    if not notebooks:
        print(f"{HERE}: no notebooks")
    return 1 if wrong or not notebooks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
