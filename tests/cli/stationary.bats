#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# stationary.bats: pnm-stationary on good input.

load helpers

columns=optimizer,lr,beta0,beta1,beta3,batch,i,j,h_i,h_j,measured,stderr,count,exact,exact_source,paper,exact_verdict,paper_verdict,law,exact_error,near_zero,phase

# Every row of $out: measured within 4.89 standard errors of exact, verdict `holds`, and the
# standard error at most $1 of the scale (exact or, if that is 0, sqrt of the variances).
rows_hold() {
    body "$out" | awk -F, -v most="$1" '
        NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        { row[NR] = $0; rule = $1 "," $2 "," $3 "," $4
          if ($at["i"] == $at["j"]) variance[rule, $at["i"]] = $at["exact"] }
        END {
            for (r = 2; r <= NR; r++) {
                split(row[r], cell, ",")
                i = cell[at["i"]]; j = cell[at["j"]]
                rule = cell[1] "," cell[2] "," cell[3] "," cell[4]
                d = cell[at["measured"]] - cell[at["exact"]]; se = cell[at["stderr"]]
                scale = cell[at["exact"]] < 0 ? -cell[at["exact"]] : cell[at["exact"]] + 0
                if (scale == 0) scale = sqrt(variance[rule, i] * variance[rule, j])
                if (cell[at["exact_verdict"]] != "holds" || se <= 0 || d^2 > (4.89 * se)^2 ||
                    se > most * scale) {
                    print row[r] > "/dev/stderr"
                    exit 1
                }
            }
            exit NR < 2
        }' || { echo "a row does not hold" >&2; return 1; }
}

@test "the worked example: pnm at lr 0.05" {
    attempt pnm-stationary --optimizer pnm --lr 0.05 --beta1 0.9 --beta0 1 --spectrum 1 --batch 1
    expect_status 0
    expect_equal "$(header "$out")" "$columns"
    expect_equal "$(row_count "$out")" 1
    expect_equal "$(awk "BEGIN { printf \"%.5f\", $(column "$out" exact 1) / (0.05 / 2) }")" 0.43793
    rows_hold 0.0011
    expect_equal "$(column "$out" exact_verdict 1)" holds
    expect_equal "$(column "$out" exact_source 1)" closed_form
    # gamma eta0 / (2B), eta0 = eta / sqrt(gamma), gamma = 5.
    holds "($(column "$out" paper 1) - sqrt(5) * 0.025)^2 < 1e-30"
    expect_equal "$(column "$out" paper_verdict 1)" fails
    expect_equal "$(column "$out" lr 1),$(column "$out" beta0 1),$(column "$out" beta1 1)" 0.05,1,0.9
    expect_equal "$(column "$out" beta3 1),$(column "$out" batch 1)" ,1
    expect_equal "$(body "$out" | awk -F, 'NR == 2 { print $7, $8, $9, $10 }')" "1 1 1 1"
    expect_no_nan "$out"
    expect_no_message .
}

@test "the other rules" {
    attempt pnm-stationary --optimizer sgd,heavy_ball,pnm_eq7,two_batch --lr 0.05 --spectrum 1 \
        --precision 0.001 # given, it is not sharpened for the paper's verdict
    expect_status 0
    expect_equal "$(column "$out" optimizer | tr '\n' ' ')" "sgd heavy_ball pnm_eq7 two_batch "
    rows_hold 0.0011
    # Exact: c eta / (h (2 - eta h)); c eta (1+b) / (h (2 (1+b) - eta h (1-b))).
    holds "($(column "$out" exact 1) - 0.05 / 1.95)^2 < 1e-30"
    holds "($(column "$out" exact 2) - 0.05 * 1.9 / (3.8 - 0.005))^2 < 1e-30"
    holds "($(column "$out" exact 4) - 5 * 0.05 / sqrt(5) / (2 - 0.05 / sqrt(5)))^2 < 1e-30"
    # Paper: eta/2 for sgd and heavy_ball, gamma eta/2 for eqs. 6-8, gamma eta0/2.
    holds "($(column "$out" paper 1) - 0.025)^2 < 1e-30 && ($(column "$out" paper 2) - 0.025)^2 < 1e-30"
    holds "($(column "$out" paper 3) - 0.125)^2 < 1e-30"
    holds "($(column "$out" paper 4) - 0.025 * sqrt(5))^2 < 1e-30"
    expect_equal "$(column "$out" beta1 1),$(column "$out" beta3 1)" ,
    holds "($(column "$out" beta3 2) - 0.1)^2 < 1e-30"
}

