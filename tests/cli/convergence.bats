#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# convergence.bats: pnm-convergence, theorem 3.1 and transients.

load helpers

losses="huber pseudo_huber log_cosh logistic rippled"
quick="--optimizer pnm --steps 16,64 --replicas 256 --quiet"

convergence() {
    refuse "$1" "$2" pnm-convergence --optimizer pnm "${@:3}"
}

@test "columns; the rate is the theorem's; bounds as written out by hand" {
    # shellcheck disable=SC2086
    attempt pnm-convergence $quick
    expect_status 0
    expect_equal "$(header "$out")" "optimizer,lr,beta0,beta1,horizon,eta0,min_square,stderr,count,at_step,bound_printed,printed_vacuous,bound_corrected,corrected_vacuous"
    expect_equal "$(row_count "$out")" 2
    # huber, L = G = sigma = C = 1, theta_0 = 1: f - f* = 1/2; beta = 0.81, beta0 = 1.
    holds "($(column "$out" eta0 2) - 1 / sqrt(64))^2 < 1e-24"
    holds "($(column "$out" lr 2) - sqrt(5) / sqrt(64))^2 < 1e-24"
    holds "($(column "$out" bound_printed 2) - (1 / 8 + ((0.81 + 0.19)^2 * 2 / 0.19^2 + 1) / 8))^2 < 1e-18"
    holds "($(column "$out" bound_corrected 2) - (1 / 8 + ((0.81 + 0.62)^2 * 2 / 0.19^2 + 1) / 8))^2 < 1e-18"
    expect_equal "$(column "$out" printed_vacuous 2),$(column "$out" corrected_vacuous 2)" yes,yes
    # The cap 1/(2L) where C/sqrt(T) is larger.
    # shellcheck disable=SC2086
    attempt pnm-convergence $quick --c 100
    holds "($(column "$out" eta0 1) - 0.5)^2 < 1e-24"
}

@test "every loss stays below both bounds; half of the replicas measure" {
    local loss
    for loss in $losses; do
        # shellcheck disable=SC2086
        attempt pnm-convergence $quick --loss $loss --dim 3
        expect_status 0
        for row in 1 2; do
            holds "$(column "$out" min_square $row) < $(column "$out" bound_printed $row)"
            holds "$(column "$out" min_square $row) < $(column "$out" bound_corrected $row)"
            expect_equal "$(column "$out" count $row)" 128
        done
    done
}

@test "rules and rates that the theorem is not about have no bounds" {
    attempt pnm-convergence --optimizer sgd,heavy_ball --steps 16 --replicas 64 --quiet
    expect_status 0
    expect_equal "$(column "$out" bound_printed | tr -d '\n')" ""
    attempt pnm-convergence --optimizer pnm --lr 0.1 --steps 16 --replicas 64 --quiet
    expect_equal "$(column "$out" bound_printed | tr -d '\n')" ""
    attempt pnm-convergence --optimizer pnm --beta0 -0.5 --steps 16 --replicas 64 --quiet
    expect_equal "$(column "$out" bound_printed | tr -d '\n')" ""
}

@test "measured and exact transients agree at 20 times from 0 to stationarity" {
    local rule given="--loss quadratic --condition 4 --dim 2 --lr 0.1 --curve --steps 400 --start 2 --sigma 0.5"
    for rule in $(linear_rules); do
        # shellcheck disable=SC2086
        attempt pnm-convergence --optimizer "$rule" $given
        expect_status 0
        expect_equal "$(row_count "$out")" 42
        all_are "$out" exact_verdict holds
    done
    # shellcheck disable=SC2086
    attempt pnm-convergence --optimizer pnm $given --control none --replicas 524288
    expect_status 0
    all_are "$out" exact_verdict holds
}

