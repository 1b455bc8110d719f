#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# simulate.bats: pnm-simulate on good input.

load helpers

@test "moments: header, one row a mode, counts" {
    attempt pnm-simulate --optimizer pnm $short
    expect_status 0
    expect_equal "$(header "$out")" i,h,mean,mean_stderr,second_moment,second_moment_stderr,count,optimizer,lr,beta0,beta1,law
    expect_equal "$(column "$out" i | tr '\n' ' ')" "1 2 "
    expect_equal "$(column "$out" h | tr '\n' ' ')" "0.5 1 "
    all_are "$out" count 40
    expect_no_nan "$out"
    [ ! -s "$err" ] || show
}

@test "moments: planned to the precision asked for, around the exact value" {
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --precision 0.01
    expect_status 0
    # Variance of sgd: c eta / (h (2 - eta h)).
    holds "$(column "$out" second_moment_stderr 1) <= 0.011 * 0.1 / 1.9"
    holds "($(column "$out" second_moment 1) - 0.1 / 1.9)^2 < \
        (4.89 * $(column "$out" second_moment_stderr 1))^2"
    holds "$(column "$out" mean 1)^2 < (4.89 * $(column "$out" mean_stderr 1))^2"
}

@test "--columns plain: moments with and without control variates, of the same chains" {
    local run="pnm-simulate --optimizer pnm --lr 0.1 --spectrum 0.1,1 --start 5 --theta-star 2 --quiet"
    attempt $run --precision 0.002 --columns plain
    expect_status 0
    expect_equal "$(header "$out")" \
        i,h,mean,mean_stderr,second_moment,second_moment_stderr,count,measured_plain,stderr_plain,gain,mean_plain,mean_stderr_plain,mean_gain,optimizer,lr,beta0,beta1,law
    cp "$out" auto
    # So are the means, around theta*.
    body auto | awk -F, '
        function far(x, error) { return (x - 2)^2 > (4.89 * error)^2 }
        NR > 1 && (far($3, $4) || far($11, $12) || $13 < 1e4 || ($13 * ($4 / $12)^2 - 1)^2 > 1e-20) { exit 1 }
        END { exit NR != 3 }'
    # Both are around the exact variances of pnm-stationary, and gain is what it says.
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 0.1,1 --exact --format csv
    paste -d, <(body auto | tail -n +2 | cut -d, -f -13) <(column "$out" exact) | awk -F, '
        function far(x, error) { return ($14 - x)^2 > (4.89 * error)^2 }
        far($5, $6) || far($8, $9) || $10 < 1000 || ($10 * ($6 / $9)^2 - 1)^2 > 1e-20 { exit 1 }
        END { exit NR != 2 }'
    # The plain columns are those of --control none on chains of the same length, and a plain
    # plan takes more.
    attempt $run --replicas 100 --steps 8000 --burn-in 900 --columns plain
    expect_status 0
    cp "$out" with
    attempt $run --replicas 100 --steps 8000 --burn-in 900 --columns plain --control none
    expect_equal "$(column "$out" second_moment)" "$(column with measured_plain)"
    expect_equal "$(column "$out" second_moment_stderr)" "$(column with stderr_plain)"
    expect_equal "$(column "$out" mean)" "$(column with mean_plain)"
    expect_equal "$(column "$out" mean_stderr)" "$(column with mean_stderr_plain)"
    all_are "$out" gain 1
    all_are "$out" mean_gain 1
    holds "$(column with gain 1) > 100"
    attempt $run --precision 0.002 --max-samples 1e6
    expect_status 0
    attempt $run --precision 0.002 --max-samples 1e6 --control none
    expect_status 64
    expect_message '--max-samples'
}

@test "no control variates: correlated modes, a mean that weight decay moves, few replicas" {
    printf '1 0.3\n0.3 0.5\n' >dense
    local run="pnm-simulate --optimizer sgd --lr 0.1 --spectrum 0.5,1 --columns plain --quiet"
    for options in '--noise file:dense' '--theta-star 1 --weight-decay 0.1' '--replicas 63'; do
        attempt $run $options --precision 0.02
        expect_status 0
        all_are "$out" gain 1
    done
    attempt $run --precision 0.02
    holds "$(column "$out" gain 1) > 100"
}