@test "every rule for a dense C that does not commute with H, --full" {
    local rule
    printf '1 0.6\n0.6 0.5\n' >dense # a correlation of 0.85
    for rule in $(linear_rules); do
        attempt pnm-stationary --optimizer $rule --lr 0.05 --spectrum 0.5,1 --noise file:dense \
            --full --precision 0.0018
        expect_status 0
        expect_equal "$(body "$out" | awk -F, 'NR > 1 { printf "%s%s ", $7, $8 }')" "11 12 22 "
        rows_hold 0.002
        expect_equal "$(column "$out" h_i 2),$(column "$out" h_j 2)" 0.5,1
        # The diagonal alone shows the same diagonal.
        body "$out" | awk -F, 'NR == 1 || $7 == $8' >full
        attempt pnm-stationary --optimizer $rule --lr 0.05 --spectrum 0.5,1 --noise file:dense \
            --precision 0.0018
        expect_equal "$(column "$out" exact | tr '\n' ' ')" "$(column full exact | tr '\n' ' ')"
        rows_hold 0.002
    done
}

@test "--full with noise that does not correlate the modes" {
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 0.5,1,2 --full --precision 0.0018
    expect_status 0
    expect_equal "$(body "$out" | awk -F, 'NR > 1 { printf "%s%s ", $7, $8 }')" "11 12 13 22 23 33 "
    rows_hold 0.002
    for k in 2 3 5; do
        holds "$(column "$out" exact $k) == 0 && $(column "$out" paper $k) == 0"
        expect_equal "$(column "$out" exact_verdict $k)" holds
    done
}

@test "a small covariance is judged by its own size, and its cost keeps nothing else from running" {
    printf '1 1e-3\n1e-3 1\n' >small
    # Control variates measure it by its own size.
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,.5 --full --noise file:small
    expect_status 0
    expect_equal "$(column "$out" exact_verdict | tr '\n' ' ')" "holds holds holds "
    expect_equal "$(column "$out" near_zero | tr '\n' ' ')" "no yes no "
    holds "$(column "$out" stderr 2) < 0.0013 * $(column "$out" exact 2)"
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,.5 --full --noise file:small \
        --control none
    expect_status 2
    expect_equal "$(column "$out" exact_verdict | tr '\n' ' ')" "holds not sampled holds "
    expect_equal "$(column "$out" near_zero | tr '\n' ' ')" "no  no "
    expect_message 'warning: .*element \(1,2\): not sampled, because it needs .*steps.*1e\+10'
    # Measured by order, it says that both numbers are next to nothing.
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,.5 --full --noise file:small \
        --replicas 4096 --steps 8192
    expect_status 2
    expect_equal "$(column "$out" exact_verdict | tr '\n' ' ')" "holds inconclusive holds "
    expect_equal "$(column "$out" near_zero | tr '\n' ' ')" "no yes no "
    # What rounding leaves of a covariance is a 0.
    printf '1 1e-16\n1e-16 1\n' >rounded
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,.5 --full --noise file:rounded
    expect_status 0
    expect_equal "$(column "$out" near_zero | tr '\n' ' ')" "no yes no "
    # A covariance that is not small.
    printf '1 .5\n.5 1\n' >large
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,.5 --full --noise file:large
    expect_status 0
    expect_equal "$(column "$out" near_zero | tr '\n' ' ')" "no no no "
}

@test "nothing is shown as -0" {
    attempt pnm-stationary --optimizer pnm,heavy_ball,sgd --lr 0.1 --spectrum 0.5,1 --full $short
    if body "$out" | grep -Eq '(^|,)-0(,|$)'; then
        body "$out" >&2
        false
    fi
}

