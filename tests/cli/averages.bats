#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# averages.bats: --average of pnm-stationary and pnm-simulate.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

one="--lr 0.3 --beta1 0.7 --spectrum 0.4 --noise isotropic:1"

# The values of a column in the rows of one quantity.
quantity() {
    body "$out" | awk -F, -v name="$2" -v of="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) { if ($i == name) at = i; if ($i == "quantity") q = i }; next }
        $q == of { print $at }'
}

# T Var of the mean of 200 stationary iterates, worked out from autocovariances.
@test "the mean of 200 iterates has the known variance, and H^-1 C H^-1 as its limit" {
    attempt pnm-stationary --quiet --optimizer sgd,heavy_ball,pnm,two_batch $one \
        --average polyak:1000 --at 1200 --exact
    expect_status 0
    expect_equal "$(quantity covariance scaled | head -n 3 | xargs printf '%.8f\n' | paste -sd ' ')" \
        "6.00620567 6.07907253 5.70959859"
    expect_equal "$(quantity covariance limit | xargs printf '%.10g\n' | paste -sd ' ')" "6.25 6.25 6.25 31.25"
    # Long averages cost no more, and the start and small rates take no digits.
    attempt pnm-stationary --quiet --optimizer sgd,heavy_ball,pnm,two_batch --lr 1e-6 --beta1 0.7 \
        --spectrum 0.4 --noise isotropic:1 --start 100 --average polyak --at 1e15 --exact
    expect_status 0
    paste -d ' ' <(quantity covariance scaled) <(quantity covariance limit) |
        awk '($1 / $2 - 1) ^ 2 > 1e-14 { print; bad = 1 } END { exit bad || NR != 4 }'
}

@test "measured averages hold beside their laws: Polyak's, and an ema at a step and stationary" {
    local given="--quiet $one --precision 0.002 --optimizer sgd,pnm,two_batch"
    attempt pnm-stationary $given --average polyak:3 --at 5,50 --start 2
    expect_status 0
    all_are "$out" exact_verdict holds
    expect_equal "$(row_count "$out")" 18
    attempt pnm-stationary $given --average ema:0.05 --at 30 --start 2
    expect_status 0
    all_are "$out" exact_verdict holds
    never grep -q ',limit' "$out"
    attempt pnm-stationary $given --average ema:0.05 --start 2
    expect_status 0
    all_are "$out" exact_verdict holds
    # Of sgd, q = 1 - eta h: R/(2-R) (1 + q(1-R))/(1 - q(1-R)) times Var theta.
    holds "($(quantity covariance exact | head -n 1) / (0.05 / 1.95 * (1 + 0.88 * 0.95) / (1 - 0.88 * 0.95) * \
        0.3 / (0.4 * 1.88)) - 1)^2 < 1e-24"
    # A rate of 1 is theta itself.
    attempt pnm-stationary --quiet --optimizer pnm $one --average ema:1 --exact
    local smoothed
    smoothed=$(quantity covariance exact)
    attempt pnm-stationary --quiet --optimizer pnm $one --exact
    holds "($(column "$out" exact 1) / $smoothed - 1)^2 < 1e-24"
}

@test "weight decay, theta* off 0, pairs of modes and noise that does not commute" {
    printf '1 0.3\n0.3 0.5\n' >dense
    local given="--quiet --lr 0.2 --spectrum 0.5,1 --noise file:dense --theta-star 1
        --weight-decay 0.2 --start -1 --optimizer pnm,heavy_ball"
    # Elements off the diagonal that are small may need more chains than are planned.
    attempt pnm-stationary $given --average polyak --at 30 --full --precision 0.002
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    never grep -q fails "$out"
    expect_equal "$(row_count "$out")" 12
    attempt pnm-stationary $given --average ema:0.2 --full --precision 0.002
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    never grep -q fails "$out"
    attempt pnm-stationary $given --average polyak --at 30 --excess --precision 0.001
    expect_status 0
    expect_equal "$(row_count "$out")" 2
    # The mean without noise: theta* - 2 (q + ... + q^3)/3 with q = 1 - 0.2 * 0.5.
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.2 --spectrum 0.5 --noise isotropic:0 \
        --theta-star 1 --start -1 --average polyak --at 3
    expect_status 0
    holds "($(quantity mean exact) - (1 - 2 * (0.9 + 0.81 + 0.729) / 3))^2 < 1e-26"
}

