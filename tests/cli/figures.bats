#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# figures.bats: what every figure says of itself: its finding, and the commands that made it.
# plots.bats draws them all; here are the gallery's and a few that are quick to draw.

load helpers

setup_file() {
    export plots=$BATS_TEST_DIRNAME/../../plots
}

# title PICTURE.svg; description PICTURE.svg
title() {
    sed -n '/^<title>/{ s/<[^>]*>//g; p; q }' "$1" | decoded
}

description() {
    sed -n '/^<desc>/,/<\/desc>$/p' "$1" | sed 's/<[^>]*>//g' | decoded
}

decoded() {
    sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

# draw SCRIPT TABLE... PICTURE
draw() {
    local name=$1
    shift
    attempt gnuplot -d -c "$plots/$name.gp" "$@"
}

# The tables of figure 1, small: stationary TABLE OPTION...
stationary() {
    local table=$1
    shift
    attempt pnm-stationary --optimizer sgd,heavy_ball,pnm,two_batch --spectrum 1 \
        --quiet --format csv --output "$table" "$@"
}

variances() {
    stationary points.csv --lr 0.1,1 --precision 0.05
    stationary curve.csv --lr log:0.01:1.4:20 --exact
}

@test "every figure of the gallery has a finding for a title, a sentence that README.md repeats" {
    export LC_ALL=C.UTF-8
    local picture name said
    for picture in "$plots"/gallery/*.svg; do
        name=$(basename "$picture" .svg)
        said=$(title "$picture")
        [ "${#said}" -ge 30 ] && [ "${#said}" -le 180 ] || { echo "$name: $said"; return 1; }
        [[ $said == *' '*' '*' '* && $said != *"$name"* && $said != *nan* && $said != *inf* ]] ||
            { echo "$name: $said"; return 1; }
        grep -qF "![$said](gallery/$name.svg)" "$plots/README.md" || { echo "$name: $said"; return 1; }
        # The picture shows it, too, on one line or two.
        grep -o '<text>[^<]*</text>' "$picture" | sed 's/<[^>]*>//g' | decoded >texts
        grep -qxF -e "$said" texts || grep -qF -e "${said%%;*}" texts ||
            { echo "$name: $said is not in the picture"; return 1; }
    done
}

@test "every figure of the gallery names the versions and the commands that made it" {
    export LC_ALL=C.UTF-8
    local picture name
    for picture in "$plots"/gallery/*.svg; do
        name=$(basename "$picture" .svg)
        description "$picture" >said
        head -n 1 said | grep -Eqx 'Produced by GNUPLOT [0-9.]+ patchlevel [^ ]+ from tables of pnmlab [0-9.]+, with these commands:' ||
            { head -n 1 said; return 1; }
        tail -n +2 said >commands
        never grep -Evq '^(pnm-[a-z-]+ --|make bench$|gnuplot -d -c plots/|# [a-z_]+\.csv joins what these [0-9]+ commands print\.$)' commands ||
            { echo "$name"; cat commands; return 1; }
        grep -Eq '^(pnm-[a-z-]+ --|make bench$)' commands
        grep -q "^gnuplot -d -c plots/$name.gp .* $name.svg$" commands
        # Every table that gnuplot reads is written by a command, or joined from several.
        local table
        grep '^gnuplot ' commands | grep -o '[a-z_0-9]*\.csv' >tables
        while read -r table; do
            grep -Eq -e "--output $table$|^# $table joins|^make $(basename "$table" .csv)$" commands ||
                { echo "$name: $table"; return 1; }
        done <tables
    done
}

@test "nothing in a figure of the gallery is of one machine, one day or for gnuplot alone" {
    export LC_ALL=C.UTF-8
    local picture
    for picture in "$plots"/gallery/*.svg; do
        never grep -En '/tmp|/home|/work|20[0-9][0-9]-[01][0-9]|gnuplot_plot_[0-9a-z]+</title>|using \(|z_t' "$picture"
        expect_equal "$(grep -c '<title>' "$picture") $(grep -c '<desc>' "$picture")" "1 1" "$picture"
        # Characters that gnuplot could not write, and numbers that are none
        grep -o '<text>[^<]*</text>' "$picture" >texts
        never grep -Ei '>[^<]*\b(nan|undefined|column\()' texts
    done
}

@test "the commands of a figure, pasted, make it again" {
    export LC_ALL=C.UTF-8
    variances
    draw variance_by_rate points.csv curve.csv variance_by_rate.svg
    expect_status 0
    description variance_by_rate.svg | tail -n +2 >commands
    expect_equal "$(wc -l <commands)" 3
    mkdir again
    ln -s "$plots" again/plots
    (cd again && PATH=$PNM_BIN:$PATH sh -e ../commands)
    expect_same variance_by_rate.svg again/variance_by_rate.svg
    # Their headers may name options that were given, though the defaults are the same.
    expect_equal "$(body points.csv)" "$(body again/points.csv)"
    expect_equal "$(body curve.csv)" "$(body again/curve.csv)"
}

@test "a title's numbers are the table's: other tables, another title" {
    export LC_ALL=C.UTF-8
    variances
    draw variance_by_rate points.csv curve.csv one.svg
    local exact printed
    exact=$(awk -F, '$1 == "pnm" { printf "%.2f", $11 * 2 / $2; exit }' curve.csv)
    printed=$(awk -F, '$1 == "pnm" { printf "%.2f", $13 * 2 / $2; exit }' curve.csv)
    expect_equal "$exact $printed" "0.45 2.24"
    grep -q "$exact η/(2B); the paper prints $printed η/(2B)" <(title one.svg)
    stationary points.csv --lr 0.1,1 --beta0 3 --precision 0.05
    stationary curve.csv --lr log:0.01:1.2:20 --beta0 3 --exact
    draw variance_by_rate points.csv curve.csv three.svg
    expect_status 0
    grep -q "0.20 η/(2B); the paper prints 5.00 η/(2B)" <(title three.svg)
}

@test "a finding that does not hold for a table is not claimed" {
    export LC_ALL=C.UTF-8
    # Where the corrected bound is broken, too; where nothing falls
    local file
    for file in found constant; do
        attempt pnm-bound --optimizer pnm --ratio lemma-A3 --loss huber --beta1 0.9 --sigma 0 --lr 1e-6 \
            --steps 64 --beta0 0,1,3 --quiet --format csv --output $file.csv
    done
    draw ratio_by_beta0 found.csv constant.csv right.svg
    expect_status 0
    grep -q 'the corrected one is never broken' <(title right.svg)
    awk -F, -v OFS=, '/^#/ || !seen++ { if ($0 !~ /^#/) for (k = 1; k <= NF; k++) at[$k] = k; print; next }
        { if ($at["form"] == "corrected") $at["ratio"] *= 1.5; print }' found.csv >wrong.csv
    draw ratio_by_beta0 wrong.csv constant.csv wrong.svg
    expect_status 0
    never grep -q 'never broken' <(title wrong.svg)
    grep -q 'the corrected one is broken, up to 1.5 times' <(title wrong.svg)
}

@test "describe.sh: markup, quotes, tables that are joined or tell nothing; a failure changes no svg" {
    export LC_ALL=C.UTF-8
    {
        echo "# program: pnm-stationary"
        echo "# version: 9.9"
        echo "# optimizer: sgd"
        echo "# spectrum: file:it's & <mine>.txt"
        echo "# lr-normalization: on"
        echo "# exact: on"
        echo "# precision: 0.001"
        echo "# header-lines: 8"
        echo "a,b"
    } >one.csv
    expect_equal "$(awk -f "$plots/command.awk" one.csv)" \
        "pnm-stationary --optimizer=sgd --spectrum='file:it'\\''s & <mine>.txt' --lr-normalization=on --exact"
    printf '# program: pnm-bound\n# version: 9.8\n# c: 1\n# given: c\n# steps: 3\n' >two.csv
    expect_equal "$(awk -v name=two.csv -f "$plots/command.awk" two.csv)" "pnm-bound --rerun=two.csv"
    printf 'a,b\n' >three.csv
    expect_equal "$(awk -f "$plots/command.awk" three.csv)" ""
    printf '<svg>\n<title>Gnuplot</title>\n<desc>Produced by GNUPLOT 5 patchlevel 1 </desc>\n</svg>\n' >new.svg
    cp new.svg a.svg
    attempt sh "$plots/describe.sh" a.svg "x < y & z" fig one.csv two.csv three.csv
    expect_status 0
    expect_equal "$(title a.svg)" "x < y & z"
    grep -q 'tables of pnmlab 9.8, 9.9,' a.svg
    description a.svg >said
    grep -qF "file:it'\\''s & <mine>.txt" said
    grep -qx 'pnm-bound --rerun=two.csv --output two.csv' said
    grep -qx '# three.csv does not say which command made it.' said
    grep -qx '</svg>' a.svg
    # Noted commands go before the header's, as long as the table is the one that they made.
    sh "$plots/note.sh" one.csv 'pnm-noise --lr 1' 'pnm-noise --lr 2'
    cp new.svg b.svg
    attempt sh "$plots/describe.sh" b.svg t fig one.csv
    expect_equal "$(description b.svg | sed -n '2,4p' | paste -s -d /)" \
        'pnm-noise --lr 1/pnm-noise --lr 2/# one.csv joins what these 2 commands print.'
    echo '1,2' >>one.csv
    cp new.svg b.svg
    attempt sh "$plots/describe.sh" b.svg t fig one.csv
    description b.svg | grep -q '^pnm-stationary .* --output one.csv$'
    echo 'no svg' >c.svg
    attempt sh "$plots/describe.sh" c.svg t fig one.csv
    [ "$status" -ne 0 ]
    expect_equal "$(cat c.svg)" 'no svg'
    expect_equal "$(find . -name '*.new*')" ""
    attempt sh "$plots/describe.sh" a.svg
    expect_status 64
}

@test "tables.sh notes the commands as they were; the gallery has them" {
    export LC_ALL=C.UTF-8
    # Programs that print the same little table whatever they are asked
    mkdir -p bin tables
    local program
    for program in "$PNM_BIN"/pnm-*; do
        printf '%s\n' '#!/bin/sh' 'while [ "$1" != --output ]; do shift; done' \
            'printf "# version: 1\na,b\n1,2\n" >"$2"' >"bin/${program##*/}"
        chmod +x "bin/${program##*/}"
    done
    attempt sh "$plots/tables.sh" bin tables
    expect_status 0
    local command figure tables table
    sh "$plots/render.sh" --list | grep -v 'bench\.csv$\|^training_' >figures
    while read -r figure tables; do
        description "$plots/gallery/$figure.svg" >said
        for table in $tables; do
            expect_equal "$(head -n 1 "tables/commands/$table")" "$(cksum <"tables/$table")" "$table"
            tail -n +2 "tables/commands/$table" >commands
            while read -r command; do
                grep -qF -e "$command" said || { echo "$figure: $command"; return 1; }
            done <commands
        done
    done <figures
}