@test "other noises, batches and settings against exact" {
    printf '2 3\n' >spectrum
    printf '1 1\n1 1\n' >singular
    local extra
    for extra in "--batch 128" "--noise isotropic:4" "--noise file:spectrum" "--noise file:singular" \
        "--start 3" "--theta-star 7 --start -2" "--beta0 0,3" "--beta0 -0.5" "--beta0=-0.45 --beta1 0.5" \
        "--beta1 0" "--lr-normalization off" "--lr 0.01,1" "--rng philox"; do
        # shellcheck disable=SC2086
        attempt pnm-stationary --optimizer pnm --lr 0.2 --spectrum 0.5,1 --precision 0.0018 $extra
        expect_status 0 || { echo "$extra" >&2; false; }
        rows_hold 0.002 || { echo "$extra" >&2; false; }
    done
    attempt pnm-stationary --optimizer heavy_ball --lr 0.02 --beta3 1 --spectrum 0.5,1 --precision 0.0018
    expect_status 0
    rows_hold 0.002
}

@test "over 30 seeds the deviations are as large as they should be" {
    local rule
    for rule in sgd pnm two_batch; do
        for seed in $(seq 30); do
            attempt pnm-stationary --optimizer $rule --lr 0.2 --spectrum 1 --precision 0.01 --quiet --seed $seed
            echo "$(column "$out" measured 1) $(column "$out" exact 1) $(column "$out" stderr 1)"
        done >deviations
        # Quantiles at 5e-7 and 1 - 5e-7: chi-square with 30 degrees of freedom, normal / sqrt(30).
        awk '{ z = ($1 - $2) / $3; s += z; q += z * z }
            END { print NR, s / NR, q > "/dev/stderr"
                  exit !(NR == 30 && (s / NR)^2 < 0.893^2 && q > 5.858 && q < 84.10) }' deviations
    done
}

@test "the same bits for 1, 2, 3 and 7 threads and each instruction set" {
    local run isa tried=0
    printf '1 0.3\n0.3 0.5\n' >dense
    for extra in "" "--full" "--noise file:dense --full" "--rng philox"; do
        run="pnm-stationary --optimizer sgd,heavy_ball,pnm,pnm_eq7,two_batch $short --lr 0.1,0.2 \
            --replicas 200 --steps 100 $extra"
        attempt $run --threads 1
        expect_status 2
        cp "$out" one
        for threads in 2 3 7; do
            attempt $run --threads $threads
            expect_same one "$out" "$extra, $threads threads"
        done
        for isa in base v3 v4; do
            PNM_ISA=$isa attempt $run
            if [ "$status" -eq 64 ]; then
                expect_message 'PNM_ISA'
                continue
            fi
            expect_same one "$out" "$extra, $isa"
            tried=$((tried + 1))
        done
    done
    [ "$tried" -ge 4 ] # base is everywhere
}

@test "a row of a grid equals the same run alone" {
    attempt pnm-stationary --optimizer sgd,pnm $short --lr 0.1,0.2 --beta0 0,1,3 --beta1 0,0.5
    expect_status 2
    expect_equal "$(row_count "$out")" $((2 * 2 + 2 * 2 * 3 * 2))
    body "$out" | tail -n +2 >grid
    : >alone
    for lr in 0.1 0.2; do
        attempt pnm-stationary --optimizer sgd $short --lr $lr
        body "$out" | tail -n +2 >>alone
    done
    for lr in 0.1 0.2; do
        for beta0 in 0 1 3; do
            for beta1 in 0 0.5; do
                attempt pnm-stationary --optimizer pnm $short --lr $lr --beta0 $beta0 --beta1 $beta1
                body "$out" | tail -n +2 >>alone
            done
        done
    done
    sort grid >a
    sort alone >b
    expect_same a b
    # The same where the plan is the program's own.
    attempt pnm-stationary --optimizer pnm --lr log:0.01:1:3 --spectrum 0.5,1 --precision 0.01 --quiet
    body "$out" | awk -F, '$2 == 1' >grid
    attempt pnm-stationary --optimizer pnm --lr 1 --spectrum 0.5,1 --precision 0.01 --quiet
    body "$out" | tail -n +2 >alone
    expect_same grid alone
}

@test "pnm-simulate measures the same" {
    local rule
    for rule in $(linear_rules); do
        attempt pnm-stationary --optimizer $rule $short
        column "$out" measured >a
        column "$out" stderr >>a
        attempt pnm-simulate --optimizer $rule $short
        column "$out" second_moment >b
        column "$out" second_moment_stderr >>b
        expect_same a b $rule
    done
}

