#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# worst_case.bats: pnm-worst-case, proven worst cases of rules over classes of functions.

load helpers

columns=optimizer,lr,beta0,beta1,class,measure,steps,worst,certified,gap,dimension,kind

worst() {
    refuse "$1" "$2" pnm-worst-case --optimizer sgd --lr 1 "${@:3}"
}

@test "columns, and the known worst case of gradient descent" {
    attempt pnm-worst-case --optimizer sgd --lr 1 --class convex --measure last-loss --given distance --steps 10
    expect_status 0
    expect_no_message .
    expect_equal "$(header "$out")" "$columns"
    expect_equal "$(row_count "$out")" 1
    holds "($(column "$out" certified 1) * 42 - 1)^2 < 1e-12 && $(column "$out" certified 1) >= 1 / 42"
    holds "($(column "$out" worst 1) * 42 - 1)^2 < 1e-12 && $(column "$out" worst 1) <= 1 / 42"
    holds "$(column "$out" gap 1) < 1e-6 && $(column "$out" gap 1) > 0"
    expect_equal "$(column "$out" kind 1)" exact
}

@test "PNM at eta0 L = 0.1, N = 16: both sides agree to 1e-6" {
    local beta0 beta1
    for beta0 in 0 4; do
        for beta1 in 0 0.9; do
            attempt pnm-worst-case --optimizer pnm --lr 0.1 --lr-normalization off --beta0 "$beta0" --beta1 "$beta1" --steps 16
            expect_status 0
            holds "$(column "$out" gap 1) <= 1e-6"
        done
    done
}

@test "a certificate is proven again; with a changed multiplier or of another rule it is not" {
    local setting="--class strongly-convex:0.1 --measure distance --given distance --steps 3"
    # shellcheck disable=SC2086 # a list of words
    attempt pnm-worst-case --optimizer pnm --lr 0.5 $setting --certificate proof.json
    expect_status 0
    body "$out" >found
    # shellcheck disable=SC2086
    attempt pnm-worst-case --optimizer pnm --lr 0.5 $setting --check proof.json
    expect_status 0
    body "$out" >proven
    expect_same found proven
    # shellcheck disable=SC2086
    attempt pnm-worst-case --optimizer pnm --lr 0.4999 $setting --check proof.json
    expect_status 1
    expect_equal "$(column "$out" reason 1)" 'the matrix of the multipliers is not positive definite'
    expect_equal "$(column "$out" certified 1)" ''
    # The first multiplier with many units, a ten-thousandth larger.
    awk '/"units"/ && $2 > 1e12 && !done { sub(/[0-9]+/, sprintf("%.0f", $2 * 1.0001)); done = 1 } { print }' \
        proof.json >changed.json
    expect_equal "$(diff proof.json changed.json | grep -c '^>')" 1
    # shellcheck disable=SC2086
    attempt pnm-worst-case --optimizer pnm --lr 0.5 $setting --check changed.json
    expect_status 1
    expect_equal "$(column "$out" certified 1)" ''
}

@test "a certificate that holds nothing proves nothing" {
    printf '{"format": "pnmlab worst case, version 1"}\n' >empty.json
    attempt pnm-worst-case --optimizer sgd --lr 1 --steps 1 --check empty.json
    expect_status 1
    expect_equal "$(column "$out" reason 1)" 'the certificate holds neither multipliers nor a function'
}

@test "a bound of the gradients gives a bound only" {
    attempt pnm-worst-case --optimizer sgd --lr 1 --gradient-bound 0.9 --steps 0,4
    expect_status 0
    expect_equal "$(column "$out" kind 1)" 'bound only'
    expect_equal "$(column "$out" worst 1)$(column "$out" gap 1)$(column "$out" dimension 1)" ''
    holds "$(column "$out" certified 1) >= 0.81 && $(column "$out" certified 1) < 0.81001"
    holds "$(column "$out" certified 2) < 0.3"
    # Its certificate names the bound's row, holds no function and proves the same again.
    attempt pnm-worst-case --optimizer sgd --lr 1 --gradient-bound 0.9 --steps 0 --certificate bound.json
    body "$out" >found
    expect_equal "$(grep -c '"of": "gradient bound"' bound.json)" 1
    expect_equal "$(grep -c '"worst"\|"vectors"' bound.json)" 0
    attempt pnm-worst-case --optimizer sgd --lr 1 --gradient-bound 0.9 --steps 0 --check bound.json
    expect_status 0
    body "$out" >proven
    expect_same found proven
}

