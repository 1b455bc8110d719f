#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# pacbayes.bats: pnm-pacbayes, divergences and bounds.

load helpers

columns=optimizer,lr,beta0,gamma,covariance,trace,logdet,kl,kl_stderr,count,bound_paper,bound_mcallester,bound_maurer,vacuous,exact_verdict,beta0_at_end,law
# shellcheck disable=SC2086 # $given is a list of words
given="--optimizer pnm --lr 0.1 --spectrum 1,2 --prior-precision 10 --train-size 10000"

@test "three covariances a rule, measured agrees with exact" {
    attempt pnm-pacbayes $given --precision 0.002
    expect_status 0
    expect_equal "$(header "$out")" "$columns"
    expect_equal "$(column "$out" covariance | tr '\n' ' ')" "paper exact measured "
    expect_equal "$(column "$out" exact_verdict | tr '\n' ';')" "no claim;no claim;holds;"
    all_are "$out" gamma 5
    all_are "$out" vacuous none
}

@test "dense noise that does not commute" {
    printf '1 0.5\n0.5 2\n' >dense
    attempt pnm-pacbayes $given --noise file:dense --precision 0.002
    expect_status 0
    expect_equal "$(column "$out" exact_verdict 3)" holds
    printf '1 1\n1 1\n' >singular
    # Different curvatures make the stationary covariance regular, equal ones do not.
    attempt pnm-pacbayes $given --noise file:singular --precision 0.002 --quiet
    expect_equal "$(column "$out" exact_verdict 3)" holds
    attempt pnm-pacbayes $given --spectrum 1,1 --noise file:singular --output new.csv
    expect_status 64
    expect_message 'positive definite|singular'
}

@test "nearly singular covariances: right digits, or a refusal that says how many are lost" {
    local common="--optimizer sgd --lr 0.1 --prior-precision 10 --train-size 10000"
    printf '1 1\n1 1\n' >ones
    # Doubles gave -39.2349524 here, and found 1.00000001 not positive definite.
    # shellcheck disable=SC2086
    attempt pnm-pacbayes $common --spectrum 1,1.0000001 --noise file:ones --replicas 64 --steps 300
    expect_status 2
    holds "$(column "$out" logdet 2) > -39.40877723 && $(column "$out" logdet 2) < -39.40877721"
    holds "$(column "$out" kl 2) > 16.92811928 && $(column "$out" kl 2) < 16.92811929"
    # The simulation has doubles only.
    expect_equal "$(column "$out" exact_verdict 3)" inconclusive
    expect_equal "$(column "$out" kl 3)" ''
    expect_message 'warning: sgd: inconclusive, because the measured covariance is '
    # shellcheck disable=SC2086
    attempt pnm-pacbayes $common --spectrum 1,1.00000001 --noise file:ones --exact
    expect_status 0
    holds "$(column "$out" logdet 2) > -44.01394726 && $(column "$out" logdet 2) < -44.01394724"
    # shellcheck disable=SC2086
    attempt pnm-pacbayes $common --spectrum 1,1.00000000000001 --noise file:ones --output new.csv
    expect_status 70
    expect_message "--noise: the .* covariance is so nearly singular .*: 29 of the 33 digits of its elements are lost"
    # The same where beta0 is looked for.
    attempt pnm-pacbayes --optimizer pnm --lr 0.1 --prior-precision 10 --train-size 10000 --optimal-beta0 \
        --spectrum 1,1.00000000000001 --noise file:ones --output new.csv
    expect_status 70
    expect_files 'ones'
}

@test "a bound is never below the true one" {
    # Doubles that cancel gave 3.31138219e-06.
    attempt pnm-pacbayes --optimizer sgd --lr 0.1 --spectrum 1 --prior-precision 1e-3 \
        --train-size 1000000000000 --empirical-risk 0.5 --exact
    holds "$(column "$out" bound_maurer 2) >= 3.3113829026904322e-6"
    holds "$(column "$out" bound_maurer 2) < 3.3113829026907e-6"
}

