#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# least_squares.bats: the noise of minibatches, --loss least-squares, in every program that
# takes it.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

minibatches="--loss least-squares --spectrum 0.4,0.8,1.3 --batch 2"

# The variances that an independent program gives, and chains of drawn examples beside them.
@test "stationary variances of three rules, exact and measured" {
    attempt pnm-stationary --quiet --optimizer sgd,heavy_ball,pnm --lr 0.3 --beta1 0.7 $minibatches
    expect_status 0
    expect_equal "$(column "$out" exact | xargs printf '%.8f\n' | paste -sd ' ')" \
        "0.10901032 0.12097486 0.14021115 0.09881368 0.10317869 0.10920895 0.03816277 0.03988327 0.04304499"
    all_are "$out" exact_verdict holds
    all_are "$out" law stationary
    # The paper has the noise at the minimum, V H/B.
    holds "($(column "$out" paper 1) - 0.075)^2 < 1e-30"
}

@test "pnm-simulate measures the same, with every generator" {
    local rng
    for rng in xoshiro philox gsl:mt19937; do
        attempt pnm-simulate --quiet --optimizer sgd --lr 0.3 $minibatches --replicas 2048 --steps 1000 \
            --burn-in 100 --start 1 --rng $rng
        expect_status 0
        body "$out" | awk -F, 'BEGIN { exact[1] = 0.10901032; exact[2] = 0.12097486; exact[3] = 0.14021115 }
            NR > 1 && ($5 - exact[$1]) ^ 2 > (4.89 * $6) ^ 2 { print; bad = 1 }
            NR > 1 && $6 > 0.005 * $5 { print; bad = 1 } END { exit bad || NR != 4 }'
    done
    # Its own plan forgets the start, and rules without a law run too.
    attempt pnm-simulate --quiet --optimizer pnm --lr 0.3 --beta1 0.7 $minibatches --start 2 --precision 0.01
    expect_status 0
    holds "($(column "$out" second_moment 1) / 0.03816277 - 1)^2 < 0.05^2"
    attempt pnm-simulate --quiet --optimizer adam --lr 0.1 $minibatches --rotation haar:1 --replicas 64 \
        --steps 200
    expect_status 0
}

@test "no linear rule fails; weight decay and a minimum off 0 fill the covariance" {
    local rules
    rules=$(linear_rules | tr ' ' '\n' | grep -v '^linear$' | paste -sd ,)
    attempt pnm-stationary --quiet --optimizer "$rules" --lr 0.1 $minibatches --precision 0.01
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    expect_equal "$(column "$out" exact_verdict | sort -u | grep -cv -e holds -e inconclusive || true)" 0
    never grep -q ',,closed_form\|,,matrix\|,,probed' "$out" # each has an exact value
    attempt pnm-stationary --quiet --optimizer pnm --lr 0.3 $minibatches --full \
        --weight-decay 0.2 --theta-star 2 --replicas 8192 --steps 600
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    never grep -q fails "$out"
    body "$out" | awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        { d = $at["measured"] - $at["exact"]; se = $at["stderr"] }
        d * d > (4.89 * se) ^ 2 || $at["exact"] < 25 * se { print; bad = 1 }
        END { exit bad || NR != 7 }'
    # All pairs, of which none is affordable.
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.3 $minibatches --full --max-samples 1000
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    expect_equal "$(row_count "$out")" 6
}

@test "between the limits a rate is refused with both, or diverges as asked" {
    refuse 64 '1.2 is unstable in mean square for sgd .* below 0\.687934, .* below 1\.53846' \
        pnm-stationary --optimizer sgd --lr 1.2 $minibatches
    refuse 64 'unstable in mean square' pnm-simulate --optimizer sgd --lr 0.7 $minibatches
    refuse 64 'unstable in mean square' pnm-pacbayes --optimizer sgd --lr 0.7 $minibatches \
        --prior-precision 1 --train-size 100
    refuse 64 'give replicas and steps' pnm-stationary --optimizer sgd --lr 1.2 $minibatches \
        --allow-divergence
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.69 $minibatches --allow-divergence \
        --replicas 64 --steps 200
    expect_status 0
    all_are "$out" law diverges
    all_are "$out" exact ""
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.687 $minibatches --exact
    expect_status 0
    all_are "$out" law stationary
}