@test "rules that are not linear: control variates of a companion, same bits, none where they do not pay" {
    local run="pnm-simulate --lr 0.05 --spectrum 0.5,1 --start 1 --steps 2000 --burn-in 800 --columns plain --quiet"
    local rule threads isa
    for rule in adam amsgrad adapnm yogi; do
        attempt $run --optimizer $rule --replicas 256
        expect_status 0
        cp "$out" with
        holds "$(column with gain 1) > 4 && $(column with gain 2) > 4"
        attempt $run --optimizer $rule --replicas 256 --control none
        expect_equal "$(column "$out" second_moment)" "$(column with measured_plain)"
        expect_equal "$(column "$out" second_moment_stderr)" "$(column with stderr_plain)"
        expect_equal "$(column "$out" mean)" "$(column with mean)"
        all_are "$out" gain 1
    done
    body with >one
    for threads in 1 3; do
        attempt $run --optimizer yogi --replicas 256 --threads $threads
        body "$out" >other
        expect_same one other "$threads threads"
    done
    for isa in base v3 v4; do
        PNM_ISA=$isa attempt $run --optimizer yogi --replicas 256
        [ "$status" -eq 64 ] && continue
        body "$out" >other
        expect_same one other "$isa"
    done
    # A checkpoint holds what filters and coefficients were when it was written.
    attempt $run --optimizer yogi --replicas 256 --stop-at 1:3 --checkpoint file
    attempt $run --optimizer yogi --replicas 256 --resume file
    body "$out" >other
    expect_same one other "resumed"
    # A pilot takes at most half as many steps as the run; modes that run together have none.
    for options in '--replicas 127' '--replicas 256 --rotation haar:1' '--replicas 256 --weight-decay 0.1 --theta-star 1'; do
        attempt $run --optimizer adam $options
        expect_status 0
        all_are "$out" gain 1
    done
}

@test "moments are the time averages of the trajectories, errors their spread over replicas" {
    local rule
    printf '1 0.3\n0.3 0.5\n' >dense
    for noise in hessian file:dense; do
        for rule in $(linear_rules); do
            attempt pnm-simulate --optimizer $rule $short --noise $noise --theta-star 2 --burn-in 8
            expect_status 0
            cp "$out" moments
            attempt pnm-simulate --optimizer $rule $short --noise $noise --theta-star 2 --record trajectory
            expect_status 0
            body "$out" | awk -F, -v moments=<(body moments) '
                NR > 1 && $2 > 8 {
                    n[$3]++; s[$3] += $4; q[$3] += ($4 - 2)^2
                    own[$3, $1] += $4; own2[$3, $1] += ($4 - 2)^2
                }
                function off(a, b) { return (a - b)^2 > (1e-10 * b)^2 }
                # Standard error of the mean over 40 replicas of their averages of 192.
                function error(sum, i, mean, r, d) {
                    for (r = 1; r <= 40; r++) d += (sum[i, r] / 192 - mean)^2
                    return sqrt(d / 39 / 40)
                }
                END {
                    while ((getline line < moments) > 0) {
                        split(line, cell, ",")
                        i = cell[1]
                        if (i == "i") continue
                        rows++
                        if (n[i] != 40 * 192 || off(cell[3], s[i] / n[i]) ||
                            off(cell[5], q[i] / n[i]) ||
                            off(cell[4], error(own, i, s[i] / n[i])) ||
                            off(cell[6], error(own2, i, q[i] / n[i]))) {
                            print line, n[i], s[i] / n[i], q[i] / n[i] > "/dev/stderr"
                            exit 1
                        }
                    }
                    exit rows != 2
                }'
        done
    done
}

