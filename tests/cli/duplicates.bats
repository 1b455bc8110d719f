#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# duplicates.bats: no list gives a row twice.

load helpers

@test "a value, a rule or a claim that is there twice is refused" {
    local exact="--spectrum 1 --exact"
    refuse 64 '--lr: 0\.1 is there twice; allowed are values that differ' pnm-stationary --optimizer sgd --lr 0.2,0.1,0.3,1e-1 $exact
    refuse 64 '--beta0: 1 is there twice' pnm-stationary --optimizer pnm --lr 0.1 --beta0 1,2,1 $exact
    refuse 64 '--beta0: 0 is there twice' pnm-stationary --optimizer pnm --lr 0.1 --beta0 0,-0 $exact
    refuse 64 '--lr: 0\.1 is there twice' pnm-stationary --optimizer sgd --lr linear:0.1:0.1:3 $exact
    refuse 64 '--at: 3 is there twice' pnm-stationary --optimizer sgd --lr 0.1 --at 3,5,3 $exact
    refuse 64 '--quantiles: 0\.5 is there twice' pnm-stationary --optimizer sgd --lr 0.1 --quantiles 0.5,0.50 $exact
    refuse 64 '--steps: 16 is there twice' pnm-convergence --optimizer sgd --steps 16,16
    refuse 64 '--steps: 2 is there twice' pnm-worst-case --optimizer sgd --lr 0.1 --steps 2,2
    refuse 64 '--optimizer: sgd is there twice; allowed is each rule once' pnm-stationary --optimizer sgd,pnm,sgd --lr 0.1 $exact
    refuse 64 '--optimizer: sgd is there twice' pnm-margin --optimizer all,sgd --lr 0.1
    refuse 64 '--claim: eq15 is there twice; allowed is each claim once' pnm-verify --claim eq15,eq12,eq15
    refuse 64 '--explain: eq15 is there twice' pnm-verify --explain eq15,eq15
    all_refused
}

@test "curvatures may be equal, and all adds the rules that are not yet there" {
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,1 --exact
    expect_status 0
    attempt pnm-stationary --optimizer all --lr 0.1 --spectrum 1 --exact
    cp "$out" every
    attempt pnm-stationary --optimizer pnm,all --lr 0.1 --spectrum 1 --exact
    expect_equal "$(column "$out" optimizer 1)" pnm
    expect_same <(body every | sort) <(body "$out" | sort)
}

@test "points of a grid of horizons that round to the same number of steps are one" {
    attempt pnm-convergence --optimizer sgd --steps log:1:4:5 --replicas 20 --quiet
    expect_equal "$(column "$out" horizon | paste -sd " ")" "1 2 3 4"
}