@test "averages of a rule that is read from a file: heavy_ball with two numbers more" {
    printf '%s\n' '1 -0.5 0 0 -1 0 0 0 -1' '0 0.5 0 0 1 0 0 0 1' '0 1 0 0 0 0 0 0 0' '0 0 1 0 0 0 0 0 0' >four
    local given="--quiet --lr 0.05 --spectrum 0.5,1 --noise isotropic:1 --exact" average
    for average in "polyak --at 50" ema:0.1; do
        attempt pnm-stationary $given --optimizer linear --system four --average $average
        expect_status 0
        quantity covariance exact >file
        attempt pnm-stationary $given --optimizer heavy_ball --beta1 0.5 --beta3 1 --average $average
        quantity covariance exact | paste -d ' ' - file |
            awk '($1 / $2 - 1) ^ 2 > 1e-24 { print; bad = 1 } END { exit bad || NR != 2 }'
    done
}

@test "pnm-simulate gives the same average, of any rule and loss, and its course" {
    attempt pnm-simulate --quiet --optimizer pnm $one --average polyak:1000 --steps 1200 --replicas 100000
    expect_status 0
    body "$out" | awk -F, 'NR == 2 { exit ($5 - 5.70959859 / 200) ^ 2 > (4.89 * $6) ^ 2 || $6 > 0.005 * $5 }'
    attempt pnm-simulate --quiet --optimizer adam --lr 0.05 --spectrum 0.4,1 --average ema:0.1 --steps 50 \
        --precision 0.05
    expect_status 0
    expect_equal "$(column "$out" count | sort -u)" 1024
    attempt pnm-simulate --quiet --optimizer sgd --lr 0.1 --spectrum 0.4,1 --loss least-squares --batch 2 \
        --average polyak --steps 50 --replicas 300
    expect_status 0
    # A trajectory holds the average of the theta that the same seed gives without it.
    local given="--quiet --optimizer pnm --lr 0.1 --spectrum 0.5,1 --record trajectory --steps 9 --start 1
        --replicas 3"
    attempt pnm-simulate $given
    body "$out" >theta.csv
    attempt pnm-simulate $given --average polyak:4
    body "$out" >polyak.csv
    attempt pnm-simulate $given --average ema:0.25
    body "$out" >ema.csv
    expect_equal "$(head -n 1 ema.csv)" replica,step,i,average,optimizer,lr,beta0,beta1
    paste -d , <(cut -d, -f -4 theta.csv) <(cut -d, -f -4 polyak.csv) <(cut -d, -f -4 ema.csv) | awk -F, 'NR == 1 { next }
        { key = $1 " " $3 }
        $2 == 0 { sum[key] = 0; smooth[key] = $4 }
        $2 > 4 { sum[key] += $4 }
        $2 > 0 { smooth[key] += 0.25 * ($4 - smooth[key]) }
        { want = $2 > 4 ? sum[key] / ($2 - 4) : $4 }
        (want - $8) ^ 2 > 1e-24 || (smooth[key] - $12) ^ 2 > 1e-24 { print; bad = 1 }
        END { exit bad || NR != 61 }'
    # An array has the averages alone.
    attempt pnm-simulate $given --average polyak:4 --output course.npy
    expect_status 0
    expect_equal "$(od -A n -t f8 -j 128 -v course.npy | wc -w)" 60
}