@test "the seed changes what is measured and nothing else" {
    attempt pnm-stationary --optimizer pnm $short --seed 1
    body "$out" >one
    attempt pnm-stationary --optimizer pnm $short --seed 2
    body "$out" >two
    [ "$(column one measured 1)" != "$(column two measured 1)" ]
    [ "$(column one measured 2)" != "$(column two measured 2)" ]
    cut -d, -f1-10,13-16 one >a
    cut -d, -f1-10,13-16 two >b
    expect_same a b
}

@test "noise 0: one chain, standard error 0, exact 0" {
    local extra
    for extra in "" "--start 1" "--start 1e6" "--theta-star 1000 --start 0" "--full --start 3"; do
        # shellcheck disable=SC2086
        attempt pnm-stationary --optimizer sgd,pnm,heavy_ball --lr 0.1 --spectrum 0.5,1 \
            --noise isotropic:0 $extra
        expect_status 0 || { echo "$extra" >&2; false; }
        all_are "$out" stderr 0
        all_are "$out" count 1
        all_are "$out" exact_verdict holds
    done
    # One of two modes.
    printf '1 0\n' >one
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 0.5,1 --noise file:one --precision 0.002 --start 2
    expect_status 0
    holds "$(column "$out" stderr 1) > 0"
    expect_equal "$(column "$out" stderr 2)" 0
    all_are "$out" exact_verdict holds
}

@test "noise 0 and a start that is not forgotten: inconclusive, not a failure of theory" {
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --noise isotropic:0 --start 1 --steps 10
    expect_message 'inconclusive'
    expect_equal "$(column "$out" exact_verdict 1)" inconclusive
    expect_status 2
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --noise isotropic:0 --start 1 --burn-in 0
    expect_equal "$(column "$out" exact_verdict 1)" inconclusive
    expect_status 2
}

@test "rounding at a minimum far from 0 is not a failure of theory" {
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --theta-star 1e15 --precision 0.002
    [ "$status" -ne 1 ] || show
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --theta-star 1e10 --start 0 --noise isotropic:0
    [ "$status" -ne 1 ] || show
}

@test "too few steps: a warning and inconclusive, exit 2" {
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --steps 20 --precision 0.01 --quiet
    expect_no_message .
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --steps 20 --precision 0.002
    expect_status 2
    expect_message 'warning: --steps 20.*burn-in.*from step 10.*inconclusive'
    expect_equal "$(column "$out" exact_verdict 1)" inconclusive
    expect_equal "$(column "$out" paper_verdict 1)" inconclusive
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --replicas 1 --steps 1
    expect_status 2
    expect_equal "$(column "$out" stderr 1),$(column "$out" count 1)" ,1
    expect_equal "$(column "$out" exact_verdict 1)" inconclusive
    # Enough steps: no warning, but too few chains for a verdict.
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --replicas 29 --steps 20000
    expect_status 2
    expect_no_message .
    expect_equal "$(column "$out" exact_verdict 1)" inconclusive
    # A start that a burn-in of 0 does not forget.
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --precision 0.002 --start 100 --burn-in 0
    expect_status 2
    expect_equal "$(column "$out" exact_verdict 1)" inconclusive
}

@test "beyond the budget: not sampled, exit 2, exact and paper stay" {
    attempt pnm-stationary --optimizer sgd --lr 0.1,0.0001 --spectrum 1 --max-samples 1e3
    expect_status 2
    expect_message 'warning: .*not sampled.*needs .*steps.*1e\+03'
    all_are "$out" exact_verdict 'not sampled'
    all_are "$out" measured ''
    all_are "$out" stderr ''
    all_are "$out" count ''
    # The paper is then compared with exact: 5 % off at lr 0.1, 0.005 % at 0.0001.
    expect_equal "$(column "$out" paper_verdict | tr '\n' ' ')" "fails holds "
    # A row within the budget is sampled beside one beyond it.
    attempt pnm-stationary --optimizer sgd --lr 1,0.0001 --spectrum 1 --max-samples 1e6 --precision 0.002
    expect_status 2
    expect_equal "$(column "$out" exact_verdict | tr '\n' ' ')" "holds not sampled " 
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --precision 1e-9
    expect_status 2
    expect_equal "$(column "$out" exact_verdict 1)" 'not sampled'
}

@test "not sampled without noise: no standard error either" {
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --noise isotropic:0 --start 1 --max-samples 10
    expect_status 2
    expect_equal "$(column "$out" exact_verdict 1)" 'not sampled'
    expect_equal "$(column "$out" stderr 1)" ''
}

