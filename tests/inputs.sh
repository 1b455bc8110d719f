# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# inputs.sh: the commands of tests/faults/runs.txt and the files that they read.

runs_file=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/faults/runs.txt

# runs: the commands, a line each.
runs() {
    grep -v -e '^#' -e '^slow: ' -e '^$' "$runs_file"
}

# slow_runs: those that go on for some tenths of a second, for what is sent to a program in mid-run.
slow_runs() {
    sed -n 's/^slow: //p' "$runs_file"
}

# make_inputs BIN FOLDER: makes the folder, with these files and an output of an earlier run.
make_inputs() {
    mkdir "$2"
    printf '0.11\n0.12\n' | tee "$2/h.txt" >"$2/two.txt"
    printf '1 0.3\n0.3 0.5\n' >"$2/c.txt"
    # -0.5 and 1 as NumPy writes them.
    { printf '\x93NUMPY\x01\x00\x3a\x00'
        printf '%s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"
        printf '\0\0\0\0\0\0\xe0\xbf\0\0\0\0\0\0\xf0\x3f'; } >"$2/h.npy"
    printf '0.6 -0.8\n0.8 0.6\n' >"$2/q.txt"
    printf 'a,b,y\n1.1,0.2,0.7\n-0.4,0.9,1.5\n1.3,0.3,-1.2\n0.5,-1.3,0.4\n' >"$2/data.csv"
    printf '1,0.2,0\n-0.4,0.9,1\n1.3,0.3,2\n0.5,-1.3,0\n0.1,0.4,1\n-1.2,0.7,2\n0.9,0.9,0\n1.6,-0.2,1\n0.3,0.8,2\n-0.6,-0.4,0\n2.1,1.2,1\n' >"$2/examples.csv"
    printf '1 -0.1 0.1\n' >"$2/rule.txt"
    printf '# a comment\noptimizer = pnm\nlr = 0.1\nspectrum = 0.5,1\nreplicas = 40\nsteps = 20\nburn-in = 8\n' \
        >"$2/run.ini"
    "$1/pnm-worst-case" --optimizer sgd --lr 0.1 --steps 1 --quiet --output /dev/null \
        --certificate "$2/worst.json"
    cp "$2/worst.json" "$2/proof.json"
    echo 'an older result' >"$2/old.csv"
}