@test "--optimal-beta0: large for the paper at small lambda, 0 for the exact covariance" {
    attempt pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 1 --prior-precision 1 --train-size 1000 \
        --optimal-beta0 --precision 0.01
    # sqrt(gamma) eta/(2B) = 1/lambda at gamma = 400.
    holds "$(column "$out" beta0 1) > 13.633 && $(column "$out" beta0 1) < 13.634"
    holds "$(column "$out" beta0 2) == 0"
    expect_equal "$(column "$out" beta0_at_end | tr '\n' ' ')" "no yes yes "
    attempt pnm-pacbayes --optimizer sgd --lr 0.1 --spectrum 1 --prior-precision 1 --train-size 1000 \
        --optimal-beta0
    expect_status 64
    expect_message 'optimal-beta0.*sgd'
}

@test "extremes give numbers or a reason, never nan" {
    local extra
    for extra in "--empirical-risk 0" "--empirical-risk 1" "--prior-precision 1e-12" \
        "--prior-precision 1e12" "--train-size 1" "--delta 1e-300" "--delta 0.9999999999999999"; do
        # shellcheck disable=SC2086
        attempt pnm-pacbayes $given --max-samples 1e8 --precision 0.01 --quiet $extra
        [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || { echo "$extra" >&2; show; }
        expect_no_nan "$out"
        [ -n "$(column "$out" bound_maurer 2)" ] || show
    done
    attempt pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum linear:0.5:2:10000 --prior-precision 10 \
        --train-size 1000 --replicas 40 --steps 200 --quiet
    [ "$status" -ne 1 ] || show
    expect_no_nan "$out"
}

@test "every bound is vacuous where the risk is 1 already" {
    attempt pnm-pacbayes $given --max-samples 1 --quiet --empirical-risk 1
    expect_equal "$(column "$out" vacuous 2)" paper+mcallester+maurer
}

@test "a divergence that cannot be computed has no bound, and its row says why" {
    # Of one chain there is no covariance. maurer was 4.9e-324 here, and no bound vacuous.
    attempt pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 0.5,1 --prior-precision 10 --train-size 100 \
        --replicas 1 --steps 200 --quiet
    expect_status 2
    expect_equal "$(column "$out" bound_maurer 3)$(column "$out" bound_paper 3)$(column "$out" vacuous 3)" ""
    grep -q '^pnm,.*,measured,.*"beyond the range of numbers or undefined: logdet, kl, .*bound_maurer"$' "$out"
    attempt pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 0.5,1 --noise isotropic:1.7e308 --rotation haar:1 \
        --prior-precision 10 --train-size 100 --replicas 40 --steps 200 --quiet
    expect_no_message '(nan|inf)( |:|$)'
}

@test "noise without which there is no density: a reason, 64" {
    attempt pnm-pacbayes $given --noise isotropic:0 --output new.csv
    expect_status 64
    expect_message '--noise'
    expect_files ''
}

@test "bad values: 64 and nothing written" {
    local extra
    for extra in "--prior-precision 0" "--prior-precision -1" "--prior-precision nan" "--train-size 0" \
        "--train-size 1.5" "--delta 0" "--delta 1" "--delta 2" "--empirical-risk -0.1" \
        "--empirical-risk 1.1" "--empirical-risk x"; do
        # shellcheck disable=SC2086
        attempt pnm-pacbayes $given $extra --output new.csv
        expect_status 64
        expect_message "${extra%% *}"
    done
    expect_files ''
}

@test "the same bits for 1, 2 and 3 threads" {
    local threads
    printf '1 0.5\n0.5 2\n' >dense
    for threads in 1 2 3; do
        attempt pnm-pacbayes $given --noise file:dense --precision 0.02 --quiet --threads $threads
        cp "$out" "with-$threads"
        expect_same with-1 "with-$threads"
    done
}

@test "a mean too far from the prior is told from noise that is none" {
    local common="--optimizer pnm --lr 0.1 --spectrum 1,2 --prior-precision 10 --train-size 10000"
    # shellcheck disable=SC2086
    refuse 64 '^pnm-pacbayes: --theta-star: .*precision, 10, ' pnm-pacbayes $common \
        --weight-decay 0.1 --theta-star 1e300
    # shellcheck disable=SC2086
    refuse 64 '^pnm-pacbayes: --theta-star: ' pnm-pacbayes $common --theta-star 1e154
    # shellcheck disable=SC2086
    refuse 64 '^pnm-pacbayes: --noise: .*not positive definite' pnm-pacbayes $common \
        --noise isotropic:0
    refuse 64 '--optimal-beta0: the option finds beta0 itself' \
        pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 1 --beta0 1 --optimal-beta0 --prior-precision 10 --train-size 100
    all_refused
}
