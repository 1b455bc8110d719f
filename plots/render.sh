#!/bin/sh
# Renders the figures, as svg and png, from the tables in a directory and into it.
# usage: render.sh RESULTS_DIR
set -eu

if [ $# -ne 1 ]; then
    echo "usage: render.sh RESULTS_DIR" >&2
    exit 64
fi
results=$1
plots=$(dirname "$0")
LC_ALL=C.UTF-8    # gnuplot warns of utf8 elsewhere
export LC_ALL

# figures COMMAND: runs it with every figure and its tables.
figures() {
    for name in variance_by_rate variance_by_beta0 bound_by_beta0 steps_by_beta0; do
        "$1" "$name" "$results/$name.csv" "$results/${name}_exact.csv"
    done
    "$1" noise_by_frequency "$results/noise_by_frequency.csv"
    "$1" radius_by_rate_and_beta0 "$results/radius_by_rate_and_beta0.csv"
    "$1" square_by_horizon "$results/square_by_horizon.csv"
    "$1" ratio_by_beta0 "$results/ratio_by_beta0.csv" "$results/ratio_by_beta0_constant.csv"
    loss=$results/loss_by_factor
    "$1" loss_by_factor "${loss}_sgd.csv" "${loss}_heavy_ball.csv" "${loss}_nesterov.csv" \
        "${loss}_qhm.csv" "${loss}_aggmo.csv" "${loss}_pnm.csv"
    # From make bench, which not everyone has run.
    if [ -f "$results/bench.csv" ]; then
        "$1" time_by_contender "$results/bench.csv"
    fi
}

check() {
    shift
    for table; do
        if [ ! -f "$table" ]; then
            echo "render.sh: $table is missing: run make tables" >&2
            exit 1
        fi
    done
}

# A picture is either the old one or the whole new one.
new=
trap 'rm -f "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
draw() {
    figure=$1
    shift
    for ending in svg png; do
        new=$results/.$figure.new.$ending
        gnuplot -d -c "$plots/$figure.gp" "$@" "$new"
        mv "$new" "$results/$figure.$ending"
        echo "$results/$figure.$ending"
    done
}

figures check
figures draw
