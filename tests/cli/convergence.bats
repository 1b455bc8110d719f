#!/usr/bin/env bats
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
    local rule
    for rule in $rules; do
        attempt pnm-convergence --optimizer "$rule" --loss quadratic --condition 4 --dim 2 \
            --lr 0.1 --curve --horizon 400 --replicas 524288 --initial 2 --sigma 0.5
        expect_status 0
        expect_equal "$(row_count "$out")" 42
        all_are "$out" exact_verdict holds
    done
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
    convergence 64 "--horizon: 0 is out of range; allowed are whole numbers" --horizon 0
    convergence 64 "--horizon: 'x' is not a number" --horizon 1,x
    convergence 64 "--horizon: '1,2' are several; --curve shows one" --curve --horizon 1,2
    convergence 64 "--horizon: '1,2' are too few; --slope needs three" --slope --horizon 1,2
    convergence 64 "--slope: not together with --curve" --slope --curve
    convergence 64 "--gradient-bound: no parameter of the loss logistic" --loss logistic --gradient-bound 1
    convergence 64 "--condition: no parameter of the loss huber" --condition 3
    convergence 64 "--dim: '?0'? is out of range" --dim 0
    convergence 64 "--sigma: -1 is out of range" --sigma -1
    convergence 64 "--c: 0 is out of range" --c 0
    convergence 64 "--replicas: '?3'? is out of range" --replicas 3
}
