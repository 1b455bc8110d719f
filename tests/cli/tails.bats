#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# tails.bats: noise of other laws, quantiles and kurtosis, as a user asks for them.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

mode="--spectrum 1 --lr 0.3 --threads 1 --quiet"

@test "covariances under Student's t are those of Gaussian noise, measured too" {
    attempt pnm-stationary --optimizer sgd,pnm,two_batch $mode --noise-law student:16 --format csv
    expect_status 0
    all_are "$out" exact_verdict holds
    column "$out" exact >student
    column "$out" measured >measured
    attempt pnm-stationary --optimizer sgd,pnm,two_batch $mode --format csv
    expect_equal "$(column "$out" exact)" "$(cat student)"
    never cmp -s measured <(column "$out" measured)
    # The law that is not given is the Gaussian one, whose numbers stay what they were.
    cp "$out" plain
    attempt pnm-stationary --optimizer sgd,pnm,two_batch $mode --noise-law gaussian --format csv
    expect_same "$out" plain
    expect_equal "$(sed -n 's/^# noise-law: //p' plain)" gaussian
}

@test "few degrees of freedom: no verdict where a single draw shows" {
    attempt pnm-stationary --optimizer sgd $mode --noise-law student:5 --format csv
    expect_status 2
    all_are "$out" exact_verdict inconclusive
    attempt pnm-stationary --optimizer sgd $mode --noise-law student:8 --quantiles 0.9 --replicas 20000 --format csv
    expect_status 2
    expect_equal "$(column "$out" quantity | paste -sd ' ')" 'quantile kurtosis'
    expect_equal "$(column "$out" exact_verdict | paste -sd ' ')" 'no claim inconclusive'
    expect_equal "$(column "$out" stderr 2)" ''
    expect_equal "$(column "$out" exact 1)" ''
    holds "$(column "$out" exact 2) > 3.5 && $(column "$out" exact 2) < 3.6"
}

@test "exact quantiles: Cauchy's law, a Gaussian law, and the kurtosis of sgd" {
    attempt pnm-stationary --optimizer sgd $mode --noise-law stable:1 --quantiles 0.75,0.9 --exact --format csv
    expect_status 0
    # Scale sqrt(1/2) (sum of |a_k| is 1), quantiles 1 and tan(0.4 pi).
    holds "($(column "$out" exact 1) / 0.70710678118654752 - 1)^2 < 1e-22"
    holds "($(column "$out" exact 2) / 0.70710678118654752 / 3.0776835371752534 - 1)^2 < 1e-22"
    never column "$out" measured
    attempt pnm-stationary --optimizer sgd $mode --quantiles 0.9 --exact --format csv
    holds "($(column "$out" exact 1) / (sqrt(0.3 / 1.7) * 1.2815515655446004) - 1)^2 < 1e-22"
    expect_equal "$(column "$out" exact 2)" 3
    attempt pnm-stationary --optimizer sgd $mode --noise-law student:10 --quantiles 0.9 --exact --format csv
    # The excess is 6/(10 - 4) times (1 - 0.49)/(1 + 0.49).
    holds "($(column "$out" exact 2) - 3 - 0.51 / 1.49)^2 < 1e-20"
}

@test "measured quantiles hold, and those of another rate fail" {
    attempt pnm-stationary --optimizer sgd,two_batch $mode --noise-law stable:1.5 --quantiles 0.15,0.5,0.85 --format csv
    expect_status 0
    all_are "$out" exact_verdict holds
    local k
    for k in 1 2 3 4 5 6; do
        holds "$(column "$out" low $k) <= $(column "$out" exact $k) && $(column "$out" exact $k) <= $(column "$out" high $k)"
    done
    # Negative control: the exact quantile of a rate that is 5 % off lies outside of the band.
    attempt pnm-stationary --optimizer sgd --spectrum 1 --lr 0.315 --quiet --noise-law stable:1.5 --quantiles 0.85 --exact --format csv
    cp "$out" other
    attempt pnm-stationary --optimizer sgd $mode --noise-law stable:1.5 --quantiles 0.85 --format csv
    holds "$(column other exact 1) > $(column "$out" high 1)"
}