@test "trajectory: step 0 is the start, then every K-th and the last" {
    attempt pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1,2 --start 5 --theta-star 1 \
        --record trajectory --replicas 2 --steps 7 --every 3
    expect_status 0
    expect_equal "$(header "$out")" replica,step,i,theta,optimizer,lr,beta0,beta1
    expect_equal "$(body "$out" | awk -F, 'NR > 1 { printf "%s,%s,%s ", $1, $2, $3 }')" \
        "1,0,1 1,0,2 1,3,1 1,3,2 1,6,1 1,6,2 1,7,1 1,7,2 2,0,1 2,0,2 2,3,1 2,3,2 2,6,1 2,6,2 2,7,1 2,7,2 "
    expect_equal "$(body "$out" | awk -F, '$2 == 0 { print $4 }' | sort -u)" 5
    # The last step is there once where K divides the number of steps, and K may exceed it.
    attempt pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1 --record trajectory --steps 6 --every 3
    expect_equal "$(column "$out" step | tr '\n' ' ')" "0 3 6 "
    attempt pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1 --record trajectory --steps 6 --every 100
    expect_equal "$(column "$out" step | tr '\n' ' ')" "0 6 "
    attempt pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1 --record trajectory --steps 1
    expect_equal "$(column "$out" step | tr '\n' ' ')" "0 1 "
    all_are "$out" replica 1
}

@test "trajectory: what is recorded does not depend on what else is" {
    local rule
    printf '1 0.3\n0.3 0.5\n' >dense
    for rule in $(linear_rules); do
        attempt pnm-simulate --optimizer $rule $short --noise file:dense --record trajectory --steps 70
        expect_status 0
        body "$out" | awk -F, 'NR == 1 || $2 % 9 == 0 || $2 == 70' >picked
        attempt pnm-simulate --optimizer $rule $short --noise file:dense --record trajectory \
            --steps 70 --every 9
        body "$out" >every
        expect_same picked every $rule
    done
}

@test "trajectory: without noise the chain is plain gradient descent" {
    attempt pnm-simulate --optimizer sgd --lr 0.125 --spectrum 1,2 --noise isotropic:0 \
        --start 5 --theta-star 1 --record trajectory --steps 2
    expect_status 0
    # theta' - 1 = (1 - h/8) (theta - 1), exact in binary.
    expect_equal "$(column "$out" theta | tr '\n' ' ')" "5 5 4.5 4 4.0625 3.25 "
}

@test "trajectory: Heavy Ball, pnm and two_batch without noise, step by step" {
    local common="--spectrum 1 --noise isotropic:0 --start 1 --record trajectory --steps 3"
    # m' = m/2 + theta/2, theta' = theta - m'/4: m = 0.5, 0.6875, 0.69..
    attempt pnm-simulate --optimizer heavy_ball --lr 0.25 --beta1 0.5 $common
    expect_equal "$(column "$out" theta | tr '\n' ' ')" "1 0.875 0.703125 0.529296875 "
    # m_t = m_{t-2}/4 + 3/4 theta; theta' = theta - (2 m_t - m_{t-1})/4.
    attempt pnm-simulate --optimizer pnm --lr 0.25 --lr-normalization off --beta1 0.5 --beta0 1 $common
    expect_equal "$(column "$out" theta | tr '\n' ' ')" "1 0.625 0.578125 0.384765625 "
    # The streams of eqs. 6-8 decay every step: m1 = 1/2, then -1/2 1/2 1/2 + ...
    attempt pnm-simulate --optimizer pnm_eq7 --lr 0.25 --beta1 0.5 --beta0 1 $common
    expect_equal "$(column "$out" theta 2)" 0.75
    # Both gradients are the same: (1+beta0) g - beta0 g = g.
    attempt pnm-simulate --optimizer two_batch --lr 0.25 --lr-normalization off --beta0 3 $common
    expect_equal "$(column "$out" theta | tr '\n' ' ')" "1 0.75 0.5625 0.421875 "
}

