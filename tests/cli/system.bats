#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# system.bats: a rule that is read from a file, and rules that are not linear.

load helpers

nesterov() {
    printf '# state (theta, lr d), beta = 0.9\n1 -0.81  -1.9 0  -1.9\n0 0.9  1 0  1\n' >nesterov.txt
}

# The gradient at theta + 0.9 v.
looking_ahead() {
    printf '1 0.9  -1 -0.9  -1\n0 0.9  -1 -0.9  -1\n' >ahead.txt
}

@test "a rule from a file: exact, measured, and as the built-in one" {
    nesterov
    attempt pnm-stationary --optimizer linear --system nesterov.txt --lr 0.02 --spectrum 1,2 --theta-star 1 --quiet
    expect_status 0
    all_are "$out" exact_verdict holds
    all_are "$out" exact_source probed
    cp "$out" file
    attempt pnm-stationary --optimizer nesterov --beta1 0.9 --lr 0.02 --spectrum 1,2 --quiet
    holds "($(column file exact 1) / $(column "$out" exact 1) - 1)^2 < 1e-20"
    holds "($(column file exact 2) / $(column "$out" exact 2) - 1)^2 < 1e-20"
    attempt pnm-stability --optimizer linear --system nesterov.txt --lr 0.02 --spectrum 1,2 --measure
    expect_status 0
    attempt pnm-convergence --optimizer linear --system nesterov.txt --steps 64 --replicas 64 --quiet
    expect_status 0
}

@test "a gradient taken elsewhere than at theta" {
    looking_ahead
    attempt pnm-stationary --optimizer linear --system ahead.txt --lr 0.02 --spectrum 1,2 --quiet
    expect_status 0
    all_are "$out" exact_verdict holds
    refuse 64 "--system: A1 is not b times .* a rotation allows gradients at theta only" \
        pnm-stationary --optimizer linear --system ahead.txt --lr 0.02 --spectrum 1 --rotation haar:1
    refuse 64 "pnm-convergence allows gradients at theta only" pnm-convergence --optimizer linear --system ahead.txt
    refuse 64 "pnm-noise allows gradients at theta only" pnm-noise --optimizer linear --system ahead.txt --lr 0.02
    refuse 64 "--measure allows gradients at theta only" \
        pnm-stability --optimizer linear --system ahead.txt --lr 0.02 --spectrum 1 --measure
    refuse 64 "weight decay allows gradients at theta only" \
        pnm-stationary --optimizer linear --system ahead.txt --lr 0.02 --spectrum 1 --weight-decay 1
}

@test "a rule that pulls at theta itself has its own mean" {
    # theta' = 0.9 theta - lr g: pulled towards 0 by a tenth a step.
    echo "0.9 -1 -1" >pulled.txt
    attempt pnm-stationary --optimizer linear --system pulled.txt --lr 0.1 --spectrum 1 --theta-star 3 --quiet
    expect_status 0
    all_are "$out" exact_verdict holds
    # theta' = 0.8 theta + 0.3: variance 0.01/(1 - 0.64)
    holds "($(column "$out" exact 1) - 0.01 / 0.36)^2 < 1e-24"
    refuse 64 "--system: the first column of A0 is not 1, 0, .*pnm-noise allows rules that gradients alone move" \
        pnm-noise --optimizer linear --system pulled.txt --lr 0.1
}

@test "files that are none" {
    printf '1 2\n' >short.txt
    refuse 64 "--system: 'short.txt' holds 1 rows of 2 numbers, the last in line 1; allowed are k rows of 2k\+1" \
        pnm-stationary --optimizer linear --system short.txt --lr 1 --spectrum 1
    refuse 64 "--system: cannot read 'nothing.txt'" \
        pnm-stationary --optimizer linear --system nothing.txt --lr 1 --spectrum 1
    refuse 64 "--system: a value is required: the file of the rule linear" \
        pnm-stationary --optimizer linear --lr 1 --spectrum 1
    refuse 64 "--system: no rule of sgd is read from a file" \
        pnm-stationary --optimizer sgd --lr 0.1 --system short.txt --lr 1 --spectrum 1
    # Unstable: A's radius is 1.9.
    echo "1.9 0 1" >wild.txt
    refuse 64 "is unstable for linear" pnm-stationary --optimizer linear --system wild.txt --lr 1 --spectrum 1
}

