#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# anti_pgd.bats: Anti-PGD as a rule, and the claim that compares it with PNM.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

@test "its stationary variance is 2 s^2/(2 - eta h), of pairs and under a rotation too" {
    attempt pnm-stationary --optimizer anti_pgd --lr 0.1,1.5 --spectrum 1 --noise isotropic:1 --quiet
    expect_status 0
    all_are "$out" exact_source closed_form
    all_are "$out" exact_verdict holds
    holds "($(column "$out" exact 1) / (0.02 / 1.9) - 1)^2 < 1e-24"
    holds "($(column "$out" exact 2) / 9 - 1)^2 < 1e-24"
    # Uncorrelated noise of that variance would give s^2/(eta h (2 - eta h)).
    holds "$(column "$out" measured 1) < 0.21 * 0.01 / (0.1 * 1.9)"
    local options="--optimizer anti_pgd --lr 0.3 --spectrum 0.5,1,2 --precision 0.02 --quiet"
    attempt pnm-stationary $options --full
    [ "$status" -eq 0 ] || expect_status 2
    never grep -q ',fails,' "$out"
    attempt pnm-simulate --optimizer anti_pgd --lr 0.3 --spectrum 0.5,1,2 --rotation haar:1 --replicas 4096 \
        --steps 400 --burn-in 100 --quiet
    expect_status 0
    # C = H: eta^2 h 2/(2 - eta h).
    body "$out" | awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        { h = $at["h"]; d = $at["second_moment"] / (0.09 * h * 2 / (2 - 0.3 * h)) - 1 }
        d * d > 0.02 ^ 2 { print; bad = 1 } END { exit bad || NR != 4 }'
}

@test "where the loss is flat its variance stays; its limit is gradient descent's" {
    attempt pnm-stationary --optimizer anti_pgd,sgd --lr 0.1 --spectrum 0 --flat keep --noise isotropic:1 \
        --at 16,256 --precision 0.005 --quiet
    [ "$status" -eq 0 ] || expect_status 2
    never grep -q ',fails,' "$out"
    body "$out" | awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        $at["quantity"] == "covariance" {
            want = $1 == "sgd" ? 0.01 * $at["step"] : 0.01
            if (($at["exact"] / want - 1) ^ 2 > 1e-20) { print; bad = 1 }
            rows++
        }
        END { exit bad || rows != 4 }'
    attempt pnm-stability --optimizer anti_pgd --lr 0.1 --spectrum 0.5 --quiet
    expect_status 0
    expect_equal "$(column "$out" closed_limit)" 4
    attempt pnm-stationary --optimizer anti_pgd --lr 2.1 --spectrum 1
    expect_status 64
}

@test "minibatches, losses, weight decay; the same bytes from any threads, and again" {
    attempt pnm-stationary --optimizer anti_pgd --lr 0.3 --loss least-squares --spectrum 0.4,0.8,1.3 --batch 2 \
        --precision 0.01 --quiet
    [ "$status" -eq 0 ] || expect_status 2
    never grep -q ',fails,' "$out"
    attempt pnm-stationary --optimizer anti_pgd --lr 0.3 --spectrum 1 --weight-decay 0.2 --theta-star 1 \
        --precision 0.01 --quiet
    [ "$status" -eq 0 ] || expect_status 2
    never grep -q ',fails,' "$out"
    attempt pnm-convergence --optimizer anti_pgd --loss huber --steps 64 --replicas 64 --threads 1 --quiet \
        --output one.csv
    expect_status 0
    attempt pnm-convergence --optimizer anti_pgd --loss huber --steps 64 --replicas 64 --threads 2 --quiet \
        --output two.csv
    expect_same one.csv two.csv
    attempt pnm-convergence --rerun one.csv --output three.csv
    expect_same one.csv three.csv
}

@test "what takes gradient and noise alike refuses it, and leaves it out of all" {
    refuse 64 '^pnm-noise: --optimizer: anti_pgd knows the gradient without noise' \
        pnm-noise --optimizer anti_pgd --lr 0.1
    refuse 64 '^pnm-worst-case: --optimizer: anti_pgd knows the gradient without noise' \
        pnm-worst-case --optimizer anti_pgd --lr 0.1
    all_refused
    attempt pnm-noise --optimizer all --exact --lr 0.1 --quiet
    expect_status 0
    never grep -q '^anti_pgd' "$out"
}

@test "the claim: every exact verdict holds, the reading fails, from any threads, resumed" {
    local options="--claim anti-pgd --precision 0.01 --format csv --quiet"
    attempt pnm-verify $options --threads 1 --output one.csv
    expect_status 2
    never grep -q ',fails,first order\|,fails,corrected' one.csv
    # Columns from the right: statements and settings have commas.
    body one.csv | awk -F, 'NR > 1 && $(NF - 7) == "fails" { bad = 1; print } END { exit bad }'
    expect_equal "$(grep -c ',fails,.*,printed,' one.csv)" 7
    attempt pnm-verify $options --threads 2 --output two.csv
    expect_same one.csv two.csv
    attempt pnm-verify $options --checkpoint kept --checkpoint-every 0 --max-seconds 0 --output part.csv
    attempt pnm-verify $options --resume kept --output whole.csv
    expect_same one.csv whole.csv
    attempt pnm-verify --explain anti-pgd --max-samples 1 --quiet
    grep -q '^## anti-pgd: ' "$out"
}