@test "a thousand modes do not bring a thousand warnings" {
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum linear:0.1:1:1000 --max-samples 1
    expect_status 2
    expect_equal "$(row_count "$out")" 1000
    holds "$(wc -l <"$err") <= 20" "lines of warnings"
}

# The row's exact value is $2 to twelve digits.
exact_is() {
    holds "($(column "$out" exact "$1") / $2 - 1)^2 < 1e-24"
    expect_equal "$(column "$out" exact_error "$1")" ''
}

# 1 - x of a rounded x had lost from 0.2 % to all of these; tests/exact_vectors.py has them.
@test "exact keeps its digits at small steps" {
    run="--exact --noise isotropic:1"
    attempt pnm-stationary $run --optimizer pnm --lr 1e-9 --spectrum 0.001 \
        --weight-decay 0.3 --decay decoupled
    exact_is 1 3.3283716812746159e-10
    attempt pnm-stationary $run --optimizer pnm_eq7 --lr 1e-10 --spectrum 0.001 \
        --weight-decay 0.3 --decay decoupled
    exact_is 1 5.5755743748787158e-11
    attempt pnm-stationary $run --optimizer sgd --lr 1e-7 --spectrum 1e-10 \
        --weight-decay 1e-8 --decay decoupled
    exact_is 1 4.9504950495049527
    printf '1 -1 -1\n' >still.txt
    attempt pnm-stationary $run --optimizer linear --system still.txt --lr 3e-16 --spectrum 1
    exact_is 1 1.5000000000000002e-16
    printf '1 0.5\n0.5 1\n' >dense.txt
    attempt pnm-stationary $run --optimizer pnm --lr 1e-8 --spectrum 1,1e-6 \
        --noise file:dense.txt --full
    exact_is 2 2.2360656964269404e-9
    # A rate that the doubles next to 1 cannot show is stable all the same.
    attempt pnm-stationary --max-samples 1 --quiet --noise isotropic:1 --optimizer sgd --lr 1e-20 --spectrum 1
    expect_status 2
    expect_equal "$(column "$out" exact_verdict 1)" 'not sampled'
    exact_is 1 5e-21
}

# A probed rule within 1e-9 of its limit, 2.9573719202190065 by 50 digits: its step is known
# to doubles.
@test "exact_error says what exact lacks" {
    attempt pnm-stationary --optimizer aggmo --lr 2.957371917 --spectrum 1 --exact
    holds "$(column "$out" exact_error 1) > 1e-9"
    holds "$(column "$out" exact_error 1) < 1e-5"
    attempt pnm-stationary --optimizer aggmo --lr 2.957371917 --spectrum 1 --exact --excess
    holds "$(column "$out" exact_error 1) > 1e-9"
    attempt pnm-stationary --optimizer aggmo --lr 0.1 --spectrum 1 --exact
    expect_equal "$(column "$out" exact_error 1)" ''
}

@test "divergence that is allowed: exact is empty, no claim" {
    attempt pnm-stationary --optimizer sgd --lr 3 --spectrum 1 --allow-divergence --replicas 64 --steps 3000
    expect_status 0
    expect_equal "$(column "$out" exact 1)" ''
    expect_equal "$(column "$out" exact_source 1)" none
    expect_equal "$(column "$out" exact_verdict 1)" 'no claim'
    expect_no_nan "$out"
    expect_message 'sgd with lr=3, element \(1,1\) is beyond the range of numbers'
    # A stable row beside it is as ever.
    attempt pnm-stationary --optimizer sgd --lr 0.1,3 --spectrum 1 --allow-divergence --replicas 64 --steps 3000
    expect_status 0
    expect_equal "$(column "$out" exact_source | tr '\n' ' ')" "closed_form none "
    expect_equal "$(column "$out" exact_verdict | tr '\n' ' ')" "holds no claim "
    expect_equal "$(column "$out" law | tr '\n' ' ')" "stationary diverges "
    expect_no_nan "$out"
    # It changes nothing where nothing diverges.
    attempt pnm-stationary --optimizer pnm $short
    body "$out" >a
    attempt pnm-stationary --optimizer pnm $short --allow-divergence
    body "$out" >b
    expect_same a b
}