@test "a certificate names both inequalities between f* and each step" {
    attempt pnm-worst-case --optimizer pnm --lr 0.7 --steps 2 --given distance --certificate named.json
    expect_status 0
    expect_equal "$(grep -o '"of": "f\* [^"]*"' named.json | sort | uniq -c | tr -s ' \n' ' ')" \
        ' 2 "of": "f* and f_0" 2 "of": "f* and f_1" 2 "of": "f* and f_2" '
}

@test "a rule from a file is the rule that its matrices write out" {
    printf '1 -0.9 -1 0 -1\n0 0.9 1 0 1\n' >heavy.txt
    attempt pnm-worst-case --optimizer linear --system heavy.txt --lr 0.1 --steps 3
    expect_status 0
    local certified
    certified=$(column "$out" certified 1)
    attempt pnm-worst-case --optimizer heavy_ball --beta3 1 --beta1 0.9 --lr 0.1 --steps 3
    expect_equal "$(column "$out" certified 1)" "$certified"
}

@test "what has no worst case is refused, with the reason" {
    worst 64 'the distance is unbounded' --measure distance
    worst 64 "--class: 'flat' is unknown; allowed are smooth" --class flat
    worst 64 '--class: a curvature of 1 is out of range; .* below the smoothness, 1' --class strongly-convex:1
    worst 64 '--class: a curvature of 0 is out of range' --class strongly-convex:0
    worst 64 "--class: 'x' is not a number" --class strongly-convex:x
    worst 64 '--steps: -1 is out of range' --steps=-1
    worst 64 '--check: the option cannot be combined with --certificate' --check a.json --certificate b.json --steps 1
    worst 64 '--check: the options ask for 4 rows' --check a.json
    worst 64 '--steps: 65 is out of range' --steps 65
    worst 64 '--steps: 1.5 is out of range' --steps 1.5
    worst 64 '--weight-decay: 0.1 pulls theta to 0' --weight-decay 0.1
    worst 64 '--certificate: the options ask for 4 rows' --certificate out.json
    worst 64 '--check: .*No such file' --check none.json --steps 1
    printf '{"format": 3}\n' >other.json
    worst 64 '--check: other.json: the file is no certificate' --check other.json --steps 1
    printf '{"format": \n' >broken.json
    worst 64 '--check: broken.json, line 2' --check broken.json --steps 1
    printf '0.9 0 1 0 1\n0 0.9 1 0 1\n' >pulled.txt
    refuse 64 '--system: theta itself moves the state' pnm-worst-case --optimizer linear --system pulled.txt --lr 1
    refuse 64 'adam is not linear' pnm-worst-case --optimizer adam --lr 1
    refuse 64 'schedule' pnm-worst-case --optimizer sgd --lr 1 --schedule cosine:5
}

@test "where the solver finds neither side, that is the error" {
    refuse 70 'neither a worst function nor multipliers were found' pnm-worst-case --optimizer sgd --lr 1e6 --steps 1
}

@test "the class of a bound that the solver cannot reach says so" {
    attempt pnm-worst-case --optimizer sgd --lr 100 --steps 10
    expect_status 2
    expect_equal "$(column "$out" certified 1)" ''
    expect_equal "$(column "$out" reason 1)" 'no multipliers were found that survive the check'
}

@test "the class of a function that the solver cannot reach says so" {
    attempt pnm-worst-case --optimizer sgd --lr 1e-8 --steps 1
    expect_status 2
    expect_equal "$(column "$out" worst 1)" ''
    # Without a step it is 2, which so small a step hardly lowers.
    holds "$(column "$out" certified 1) > 1.999 && $(column "$out" certified 1) < 2.001"
    expect_equal "$(column "$out" reason 1)" 'no function was found that survives the check'
}
