#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes into a figure's svg its title and, as its description, the versions and the commands
# that made it: those of its tables, as noted when they were made or else as their headers
# tell, and gnuplot's.
# usage: describe.sh PICTURE.svg TITLE FIGURE TABLE...
set -eu

plots=$(dirname "$0")
if [ $# -lt 4 ]; then
    echo "usage: describe.sh PICTURE.svg TITLE FIGURE TABLE..." >&2
    exit 64
fi
picture=$1
title=$2
figure=$3
shift 3

new=$picture.new
trap 'rm -f "$new" "$new.text"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

versions() {
    for table; do
        sed -n '/^[^#]/q; s/^# version: //p; s/^# pnmlab bench //p' "$table"
    done | sort -u | paste -s -d , - | sed 's/,/, /g'
}

# Each command writes its table, but where a table joins what several print.
commands() {
    names=
    for table; do
        name=$(basename "$table")
        names="$names $name"
        noted=$(dirname "$table")/commands/$name
        if [ -f "$noted" ] && [ "$(head -n 1 "$noted")" = "$(cksum <"$table")" ]; then
            tail -n +2 "$noted"
        else
            awk -v "name=$name" -f "$plots/command.awk" "$table"
        fi | awk -v "name=$name" '
            { line[NR] = $0 }
            END {
                if (NR == 1) print line[1] (line[1] ~ /^make / ? "" : " --output " name)
                for (k = 1; NR > 1 && k <= NR; k++) print line[k]
                if (NR > 1) printf "# %s joins what these %d commands print.\n", name, NR
                if (NR == 0) printf "# %s does not say which command made it.\n", name
            }'
    done
    echo "gnuplot -d -c plots/$figure.gp$names $figure.svg"
}

{
    echo "$title" | paste -s -d ' ' -
    echo "tables of pnmlab $(versions "$@"), with these commands:"
    commands "$@"
} | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' >"$new.text"
awk -v "text=$new.text" '
    /^<title>.*<\/title>$/ && !titled {
        getline title <text
        print "<title>" title "</title>"
        titled = 1
        next
    }
    /^<desc>.*<\/desc>$/ && !described {
        sub(/ *<\/desc>$/, "")
        getline more <text
        print $0 " from " more
        getline more <text
        while (1) {
            line = more
            if ((getline more <text) <= 0) break
            print line
        }
        print line "</desc>"
        described = 1
        next
    }
    # gnuplot calls each curve by its number or by what was plotted, which browsers show at the
    # pointer.
    # It takes the style for a part of the name of the family.
    { sub(/font-family="sans-serif:Bold"/, "font-family=\"sans-serif\" font-weight=\"bold\"") }
    /^[ \t]*<g id="gnuplot_plot_/ { sub(/<title>.*<\/title>/, "") }
    { print }
    END { exit !(titled && described) }' "$picture" >"$new"
mv "$new" "$picture"