@test "what is refused, and what is not sampled" {
    local given="pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1"
    refuse 64 "--average: 'polya' is not known; allowed are none, polyak, polyak:FROM and ema:RATE" \
        $given --average polya
    refuse 64 "--average: '-1' is not allowed; allowed is a whole number from 0" $given --average polyak:-1
    refuse 64 "--average: '' is not a number" $given --average ema:
    refuse 64 '--average: the rate 0 is not allowed; allowed is a number > 0 and <= 1' $given --average ema:0
    refuse 64 '--average: the rate 1.5 is not allowed' $given --average ema:1.5
    refuse 64 '--average: polyak needs --at T' $given --average polyak
    refuse 64 '--at: 5 steps leave nothing to average after step 5' $given --average polyak:5 --at 5
    refuse 64 '--steps: .* cannot be combined with --average' $given --average ema:0.1 --steps 5
    refuse 64 '--burn-in: .* polyak:FROM leaves out the first steps' $given --average polyak --at 5 --burn-in 2
    refuse 64 '--lr: 2.5 is unstable' pnm-stationary --optimizer sgd --lr 2.5 --spectrum 1 --average ema:0.1
    refuse 64 'adam is not linear, so it has no exact law of an average; pnm-simulate' \
        pnm-stationary --optimizer adam --lr 0.1 --spectrum 1 --average ema:0.1
    refuse 64 '--loss: least-squares is not allowed with --average.* pnm-simulate --average measures' \
        $given --loss least-squares --average ema:0.1
    refuse 64 '--schedule: .* no exact law of an average' $given --average ema:0.1 --schedule cosine:5
    given="pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1"
    refuse 64 '--steps: a value is required for averages' $given --average polyak
    refuse 64 '--steps: 5 steps leave nothing to average after step 5' $given --average polyak:5 --steps 5
    refuse 64 '--burn-in: averages have none' $given --average polyak --steps 5 --burn-in 1
    refuse 64 '--max-samples: .* raise it or ask' $given --average polyak --steps 1e6
    refuse 64 '--max-samples: .* raise it or ask' $given --average polyak --steps 10 --replicas 64 --max-samples 639
    attempt $given --average polyak --steps 10 --replicas 64 --max-samples 640
    expect_status 0
    refuse 64 '--lr: 2.5 is unstable' pnm-simulate --optimizer sgd --lr 2.5 --spectrum 1 --average polyak --steps 5
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --average polyak --at 1e6
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    expect_message 'not sampled, because a row needs'
    # Where nothing is averaged nothing changes but the line that says so.
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.1 --spectrum 1 --exact
    body "$out" >plain.csv
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.1 --spectrum 1 --exact --average none
    expect_equal "$(body "$out")" "$(cat plain.csv)"
}

@test "averages are the same for any threads, resumed or not, and repeated" {
    local given="pnm-stationary --quiet --optimizer pnm,sgd $one --replicas 3000"
    for average in "polyak:5 --at 30" ema:0.1; do
        attempt $given --average $average --threads 1 --output first.csv
        [ "$status" -eq 2 ] || [ "$status" -eq 0 ] || show
        attempt pnm-stationary --quiet --rerun first.csv --threads 2 --output second.csv
        expect_same first.csv second.csv
        attempt $given --average $average --stop-at 1:3 --checkpoint state --output cut.csv
        attempt $given --average $average --resume state --output third.csv
        expect_equal "$(body first.csv)" "$(body third.csv)"
        never cmp -s first.csv cut.csv
    done
    given="pnm-simulate --quiet --optimizer adam --lr 0.1 --spectrum 0.4,1 --replicas 3000 --steps 20"
    for average in "polyak:5" "ema:0.1 --record trajectory --every 7"; do
        attempt $given --average $average --threads 1 --output first.csv
        expect_status 0
        attempt pnm-simulate --quiet --rerun first.csv --threads 2 --output second.csv
        expect_same first.csv second.csv
        attempt $given --average $average --stop-at 1:3 --checkpoint state --output cut.csv
        attempt $given --average $average --resume state --output third.csv
        expect_equal "$(body first.csv)" "$(body third.csv)"
        # A checkpoint of another average is not taken for this one.
        refuse 64 '--resume' $given --average polyak:6 --resume state
    done
}

@test "averages of two ranks are those of one" {
    [ -x "${PNM_MPI_BIN:-.}/pnm-simulate" ] || skip "PNM_MPI_BIN names no programs built with MPI"
    command -v mpirun >/dev/null || skip "mpirun is not installed"
    local given="--quiet --optimizer pnm --lr 0.1 --spectrum 0.4,1 --replicas 1000 --steps 30 --threads 1
        --average polyak:5"
    attempt pnm-simulate $given
    cp "$out" one.csv
    attempt mpirun -n 2 "$PNM_MPI_BIN/pnm-simulate" $given </dev/null
    expect_status 0
    expect_same one.csv "$out"
}

@test "a rule that is not linear is refused with the programs that measure it" {
    attempt pnm-stationary --optimizer adam --lr 0.1 --spectrum 0.5 --at 5
    expect_status 64
    expect_equal "$(cat "$err")" "pnm-stationary: --optimizer: adam is not linear, so it has no law at a step; pnm-simulate, pnm-convergence and, for stationary covariances, pnm-stationary measure it"
}

@test "a rule of a grid that has no law says why: it diverges, or the law leaves the range of numbers" {
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.1,3 --spectrum 1 --exact --average ema:0.1
    expect_status 0
    expect_equal "$(column "$out" reason | sort | uniq -c | tr -s ' \n' ' ')" " 3 3 the rule diverges "
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.1,3 --spectrum 1 --exact --at 2000
    expect_status 0
    expect_equal "$(column "$out" reason | sort | uniq -c | tr -s ' \n' ' ')" \
        " 3 3 the law is beyond the range of numbers "
}