@test "pnm-stability gives the limit: 1 is the gain there, below the limit without noise" {
    local limit rules
    attempt pnm-stability --quiet --optimizer sgd --lr 0.3 $minibatches
    expect_status 0
    limit=$(column "$out" ms_limit 1)
    # sgd: sum_i eta h_i/(2B - (B+1) eta h_i) = 1.
    holds "(0.4 / (4 - 3 * 0.4 * $limit) + 0.8 / (4 - 3 * 0.8 * $limit) + \
        1.3 / (4 - 3 * 1.3 * $limit)) * $limit - 1 < 1e-10"
    holds "(0.4 / (4 - 3 * 0.4 * $limit) + 0.8 / (4 - 3 * 0.8 * $limit) + \
        1.3 / (4 - 3 * 1.3 * $limit)) * $limit - 1 > -1e-10"
    rules=$(linear_rules | tr ' ' '\n' | grep -v '^linear$' | paste -sd ,)
    attempt pnm-stability --quiet --optimizer "$rules" --lr 0.3 $minibatches
    expect_status 0
    body "$out" | awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        !($at["ms_limit"] > 0.1 && ($at["lr_limit"] == "" || $at["ms_limit"] < $at["lr_limit"])) ||
        !($at["ms_gain"] > 0) { print; bad = 1 } END { exit bad || NR < 9 }'
    attempt pnm-stability --quiet --optimizer sgd --lr "$limit" $minibatches
    holds "($(column "$out" ms_gain 1) - 1)^2 < 1e-18"
    # Without noise nothing has changed, and there are no such columns.
    attempt pnm-stability --quiet --optimizer sgd --lr 0.3 --spectrum 1
    never grep -q ms_limit "$out"
    refuse 64 'cannot be combined with --map' pnm-stability --optimizer sgd --map $minibatches
}

@test "the divergence comes from the same variances" {
    attempt pnm-stationary --quiet --optimizer pnm --lr 0.3 --beta1 0.7 $minibatches --exact
    local trace
    trace=$(column "$out" exact | paste -sd +)
    attempt pnm-pacbayes --quiet --optimizer pnm --lr 0.3 --beta1 0.7 $minibatches \
        --prior-precision 3 --train-size 1000 --precision 0.005
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    holds "($(column "$out" trace 2) - ($trace))^2 < 1e-20"
    [ "$(column "$out" exact_verdict 3)" != fails ] || show
    refuse 64 'is not allowed with weight decay and minibatches' pnm-pacbayes --optimizer sgd \
        --lr 0.1 --weight-decay 0.1 --theta-star 1 $minibatches --prior-precision 3 \
        --train-size 1000
}

@test "transients: exact beside chains, with schedules, and quick for many modes" {
    local given="--loss least-squares --curve --points 4 --steps 64 --dim 5 --condition 10"
    attempt pnm-convergence --quiet --optimizer sgd --lr 0.2 --batch 4 $given \
        --replicas 262144
    expect_status 0
    all_are "$out" exact_verdict holds
    attempt pnm-convergence --quiet --optimizer pnm,two_batch --lr 0.2 --batch 4 $given \
        --replicas 32768 --threads 1
    cp "$out" first.csv
    attempt pnm-convergence --quiet --rerun first.csv --threads 2
    expect_same first.csv "$out"
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    never grep -q fails "$out"
    grep -q holds "$out"
    attempt pnm-convergence --quiet --optimizer heavy_ball --lr 0.3 --batch 4 $given \
        --schedule cosine:64 --replicas 65536
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    never grep -q fails "$out"
    grep -q holds "$out"
    # A transient ends in the stationary law, whose risk is --excess.
    attempt pnm-convergence --quiet --exact --optimizer pnm --lr 0.3 --batch 4 --loss least-squares \
        --curve --points 1 --steps 2000 --dim 3 --condition 4 --smoothness 2
    local end
    end=$(body "$out" | tail -n 1 | awk -F, '{ print $7 }')
    attempt pnm-stationary --quiet --exact --excess --optimizer pnm --lr 0.3 --batch 4 \
        --loss least-squares --spectrum 2,1,0.5
    holds "($end / $(column "$out" exact 1) - 1)^2 < 1e-20"
    # 10^4 modes x 10^3 steps: a hundredth of what is to take a minute.
    local before=$SECONDS
    attempt pnm-convergence --quiet --exact --optimizer pnm --lr 0.3 --batch 8 \
        --loss least-squares --curve --points 1 --steps 1000 --dim 10000 --power 1.5
    expect_status 0
    [ $((SECONDS - before)) -le 5 ]
}

