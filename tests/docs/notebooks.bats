#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# notebooks.bats: notices what notebooks/run.py is to notice. Needs nbconvert and ipykernel
# (make setup-docs). make notebooks executes the notebooks themselves.

setup() {
    root=$BATS_TEST_DIRNAME/../..
    PYTHON=${PYTHON:-/usr/bin/python3}
    mkdir -p "$BATS_TEST_TMPDIR/notebooks"
    cd "$BATS_TEST_TMPDIR/notebooks" || return 1
    mkdir ../build ../plots
    cp "$root"/notebooks/*.py .
}

# notebook CODE PRINTED [COUNT]: a notebook of one cell
notebook() {
    cat >one.ipynb <<END
{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": ${3-1},
  "source": ["$1"],
  "outputs": [{"name": "stdout", "output_type": "stream", "text": ["$2\\n"]}]}],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4, "nbformat_minor": 5}
END
}

# expect STATUS TEXT: of run.py
expect() {
    run "$PYTHON" -B run.py
    echo "$output"
    [ "$status" -eq "$1" ] && [[ $output == *"$2"* ]]
}

@test "the same words and nearly the same numbers pass" {
    notebook "print('of', 1.5, 'and -2e-3')" 'of 1.50000001 and -0.002'
    expect 0 'one.ipynb: as committed'
}

@test "another number, other words, a cell that fails and a missing output are told" {
    notebook "print('of', 1.5)" 'of 1.50001'
    expect 1 '1.50001 is now 1.5'
    notebook "print('of', 1.5)" 'if 1.5'
    expect 1 'other words'
    notebook "1/0" 'of'
    expect 1 'ZeroDivisionError'
    notebook "print('of', 1.5)" 'of 1.5' null
    expect 1 'committed without its output'
}

@test "a notebook is executed by its name, and replaced with --write" {
    notebook "1/0" 'of'
    mv one.ipynb two.ipynb
    notebook "print('of', 2.5)" 'of 1.5'
    run "$PYTHON" -B run.py --write one.ipynb
    [ "$status" -eq 0 ] && [ "$output" = 'one.ipynb: written' ]
    run "$PYTHON" -B run.py one.ipynb
    [ "$status" -eq 0 ] && [ "$output" = 'one.ipynb: as committed' ]
    run "$PYTHON" -B run.py --write three.ipynb
    [ "$status" -eq 64 ] && [[ $output == usage:* ]]
}

@test "no notebooks is a failure" {
    expect 1 'no notebooks'
}

@test "every notebook opens with its question and ends with its answer" {
    local file
    for file in "$root"/notebooks/*.ipynb; do
        "$PYTHON" - "$file" <<'END'
import json, sys
cells = json.load(open(sys.argv[1], encoding="utf-8"))["cells"]
first, last = ("".join(cells[at]["source"]) for at in (0, -1))
sys.exit("**Question.**" not in first or "**Answer.**" not in last)
END
    done
}