@test "--control: few chains, their plain values beside them; the same for any threads; cut and resumed" {
    local given="--optimizer pnm,heavy_ball --loss quadratic --lr 0.1 --curve --steps 100 --points 2"
    local plain=measured_plain,stderr_plain,gain
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --columns plain
    expect_status 0
    expect_equal "$(header "$out")" "optimizer,lr,beta0,beta1,step,quantity,measured,stderr,count,exact,exact_verdict,$plain"
    all_are "$out" count 64
    all_are "$out" exact_verdict holds
    holds "$(column "$out" gain 1) == 1 && $(column "$out" gain 5) > 1e5"
    holds "($(column "$out" stderr_plain 5) / $(column "$out" stderr 5))^2 / $(column "$out" gain 5) - 1 < 1e-9"
    holds "$(column "$out" stderr 5) < 0.001 * $(column "$out" measured 5)"
    # shellcheck disable=SC2086
    attempt pnm-convergence $given
    expect_equal "$(header "$out")" "optimizer,lr,beta0,beta1,step,quantity,measured,stderr,count,exact,exact_verdict"
    # The same chains without control variates are what stands beside them.
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --replicas 200 --columns plain
    cut -d, -f12-13 <(body "$out") >beside
    never grep -q ',1$' <(body "$out" | tail -n 1)
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --replicas 200 --columns plain --control none
    expect_equal "$(column "$out" gain | sort -u)" 1
    cut -d, -f12-13 <(body "$out") >alone
    expect_same beside alone
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --precision 1e-5 --threads 1
    cp "$out" one
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --precision 1e-5 --threads 3
    expect_same one "$out"
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --precision 1e-5 --stop-at 1:3 --checkpoint kept --quiet
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --precision 1e-5 --resume kept
    expect_same one "$out"
}

@test "a curve whose fewest chains exceed the budget is not sampled and says what it needs" {
    local given="--optimizer sgd --loss quadratic --lr 0.1 --curve --steps 100 --points 2"
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --max-samples 12799
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    expect_message 'not sampled, because it needs at least 1.28e.04 coordinate-steps and the budget --max-samples is'
    # shellcheck disable=SC2086
    attempt pnm-convergence $given --max-samples 12800
    expect_status 0
    all_are "$out" count 64
}

@test "horizons and curves without control variates stay within the budget, too" {
    local rule given
    for rule in sgd adam; do
        for given in "--steps 100" "--steps 100 --curve --points 2 --loss huber" "--steps 10,30,100 --slope"; do
            # shellcheck disable=SC2086
            attempt pnm-convergence --optimizer $rule --lr 0.1 $given --max-samples 51199
            case $given in *--curve*) expect_status 2 ;; *) expect_status 0 ;; esac
            expect_message "$rule with lr=0.1, 100 steps: not sampled, because it needs at least 5.12e.04 coordinate-steps and the budget --max-samples is 5.12e.04"
            # shellcheck disable=SC2086
            attempt pnm-convergence --optimizer $rule --lr 0.1 $given --max-samples 51200 --precision 0.3 --quiet
            expect_status 0
        done
    done
    attempt pnm-convergence --optimizer sgd --steps 100 --sigma 0 --max-samples 99
    all_are "$out" reason 'not sampled'
    attempt pnm-convergence --optimizer sgd --steps 100 --sigma 0 --max-samples 100
    all_are "$out" count 1
    attempt pnm-convergence --optimizer sgd --steps 100 --replicas 512 --max-samples 1
    all_are "$out" count 256
}

@test "without noise one run, exact to rounding" {
    attempt pnm-convergence --optimizer pnm --loss quadratic --lr 0.1 --curve --steps 50 --sigma 0
    expect_status 0
    all_are "$out" exact_verdict holds
    expect_equal "$(column "$out" count 5)" 1
    expect_equal "$(column "$out" stderr 5)" 0
}

@test "the slope over horizons" {
    attempt pnm-convergence --optimizer pnm --slope --steps 256,1024,4096 --replicas 4096 --quiet
    expect_status 0
    expect_equal "$(header "$out")" optimizer,lr,beta0,beta1,horizons,slope,stderr
    holds "$(column "$out" slope 1) < -0.4 && $(column "$out" slope 1) > -0.6"
    holds "$(column "$out" stderr 1) > 0 && $(column "$out" stderr 1) < 0.05"
}

