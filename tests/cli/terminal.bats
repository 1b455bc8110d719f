#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What a user sees on a terminal: tables that fit it, and progress of the whole command.

load helpers

# on_terminal COLUMNS ROWS COMMAND: runs it on a terminal of that size. What it shows is in
# the file `screen`, without colours, a line for each time that a line is written.
on_terminal() {
    status=0
    env -u COLUMNS -u NO_COLOR TERM=xterm timeout 60 \
        script -qec "stty cols $1 rows $2; $3" raw </dev/null >/dev/null || status=$?
    sed '1d; /^Script done/d; s/\x1b\[[0-9;]*[mK]//g' raw | tr '\r' '\n' >screen
}

# No line has more characters than $1, whatever they are in bytes.
expect_fits() {
    local widest
    widest=$(LC_ALL=C.UTF-8 wc -L <screen)
    [ "$widest" -le "$1" ] || { echo "a line has $widest characters, not $1: $2" >&2; cat screen >&2; return 1; }
}

# The shares that were shown never fall.
expect_monotone() {
    sed -n 's/^\([0-9][0-9]*\) %.*/\1/p' screen >shares
    sort -nc shares || { echo "the share falls: $1" >&2; paste -sd ' ' shares >&2; return 1; }
}

# First commands of the README.md files, with fewer samples where they take long.
first_commands='
pnm-simulate --optimizer pnm --lr 0.05 --spectrum 0.1,1,10 --precision 0.01
pnm-simulate --optimizer pnm --lr 0.05 --spectrum 1 --start 1 --record trajectory --steps 6 --every 2
pnm-stationary --optimizer pnm --lr 0.05 --beta0 0,1,3 --spectrum 1
pnm-stationary --optimizer sgd,pnm --lr 0.02 --lr-normalization off --beta0 10 --spectrum 1 --sampling epoch --train-size 64 --exact
pnm-noise --optimizer pnm --lr 0.1 --precision 0.01
pnm-stability --optimizer pnm --lr 0.3 --beta0 0,1,3,70 --spectrum 1 --measure
pnm-margin --optimizer pnm --lr 0.3 --beta1 0.99 --beta0 1,70 --replicas 1
pnm-verify --claim special-hb
pnm-verify --explain special-hb
pnm-verify --list
pnm-rules'

@test "ten first commands fit terminals of 80x24 and 120x40, and their progress never falls" {
    local size command
    for size in '80 24' '120 40'; do
        while read -r command; do
            [ -n "$command" ] || continue
            # shellcheck disable=SC2086 # columns and rows
            on_terminal $size "$command"
            [ "$status" -le 2 ] || { echo "status $status: $command" >&2; cat screen >&2; return 1; }
            [ -s screen ] || { echo "nothing is shown: $command" >&2; return 1; }
            expect_fits "${size% *}" "$command"
            expect_monotone "$command"
        done <<<"$first_commands"
    done
}

@test "--wide, a file and a pipe have the table as it is" {
    local command='pnm-stationary --optimizer pnm --lr 0.05 --beta0 0,1,3 --spectrum 1 --exact'
    $command --format table >plain
    on_terminal 40 24 "$command --wide"
    grep -v '^$' screen | diff - plain
    on_terminal 40 24 "$command --output table.txt"
    diff table.txt plain
    on_terminal 40 24 "$command --format table | cat"
    grep -v '^$' screen | diff - plain
    # Without it the same is narrower, and this test would notice if it were not.
    on_terminal 40 24 "$command"
    expect_fits 40 "$command"
    never diff -q screen plain
}

@test "what is the same in all rows is said once, and what is cut is named; verdicts stay" {
    local command='pnm-stationary --optimizer pnm --lr 0.05 --beta0 0,1,3 --spectrum 1'
    on_terminal 80 24 "$command --exact"
    grep -q '^all rows: optimizer pnm, lr 0.05, beta1 0.9, ' screen
    never grep -q 'not shown' screen
    on_terminal 40 24 "$command --quiet"
    grep -q 'columns are not shown' screen
    expect_equal "$(grep -c '  holds  *fails' screen)" 3
    # A number is there whole or not at all.
    expect_equal "$(grep -oE '\b0\.0[0-9]+' screen | awk 'length < 6' | grep -v '^0.05$')" ''
}

@test "a terminal's width is what COLUMNS says, else its own, else 80" {
    local command='pnm-rules'
    on_terminal 200 24 "COLUMNS=60 $command"
    expect_fits 60 "$command"
    on_terminal 60 24 "$command"
    expect_fits 60 "$command"
    on_terminal 0 0 "$command"
    expect_fits 80 "$command"
    grep -q '^optimizer' screen
}

@test "one row that does not fit is shown a line a column" {
    on_terminal 60 24 'pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1 --exact'
    grep -qx 'paper_verdict  fails' screen
    grep -q '^exact  *0.0214' screen
}

@test "progress: row n of N and the time left, in 40 columns too" {
    on_terminal 40 24 'pnm-stationary --optimizer sgd,pnm --lr 0.01 --beta0 0,1 --spectrum 0.1,1 --control none --precision 0.005 --threads 1 >/dev/null'
    expect_fits 39 progress
    expect_monotone progress
    grep -Eq '^ ?[0-9]+ %, [0-9]+:[0-9]{2}:[0-9]{2} left; row [23] of 3: ' screen
    on_terminal 80 24 'pnm-verify --claim eq2,special-hb,thm4.1 --threads 1 >/dev/null'
    grep -q ' claim 3 of 3: ' screen
}

# interrupted_later COMMAND: shows the command, interrupted when a row of it is finished, however
# slow the machine is.
interrupted_later() {
    local seconds
    for seconds in 2 8 30; do
        on_terminal 80 24 "timeout -s INT $seconds $1"
        ! grep -q '^interrupted: the rows above were finished' screen || return 0
    done
    return 1
}

@test "Ctrl-C on a terminal: finished rows are shown and marked, a file stays as it was" {
    local slow='--spectrum 1 --control none --precision 0.0001 --threads 1'
    local rows="pnm-stationary --optimizer sgd,pnm --lr 0.5,0.00001 $slow --max-samples 1e14"
    interrupted_later "$rows"
    grep -q 'pnm-stationary: interrupted' screen
    grep -q 'exact_verdict' screen
    expect_fits 80 "$rows"
    on_terminal 80 24 "timeout -s INT 1 $rows --output table.txt"
    never grep -q '^interrupted: the rows' screen
    [ ! -e table.txt ]
    interrupted_later 'pnm-verify --claim special-hb,thm4.1 --precision 1e-6 --max-samples 1e15 --threads 1'
    expect_equal "$(grep -c '^thm4.1' screen)" 0
    grep -q '^all rows: id special-hb' screen
}
