#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# plots.bats: the figures, from the tables that make tables computes.

load helpers

setup_file() {
    export plots=$BATS_TEST_DIRNAME/../../plots
    export tables=$BATS_FILE_TMPDIR/tables
    export LC_ALL=C.UTF-8
    mkdir "$tables"
    sh "$plots/tables.sh" "$PNM_BIN" "$tables"
}

# figures COMMAND: runs it with each figure and its tables but time_by_contender and
# cost_by_rate, whose table make bench measures.
figures() {
    local line
    while read -r line; do
        # shellcheck disable=SC2086 # a name and tables
        figure $1 $line
    done < <(sh "$plots/render.sh" --list | grep -v ' bench.csv$')
}

figure() {
    local command=$1 name=$2
    shift 2
    "$command" "$name" "${@/#/$tables/}"
}

# draw SCRIPT TABLE... PICTURE
draw() {
    local name=$1
    shift
    LC_ALL=C.UTF-8 attempt gnuplot -d -c "$plots/$name.gp" "$@"
}

@test "every script of a figure is tried here" {
    sh "$plots/render.sh" --list | cut -d ' ' -f 1 | sort >all
    grep -l '^# Figure' "$plots"/*.gp | sed 's|.*/||; s/\.gp$//' | sort >scripts
    diff scripts all
}

# The commands of the gallery page, on one line each.
page_commands() {
    awk 'more || /^    gnuplot / {
             sub(/^ +/, "")
             more = sub(/ *\\$/, "")
             printf "%s%s", $0, more ? " " : "\n"
         }' "$plots/README.md"
}

@test "svg: the gallery page's commands draw its pictures, the same bytes again" {
    ln -s "$plots" plots
    ln -s "$tables" results
    page_commands | grep -v ' results/bench.csv ' >commands
    LC_ALL=C.UTF-8 attempt sh -ex commands
    expect_status 0
    same() {
        local name=$1
        draw "$@" "$name.svg"
        expect_status 0
        expect_same "$name.svg" "results/$name.svg"
        # Another gnuplot may write other bytes.
        if [ "$(grep '^<desc>' "$name.svg")" = "$(grep '^<desc>' "$plots/gallery/$name.svg")" ]; then
            expect_same "$name.svg" "$plots/gallery/$name.svg"
        fi
    }
    figures same
}

@test "the gallery page shows every figure, with a picture and a command" {
    local script name
    for script in $(grep -l '^# Figure' "$plots"/*.gp); do
        name=$(basename "$script" .gp)
        [ -s "$plots/gallery/$name.svg" ]
        grep -q "(gallery/$name.svg)" "$plots/README.md"
        page_commands | grep -q "^gnuplot -d -c plots/$name.gp results/.* results/$name.svg$"
    done
    expect_equal "$(page_commands | wc -l)" "$(grep -l '^# Figure' "$plots"/*.gp | wc -l)"
}

@test "png and pdf by the picture's ending; a pdf has the svg's size, 96 pixels an inch" {
    both() {
        local name=$1
        draw "$@" out.png
        expect_status 0
        expect_equal "$(head -c 4 out.png | tail -c 3)" PNG
        draw "$@" out.pdf
        expect_status 0
        expect_equal "$(head -c 5 out.pdf)" %PDF-
        expect_equal "$(tail -n 1 out.pdf)" %%EOF
        expect_equal "$(grep -a -o '/MediaBox \[[^]]*\]' out.pdf | head -n 1 | tr -d '[]')" \
            "$(awk '{ v[$1] = $3 } END { print "/MediaBox  0 0 " v["WIDE"] * .75 " " v["HIGH"] * .75 " " }' \
                "$plots/$name.gp")" "$name"
        expect_no_message .
        rm out.png out.pdf
    }
    figures both
}

# complains MESSAGE SCRIPT ARGUMENT...: says it, and leaves no picture
complains() {
    local message=$1
    shift
    draw "$@"
    expect_message "^$1.gp: $message" || { echo "$1" >&2; return 1; }
    [ ! -e out.svg ]
}

@test "missing, empty and wrong tables are named by every script" {
    echo 'nothing,of,this' >wrong.csv
    echo '1,2,3' >>wrong.csv
    : >empty.csv
    head -n 1 wrong.csv >header.csv
    broken() {
        local name=$1 rest
        shift 2
        rest=("$@")
        complains 'none.csv: no such table' "$name" none.csv "${rest[@]}" out.svg
        expect_status 1
        complains 'empty.csv: no rows' "$name" empty.csv "${rest[@]}" out.svg
        expect_status 1
        complains 'header.csv: no rows' "$name" header.csv "${rest[@]}" out.svg
        expect_status 1
        complains 'wrong.csv: no column [a-z]' "$name" wrong.csv "${rest[@]}" out.svg
        expect_status 1
    }
    figures broken
    broken time_by_contender bench.csv
    broken cost_by_rate bench.csv
}

@test "a second table that is wrong is named too" {
    echo 'nothing,of,this' >wrong.csv
    echo '1,2,3' >>wrong.csv
    second() {
        if [ $# -gt 2 ]; then
            complains 'wrong.csv: no column [a-z]' "$1" "$2" wrong.csv out.svg
            expect_status 1
        fi
    }
    figures second
}

@test "no arguments: how it is used; another ending: which are taken" {
    usage() {
        draw "$1"
        expect_status 64
        expect_message "^usage: gnuplot -d -c $1.gp .* OUT.svg.OUT.png.OUT.pdf$"
        draw "$@" out.gif
        expect_status 64
        expect_message "^$1.gp: out.gif: the picture must end in .svg, .png or .pdf"
    }
    figures usage
    usage time_by_contender bench.csv
    usage cost_by_rate bench.csv
}
