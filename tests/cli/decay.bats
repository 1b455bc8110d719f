#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# decay.bats: weight decay, schedules and rotations, in every program that takes them.

load helpers

stationary="--lr 0.1 --spectrum 1,0.3 --quiet"

@test "with weight decay the stationary law holds for every rule, about its own mean" {
    local kind
    for kind in l2 decoupled; do
        # shellcheck disable=SC2086
        attempt pnm-stationary --optimizer sgd,heavy_ball,pnm,two_batch $stationary --theta-star 2 \
            --weight-decay 0.5 --decay $kind
        expect_status 0
        all_are "$out" exact_verdict holds
        all_are "$out" paper ""
    done
    # L2 decay makes the curvature h + lambda: with C given, that of another spectrum.
    # shellcheck disable=SC2086
    attempt pnm-stationary --optimizer pnm $stationary --noise isotropic:1 --weight-decay 0.7
    cp "$out" decayed
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1.7,1 --noise isotropic:1 --quiet
    holds "($(column decayed exact 1) / $(column "$out" exact 1) - 1)^2 < 1e-24"
    holds "($(column decayed exact 2) / $(column "$out" exact 2) - 1)^2 < 1e-24"
}

@test "the divergence is that of the mean which decay moves" {
    # sgd: mean h theta*/(h + lambda) = 2/1.5; KL = (lambda_P Sigma - 1 - ln(lambda_P Sigma)
    # + lambda_P mean^2)/2 with lambda_P = 10, Sigma = lr c/((h + lambda)(2 - lr (h + lambda))).
    attempt pnm-pacbayes --optimizer sgd --lr 0.1 --spectrum 1 --theta-star 2 --weight-decay 0.5 \
        --prior-precision 10 --train-size 1000 --quiet
    expect_status 0
    local s="(0.1 / (1.5 * (2 - 0.15)))"
    holds "($(column "$out" kl 2) - (10 * $s - 1 - log(10 * $s) + 10 * (2 / 1.5)^2) / 2)^2 < 1e-18"
    expect_equal "$(column "$out" exact_verdict 3)" holds
}

@test "transients with decay are exact; with a schedule there is no exact value" {
    attempt pnm-convergence --optimizer pnm --loss quadratic --curve --lr 0.1 --steps 100 --points 5 \
        --weight-decay 0.3 --replicas 524288 --quiet
    expect_status 0
    all_are "$out" exact_verdict holds
    attempt pnm-convergence --optimizer pnm --loss quadratic --curve --lr 0.1 --steps 100 --points 5 \
        --schedule cosine:100 --replicas 1000 --quiet
    expect_status 0
    all_are "$out" exact ""
    all_are "$out" exact_verdict "no claim"
}

@test "a schedule is what the rates by hand are" {
    # Without noise sgd multiplies theta by 1 - lr factor(t) h.
    attempt pnm-simulate --optimizer sgd --lr 0.5 --spectrum 1 --noise isotropic:0 --start 1 \
        --record trajectory --steps 4 --schedule step:0.5:2:3
    expect_status 0
    expect_equal "$(column "$out" theta | tr '\n' ' ')" "1 0.5 0.25 0.1875 0.1640625 "
    attempt pnm-simulate --optimizer sgd --lr 0.5 --spectrum 1 --noise isotropic:0 --start 1 \
        --record trajectory --steps 2 --weight-decay 0.5 --decay decoupled
    # (1 - 0.25) theta - 0.5 theta
    expect_equal "$(column "$out" theta | tr '\n' ' ')" "1 0.25 0.0625 "
    attempt pnm-simulate --optimizer sgd --lr 0.5 --spectrum 1 --noise isotropic:0 --start 1 \
        --record trajectory --steps 2 --weight-decay 0.5
    expect_equal "$(column "$out" theta | tr '\n' ' ')" "1 0.25 0.0625 "
}

@test "in another basis linear rules have the same law" {
    # shellcheck disable=SC2086
    attempt pnm-stationary --optimizer heavy_ball,pnm $stationary --full
    cp "$out" plain
    # shellcheck disable=SC2086
    attempt pnm-stationary --optimizer heavy_ball,pnm $stationary --full --rotation haar:5
    expect_status 0
    all_are "$out" exact_verdict holds
    expect_equal "$(column "$out" exact | tr '\n' ' ')" "$(column plain exact | tr '\n' ' ')"
    # The same noise in another basis: the same chains up to rounding.
    for row in 1 2 3 4 5 6; do
        holds "($(column plain measured $row) - $(column "$out" measured $row))^2 < 1e-24"
    done
    grep -q '^# rotation: haar:5$' "$out"
}

@test "what cannot be asked for" {
    # shellcheck disable=SC2086
    refuse 64 "--schedule: a learning rate that changes has no stationary law; allowed is constant" \
        pnm-stationary --optimizer pnm $stationary --schedule inverse-sqrt
    refuse 64 "--schedule: a learning rate that changes has no stationary law" \
        pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 1 --train-size 10 --prior-precision 1 --schedule cosine:5
    refuse 64 "--schedule: a learning rate that changes has no spectral radius" \
        pnm-stability --optimizer pnm --lr 0.1 --spectrum 1 --schedule cosine:5
    refuse 64 "--schedule: nothing can be planned for a learning rate that changes; give replicas and steps" \
        pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1 --schedule cosine:5
    refuse 64 "--schedule: no schedule 'foo'; allowed are constant, step:FACTOR" \
        pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1 --schedule foo
    refuse 64 "--schedule: 'step:0.1' is not allowed; allowed is step:FACTOR:T1" \
        pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1 --schedule step:0.1
    # shellcheck disable=SC2086
    refuse 64 "--weight-decay: -1 is out of range" \
        pnm-stationary --optimizer pnm $stationary --weight-decay -1
    # shellcheck disable=SC2086
    refuse 64 "--decay: 'l1' is not allowed; allowed: l2|decoupled" \
        pnm-stationary --optimizer pnm $stationary --decay l1
    # shellcheck disable=SC2086
    refuse 64 "--rotation: 'x' is not known; allowed are none, haar:SEED, file:PATH" \
        pnm-stationary --optimizer pnm $stationary --rotation x
    refuse 64 "--weight-decay: the bounds of --ratio are about pnm without" \
        pnm-convergence --optimizer pnm --ratio thm3.1 --weight-decay 1
}