@test "divergence of one mode does not take the exact value from another" {
    attempt pnm-stationary --optimizer sgd --lr 3 --spectrum 0.1,1 --allow-divergence --replicas 64 --steps 1000
    [ -n "$(column "$out" exact 1)" ] || show
    expect_equal "$(column "$out" exact 2)" ''
}

@test "--precision above 0.002 warns; without control variates it decides nothing" {
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --precision 0.01 --control none
    expect_message 'warning: --precision 0.01.*0\.002.*inconclusive'
    expect_equal "$(column "$out" exact_verdict 1)" inconclusive
    expect_status 2
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --precision 0.01 --quiet
    expect_no_message .
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --precision 0.002
    expect_no_message .
    expect_status 0
}

@test "a warning that no row can hold is true" {
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --precision 0.0021
    if [ "$(column "$out" exact_verdict 1)" = holds ]; then
        expect_no_message 'no row can'
    fi
}

@test "stability does not depend on the unit of the curvatures" {
    local exponent rule
    for exponent in -12 -6 0 6 9 12 15; do
        # 1.4 and 1.3 are below the limits 1.4907 and 1.3103, 1.4908 and 1.3104 above.
        for rule in "pnm 1.4 1.4908" "pnm_eq7 1.3 1.3104" "heavy_ball 37 38.01" "two_batch 4.47 4.4722"; do
            set -- $rule
            attempt pnm-stationary --optimizer $1 --lr "$2e$((-exponent))" --spectrum 1e$exponent --max-samples 1
            expect_status 2 || { echo "$rule at 1e$exponent" >&2; false; }
            attempt pnm-stationary --optimizer $1 --lr "$3e$((-exponent))" --spectrum 1e$exponent --max-samples 1
            expect_status 64 || { echo "$rule at 1e$exponent" >&2; false; }
        done
    done
}

@test "extreme parameters that are allowed give numbers or empty cells, and no failure" {
    local extra
    for extra in "--theta-star 1e300" "--start 1e300" "--batch 1e300" "--batch 1e-300" "--batch 1e308" \
        "--noise isotropic:1e300" "--beta0 -1e3" "--beta0 1e5 --lr 1e-3" "--beta1 0.999999" \
        "--spectrum 1e-300 --lr 1e299" "--max-samples 1e18" \
        "--lr 1.4907" "--lr 1e-12"; do
        # shellcheck disable=SC2086
        attempt pnm-stationary --optimizer pnm $short $extra
        [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || { echo "$extra" >&2; show; }
        expect_no_nan "$out"
    done
}

@test "many modes" {
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum linear:0.1:1:20000 --replicas 2 \
        --steps 20 --burn-in 0 --quiet
    expect_status 2
    expect_equal "$(row_count "$out")" 20000
    expect_no_nan "$out"
}

@test "what is not sampled or undefined says so, with or without an exact value: 2" {
    attempt pnm-stationary --optimizer adam --lr 0.01 --spectrum 1 --max-samples 1000
    expect_status 2
    expect_equal "$(column "$out" exact_verdict 1),$(column "$out" paper_verdict 1)" 'not sampled,no claim'
    # 0/0 is no divergence.
    attempt pnm-stationary --optimizer adam --epsilon 0 --noise isotropic:0 --lr 0.1 --spectrum 1
    expect_status 2
    expect_equal "$(column "$out" exact_verdict 1),$(column "$out" law 1)" 'not sampled,undefined'
    expect_message 'epsilon is 0, so that it divides 0 by 0'
    expect_no_message diverges
    attempt pnm-stationary --optimizer adam --epsilon 0 --lr 0.1 --spectrum 1 --precision 0.02
    expect_status 0
    attempt pnm-simulate --optimizer adam --epsilon 0 --noise isotropic:0 --lr 0.1 --spectrum 1 --steps 4 --replicas 2
    expect_message 'mode 1 .*epsilon is 0, so that it divides 0 by 0'
    attempt pnm-simulate --optimizer adam --epsilon 0 --noise isotropic:0 --lr 0.1 --spectrum 1 --steps 4 \
        --record trajectory
    expect_message 'theta is no number at step 1 .*epsilon is 0, so that it divides 0 by 0'
    attempt pnm-convergence --optimizer adam --epsilon 0 --sigma 0 --start 0 --steps 4 --lr 0.1 --curve
    expect_message 'no number from step 1 on: epsilon is 0, so that it divides 0 by 0'
}