@test "the same bits for 1, 2, 3 and 7 threads and each instruction set" {
    local rule record isa tried=0
    printf '1 0.3\n0.3 0.5\n' >dense
    for record in moments trajectory; do
        for noise in hessian file:dense; do
            for rule in $(linear_rules); do
                local run="pnm-simulate --optimizer $rule $short --noise $noise --replicas 200 \
                    --steps 90 --record $record --every 30"
                attempt $run --threads 1
                expect_status 0
                cp "$out" one
                for threads in 2 3 7; do
                    attempt $run --threads $threads
                    expect_same one "$out" "$rule, $threads threads"
                done
                for isa in base v3 v4; do
                    PNM_ISA=$isa attempt $run --threads 2
                    if [ "$status" -eq 64 ]; then
                        expect_message 'PNM_ISA'
                        continue
                    fi
                    expect_same one "$out" "$rule, $isa"
                    tried=$((tried + 1))
                done
            done
        done
    done
    [ "$tried" -ge 20 ] # base is everywhere
}

@test "the seed, and nothing but it, changes the numbers" {
    attempt pnm-simulate --optimizer pnm $short
    body "$out" >default
    attempt pnm-simulate --optimizer pnm $short --seed 1
    body "$out" >one
    expect_same default one
    attempt pnm-simulate --optimizer pnm $short --seed 2
    body "$out" >two
    never cmp -s one two
    never expect_equal "$(column one mean 1)" "$(column two mean 1)" 2>/dev/null
    attempt pnm-simulate --optimizer pnm $short --seed 9007199254740991
    expect_status 0
    attempt pnm-simulate --optimizer pnm $short --seed 0
    expect_status 0
}

@test "other generators give other numbers, the same for any number of threads" {
    local rng
    attempt pnm-simulate --optimizer pnm $short
    body "$out" >default
    for rng in philox gsl:mt19937 gsl:ranlxd2; do
        attempt pnm-simulate --optimizer pnm $short --replicas 200 --rng $rng --threads 1
        expect_status 0
        cp "$out" one
        attempt pnm-simulate --optimizer pnm $short --replicas 200 --rng $rng --threads 3
        expect_same one "$out" $rng
        body one >other
        never cmp -s default other
    done
}

@test "a default given is the default" {
    attempt pnm-simulate --optimizer pnm $short
    body "$out" >default
    attempt pnm-simulate --optimizer pnm $short --beta0 1 --beta1 0.9 --lr-normalization on \
        --batch 1 --noise hessian --theta-star 0 --start 0 --record moments --every 1 --rng xoshiro
    body "$out" >given
    expect_same default given
    attempt pnm-simulate --optimizer heavy_ball $short --beta1 0.75
    body "$out" >default
    attempt pnm-simulate --optimizer heavy_ball $short --beta1 0.75 --beta3 0.25
    body "$out" >given
    expect_same default given
}

@test "-0 is 0" {
    attempt pnm-simulate --optimizer pnm $short --beta0 0
    body "$out" >zero
    attempt pnm-simulate --optimizer pnm $short --beta0 -0
    body "$out" >minus-zero
    expect_same zero minus-zero
}

@test "vectors from files: curvatures, start, minimum, noise" {
    printf '# curvatures\n0.5 1\n' >h
    printf '3\n-4\n' >start
    printf '3,-4\r\n' >minimum
    printf '0.5 1\n' >c
    attempt pnm-simulate --optimizer sgd $short
    body "$out" >plain
    attempt pnm-simulate --optimizer sgd $short --spectrum file:h --noise file:c
    body "$out" >files
    expect_same plain files
    attempt pnm-simulate --optimizer sgd $short --start file:start --theta-star file:minimum \
        --noise isotropic:0
    expect_status 0
    expect_equal "$(column "$out" mean | tr '\n' ' ')" "3 -4 "
    all_are "$out" second_moment 0
}

