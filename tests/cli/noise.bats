#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# noise.bats: pnm-noise, what momentum does to white gradient noise.

load helpers

@test "columns, and every rule against exact theory" {
    attempt pnm-noise --optimizer sgd,heavy_ball,pnm,pnm_eq7,two_batch --lr 0.1 --precision 0.002
    expect_status 0
    expect_equal "$(header "$out")" \
        optimizer,beta0,beta1,quantity,paper,exact,measured,stderr,count,paper_verdict,exact_verdict
    all_are "$out" exact_verdict holds
    # 4 quantities a rule, and the ratio for the two that have it.
    expect_equal "$(row_count "$out")" 22
    expect_no_nan "$out"
}

@test "the known values of pnm" {
    attempt pnm-noise --optimizer pnm --lr 0.1 --precision 0.002
    expect_equal "$(column "$out" quantity | tr '\n' ' ')" \
        "mean_gain variance long_run_variance lag1_autocorrelation sd_ratio_to_heavy_ball "
    holds "$(column "$out" exact 1) > 0.999999 && $(column "$out" exact 1) < 1.000001"
    holds "$(column "$out" exact 2) > 0.524861 && $(column "$out" exact 2) < 0.524863"
    holds "$(column "$out" exact 4) > -0.72401 && $(column "$out" exact 4) < -0.72399"
    holds "$(column "$out" exact 5) > 3.1579 && $(column "$out" exact 5) < 3.1580"
    expect_equal "$(column "$out" paper_verdict | tr '\n' ' ')" "holds fails no claim no claim fails "
}

@test "--psd: columns, frequencies 0 to 1/2, the ends of pnm's density and what a window makes of it" {
    attempt pnm-noise --optimizer pnm --lr 0.1 --psd --precision 0.0018
    expect_status 0
    expect_equal "$(header "$out")" \
        optimizer,beta0,beta1,frequency,exact,measured,stderr,count,exact_verdict,density
    all_are "$out" exact_verdict holds
    expect_equal "$(column "$out" frequency 1)" 0
    expect_equal "$(column "$out" frequency 129)" 0.5
    holds "$(column "$out" density 1) > 0.999999 && $(column "$out" density 1) < 1.000001"
    holds "$(column "$out" density 129) > 8.99999 && $(column "$out" density 129) < 9.00001"
    holds "$(column "$out" exact 1) > 0.983223 && $(column "$out" exact 1) < 0.983224"
    holds "$(column "$out" exact 129) > 8.84518 && $(column "$out" exact 129) < 8.84519"
}

@test "--psd of a slow rule: the burn-in is long enough, a given one that is not decides nothing" {
    # A burn-in of 1024 steps once gave 9.04 +- 0.02 beside an exact 1.
    attempt pnm-noise --optimizer pnm --lr 0.1 --beta1 0.999 --psd --precision 0.03 --quiet
    expect_status 2
    holds "$(column "$out" exact 1) > 0.0810356 && $(column "$out" exact 1) < 0.0810357"
    holds "$(column "$out" measured 1) - $(column "$out" exact 1) < 4.9 * $(column "$out" stderr 1)"
    holds "$(column "$out" exact 1) - $(column "$out" measured 1) < 4.9 * $(column "$out" stderr 1)"
    attempt pnm-noise --optimizer pnm --lr 0.1 --beta1 0.999 --psd --burn-in 1024 --steps 4096 \
        --replicas 4096 --quiet
    expect_status 2
    all_are "$out" exact_verdict inconclusive
}

@test "momentum so slow that nothing can be sampled: exact values, and an end" {
    attempt pnm-noise --optimizer pnm --lr 0.1 --beta1 0.9999999999 --quiet
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    attempt pnm-noise --optimizer pnm --lr 0.1 --beta1 0.9999999999999999 --psd
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    all_are "$out" measured ''
    expect_message 'warning: pnm: not sampled, because it needs .* coordinate-steps'
    expect_equal "$(column "$out" density 129)" 9
}

@test "the same bits for 1, 2, 3 and 7 threads and each instruction set, with control variates and without" {
    local threads control isa
    for control in auto none; do
        local run="pnm-noise --optimizer sgd,pnm,two_batch --lr 0.1 --precision 0.02 --columns plain \
            --control $control --quiet"
        attempt $run --threads 1
        cp "$out" one
        for threads in 2 3 7; do
            attempt $run --threads $threads
            expect_same one "$out" "$control, $threads threads"
        done
        for isa in base v3 v4; do
            PNM_ISA=$isa attempt $run
            [ "$status" -eq 64 ] || expect_same one "$out" "$control, $isa"
        done
    done
}

