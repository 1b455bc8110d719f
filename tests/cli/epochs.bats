#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# epochs.bats: noise without replacement, --sampling epoch, in the programs that take it.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

epochs="--batch 2 --sampling epoch --train-size 12"
mode="--spectrum 0.5 --noise isotropic:0.5 --lr 0.3 --beta1 0.7"

# as_printed FILE COLUMN
as_printed() {
    column "$1" "$2" | xargs printf '%.8f\n' | paste -sd ' '
}

# Numbers of an independent program, and shuffled samples beside them.
@test "the phases of an epoch, exact and measured" {
    attempt pnm-stationary --quiet --optimizer sgd,pnm $mode $epochs --by-phase
    expect_status 0
    expect_equal "$(as_printed "$out" exact)" \
        "0.01244049 0.04989735 0.06305083 0.06073150 0.04900646 0.03199320 0.00303898 0.01052399 0.01001127 0.01218471 0.01051909 0.00768376"
    expect_equal "$(column "$out" phase | paste -sd ' ')" "0 1 2 3 4 5 0 1 2 3 4 5"
    all_are "$out" exact_verdict holds
    attempt pnm-stationary --optimizer pnm $mode $epochs --train-size 13 --by-phase --format csv
    expect_status 0
    expect_message '--train-size 13: an epoch of pnm has 6 steps and does not use the last 1 samples'
    expect_equal "$(as_printed "$out" exact)" \
        "0.00850802 0.01536928 0.01489929 0.01689161 0.01536479 0.01276574"
    all_are "$out" exact_verdict holds
    # Shown in a table for people too, where it is asked for.
    attempt pnm-stationary --quiet --optimizer pnm $mode $epochs --by-phase --exact --format table
    grep -q 'phase$' "$out"
    attempt pnm-stationary --quiet --optimizer pnm $mode $epochs --exact --format table
    never grep -q phase "$out"
}

@test "a row is the average over the phases; pnm-simulate measures the same with every generator" {
    local rng average
    attempt pnm-stationary --quiet --optimizer pnm $mode $epochs
    expect_status 0
    all_are "$out" exact_verdict holds
    all_are "$out" phase ""
    average=$(column "$out" exact)
    holds "($average - (0.00303898 + 0.01052399 + 0.01001127 + 0.01218471 + 0.01051909 + 0.00768376) / 6)^2 < 1e-16"
    for rng in xoshiro philox gsl:mt19937; do
        attempt pnm-simulate --quiet --optimizer pnm $mode $epochs --precision 0.005 --start 4 --rng $rng
        expect_status 0
        holds "($(column "$out" second_moment) - $average)^2 < (4.89 * $(column "$out" second_moment_stderr))^2"
        holds "$(column "$out" second_moment_stderr) < 0.008 * $average"
    done
    # A rule without a law runs there too.
    attempt pnm-simulate --quiet --optimizer adam --lr 0.1 --spectrum 1 $epochs --replicas 64 --steps 100
    expect_status 0
}

@test "no linear rule fails; dense noise, rotations, weight decay and sums are measured" {
    local rules options
    rules=$(linear_rules | tr ' ' '\n' | grep -v '^linear$' | paste -sd ,)
    attempt pnm-stationary --quiet --optimizer "$rules" --lr 0.1 --beta1 0.8 --spectrum 0.5 $epochs --precision 0.01
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    expect_equal "$(column "$out" exact_verdict | sort -u | grep -cv -e holds -e inconclusive || true)" 0
    never grep -q ',,closed_form\|,,matrix\|,,probed' "$out" # each has an exact value
    printf '1 0.3\n0.3 0.5\n' >dense
    for options in "--noise file:dense --full --weight-decay 0.2 --theta-star 2" "--rotation haar:1" \
        "--excess --theta-star 1"; do
        attempt pnm-stationary --quiet --optimizer pnm,two_batch --lr 0.3 --spectrum 0.4,1 $epochs $options \
            --precision 0.002
        expect_status 0
        all_are "$out" exact_verdict holds
    done
}

@test "a large training set is close to fresh noise, and the whole set a step has none" {
    attempt pnm-stationary --quiet --optimizer sgd,pnm --lr 0.3 --spectrum 0.5 --exact
    local fresh
    fresh=$(column "$out" exact | paste -sd ' ')
    attempt pnm-stationary --quiet --optimizer sgd,pnm --lr 0.3 --spectrum 0.5 --exact --sampling epoch \
        --train-size 10000000
    expect_status 0
    echo "$fresh $(column "$out" exact | paste -sd ' ')" |
        awk '{ exit !($1 / $3 - 1 > 0 && $1 / $3 - 1 < 1e-5 && $2 / $4 - 1 > 0 && $2 / $4 - 1 < 1e-5) }'
    attempt pnm-stationary --quiet --optimizer sgd,pnm --lr 0.3 --spectrum 0.5 --batch 8 --sampling epoch --train-size 8
    expect_status 0
    all_are "$out" exact 0
    all_are "$out" exact_verdict holds
}