@test "what has no sense is refused" {
    local stationary="pnm-stationary --optimizer sgd $mode"
    printf '1 0.1\n0.1 1\n' >dense
    refuse 64 '--noise-law: stable noise of the exponent 1.5 has no variance.*allowed is --quantiles' \
        $stationary --noise-law stable:1.5
    refuse 64 '--noise-law: stable noise of the exponent 1.5 has no variance.*--record trajectory' \
        pnm-simulate --optimizer sgd $mode --noise-law stable:1.5
    refuse 64 '--noise-law: stable noise.*--record trajectory' \
        pnm-simulate --optimizer sgd $mode --noise-law stable:1.5 --average polyak --steps 9 --replicas 9
    refuse 64 '--average: the option cannot' $stationary --quantiles 0.5 --average ema:0.1
    refuse 64 '--at: the option cannot' $stationary --quantiles 0.5 --at 3
    refuse 64 '--full: the option cannot' $stationary --quantiles 0.5 --full
    refuse 64 '--excess: the option cannot' $stationary --quantiles 0.5 --excess
    refuse 64 '--allow-divergence: the option cannot' $stationary --quantiles 0.5 --allow-divergence
    refuse 64 '--precision: the option cannot' $stationary --quantiles 0.5 --precision 0.002
    refuse 64 '--burn-in: the option cannot' $stationary --quantiles 0.5 --burn-in 5
    refuse 64 '--loss: least-squares is not allowed with --quantiles' $stationary --quantiles 0.5 --loss least-squares
    refuse 64 '--noise: a dense C is not allowed' pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,2 --noise file:dense --quantiles 0.5
    refuse 64 '--quantiles: 0 is not a probability' $stationary --quantiles 0.5,0
    refuse 64 '--quantiles: 1 is not a probability' $stationary --quantiles 1
    refuse 64 '--excess: the option cannot be combined with --full' $stationary --excess --full
    refuse 64 '--noise-law: 4 degrees of freedom are not allowed' $stationary --noise-law student:4
    refuse 64 '--noise-law: the exponent 0.3 is not allowed' $stationary --noise-law stable:0.3
    refuse 64 "--noise-law: 'levy' is not known; allowed are gaussian, student:NU and stable:ALPHA" \
        $stationary --noise-law levy
    refuse 64 "--noise-law: 'student:9' is not allowed with least-squares" \
        $stationary --noise-law student:9 --loss least-squares
    printf '1 2\n3 4\n5 1\n' >rows
    refuse 64 "--noise-law: 'student:9' is not allowed with least-squares" \
        pnm-stationary --optimizer sgd --lr 0.01 --loss least-squares --data rows --noise-law student:9
    refuse 64 "--noise-law: 'student:9' is not allowed with a dense C" \
        pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,2 --noise file:dense --noise-law student:9
    refuse 64 '--quantiles: 1 is not a probability' $stationary --quantiles 0.5,1
    refuse 70 '--quantiles: 1e-12 cannot be computed for stable noise of the exponent 0.5: the integral .* does not converge' \
        $stationary --noise-law stable:0.5 --quantiles 0.1,1e-12 --exact
    refuse 64 '--at: the option cannot be combined with --quantiles' $stationary --quantiles 0.5 --at 3
    refuse 64 '--full: the option cannot' $stationary --quantiles 0.5 --full
    refuse 64 '--precision: the option cannot' $stationary --quantiles 0.5 --precision 0.01
    refuse 64 '--noise: mode 1 has none' $stationary --quantiles 0.5 --noise isotropic:0
    refuse 64 'adam.*law of quantiles' pnm-stationary --optimizer adam $mode --quantiles 0.5
    refuse 64 '--lr: 3 is unstable' pnm-stationary --optimizer sgd --spectrum 1 --lr 3 --quantiles 0.5
    all_refused
    attempt pnm-stationary --optimizer all --spectrum 1 --lr 0.1 --quantiles 0.5 --exact
    expect_status 0
    expect_message 'left out are the rules that are not linear, which have no law of quantiles'
    attempt $stationary --quantiles 0.9 --max-samples 1000 --format csv
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
}

@test "threads, repeated and resumed runs, and ranks give the same bytes" {
    local law="--noise-law stable:0.8" options="--spectrum 0.5,1 --lr 0.3 --quiet --replicas 3000 --quantiles 0.2,0.5"
    pnm-stationary --optimizer pnm $options $law --threads 1 --output a.csv || [ $? -eq 2 ]
    pnm-stationary --optimizer pnm $options $law --threads 2 --output b.csv || [ $? -eq 2 ]
    expect_same a.csv b.csv
    pnm-stationary --rerun a.csv --quiet --output b.csv || [ $? -eq 2 ]
    expect_same a.csv b.csv
    pnm-stationary --optimizer pnm $options $law --checkpoint k --stop-at 1:20 --output b.csv || [ $? -eq 2 ]
    never cmp -s a.csv b.csv
    pnm-stationary --optimizer pnm $options $law --resume k --output b.csv || [ $? -eq 2 ]
    expect_same a.csv b.csv
    # A checkpoint of another law is refused.
    attempt pnm-stationary --optimizer pnm $options --noise-law stable:0.9 --resume k
    expect_status 64
    local isa
    for isa in base v3 v4; do
        PNM_ISA=$isa pnm-stationary --optimizer pnm $options $law --output b.csv 2>wrong || [ $? -eq 2 ] || continue
        expect_same a.csv b.csv
    done
    if [ -x "${PNM_MPI_BIN:-.}/pnm-stationary" ] && command -v mpirun >/dev/null; then
        mpirun -n 2 "$PNM_MPI_BIN/pnm-stationary" --optimizer pnm $options $law --threads 1 --output b.csv </dev/null || true
        expect_same a.csv b.csv
    fi
}

@test "pnm-simulate runs noise of every law" {
    local law
    for law in student:5 stable:2; do
        attempt pnm-simulate --optimizer sgd $mode --noise-law $law --format csv
        expect_status 0
        # 0.3/1.7 at h = c = 1.
        holds "($(column "$out" second_moment) / 0.17647058823529413 - 1)^2 < 2.5e-5"
    done
    attempt pnm-simulate --optimizer adam --record trajectory --steps 3 $mode --noise-law stable:1 --format csv
    expect_status 0
    expect_equal "$(row_count "$out")" 4
    attempt pnm-simulate --optimizer adam --replicas 100 --steps 200 $mode --noise-law student:5 --format csv
    expect_status 0
    attempt pnm-simulate --optimizer sgd $mode --noise-law student:9 --rng gsl:mt19937 --format csv
    expect_status 0
    holds "($(column "$out" second_moment) / 0.17647058823529413 - 1)^2 < 2.5e-5"
}
