#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# margin.bats: pnm-margin, training on examples that share a feature and differ in margin.

load helpers

# shellcheck disable=SC2086 # $few is a list of words
few="--lr 0.3 --replicas 4 --steps 60 --fresh 100 --quiet"

@test "momentum remembers the feature, gradient descent memorizes, and so does momentum that forgets" {
    attempt pnm-margin --optimizer sgd,heavy_ball --lr 0.3 --beta1 0.99 --replicas 10
    expect_status 0
    grep -q '^# setting: reconstructed-from-abstract$' "$out"
    holds "$(column "$out" error_small 1) > 0.4 && $(column "$out" error_small 2) < 0.1"
    holds "$(column "$out" difference_small 2) < -0.3"
    holds "($(column "$out" error_small 2) - $(column "$out" error_small 1) - ($(column "$out" difference_small 2)))^2 < 1e-20"
    expect_equal "$(column "$out" difference_small 1)" ''
    holds "$(column "$out" coast 2) > 0 && $(column "$out" coast 2) < $(column "$out" coast_bound 2)"
    all_are "$out" error_train 0
    all_are "$out" diverged 0
    attempt pnm-margin --optimizer heavy_ball --lr 0.3 --beta1 0.99 --replicas 10 --forget-at 0.003
    expect_status 0
    all_are "$out" forgetting 10
    holds "$(column "$out" error_small) > 0.4"
}

@test "every rule runs, with the same bytes for threads, instruction sets, ranks and a rerun" {
    local isa
    attempt pnm-margin --optimizer all $few --threads 1 --record path --every 25 --output one.csv
    expect_status 0
    expect_no_nan one.csv
    expect_equal "$(column one.csv optimizer | sort | uniq -c | awk '{ print $1 }' | sort -u)" 4
    attempt pnm-margin --optimizer all $few --threads 3 --record path --every 25 --output two.csv
    expect_same one.csv two.csv threads
    for isa in v3 v4; do
        PNM_ISA=$isa pnm-margin --optimizer sgd $few --output isa.csv 2>/dev/null || continue
        attempt pnm-margin --optimizer sgd $few --output two.csv
        expect_same isa.csv two.csv "$isa"
    done
    PNM_ISA=base attempt pnm-margin --optimizer sgd,adam $few --steps 3 --output isa.csv
    attempt pnm-margin --optimizer sgd,adam $few --steps 3 --output two.csv
    expect_same isa.csv two.csv base
    attempt pnm-margin --rerun one.csv --quiet --output again.csv
    expect_same one.csv again.csv rerun
    if command -v mpirun >/dev/null && [ -x "$PNM_MPI_BIN/pnm-margin" ]; then
        attempt mpirun -n 2 "$PNM_MPI_BIN/pnm-margin" --optimizer sgd,adam $few --steps 3 --threads 1 --output ranks.csv
        expect_same ranks.csv two.csv ranks
    fi
}

@test "a run that stops and is resumed gives the same bytes" {
    attempt pnm-margin --optimizer sgd,pnm $few --output whole.csv
    attempt pnm-margin --optimizer sgd,pnm $few --checkpoint kept --stop-at 2:3 --output part.csv
    expect_status 2
    expect_equal "$(column part.csv count | tr '\n' ' ')" '4 3 '
    attempt pnm-margin --optimizer sgd,pnm $few --resume kept --output resumed.csv
    expect_status 0
    expect_same whole.csv resumed.csv
    attempt pnm-margin --optimizer sgd,pnm $few --stop-at 1:2
    expect_status 2
    expect_equal "$(column "$out" count | tr '\n' ' ')" '2 0 '
    expect_equal "$(column "$out" reason 2)" 'not sampled'
}

@test "replicas that diverge are counted and told" {
    attempt pnm-margin --optimizer sgd,heavy_ball --lr 1e9 --replicas 3 --steps 20
    expect_status 2
    all_are "$out" diverged 3
    all_are "$out" error_small 0.5
    expect_message 'warning: sgd, lr 1e\+09: all replicas diverge'
    grep -q 'all replicas diverge' "$out"
    # At this rate some do.
    attempt pnm-margin --optimizer sgd --lr 300 --replicas 20 --steps 100 --threads 2
    expect_status 0
    holds "$(column "$out" count) == 20 && $(column "$out" diverged) > 0 && $(column "$out" diverged) < 20"
    expect_message 'of 20 replicas diverge'
}

# The cubes of such small weights are 0, so that the network never says anything.
@test "a network whose outputs are all 0 has the error of chance" {
    attempt pnm-margin --optimizer sgd $few --init 1e-300
    expect_status 0
    all_are "$out" error_small 0.5
    all_are "$out" error_large 0.5
    all_are "$out" error_train 0.5
    all_are "$out" diverged 0
}

@test "a rule that loses its coast by a schedule or weight decay says so" {
    # shellcheck disable=SC2086 # $few is a list of words
    attempt pnm-margin --optimizer adam,heavy_ball $few --steps 5 --weight-decay 0.1
    expect_equal "$(column "$out" coast 2)" ''
    expect_equal "$(column "$out" reason 1)" ''
    expect_equal "$(column "$out" reason 2)" 'no coast with weight decay or a schedule'
}

@test "what is refused" {
    refuse 64 '--dimension: .*from 2 to' pnm-margin --optimizer sgd $few --dimension 1
    refuse 64 '--patches: .*from 2 to' pnm-margin --optimizer sgd $few --patches 1
    refuse 64 '--filters: .*from 1 to' pnm-margin --optimizer sgd $few --filters 0
    refuse 64 '--small-share: 0.004 of 100 examples rounds to none' pnm-margin --optimizer sgd $few --small-share 0.004
    refuse 64 '--small-share: 0.996 of 100 examples rounds to all' pnm-margin --optimizer sgd $few --small-share 0.996
    refuse 64 '--margin-small: 2 is out of range.*large margin, 1' pnm-margin --optimizer sgd $few --margin-small 2
    refuse 64 '--every: only paths' pnm-margin --optimizer sgd $few --every 2
    refuse 64 '--replicas: .* too many' pnm-margin --optimizer sgd $few --replicas 1e9
    refuse 64 '--train: .* numbers' pnm-margin --optimizer sgd $few --train 1e7 --patches 1000
    refuse 64 '--lr: a value is required' pnm-margin --optimizer sgd
    refuse 64 '--setting: ' pnm-margin --optimizer sgd $few --setting printed
    refuse 64 'anti_pgd' pnm-margin --optimizer anti_pgd $few
    refuse 64 'precision' pnm-margin --optimizer sgd $few --precision 0.1
    all_refused
}
