#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# convergence.bats: pnm-convergence, theorem 3.1 and transients.

load helpers

losses="huber pseudo_huber log_cosh logistic rippled"
quick="--optimizer pnm --horizon 16,64 --replicas 256 --quiet"

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
    attempt pnm-convergence --optimizer sgd,heavy_ball --horizon 16 --replicas 64 --quiet
    expect_status 0
    expect_equal "$(column "$out" bound_printed | tr -d '\n')" ""
    attempt pnm-convergence --optimizer pnm --lr 0.1 --horizon 16 --replicas 64 --quiet
    expect_equal "$(column "$out" bound_printed | tr -d '\n')" ""
    attempt pnm-convergence --optimizer pnm --beta0 -0.5 --horizon 16 --replicas 64 --quiet
    expect_equal "$(column "$out" bound_printed | tr -d '\n')" ""
}

@test "measured and exact transients agree at 20 times from 0 to stationarity" {
    local rule given="--loss quadratic --condition 4 --dim 2 --lr 0.1 --curve --horizon 400 --initial 2 --sigma 0.5"
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
    local given="--optimizer pnm,heavy_ball --loss quadratic --lr 0.1 --curve --horizon 100 --points 2"
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
    local given="--optimizer sgd --loss quadratic --lr 0.1 --curve --horizon 100 --points 2"
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

@test "without noise one run, exact to rounding" {
    attempt pnm-convergence --optimizer pnm --loss quadratic --lr 0.1 --curve --horizon 50 --sigma 0
    expect_status 0
    all_are "$out" exact_verdict holds
    expect_equal "$(column "$out" count 5)" 1
    expect_equal "$(column "$out" stderr 5)" 0
}

@test "the slope over horizons" {
    attempt pnm-convergence --optimizer pnm --slope --horizon 256,1024,4096 --replicas 4096 --quiet
    expect_status 0
    expect_equal "$(header "$out")" optimizer,lr,beta0,beta1,horizons,slope,stderr
    holds "$(column "$out" slope 1) < -0.4 && $(column "$out" slope 1) > -0.6"
    holds "$(column "$out" stderr 1) > 0 && $(column "$out" stderr 1) < 0.05"
}

@test "numbers too small for their squares have no standard error, and nothing fails" {
    # The standard errors were 0 here, and every row failed.
    attempt pnm-convergence --optimizer sgd,pnm --curve --horizon 64 --loss quadratic --replicas 40 \
        --smoothness 1e-160 --points 4 --quiet
    expect_status 2
    never grep -q fails "$out"
    grep -q 'square,.*,,40,.*,inconclusive,beyond the range of numbers or undefined: stderr$' "$out"
}

@test "a row without a bound or a measurement says why" {
    attempt pnm-convergence --optimizer sgd,pnm --horizon 16 --replicas 40 --weight-decay 0.1
    expect_status 0
    expect_equal "$(body "$out" | grep -c 'the theorem sets the learning rate itself')" 1
    attempt pnm-convergence --optimizer sgd,pnm --horizon 16 --replicas 40 --max-seconds 0 --quiet
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

@test "--ratio: both sides of a bound, by hand; printed and corrected" {
    # huber, L = G = 1, from theta_0 = 1 without noise: |grad f|^2 = 1 at k = 0, the gap 1/2,
    # and with T = 1, C = 0.1, beta = 0, beta0 = 2 the bound 1/0.1 + 0.1 * 4.
    attempt pnm-convergence --optimizer pnm --ratio thm3.1 --beta0 2 --beta1 0 --sigma 0 --c 0.1 --horizon 1
    expect_status 0
    expect_equal "$(header "$out")" "optimizer,lr,beta0,beta1,bound,form,loss,sigma,initial,c,horizon,eta0,at_step,ratio,stderr,count,exact,verdict,exact_verdict,command"
    expect_equal "$(column "$out" form | tr '\n' ' ')" "printed corrected "
    holds "($(column "$out" ratio 1) - 1 / 10.4)^2 < 1e-24 && ($(column "$out" exact 2) - 1 / 10.4)^2 < 1e-24"
    all_are "$out" verdict holds
    all_are "$out" exact_verdict holds
    # A constant gradient at beta0 = 0: four times the printed bound of lemma A.3.
    attempt pnm-convergence --optimizer pnm --ratio lemma-A3 --beta0 0 --lr 1e-6 --sigma 0 --horizon 200
    expect_status 0
    expect_equal "$(column "$out" verdict | tr '\n' ' ')" "fails holds "
    holds "$(column "$out" ratio 1) > 3.99 && $(column "$out" ratio 2) > 0.998"
    # From the minimum with little noise lemma A.2 is met with equality: too close to tell.
    attempt pnm-convergence --optimizer pnm --ratio lemma-A2 --sigma 0.01 --initial 0 --horizon 1 --replicas 20000
    expect_status 0
    expect_equal "$(column "$out" verdict | tr '\n' ' ')" "holds inconclusive "
    expect_equal "$(column "$out" count 2)" 10000
    expect_equal "$(column "$out" exact 2)" ""
}

@test "--search: breaks the printed lemma A.3 and not the corrected; its command repeats it" {
    attempt pnm-convergence --optimizer pnm --search 400 --ratio lemma-A3 --beta1 0.9 --quiet --threads 1
    expect_status 0
    cp "$out" found
    expect_equal "$(column found verdict 1),$(column found verdict 3)" fails,fails
    holds "$(column found ratio 1) > 3.9 && $(column found ratio 1) <= 4"
    holds "$(column found ratio 2) > 0.99 && $(column found ratio 2) <= 1"
    holds "$(column found stderr 3) > 0"
    local row command
    for row in 1 2 3 4; do
        command=$(grep -v '^#' found | sed -n "$((row + 1))p" | sed 's/.*,//')
        # shellcheck disable=SC2086
        attempt $command
        expect_status 0
        grep -q "^pnm,.*,$(column found ratio $row),$(column found stderr $row)," "$out"
    done
    attempt pnm-convergence --optimizer pnm --search 400 --ratio lemma-A3 --beta1 0.9 --quiet --threads 3
    expect_same found "$out"
}

@test "the command of a search repeats what is chosen by words, too" {
    attempt pnm-convergence --optimizer pnm --search 100 --ratio lemma-A3 --lr-normalization off --rng philox \
        --sigma 1 --horizon 16 --quiet
    cp "$out" found
    local command
    command=$(grep -v '^#' found | sed -n 2p | sed 's/.*,//')
    # shellcheck disable=SC2086
    attempt $command
    grep -q "^pnm,.*,$(column found ratio 1),$(column found stderr 1)," "$out"
}

@test "--ratio: what leaves the range of doubles is said; 0 over 0 is 0; the budget is kept" {
    attempt pnm-convergence --optimizer pnm --ratio lemma-A2 --sigma 0 --lr 1e-300 --horizon 64
    expect_status 70
    expect_message '--ratio: lemma-A2 is beyond the range .* lr=1e-300'
    # Rounding of a gradient difference at 1e160 exceeds the bound: no ratio of 0, no `holds`.
    local lemma
    for lemma in lemma-A2 lemma-A3; do
        attempt pnm-convergence --optimizer pnm --ratio $lemma --horizon 20 --sigma 0 --initial 1e160
        expect_status 70
        expect_message "$lemma is beyond .*rounding exceeds 1 % of the bound.* initial=1e.160"
    done
    attempt pnm-convergence --optimizer pnm --ratio thm3.1 --sigma 1e300 --horizon 64
    expect_status 70
    expect_message 'sigma=1e\+300'
    # A standard error that overflows is not 0.
    for bound in thm3.1 lemma-A2 lemma-A3; do
        attempt pnm-convergence --optimizer pnm --ratio $bound --sigma 1e100 --horizon 64 --replicas 128
        expect_status 70
        expect_message "$bound is beyond the range .* sigma=1e\+100"
    done
    attempt pnm-convergence --optimizer pnm --ratio thm3.1 --sigma 0 --beta0 1e8 --horizon 64
    expect_status 0
    # z_t = theta_t: both sides of lemma A.3 are 0.
    attempt pnm-convergence --optimizer pnm --ratio lemma-A3 --beta0 0 --beta1 0 --horizon 64
    expect_status 0
    all_are "$out" ratio 0
    all_are "$out" verdict holds
    # 1024 coordinate-steps a replica; half of the replicas measure.
    attempt pnm-convergence --optimizer pnm --ratio lemma-A2 --horizon 1024 --max-samples 4194304 --quiet
    holds "$(column "$out" count 1) <= 2048 && $(column "$out" count 2) <= 2048"
}

@test "--search with noise ends at a ratio that is there, not at the luckiest of its looks" {
    # The corrected lemma A.2 is sharp: with little noise, too, its ratio comes as near to 1 as wanted.
    attempt pnm-convergence --optimizer pnm --ratio lemma-A2 --search 1000
    holds "$(column "$out" ratio 4) > 0.99 && $(column "$out" sigma 4) > 0"
}

@test "--search keeps what is given" {
    attempt pnm-convergence --optimizer pnm --search 100 --loss log_cosh --beta0 0.123456789,2 --beta1 0.5 \
        --c 0.7 --sigma 0.25 --horizon 33 --smoothness 2
    expect_status 0
    expect_equal "$(column "$out" beta0 | tr '\n' ' ')" "0.123456789 0.123456789 2 2 "
    all_are "$out" loss log_cosh
    all_are "$out" sigma 0.25
    all_are "$out" horizon 33
    all_are "$out" c 0.7
    grep -q -- '--smoothness 2 ' "$out"
    holds "$(column "$out" initial 1) != 1"
}

@test "what cannot be asked for" {
    convergence 64 "^pnm-convergence: --loss: no loss 'quad'; allowed are huber, .*quadratic" --loss quad
    convergence 64 "--loss: theorem 3.1 assumes a bounded gradient.*no bound G.*--curve" --loss quadratic
    convergence 64 "--horizon: 0 is out of range; allowed are whole numbers" --horizon 0
    convergence 64 "--horizon: 'x' is not a number" --horizon 1,x
    convergence 64 "--horizon: 2 horizons are given; --curve takes one" --curve --horizon 1,2
    convergence 64 "--horizon: 2 horizons are too few; --slope needs at least three" --slope --horizon 1,2
    convergence 64 "--slope: cannot be combined with --curve" --slope --curve
    convergence 64 "--ratio: 'thm3' is not allowed; allowed: thm3.1.lemma-A2.lemma-A3" --ratio thm3
    convergence 64 "--ratio: cannot be combined with --curve" --ratio thm3.1 --curve
    convergence 64 "--search: cannot be combined with --slope" --search 9 --slope
    convergence 64 "--lr: theorem 3.1 sets its own rate; --ratio thm3.1 takes --c" --search 9 --lr 1
    convergence 64 "--beta0: -1 is not allowed; the bounds of --ratio are about beta0 >= 0" --ratio lemma-A3 --beta0 -1
    convergence 64 "--optimizer: sgd is not allowed; the bounds of --ratio are about pnm" --ratio lemma-A3 --optimizer sgd
    convergence 64 "--horizon: 2 horizons are given; --search takes one" --search 9 --horizon 1,2
    convergence 64 "--search: '0' is not allowed; allowed is a whole number from 1" --search 0
    convergence 64 "--search: no loss with a bounded gradient has all the parameters" --search 9 --condition 2
    convergence 64 "--loss: theorem 3.1 assumes a bounded gradient" --search 9 --loss quadratic
    convergence 64 "--gradient-bound: not a parameter of the loss logistic" --loss logistic --gradient-bound 1
    convergence 64 "--condition: not a parameter of the loss huber" --condition 3
    convergence 64 "--dim: '0' is not allowed; allowed is a whole number from 1" --dim 0
    convergence 64 "--sigma: -1 is out of range" --sigma -1
    convergence 64 "--c: 0 is out of range" --c 0
    convergence 64 "--replicas: '3' is not allowed; allowed is a whole number from 4" --replicas 3
}
