#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# generalize.bats: pnm-generalize, test errors of rules compared in pairs.

load helpers

# A setting that trains in a moment; what is measured in it means nothing elsewhere.
small="--train 60 --test 100 --hidden 8 --batch 20 --epochs 2 --quiet"

# shellcheck disable=SC2086 # $small is a list of words
@test "a rule meets the baseline at its learning rate, and the twin that moves as it does" {
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5,2 --beta0 0,70 $small --replicas 30 --margin 50
    expect_status 0
    expect_equal "$(row_count "$out")" 4
    all_are "$out" optimizer pnm
    all_are "$out" baseline sgd
    all_are "$out" matched none
    expect_equal "$(column "$out" lr | paste -sd ' ')" "$(column "$out" baseline_lr | paste -sd ' ')"
    # At beta0 = 70 the rate is 1/sqrt(71^2 + 70^2) of the learning rate.
    holds "($(column "$out" applied_rate 2)/$(column "$out" lr 2) * sqrt(71^2 + 70^2) - 1)^2 < 1e-10"
    holds "(100 * ($(column "$out" error_test 2) - ($(column "$out" baseline_error_test 2))) - ($(column "$out" difference_points 2)))^2 < 1e-18"
    cp "$out" none.csv
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5,2 --beta0 0,70 $small --replicas 30 --margin 50 --match rate
    expect_status 0
    all_are "$out" matched rate
    for row in 1 2 3 4; do
        holds "($(column "$out" baseline_applied_rate $row)/$(column "$out" applied_rate $row) - 1)^2 < 1e-12"
        expect_equal "$(column "$out" error_test $row)" "$(column none.csv error_test $row)"
    done
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5 --beta0 70 --weight-decay 1e-4 --decay decoupled \
        $small --replicas 30 --margin 50 --match both
    expect_status 0
    holds "($(column "$out" baseline_applied_decay)/$(column "$out" applied_decay) - 1)^2 < 1e-12"
    holds "($(column "$out" baseline_lr) * $(column "$out" baseline_weight_decay)/(0.5 * 1e-4) - 1)^2 < 1e-12"
}

# shellcheck disable=SC2086
@test "controls: another order is the same, equal rules are equal, a shift is found" {
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5 $small --match itself --margin 10 --max-replicas 400
    expect_status 0
    all_are "$out" verdict same
    expect_equal "$(column "$out" matched | sort -u)" itself
    # Another order: no difference is exactly 0.
    holds "$(column "$out" difference_points_stderr 1) > 0"
    # beta0 = -beta1/(1+beta1) makes PNM heavy ball with the applied rate.
    attempt pnm-generalize --optimizer heavy_ball,pnm --lr 0.5 --beta1 0.5 --beta0=-0.33333333333333331 \
        $small --replicas 30 --match rate
    expect_status 0
    all_are "$out" verdict same
    holds "$(column "$out" difference_points)^2 < 0.01"
    # A rule that hardly moves has learned nothing.
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5 --beta0 1e6 $small --replicas 30
    expect_status 0
    expect_equal "$(column "$out" verdict)" worse
    attempt pnm-generalize --optimizer pnm,sgd --lr 0.5 --beta0 1e6 $small --replicas 30
    expect_equal "$(column "$out" verdict)" better
}

# shellcheck disable=SC2086
@test "labels that say nothing leave chance" {
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5 --label-noise sym:0.9 $small --test 400 --replicas 60 --margin 10
    expect_status 0
    holds "($(column "$out" error_test) - 0.9)^2 < (5 * $(column "$out" error_test_stderr))^2"
}

# shellcheck disable=SC2086
@test "the number of replicas is planned, and fewer than thirty decide nothing" {
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5 $small --margin 20
    holds "$(column "$out" count) >= 30 && $(column "$out" count) == $(column "$out" planned)"
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5 $small --margin 1e-3 --max-replicas 35
    expect_equal "$(column "$out" planned)" 35
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.5 --beta0 1e6 $small --replicas 29
    expect_status 2
    expect_equal "$(column "$out" verdict)" inconclusive
}

# shellcheck disable=SC2086
@test "replicas that diverge are counted and told" {
    attempt pnm-generalize --optimizer sgd,heavy_ball --lr 1e200 $small --replicas 30
    expect_status 2
    all_are "$out" diverged 30
    all_are "$out" baseline_diverged 30
    holds "($(column "$out" error_test) - 0.9)^2 < 1e-18"
    expect_equal "$(column "$out" verdict)" inconclusive
    grep -q 'all replicas of both rules diverge' "$out"
    attempt pnm-generalize --optimizer sgd,adam --lr 1e200 ${small/--quiet/} --replicas 30
    expect_message 'warning: adam, lr 1e\+200: .* diverge'
}

