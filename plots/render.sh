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

for figure in variance_by_rate variance_by_beta0; do
    for table in "$results/$figure.csv" "$results/${figure}_exact.csv"; do
        if [ ! -f "$table" ]; then
            echo "render.sh: $table is missing: run make tables" >&2
            exit 1
        fi
    done
done

# A picture is either the old one or the whole new one.
new=
trap 'rm -f "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for figure in variance_by_rate variance_by_beta0; do
    for ending in svg png; do
        new=$results/.$figure.new.$ending
        gnuplot -d -c "$plots/$figure.gp" "$results/$figure.csv" \
            "$results/${figure}_exact.csv" "$new"
        mv "$new" "$results/$figure.$ending"
        echo "$results/$figure.$ending"
    done
done