@test "spectra and grids in words" {
    attempt pnm-simulate --optimizer sgd $short --spectrum const:0.25:3
    expect_equal "$(column "$out" h | tr '\n' ' ')" "0.25 0.25 0.25 "
    attempt pnm-simulate --optimizer sgd $short --spectrum linear:1:3:5
    expect_equal "$(column "$out" h | tr '\n' ' ')" "1 1.5 2 2.5 3 "
    attempt pnm-simulate --optimizer sgd $short --spectrum log:0.01:1:3
    holds "($(column "$out" h 2) - 0.1)^2 < 1e-30"
    expect_equal "$(column "$out" h 1),$(column "$out" h 3)" 0.01,1
    attempt pnm-simulate --optimizer sgd $short --spectrum power:2:3
    holds "($(column "$out" h 2) - 0.25)^2 < 1e-30 && ($(column "$out" h 3) - 1 / 9)^2 < 1e-30"
}

@test "noise 0: one chain, and nothing left of the start" {
    attempt pnm-simulate --optimizer pnm --lr 0.1 --spectrum 0.5,1 --noise isotropic:0 \
        --start 5 --theta-star 1
    expect_status 0
    all_are "$out" count 1
    holds "$(column "$out" second_moment 1) < 1e-12 && $(column "$out" second_moment 2) < 1e-12"
}

@test "a mode gets its noise however small it is beside another" {
    printf '1e14 0\n0 1\n' >wide
    attempt pnm-simulate --optimizer sgd $short --noise file:wide
    expect_status 0
    holds "$(column "$out" second_moment 2) > 0.01"
}

@test "too few steps: a warning, unless quiet" {
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 8 --steps 10
    expect_status 0
    expect_message 'warning: --steps 10.*burn-in.*from step 5'
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 8 --steps 10 --quiet
    [ ! -s "$err" ] || show
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 1 --steps 1 --quiet
    expect_status 0
    expect_equal "$(column "$out" mean_stderr 1)" "" "one chain has no standard error"
}

@test "a thousand modes do not bring a thousand warnings" {
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum linear:0.1:1:1000 --replicas 1 --steps 4
    expect_status 0
    holds "$(wc -l <"$err") <= 20" "lines of warnings"
}

@test "divergence that is allowed: no nan, no inf" {
    attempt pnm-simulate --optimizer sgd --lr 3 --spectrum 1 --allow-divergence --replicas 4 --steps 3000
    expect_status 0
    expect_equal "$(body "$out" | tail -n 1 | cut -d, -f1-7)" 1,1,,,,,4
    attempt pnm-simulate --optimizer sgd --lr 3 --spectrum 1 --allow-divergence \
        --record trajectory --steps 3000 --every 1000 --format json
    expect_status 0
    expect_no_nan "$out"
    grep -q '"theta": null' "$out"
}

@test "what is beyond the range of numbers is told, and has no standard error either" {
    attempt pnm-simulate --optimizer sgd --lr 1e308 --spectrum 1e100
    expect_status 70
    expect_message '^pnm-simulate: the eigenvalues .* are beyond the range of numbers'
    attempt pnm-simulate --optimizer sgd --lr 1 --spectrum 1e-100 --noise isotropic:1e300
    expect_status 70
    expect_message '^pnm-simulate: --lr: .* the stationary covariance did not settle'
    attempt pnm-simulate --optimizer sgd --lr 3 --spectrum 1,0.1 --noise isotropic:0 --start 1 \
        --allow-divergence --replicas 2 --steps 3000
    expect_status 0
    expect_equal "$(body "$out" | sed -n 2p)" \
        '1,1,,,,,2,sgd,3,,,steps 1-3000,"beyond the range of numbers or undefined: mean, mean_stderr, second_moment, second_moment_stderr"'
    expect_equal "$(column "$out" mean_stderr 2)" 0
    expect_message 'warning: mode 1 \(h = 1\): its moments are beyond the range of numbers'
    expect_no_message 'mode 2'
    # A rule that is not linear is not refused: only the run shows it.
    attempt pnm-simulate --optimizer adamw --lr 1e3 --spectrum const:1:20 --replicas 4 --steps 3000
    expect_status 0
    expect_no_nan "$out"
    expect_message 'mode 8 .*beyond the range of numbers'
    expect_message '12 more rows like these'
    attempt pnm-simulate --optimizer adamw --lr 1e3 --spectrum 1,2 --replicas 2 --steps 3000 \
        --every 100 --record trajectory
    expect_status 0
    local step
    step=$(body "$out" | awk -F, '$1 == 2 && $3 == 1 && $4 == "" { print $2; exit }')
    expect_message "replica 2, mode 1: theta is beyond the range of numbers at step $step "
    attempt pnm-simulate --optimizer adamw --lr 1e3 --spectrum 1 --replicas 4 --steps 3000 --quiet
    [ ! -s "$err" ] || show
    # The standard error alone, of squares whose squares are too large.
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --noise isotropic:1e170 \
        --replicas 4 --steps 300
    expect_message 'mode 1 .*a standard error is beyond the range of numbers'
    expect_equal "$(column "$out" second_moment_stderr 1)" ""
    all_are "$out" reason 'beyond the range of numbers or undefined: second_moment_stderr'
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --noise isotropic:1e-200 \
        --replicas 4 --steps 300
    expect_message 'mode 1 .*a standard error is beyond the range of numbers'
    all_are "$out" reason 'beyond the range of numbers or undefined: second_moment_stderr'
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 1 --steps 300
    all_are "$out" reason 'one chain has no standard error'
}

