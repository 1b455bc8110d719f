#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# sweeps.bats: grids with points that have no law, grid values, lists and suggestions.

load helpers

# A point of a grid: rows $2.. of column law are diverges, their numbers empty.
lost() {
    local row name
    for row in $2; do
        expect_equal "$(column "$out" law "$row")" diverges "row $row"
        for name in $3; do
            expect_equal "$(column "$out" "$name" "$row")" '' "$name in row $row"
        done
        expect_equal "$(column "$out" exact_verdict "$row")" 'no claim' "row $row"
    done
    expect_equal "$(column "$out" law | grep -c diverges)" "$1"
}

@test "quantiles, averages, laws at a step and bounds: a point without a law is a row" {
    local grid='--optimizer sgd --lr 0.1,5 --spectrum 1 --quiet --threads 1'
    attempt pnm-stationary $grid --quantiles 0.9
    expect_status 0
    lost 2 '3 4' 'measured stderr count low high below exact'
    expect_equal "$(column "$out" law 1)" stationary
    attempt pnm-stationary $grid --average ema:0.5 --precision 0.002
    expect_status 0
    lost 3 '4 5 6' 'measured stderr count exact step'
    attempt pnm-stationary $grid --at 2,3000 --replicas 64
    lost 3 '10 11 12' 'measured stderr count exact'
    expect_equal "$(column "$out" law 1)" 'steps 2-2'
    attempt pnm-stationary $grid --average polyak:1 --at 3000 --exact
    expect_status 0
    expect_equal "$(column "$out" law | paste -sd '|')" \
        'steps 2-3000|steps 2-3000|steps 2-3000|diverges|diverges|diverges'
    expect_equal "$(column "$out" reason 4)" 'the law is beyond the range of numbers'
    attempt pnm-stationary $grid --excess
    expect_status 0
    lost 1 2 'excess stderr exact'
    attempt pnm-pacbayes $grid --prior-precision 1 --train-size 10
    expect_status 0
    lost 3 '4 5 6' 'trace kl kl_stderr bound_paper'
    attempt pnm-pacbayes --optimizer pnm --lr 0.1,500 --spectrum 1 --prior-precision 1 --train-size 10 \
        --optimal-beta0 --exact
    expect_status 0
    expect_equal "$(column "$out" law | paste -sd ' ')" 'stationary stationary diverges diverges'
    expect_equal "$(column "$out" beta0 3)" ''
    # A single point is refused.
    refuse 64 '--lr: 5 is unstable' pnm-stationary --optimizer sgd --lr 5 --spectrum 1 --quantiles 0.9
    refuse 64 '--lr: 5 is unstable' pnm-stationary --optimizer sgd --lr 5 --spectrum 1 --average ema:0.5
    refuse 64 '--lr: 5 is unstable' pnm-pacbayes --optimizer sgd --lr 5 --spectrum 1 --prior-precision 1 \
        --train-size 10
    all_refused
}

@test "pnm-simulate: the other points run, and --allow-divergence does what its hint says" {
    local grid='--optimizer sgd --lr 0.1,5 --spectrum 1,2 --quiet --threads 1'
    attempt pnm-simulate $grid
    expect_status 0
    expect_equal "$(column "$out" law | cut -d' ' -f1 | paste -sd ' ')" 'steps steps diverges diverges'
    expect_equal "$(column "$out" second_moment 3)" ''
    expect_equal "$(column "$out" reason 3)" 'the rule diverges'
    # The stable point is what it is alone.
    column "$out" second_moment | head -n 2 >together
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1,2 --quiet --threads 1
    column "$out" second_moment | diff - together
    attempt pnm-simulate $grid --record trajectory --steps 2
    expect_status 0
    expect_equal "$(column "$out" theta | grep -c .)" 6
    expect_equal "$(column "$out" reason | grep -c 'the rule diverges')" 2
    refuse 64 'allow-divergence with replicas and steps runs it' pnm-simulate --optimizer sgd --lr 5 --spectrum 1
    refuse 64 '--allow-divergence.*replicas and steps' pnm-simulate $grid --allow-divergence
    attempt pnm-simulate $grid --allow-divergence --replicas 8 --steps 20
    expect_status 0
    holds "$(column "$out" second_moment 3) > 1e10"
    attempt pnm-simulate $grid --allow-divergence --record trajectory --steps 2
    expect_status 0
    expect_equal "$(column "$out" theta | grep -c .)" 12
    all_refused
}