@test "--columns plain: what the same chains give without control variates, which agrees" {
    attempt pnm-noise --optimizer sgd,heavy_ball,pnm,pnm_eq7,two_batch --lr 0.1 --columns plain
    expect_status 0
    expect_equal "$(header "$out")" \
        optimizer,beta0,beta1,quantity,paper,exact,measured,stderr,count,paper_verdict,exact_verdict,measured_plain,stderr_plain,gain
    all_are "$out" exact_verdict holds
    body "$out" | awk -F, 'NR > 1 {
        rows++
        # Nothing is gained for the products of two_batch at different steps.
        least = $1 == "two_batch" && $4 ~ /lag1/ ? 0.9 : 1e4
        if (($12 - $6)^2 > (4.9 * $13)^2 || ($7 - $6)^2 > (4.9 * $8 + 1e-12)^2 || $14 < least ||
            ($14 * $8^2 - $13^2)^2 > (1e-9 * $13^2)^2) {
            print > "/dev/stderr"
            exit 1
        }
    } END { exit rows != 22 }'
    # Without control variates both are the same.
    attempt pnm-noise --optimizer pnm --lr 0.1 --columns plain --control none --precision 0.02
    all_are "$out" gain 1
    expect_equal "$(column "$out" measured)" "$(column "$out" measured_plain)"
    expect_equal "$(column "$out" stderr)" "$(column "$out" stderr_plain)"
    # Chains that are given stay as many; too few of them have no pilot.
    attempt pnm-noise --optimizer pnm --lr 0.1 --columns plain --replicas 200 --quiet
    all_are "$out" count 200
    holds "$(column "$out" gain 1) > 1e4"
    attempt pnm-noise --optimizer pnm --lr 0.1 --columns plain --replicas 100 --quiet
    all_are "$out" gain 1
}

@test "a budget that is too small leaves rows unsampled, exit 2" {
    attempt pnm-noise --optimizer pnm --lr 0.1 --max-samples 1000
    expect_status 2
    all_are "$out" exact_verdict "not sampled"
    expect_message 'max-samples'
    # Without control variates the long-run variance, one number a chain, alone exceeds this one.
    attempt pnm-noise --optimizer pnm --lr 0.1 --max-samples 1e8
    expect_status 0
    all_are "$out" exact_verdict holds
    attempt pnm-noise --optimizer pnm --lr 0.1 --max-samples 1e8 --control none
    expect_status 2
    expect_equal "$(column "$out" exact_verdict 3)" "not sampled"
    expect_equal "$(column "$out" exact_verdict 2)" holds
}

@test "bad input: 64, nothing written" {
    attempt pnm-noise --optimizer pnm --lr 0.1 --steps 3 --output new.csv
    expect_status 64
    expect_message '--steps'
    attempt pnm-noise --optimizer pnm --output new.csv
    expect_status 64
    expect_message '--lr: a value is required'
    attempt pnm-noise --optimizer nosuch --lr 0.1 --output new.csv
    expect_status 64
    expect_message "'nosuch'"
    expect_files ''
}

@test "a start that is not forgotten is told apart from a wrong theory" {
    local control
    for control in auto none; do
        attempt pnm-noise --optimizer pnm --lr 0.1 --burn-in 0 --replicas 4096 --steps 4096 --quiet \
            --control $control
        expect_status 2
        never grep -q fails <(column "$out" exact_verdict)
        attempt pnm-noise --optimizer pnm --lr 0.1 --burn-in 0 --replicas 4096 --steps 40 --quiet \
            --control $control
        expect_status 2
        never grep -q fails <(column "$out" exact_verdict)
    done
}

@test "--psd: a budget, and steps that leave no segment" {
    attempt pnm-noise --optimizer pnm --lr 0.1 --psd --max-samples 1000 --quiet
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    attempt pnm-noise --optimizer pnm --lr 0.1 --psd --steps 300 --output new.csv
    expect_status 64
    expect_message '--steps: 300 leaves no segment of 256 directions'
    expect_files ''
}

@test "a standard error that is beyond the range of numbers is none, not 0" {
    # theta' = theta - 1e100 eta g.
    echo '1 -1e100 -1e100' >huge
    attempt pnm-noise --optimizer linear --system huge --lr 0.1 --precision 0.01
    expect_status 2
    [ "$(row_count "$out")" -eq 4 ]
    [ "$(column "$out" stderr | grep -c '^$')" -eq 3 ]
    never grep -q fails "$out"
}
