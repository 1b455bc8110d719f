#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# python.bats: the module pnmlab, in the repository and installed. Needs python3 (make setup-docs).

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    PYTHON=${PYTHON:-/usr/bin/python3}
    PNM_BIN=${PNM_BIN:-$root/build/bin}
    export PNM_BIN
}

@test "the module does what its test says" {
    PYTHONPATH=$root/notebooks "$PYTHON" -B "$root/tests/python/test_pnmlab.py"
}

@test "an installed module finds the programs of its installation, another those on PATH" {
    local code='import pnmlab; print(pnmlab.rules(optimizer="sgd")[0]["optimizer"])'
    mkdir -p p/bin p/share/pnmlab/python elsewhere
    cp "$PNM_BIN/pnm-rules" p/bin
    cp "$root/notebooks/pnmlab.py" p/share/pnmlab/python
    cp "$root/notebooks/pnmlab.py" elsewhere
    unset PNM_BIN
    [ "$(PYTHONPATH=p/share/pnmlab/python "$PYTHON" -B -c "$code")" = sgd ]
    run env PYTHONPATH=elsewhere "$PYTHON" -B -c "$code"
    [ "$status" -eq 1 ] && [[ $output == *"pnm-rules is not built or not found"* ]]
    [ "$(PATH=$PWD/p/bin:$PATH PYTHONPATH=elsewhere "$PYTHON" -B -c "$code")" = sgd ]
}

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
}