@test "a training that diverges is a row of a grid, and no answer where it is all" {
    attempt pnm-margin --optimizer sgd --lr 0.1,1e9 --replicas 2 --steps 5 --quiet --threads 1
    expect_status 0
    expect_equal "$(column "$out" diverged | paste -sd ' ')" '0 2'
    attempt pnm-train --optimizer sgd --lr 0.1,1e200 --train 100 --test 50 --hidden 4 --epochs 1 --replicas 1 --quiet
    expect_status 0
    expect_equal "$(column "$out" diverged | paste -sd ' ')" '0 1'
    attempt pnm-train --optimizer sgd --lr 1e200,1e201 --train 100 --test 50 --hidden 4 --epochs 1 --replicas 1 --quiet
    expect_status 2
}

# The scale of a difference was the root of a product that overflows: anything held.
@test "a huge covariance that is measured as 0 does not hold" {
    attempt pnm-stationary --optimizer sgd --lr 1 --spectrum 1e-8 --noise isotropic:1e280 --start 1e160 \
        --at 400 --replicas 5000 --quiet --threads 1
    expect_status 2
    expect_equal "$(column "$out" measured 2) $(column "$out" exact_verdict 2)" '0 inconclusive'
}

@test "grids have the numbers that one writes, and a 0 in their middle" {
    local values
    values() {
        attempt pnm-noise --optimizer pnm --lr 0.1 --beta0="$1" --exact
        expect_equal "$(column "$out" beta0 | uniq | paste -sd ' ')" "$2" "$1"
    }
    values linear:-0.1:0.2:4 '-0.1 0 0.1 0.2'
    values linear:0:1:11 '0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1'
    values log:0.001:100:6 '0.001 0.01 0.1 1 10 100'
    # What is printed is what is used.
    attempt pnm-stability --optimizer sgd --lr log:0.01:1:3 --spectrum 1
    column "$out" rho >grid
    attempt pnm-stability --optimizer sgd --lr 0.01,0.1,1 --spectrum 1
    column "$out" rho | diff - grid
}

@test "blanks around commas are no part of a list's items" {
    attempt pnm-stability --optimizer 'sgd , pnm' --lr '0.1 ,  0.2' --beta0 '0,	1' --spectrum '0.5 , 1'
    expect_status 0
    expect_equal "$(row_count "$out")" 6
    expect_equal "$(sed -n 's/^# lr: //p' "$out")" 0.1,0.2
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --exact --output 'a.csv, b.json , c.txt'
    expect_status 0
    expect_files a.csv b.json c.txt
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --exact --at '1, 2'
    expect_equal "$(row_count "$out")" 6
    attempt pnm-verify --claim 'special-hb, jl-gdm' --list
    expect_status 0
    refuse 64 "--lr: '' is not a number" pnm-stability --optimizer sgd --lr '0.1, ,0.2' --spectrum 1
    all_refused
}

@test "suggestions keep numbers, and a file without its form is asked about" {
    refuse 64 'did you mean eq18-19\?' pnm-verify --claim eq19
    refuse 64 'did you mean thm3.1\?' pnm-verify --claim thm31
    attempt pnm-verify --claim table4
    expect_status 64
    expect_no_message 'did you mean'
    attempt pnm-noise --optimizer pnm --lr 0.1 --beta5 1
    expect_status 64
    expect_no_message 'did you mean'
    printf '1\n2\n' >there.txt
    local file option given
    for file in there.txt missing.txt data/missing.csv; do
        refuse 64 "--spectrum: .*did you mean file:$file\?" pnm-stability --optimizer sgd --lr 0.1 --spectrum $file
        for option in noise start theta-star rotation; do
            given="--optimizer sgd --lr 0.1 --spectrum 1,2"
            refuse 64 "--$option: .*did you mean file:$file\?" pnm-simulate $given --$option $file
        done
    done
    refuse 64 '--task: .*did you mean csv:there.txt\?' pnm-train --optimizer sgd --lr 0.1 --task there.txt
    all_refused
}

@test "progress of a claim alone is the time so far" {
    env -u COLUMNS -u NO_COLOR TERM=xterm timeout 60 \
        script -qec "stty cols 80 rows 24; pnm-verify --claim anti-pgd --threads 1 --precision 0.002 >/dev/null" raw </dev/null >/dev/null || true
    tr '\r' '\n' <raw | sed 's/\x1b\[[0-9;]*[mK]//g' >screen
    grep -q '^0:00:0[0-9] so far; anti-pgd' screen
    never grep -q '^[0-9]* %' screen
}