@test "what contradicts itself is refused" {
    local p="pnm-stationary --optimizer sgd --lr 0.3 --spectrum 1"
    refuse 64 '--train-size: a value is required' $p --sampling epoch
    refuse 64 "--train-size: '1' is not allowed" $p --sampling epoch --train-size 1
    refuse 64 '--train-size: 4 is not allowed with fresh noise' $p --train-size 4
    refuse 64 '--batch: 5 is not allowed .* whole numbers from 1 to 4' $p --sampling epoch --train-size 4 --batch 5
    refuse 64 '--batch: 1.5 is not allowed' $p --sampling epoch --train-size 4 --batch 1.5
    refuse 64 '--sampling: epoch is not allowed with --loss least-squares' $p --sampling epoch --train-size 4 \
        --loss least-squares
    refuse 64 '--sampling: epoch is not allowed with --at' $p --sampling epoch --train-size 4 --at 3
    refuse 64 '--sampling: epoch is not allowed with --average' $p --sampling epoch --train-size 4 --average ema:0.1
    refuse 64 '--sampling: epoch is not allowed with --quantiles' $p --sampling epoch --train-size 4 --quantiles 0.5
    refuse 64 '--noise-law: only gaussian is allowed' $p --sampling epoch --train-size 4 --noise-law student:8
    refuse 64 '--by-phase: .* --sampling epoch' $p --by-phase
    refuse 64 '--by-phase: .* --excess' $p --sampling epoch --train-size 4 --by-phase --excess
    refuse 64 '--by-phase: .* too many rows' $p --sampling epoch --train-size 100001 --by-phase
    refuse 64 '--schedule: ' $p --sampling epoch --train-size 4 --schedule cosine:10
    refuse 64 '--steps: 3 leave no whole epoch of 4 steps' $p --sampling epoch --train-size 4 --steps 3
    refuse 64 '--lr: 3 is unstable' $p --sampling epoch --train-size 4 --lr 3
    refuse 64 '--train-size: 2 samples .* 2 modes' $p --sampling epoch --train-size 2 --spectrum 1,2 --full
    refuse 64 '--rng: gsl:uni has too few numbers' $p --sampling epoch --train-size 40000 --rng gsl:uni
    refuse 64 '--optimizer: adam is not linear' pnm-stationary --optimizer adam --lr 0.1 --spectrum 1 \
        --sampling epoch --train-size 4
    refuse 64 '--batch: 3 is not allowed for two_batch' pnm-stationary --optimizer two_batch --lr 0.1 --spectrum 1 \
        --sampling epoch --train-size 4 --batch 3
    refuse 64 '--batch: 3 is not allowed for two_batch' pnm-simulate --optimizer two_batch --lr 0.1 --spectrum 1 \
        --sampling epoch --train-size 4 --batch 3
    refuse 64 "unknown option '--sampling'" pnm-pacbayes --optimizer sgd --lr 0.1 --spectrum 1 --sampling epoch
    # Of all rules those that are not linear are left out.
    attempt pnm-stationary --optimizer all --lr 0.05 --spectrum 1 --sampling epoch --train-size 4 --exact
    expect_status 0
    expect_message 'left out: .*adam'
    # Divergence that is asked for.
    attempt pnm-stationary --quiet $(echo $p | cut -d' ' -f2-) --sampling epoch --train-size 4 --lr 3 \
        --allow-divergence --replicas 64 --steps 40
    all_are "$out" law diverges
}

@test "threads, ranks, resumed runs and repeated runs give the same bytes" {
    printf '1 0.3\n0.3 0.5\n' >dense
    local given="pnm-stationary --quiet --optimizer two_batch --lr 0.3 --spectrum 0.5,1 --noise file:dense $epochs
        --full --by-phase --replicas 500 --steps 300"
    attempt $given --threads 1 --output first.csv
    [ "$status" -eq 2 ] || [ "$status" -eq 0 ] || show
    attempt pnm-stationary --quiet --rerun first.csv --threads 2 --output second.csv
    expect_same first.csv second.csv
    attempt $given --stop-at 1:3 --checkpoint state --output cut.csv
    attempt $given --resume state --output third.csv
    expect_equal "$(body first.csv)" "$(body third.csv)"
    never cmp -s first.csv cut.csv
    # A checkpoint of another training set is not this run's.
    refuse 64 '' $given --train-size 13 --resume state
    # A plan with its pilot, too.
    given="pnm-stationary --quiet --optimizer pnm $mode $epochs --precision 0.005"
    attempt $given --threads 1 --output first.csv
    attempt $given --threads 2 --output second.csv
    expect_equal "$(body first.csv)" "$(body second.csv)"
    attempt $given --stop-at 1:5 --checkpoint state --output cut.csv
    attempt $given --resume state --output third.csv
    expect_equal "$(body first.csv)" "$(body third.csv)"
    never cmp -s first.csv cut.csv
    [ -x "${PNM_MPI_BIN:-.}/pnm-stationary" ] && command -v mpirun >/dev/null || return 0
    attempt mpirun -n 2 "$PNM_MPI_BIN/pnm-stationary" --rerun first.csv --quiet --threads 1 --output fourth.csv </dev/null
    expect_equal "$(body first.csv)" "$(body fourth.csv)"
}
