#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Renders the figures, as svg and png, from the tables in a directory and into it. Which
# figures there are, and which tables they show, is what the commands of README.md say.
# usage: render.sh RESULTS_DIR
#        render.sh --list           prints each figure's name and tables instead
set -eu

plots=$(dirname "$0")
if [ $# -ne 1 ]; then
    echo "usage: render.sh RESULTS_DIR | render.sh --list" >&2
    exit 64
fi
LC_ALL=C.UTF-8    # gnuplot warns of utf8 elsewhere
export LC_ALL

figures=$(awk '
    more || /^    gnuplot / {
        command = command $0
        more = sub(/\\$/, "", command)
        if (more) next
        count = split(command, part)
        command = ""
        for (k = 4; k < count; k++) {
            sub(/.*\//, "", part[k])
            sub(/\.gp$/, "", part[k])
            printf "%s%s", part[k], k < count - 1 ? " " : "\n"
        }
    }' "$plots/README.md")
if [ "$1" = --list ]; then
    echo "$figures"
    exit
fi
results=$1

# make bench measures this table, which not everyone has run; make training-tables writes
# those of trainings, this one last.
[ -f "$results/bench.csv" ] || figures=$(echo "$figures" | grep -v ' bench.csv$')
[ -f "$results/training_by_rate_and_decay.csv" ] || figures=$(echo "$figures" | grep -v '^training_')
while read -r figure tables; do
    for table in $tables; do
        if [ ! -f "$results/$table" ]; then
            target=tables
            [ "${table#training_}" = "$table" ] || target=training-tables
            echo "render.sh: $results/$table is missing: run make $target" >&2
            exit 1
        fi
    done
done <<END
$figures
END

# A picture is either the old one or the whole new one.
new=
trap 'rm -f "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
while read -r figure tables; do
    set --
    for table in $tables; do
        set -- "$@" "$results/$table"
    done
    for ending in svg png; do
        new=$results/.$figure.new.$ending
        gnuplot -d -c "$plots/$figure.gp" "$@" "$new" </dev/null
        mv "$new" "$results/$figure.$ending"
        echo "$results/$figure.$ending"
    done
done <<END
$figures
END