# The mean over chains is many of its standard errors off, because what makes it up is too rare
# to be seen: without a look at their skewness that would be a wrong verdict.
@test "heavy tails are inconclusive, however far off they seem" {
    attempt pnm-convergence --quiet --optimizer sgd --lr 0.7 --loss least-squares --curve --points 2 \
        --steps 40 --dim 4 --replicas 20000
    expect_status 2
    body "$out" | awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        $at["step"] == 0 { next }
        { z = ($at["measured"] - $at["exact"]) / $at["stderr"] }
        z < -4.89 { far = 1 }
        $at["exact_verdict"] != "inconclusive" { print; bad = 1 } END { exit bad || !far }'
}

# The squares of what chains would have are 0, as are those of the law that plans them.
@test "a rate too small for the squares of a double is not sampled" {
    attempt pnm-stationary --optimizer sgd,two_batch --lr 1e-200 --loss least-squares --batch 2 --spectrum 0.5,1 \
        --replicas 40 --steps 100 --burn-in 8 --quiet
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    attempt pnm-stationary --optimizer sgd --lr 1e-200 --loss least-squares --batch 2 --spectrum 0.5,1 --quiet
    all_are "$out" exact_verdict 'not sampled'
}

@test "what --loss least-squares does not allow" {
    local given="pnm-stationary --optimizer sgd --lr 0.1 --loss least-squares --spectrum 1"
    refuse 64 '--batch: 2.5 is not allowed with least-squares.* whole numbers' $given --batch 2.5
    refuse 64 '--batch' $given --batch 1e10
    refuse 64 "--noise: 'isotropic:1' is not allowed with least-squares" $given --noise isotropic:1
    refuse 64 '--residual-variance: 0 is out of range' $given --residual-variance 0
    refuse 64 '--residual-variance: 2 is not allowed with a quadratic loss' \
        pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --residual-variance 2
    refuse 64 'did you mean least-squares' pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 \
        --loss least-square
    given="pnm-convergence --optimizer sgd --lr 0.1 --loss least-squares"
    refuse 64 'assumes a bounded gradient' $given
    refuse 64 '--sigma: 2 is not allowed with least_squares' $given --curve --sigma 2
    refuse 64 '--batch: 1.5 is not allowed' $given --curve --batch 1.5
    refuse 64 '--power: 1 is not allowed beside a condition of 2' $given --curve --power 1 \
        --condition 2
}

@test "threads, resumed runs and repeated runs give the same bytes" {
    local given="pnm-stationary --quiet --optimizer two_batch --lr 0.1 $minibatches --replicas 500"
    attempt $given --steps 300 --threads 1 --residual-variance 0.5 --output first.csv
    [ "$status" -eq 2 ] || [ "$status" -eq 0 ] || show
    attempt pnm-stationary --quiet --rerun first.csv --threads 2 --output second.csv
    expect_same first.csv second.csv
    attempt $given --steps 300 --residual-variance 0.5 --stop-at 1:3 --checkpoint state --output cut.csv
    attempt $given --steps 300 --residual-variance 0.5 --resume state --output third.csv
    expect_equal "$(body first.csv)" "$(body third.csv)"
    never cmp -s first.csv cut.csv
}