# shellcheck disable=SC2086
@test "where a part of the replicas diverges, the row says how many of each rule" {
    attempt pnm-generalize --optimizer sgd,pnm --lr 1e26 $small --replicas 30
    expect_status 2
    local own twin
    own=$(column "$out" diverged)
    twin=$(column "$out" baseline_diverged)
    holds "0 < $own + $twin && $own + $twin < 60"
    grep -q "\"\?$own replicas of the rule and $twin of the baseline diverge, of 30 each: they count with the error of chance" "$out"
}

# shellcheck disable=SC2086
@test "a baseline that several rules share is tuned once, as it is with one of them" {
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.01 --validation 40 --tune 3 $small --replicas 30
    cp "$out" alone.csv
    attempt pnm-generalize --optimizer sgd,pnm,heavy_ball --lr 0.01 --validation 40 --tune 3 $small --replicas 30
    expect_equal "$(row_count "$out")" 2
    local name
    for name in lr baseline_lr error_test baseline_error_test difference_points reason; do
        expect_equal "$(column "$out" $name 1)" "$(column alone.csv $name 1)"
    done
    expect_equal "$(column "$out" baseline_lr 2)" "$(column "$out" baseline_lr 1)"
    expect_equal "$(column "$out" baseline_error_test 2)" "$(column "$out" baseline_error_test 1)"
}

# shellcheck disable=SC2086
@test "tuning tries as many rates for each rule" {
    attempt pnm-generalize --optimizer sgd,pnm --lr 0.01 --validation 200 --tune 5 $small --train 200 --epochs 20 \
        --replicas 30
    expect_status 0
    all_are "$out" matched tuned
    all_are "$out" trials 5
    # At so small a rate, a larger one is better; the row says that it is the largest.
    holds "$(column "$out" lr) == 0.04"
    grep -q 'the highest learning rate tried' "$out"
    refuse 64 '--tune: cannot be combined with --match rate' \
        pnm-generalize --optimizer sgd,pnm --lr 0.1 $small --validation 40 --tune 3 --match rate
    refuse 64 '--validation: there are no' pnm-generalize --optimizer sgd,pnm --lr 0.1 $small --tune 3
    refuse 64 '--tune: ' pnm-generalize --optimizer sgd,pnm --lr 0.1 $small --validation 40 --tune 1
}

# shellcheck disable=SC2086
@test "the same bytes for threads, a rerun, ranks and a run that is resumed" {
    local run="pnm-generalize --optimizer sgd,pnm --lr 0.5 $small --margin 20"
    attempt $run --threads 1 --output one.csv
    attempt $run --threads 2 --output two.csv
    expect_same one.csv two.csv threads
    attempt pnm-generalize --rerun one.csv --quiet --output two.csv
    expect_same one.csv two.csv rerun
    # The second pilot, and the rule's own replicas, are cut.
    for place in 2:3 4:7; do
        attempt $run --checkpoint kept --stop-at $place --output part.csv
        expect_status 2
        attempt $run --resume kept --output two.csv
        expect_same one.csv two.csv "$place"
    done
    if command -v mpirun >/dev/null && [ -x "$PNM_MPI_BIN/pnm-generalize" ]; then
        attempt mpirun -n 2 "$PNM_MPI_BIN/pnm-generalize" --optimizer sgd,pnm --lr 0.5 $small --margin 20 --threads 1 --output two.csv
        expect_same one.csv two.csv ranks
    fi
}

# shellcheck disable=SC2086
@test "what is refused" {
    refuse 64 '--match: sgd cannot be matched with adam: .* linear' \
        pnm-generalize --optimizer sgd,adam --lr 0.1 $small --match rate
    refuse 64 '--optimizer: there is nothing to compare sgd with' pnm-generalize --optimizer sgd --lr 0.1,0.2 $small
    refuse 64 '--margin: .*> 0' pnm-generalize --optimizer sgd,pnm --lr 0.1 $small --margin 0
    refuse 64 '--max-replicas: cannot be combined with --replicas' \
        pnm-generalize --optimizer sgd,pnm --lr 0.1 $small --replicas 30 --max-replicas 50
    refuse 64 '--match: ' pnm-generalize --optimizer sgd,pnm --lr 0.1 $small --match lr
    refuse 64 'anti_pgd' pnm-generalize --optimizer sgd,anti_pgd --lr 0.1 $small
    refuse 64 '--lr: a value is required' pnm-generalize --optimizer sgd,pnm $small
    all_refused
}