@test "numbers too small for their squares have no standard error, and nothing fails" {
    # The standard errors were 0 here, and every row failed.
    attempt pnm-convergence --optimizer sgd,pnm --curve --steps 64 --loss quadratic --replicas 40 \
        --smoothness 1e-160 --points 4 --quiet
    expect_status 2
    never grep -q fails "$out"
    grep -q 'square,.*,,40,.*,inconclusive,beyond the range of numbers or undefined: stderr$' "$out"
}

@test "a row without a bound or a measurement says why" {
    attempt pnm-convergence --optimizer sgd,pnm --steps 16 --replicas 40 --weight-decay 0.1
    expect_status 0
    expect_equal "$(body "$out" | grep -c 'the theorem sets the learning rate itself')" 1
    attempt pnm-convergence --optimizer sgd,pnm --steps 16 --replicas 40 --max-seconds 0 --quiet
    all_are "$out" reason 'not sampled'
}

@test "the same bits for any number of threads; cut and resumed" {
    # shellcheck disable=SC2086
    attempt pnm-convergence $quick --threads 1
    cp "$out" one
    # shellcheck disable=SC2086
    attempt pnm-convergence $quick --threads 3
    expect_same one "$out"
    # shellcheck disable=SC2086
    attempt pnm-convergence $quick --stop-at 2:1 --checkpoint kept
    grep -q '^# stop-at: 2:1$' "$out"
    # shellcheck disable=SC2086
    attempt pnm-convergence $quick --resume kept
    expect_same one "$out"
}

@test "what cannot be asked for" {
    convergence 64 "^pnm-convergence: --loss: no loss 'quad'; allowed are huber, .*quadratic" --loss quad
    convergence 64 "--loss: theorem 3.1 assumes a bounded gradient.*no bound G.*--curve" --loss quadratic
    convergence 64 "--steps: 0 is out of range; allowed are whole numbers" --steps 0
    convergence 64 "--steps: 'x' is not a number" --steps 1,x
    convergence 64 "--steps: 2 horizons are given; --curve takes one" --curve --steps 1,2
    convergence 64 "--steps: 2 horizons are too few; --slope needs at least three" --slope --steps 1,2
    convergence 64 "--slope: cannot be combined with --curve" --slope --curve
    convergence 64 "--ratio: cannot be combined with --curve" --ratio thm3.1 --curve
    convergence 64 "--search: cannot be combined with --slope" --search 9 --slope
    convergence 64 "--gradient-bound: not a parameter of the loss logistic" --loss logistic --gradient-bound 1
    convergence 64 "--condition: not a parameter of the loss huber" --condition 3
    convergence 64 "--dim: '0' is not allowed; allowed is a whole number from 1" --dim 0
    convergence 64 "--sigma: -1 is out of range" --sigma -1
    convergence 64 "--steps: 0 is out of range; allowed are whole numbers from 1 to 16777216" --steps 0
    convergence 64 "--steps: 1e\+09 is out of range" --steps 1e9
    convergence 64 "--c: 0 is out of range" --c 0
    convergence 64 "--replicas: '3' is not allowed; allowed is a whole number from 4" --replicas 3
}

@test "a slope of minima that are 0 has no value, and a warning and its row say why" {
    attempt pnm-convergence --optimizer sgd --lr 0.1 --slope --steps 4,8,16 --start 0 --sigma 0 --replicas 4 --threads 1
    expect_status 0
    expect_message 'sgd: no slope, because a minimum is 0 or could not be measured'
    expect_equal "$(column "$out" slope 1)$(column "$out" stderr 1)" ''
    expect_equal "$(column "$out" reason 1)" 'no slope: a minimum is 0 or could not be measured'
}

@test "a point of a grid beyond the range of numbers is no claim, and the others are judged" {
    attempt pnm-convergence --optimizer sgd --lr 0.1,1e200 --loss quadratic --curve --steps 8 --points 1 --replicas 4 --threads 1 --quiet
    expect_equal "$(column "$out" step 7)$(column "$out" exact_verdict 7)" '8no claim'
    expect_equal "$(column "$out" exact_verdict 3)" "$(column "$out" exact_verdict 4)"
    never expect_equal "$(column "$out" exact_verdict 3)" 'no claim'
}