@test "rules that are not linear: measured, without an exact value; drifting ones say which steps" {
    attempt pnm-stationary --optimizer adam,amsgrad --lr 0.05 --spectrum 1 --precision 0.01 --quiet
    expect_status 0
    all_are "$out" exact ""
    all_are "$out" exact_source none
    all_are "$out" exact_verdict "no claim"
    expect_equal "$(column "$out" law 1)" stationary
    expect_equal "$(column "$out" law 2)" "steps 3585-4096"
    holds "$(column "$out" measured 1) > 0 && $(column "$out" stderr 1) < 0.03 * $(column "$out" measured 1)"
    attempt pnm-stationary --optimizer amsgrad --lr 0.05 --spectrum 1 --steps 800 --replicas 100 --quiet
    expect_equal "$(column "$out" law 1)" "steps 701-800"
    # Another basis is another law.
    attempt pnm-stationary --optimizer adam --lr 0.05 --spectrum 1,9 --rotation haar:1 --full --precision 0.01 --quiet
    expect_status 0
    holds "$(column "$out" measured 2)^2 > 100 * $(column "$out" stderr 2)^2"
    refuse 64 "--optimizer: adam is not linear, so it has no spectral radius" \
        pnm-stability --optimizer adam --lr 0.1 --spectrum 1
    refuse 64 "--optimizer: adam is not linear, so it has no Gaussian law" \
        pnm-pacbayes --optimizer adam --lr 0.1 --spectrum 1 --train-size 10 --prior-precision 1
    refuse 64 "--optimizer: adam is not linear, so it has no law of its noise" \
        pnm-noise --optimizer adam --lr 0.1
    refuse 64 "nothing can be planned for adam, which is not linear; give replicas and steps" \
        pnm-simulate --optimizer adam --lr 0.1 --spectrum 1
}

@test "rules that are not linear and diverge are stopped by their first pilot" {
    local rule
    # theta' = (1 - 10) theta - ..., and rates whose squares are beyond the numbers.
    for rule in "adamw --lr 1e3" "yogi --lr 1 --weight-decay 3 --decay decoupled" \
        "amsgrad --lr 1e160" "radam --lr 1 --spectrum 1e100"; do
        # shellcheck disable=SC2086
        attempt pnm-stationary --spectrum 1,2 --optimizer $rule
        expect_message "${rule%% *} with .*diverges.*within 4096 steps: not sampled"
        expect_equal "$(wc -l <"$err")" 1 "one warning for all modes"
        all_are "$out" measured ""
        all_are "$out" count ""
    done
    # Slower ones take the pilots that it takes to see it; steps given are kept to.
    attempt pnm-stationary --optimizer yogi --lr 1 --weight-decay 2.01 --decay decoupled --spectrum 1
    expect_message 'yogi with .*diverges.*within [0-9]+ steps: not sampled'
    attempt pnm-stationary --optimizer adamw --lr 1e3 --spectrum 1,2 --rotation haar:1 --full --steps 1000
    expect_message 'adamw with .*diverges.*within 1000 steps: not sampled'
    attempt pnm-stationary --optimizer adamw --lr 1e3 --spectrum 1 --quiet
    expect_no_message .
    # One that neither settles nor diverges is told apart.
    attempt pnm-stationary --optimizer adabound --lr 0.1 --final-lr 3 --spectrum 1
    expect_message 'has not settled'
    expect_no_message 'diverges'
}

@test "a rule that takes no noise has variance 0, and that holds" {
    # theta' = theta - lr h theta, whatever the noise; theta' = theta/2 beside a number
    # that the noise moves and that does not move theta.
    printf '1 -1 0\n' >plain.txt
    printf '0.5 0  0 0  0\n0 0.5  0 0  1\n' >beside.txt
    local file
    for file in plain beside; do
        attempt pnm-stationary --optimizer linear --system $file.txt --lr 0.5 --spectrum 1,1.5
        expect_status 0
        all_are "$out" exact 0
        all_are "$out" measured 0
        all_are "$out" stderr 0
        all_are "$out" exact_verdict holds
    done
    # From elsewhere it must have come to rest, or nothing is said.
    attempt pnm-stationary --optimizer linear --system plain.txt --lr 0.5 --spectrum 1 --start 5 \
        --steps 8 --burn-in 1
    expect_status 2
    all_are "$out" exact_verdict inconclusive
    attempt pnm-stationary --optimizer linear --system plain.txt --lr 0.5 --spectrum 1 --start 5
    expect_status 0
    all_are "$out" exact_verdict holds
}
