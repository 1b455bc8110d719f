#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# analogues.bats: the small experiments beside the paper's figures.

load helpers

# Runs without the digits, which may have been fetched: a program finds them beside itself.
alone() {
    mkdir -p alone/bin alone/share/pnmlab
    cp "$(command -v pnm-verify)" "$(command -v pnm-generalize)" alone/bin
    cp -r "$PNM_BIN/../share/pnmlab/claims" alone/share/pnmlab
}

# texts FILE NAME: the texts of a column of a JSON result, a row a line.
texts() {
    sed -n "s/.*\"$2\": \"\([^\"]*\)\".*/\1/p" "$1"
}

# A replica of a pair on the teacher task takes 2.5e7 coordinate-steps.
few="--max-samples 2.5e7 --quiet"

@test "--list shows the analogues, which --paper all leaves out" {
    attempt pnm-verify --list --paper analogues
    expect_status 0
    expect_equal "$(body "$out" | tail -n +2 | cut -d, -f1 | paste -sd ' ')" 'fig4a fig5a fig6a fig7a table1a'
    expect_equal "$(body "$out" | tail -n +2 | grep -c ',yes,.*nothing is said of CIFAR.*,analogues$')" 5
    attempt pnm-verify --list
    expect_equal "$(body "$out" | grep -c ',analogues$')" 5
    attempt pnm-verify --list --paper all
    expect_equal "$(body "$out" | grep -c ',analogues$')" 0
    # Beyond the budget nothing is trained; a pair is either as published, matched or a control.
    attempt pnm-verify --paper analogues --max-samples 1 --quiet --format json
    expect_status 0
    expect_equal "$(texts "$out" exact_verdict | sort -u)" 'not sampled'
    expect_equal "$(texts "$out" setting | grep -vc '^\(as published\|matched\|control\)[,:] .*needs [0-9.]*e+0[5-7] steps, budget 1')" 0
    expect_equal "$(texts "$out" kind | sort -u)" analogue
    expect_equal "$(texts "$out" paper_verdict | sort -u)" 'no claim'
}

# shellcheck disable=SC2086 # $few is a list of words
@test "without the digits an analogue trains on the teacher task and says so; a replica decides nothing" {
    alone
    attempt alone/bin/pnm-verify --claim fig4a $few --threads 1 --output one.json,one.csv
    expect_status 2
    expect_equal "$(texts one.json setting | grep -vc 'teacher task, data missing (make data)')" 0
    expect_equal "$(texts one.json exact_verdict | sort | uniq -c | paste -sd ' ' | tr -s ' ')" ' 11 inconclusive 4 no claim'
    expect_equal "$(texts one.json source | sort -u)" analogues
    expect_equal "$(texts one.json form)" ''
    never grep -qi 'figure 4 holds' one.json
    # Its command repeats a matched row to the bit.
    local command measured
    grep '"matched, 40 % asym' one.json | head -n 1 >row
    command=$(texts row command)
    measured=$(sed 's/.*"measured": \([^,]*\),.*/\1/' row)
    attempt alone/bin/$command --quiet
    expect_status 2
    expect_equal "$(column "$out" count)" 1
    holds "$(column "$out" difference_points) == $measured"
    # The same bytes from two threads, and again from the header.
    attempt alone/bin/pnm-verify --claim fig4a $few --threads 2
    cmp "$out" one.csv
    attempt alone/bin/pnm-verify --rerun one.csv --quiet
    cmp "$out" one.csv
}

# shellcheck disable=SC2086
@test "an analogue is explained and counted apart from claims of the paper" {
    alone
    attempt alone/bin/pnm-verify --explain table1a --max-samples 1 --quiet
    expect_status 0
    tr '\n' ' ' <"$out" | grep -q 'In short: it is an analogue and says nothing of the paper.s experiment\. Its rows:' || show
    grep -q '^- the first rule beside the second: not sampled ' "$out" || show
    attempt alone/bin/pnm-verify --paper analogues --max-samples 1 --quiet --format table
    grep -q '^rows of analogues, of which the paper claims nothing: .*not sampled' "$out" || show
    never grep -q 'as printed' "$out"
    refuse 64 '--claim: no claim .fig4b.; did you mean fig' pnm-verify --claim fig4b
    all_refused
}