@test "extreme parameters that are allowed give numbers or empty cells" {
    local extra
    for extra in "--theta-star 1e300" "--start 1e300" "--batch 1e300" "--batch 1e-300" \
        "--noise isotropic:1e300" "--beta0 -1e3" "--beta0 1e5 --lr 1e-3" "--beta1 0.999999" \
        "--beta1 0 --beta0 0" "--spectrum const:1:3000"; do
        # shellcheck disable=SC2086
        attempt pnm-simulate --optimizer pnm $short $extra
        expect_status 0 || { echo "$extra" >&2; false; }
        expect_no_nan "$out"
    done
}

@test "help and version" {
    local program
    for program in pnm-simulate pnm-stationary pnm-verify; do
        attempt $program --help
        expect_status 0
        [ ! -s "$err" ] || show
        for word in --output --format --seed --threads --precision --max-samples --quiet \
            'Exit status' 64 74 130; do
            grep -q -e "$word" "$out" || { echo "$program --help: no $word" >&2; false; }
        done
        attempt $program --version
        expect_status 0
        grep -Eq "^$program [0-9]+\.[0-9]+" "$out" || show
    done
    attempt pnm-simulate --help
    for word in $(linear_rules) --optimizer --lr --beta0 --beta1 --beta3 --lr-normalization --spectrum --noise \
        --batch --start --theta-star --replicas --steps --burn-in --allow-divergence --record --every; do
        grep -q -e "$word" "$out" || { echo "--help: no $word" >&2; false; }
    done
}

@test "several rules and values have rows of their own, each as if it ran alone" {
    attempt pnm-simulate --optimizer sgd,pnm --lr 0.05,0.1 --spectrum 0.5,1 --replicas 40 --steps 200 --burn-in 8 --output all.csv
    expect_status 0
    expect_equal "$(row_count all.csv)" 8
    expect_equal "$(column all.csv optimizer | tr '\n' ' ')" 'sgd sgd sgd sgd pnm pnm pnm pnm '
    attempt pnm-simulate --optimizer pnm --lr 0.1 --spectrum 0.5,1 --replicas 40 --steps 200 --burn-in 8 --output one.csv
    expect_equal "$(body all.csv | tail -n 2)" "$(body one.csv | tail -n 2)"
    attempt pnm-simulate --optimizer sgd,pnm --lr 0.05 --spectrum 1 --record trajectory --steps 4 --output path.csv
    expect_status 0
    expect_equal "$(column path.csv optimizer | uniq -c | awk '{ print $1, $2 }' | tr '\n' ' ')" '5 sgd 5 pnm '
    attempt pnm-simulate --optimizer sgd,pnm --lr 0.05 --spectrum 1 --record trajectory --steps 4 --output path.npy
    expect_status 0
}
