#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# stability.bats: pnm-stability, how fast rules converge and up to which learning rate.

load helpers

columns=optimizer,lr,beta0,beta1,beta3,rho,steps,lr_limit,closed_limit,best_lr,best_rho,best_steps,exact_source
last=lr_from,intervals,margin,best_margin

stability() {
    refuse "$1" "$2" pnm-stability --optimizer pnm --lr 0.1 --spectrum 1 "${@:3}"
}

@test "columns, and the known values of sgd" {
    attempt pnm-stability --optimizer sgd --lr 0.1 --spectrum 0.5,2
    expect_status 0
    expect_equal "$(header "$out")" "$columns,$last"
    expect_equal "$(row_count "$out")" 1
    # rho = max |1 - lr h|; limit 2/h_max; best 2/(h_min + h_max) with (k-1)/(k+1).
    holds "($(column "$out" rho 1) - 0.95)^2 < 1e-24"
    holds "($(column "$out" steps 1) - log(1e-6) / log(0.95))^2 < 1e-16"
    holds "($(column "$out" lr_limit 1) - 1)^2 < 1e-24 && $(column "$out" closed_limit 1) == 1"
    holds "($(column "$out" best_lr 1) - 0.8)^2 < 1e-22 && ($(column "$out" best_rho 1) - 0.6)^2 < 1e-22"
    holds "($(column "$out" best_steps 1) - log(1e-6) / log(0.6))^2 < 1e-16"
    expect_equal "$(column "$out" exact_source 1)" matrix
    expect_no_nan "$out"
    expect_no_message .
}

@test "every rule; a grid is a row each, and a row equals the same run alone" {
    # shellcheck disable=SC2086
    attempt pnm-stability --optimizer "$(linear_rules | tr ' ' ,)" --lr 0.1,0.2 --beta0 0,1 --beta1 0,0.9 --spectrum 0.5,1 --measure
    expect_status 0
    expect_equal "$(header "$out")" "$columns,rho_measured,steps_measured,limit_measured,exact_verdict,$last,reason"
    expect_equal "$(row_count "$out")" $((2 + 4 + 8 + 8 + 4 + 4 + 4 + 2 + 2))
    all_are "$out" exact_verdict holds
    expect_no_nan "$out"
    body "$out" | grep '^pnm,0.2,1,0.9,' >of_grid
    attempt pnm-stability --optimizer pnm --lr 0.2 --beta0 1 --beta1 0.9 --spectrum 0.5,1 --measure
    body "$out" | tail -n +2 >alone
    expect_same of_grid alone
}

@test "--measure: pnm's limit within 1 % of 2 sqrt(gamma)/(1+2 beta0), the rate of 1-rho" {
    attempt pnm-stability --optimizer pnm --lr 0.3 --beta0 0,0.5,1,3,70 --beta1 0,0.5,0.9,0.99 \
        --spectrum 1 --measure
    expect_status 0
    expect_equal "$(row_count "$out")" 20
    all_are "$out" exact_verdict holds
    body "$out" | awk -F, '
        NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        { b = $at["beta0"]; limit = 2 * sqrt((1 + b)^2 + b^2) / (1 + 2 * b)
          d = $at["limit_measured"] / limit - 1
          r = ($at["rho_measured"] - $at["rho"]) / (1 - $at["rho"])
          if (d * d > 1e-4 || r * r > 1e-4) { print > "/dev/stderr"; exit 1 } }
        END { exit NR != 21 }'
}

@test "unstable learning rates are shown: rho above 1, no steps" {
    attempt pnm-stability --optimizer pnm --lr 1.6 --spectrum 1 --measure
    expect_status 0
    holds "$(column "$out" rho 1) > 1 && $(column "$out" rho_measured 1) > 1"
    expect_equal "$(column "$out" steps 1)" ''
    expect_equal "$(column "$out" exact_verdict 1)" holds
}

@test "--accuracy moves steps alone" {
    attempt pnm-stability --optimizer pnm --lr 0.3 --spectrum 1
    cp "$out" six
    attempt pnm-stability --optimizer pnm --lr 0.3 --spectrum 1 --accuracy 1e-3
    holds "($(column six steps 1) - 2 * $(column "$out" steps 1))^2 < 1e-16"
    expect_equal "$(column six rho 1),$(column six best_lr 1)" "$(column "$out" rho 1),$(column "$out" best_lr 1)"
    grep -qx '# accuracy: 1e-3' "$out"
}

@test "--map: a row a point, rho below 1 exactly below the limit" {
    attempt pnm-stability --map --optimizer pnm --beta1 0.9 --spectrum 2,0.5
    expect_status 0
    expect_equal "$(header "$out")" optimizer,beta1,lr_h,beta0,rho,limit
    expect_equal "$(row_count "$out")" $((200 * 101))
    expect_equal "$(column "$out" lr_h | sort -un | wc -l | tr -d ' ')" 200
    expect_equal "$(column "$out" beta0 | sort -un | wc -l | tr -d ' ')" 101
    grep -q '^# lr: linear:' "$out"
    body "$out" | awk -F, 'NR > 1 && ($5 < 1) != ($3 < $6) && ($3 / $6 - 1)^2 > 1e-20 {
        print > "/dev/stderr"; exit 1 }'
    expect_no_nan "$out"
    # Its own ranges; without a closed form by bisection; a rule without beta0.
    attempt pnm-stability --map --optimizer pnm_eq7,heavy_ball --beta1 0.9 --lr 0.1,0.2,0.4 --beta0 1,2 --spectrum 1
    expect_status 0
    expect_equal "$(row_count "$out")" 9
    holds "$(column "$out" limit 1) > 1.31 && $(column "$out" limit 1) < 1.32"
    holds "($(column "$out" limit 9) - 38)^2 < 1e-20"
    expect_equal "$(column "$out" beta0 9)" ''
}

@test "the same bits again, with each instruction set, and in JSON" {
    local isa
    local run="pnm-stability --optimizer sgd,heavy_ball,pnm,pnm_eq7,two_batch --lr 0.3 --spectrum 0.1,1 --measure"
    attempt $run
    cp "$out" one
    attempt $run --quiet
    expect_same one "$out"
    for isa in base v3 v4; do
        PNM_ISA=$isa attempt $run
        [ "$status" -eq 64 ] || expect_same one "$out" $isa
    done
    attempt $run --format json
    expect_status 0
    grep -q '"exact_verdict": "holds"' "$out"
    attempt $run --output new.csv,new.txt
    expect_same one new.csv
    expect_files new.csv new.txt one
}

@test "help says what the columns are; version" {
    attempt pnm-stability --help
    expect_status 0
    for word in rho lr_limit closed_limit best_lr --accuracy --measure --map exact_verdict 'Exit status'; do
        grep -q -e "$word" "$out" || { echo "no $word in the help" >&2; false; }
    done
    attempt pnm-stability --version
    expect_status 0
    grep -q '^pnm-stability ' "$out"
}

@test "bad input: 64 by name, nothing written" {
    refuse 64 '--optimizer.*required' pnm-stability
    refuse 64 '--spectrum.*required' pnm-stability --optimizer pnm --lr 0.1
    refuse 64 '--lr: a value is required' pnm-stability --optimizer pnm --spectrum 1
    stability 64 "--optimizer.*'nosuch'.*sgd.*pnm" --optimizer nosuch
    stability 64 "--accuracy: 0 .*> 0 and <= 1" --accuracy 0
    stability 64 "--accuracy: 2 .*> 0 and <= 1" --accuracy 2
    stability 64 "--accuracy.*'x'.*allowed" --accuracy x
    stability 64 "--spectrum.*allowed" --spectrum 0
    stability 64 "--spectrum.*'foo:1'.*const:" --spectrum foo:1
    stability 64 "--beta1: 1 .*0 <= beta1 < 1" --beta1 1
    stability 64 "--measure.*--map.*allowed" --map --measure
    stability 64 "--map: a value is given" --map=yes
    stability 64 "'--seed'" --seed 1
    stability 64 "stray argument 'stray'" stray
    stability 64 "--format.*'xml'" --format xml
    refuse 64 '--beta0: not a parameter of sgd' pnm-stability --optimizer sgd --lr 1 --spectrum 1 --beta0 1
    all_refused
    attempt pnm-stability --optimizer pnm --lr 0.1 --spectrum 1 --output nowhere/new.csv
    expect_status 74
    attempt pnm-stability --optimizer pnm --lr 0.1 --spectrum 1 --output /dev/full
    expect_status 74
}

@test "Ctrl-C ends many rows, and one with a large spectrum; nothing written" {
    start pnm-stability --optimizer pnm --lr linear:0.01:1:100000 --spectrum 1 --output new.csv
    await_catching
    sleep 0.2
    interrupt
    start pnm-stability --optimizer pnm --lr 0.1 --spectrum log:0.001:1:100000 --measure --output new.csv
    await_catching
    sleep 0.2
    interrupt
    expect_files ''
}

@test "a limit that weight decay sets is found, however strong it is" {
    local decay
    for decay in 1e10 1e100; do
        attempt pnm-stability --optimizer all --lr 0.1 --spectrum 1 --measure --weight-decay $decay
        expect_status 0
        all_are "$out" exact_verdict holds
        # 2/(h + lambda).
        holds "($(column "$out" lr_limit 1) * $decay - 2)^2 < 1e-16"
        attempt pnm-stability --optimizer all --lr 0.1 --spectrum 1 --weight-decay $decay --decay decoupled
        holds "($(column "$out" lr_limit 1) * $decay - 2)^2 < 1e-16"
    done
    # A refusal names that limit too.
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --weight-decay 1e100
    expect_status 64
    expect_message 'stable for learning rates below 2e-100 '
}

@test "what overflows is refused by name, not judged" {
    refuse 64 '--weight-decay: 1e\+300 .*<= 1e\+100' pnm-stability --optimizer sgd --lr 0.1 \
        --spectrum 1 --measure --weight-decay 1e300
    refuse 64 '--spectrum: curvature 2 is 1e\+300; .*1e-100 to 1e\+100' pnm-stability \
        --optimizer sgd --lr 0.1 --spectrum 1,1e300
    refuse 64 '--spectrum: curvature 1 is 1e-300; ' pnm-stability --optimizer sgd --lr 0.1 \
        --spectrum 1e-300
    # Its matrix is as large as numbers are: that is not stable.
    refuse 64 '--lr: 1 is unstable for heavy_ball' pnm-stationary --optimizer heavy_ball --lr 1 \
        --spectrum 1e308
    all_refused
}

@test "beta1 near 1: the limit is the closed form's, the best rate right, the verdict honest" {
    local beta1 row
    for beta1 in 0.999999 0.999999999 0.999999999999 0.99999999999999989; do
        attempt pnm-stability --optimizer sgd,heavy_ball,pnm,two_batch,nesterov,qhm --lr 0.1 \
            --beta0 -50,-1,0,1,1000 --beta1 $beta1 --spectrum 1 --weight-decay 0.25
        expect_status 0
        expect_equal "$(row_count "$out")" 14
        body "$out" | awk -F, '
            NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
            { r = $at["lr_limit"] / $at["closed_limit"] - 1
              if (!(r * r < 1e-18)) { print > "/dev/stderr"; exit 1 } }'
    done
    attempt pnm-stability --optimizer pnm --beta1 0.999999999999 --lr 0.1 --spectrum 1
    # As beta1 -> 1 the best rate is a third of the limit: 2 sqrt(5)/9.
    holds "($(column "$out" best_lr 1) / 0.49690399500 - 1)^2 < 1e-20"
    holds "($(column "$out" lr_limit 1) / $(column "$out" closed_limit 1) - 1)^2 < 1e-24"
    # 1 - rho = 5.34e-13 has its digits, and steps too.
    holds "($(column "$out" margin 1) / 5.3352921681750576e-13 - 1)^2 < 1e-20"
    holds "($(column "$out" steps 1) * $(column "$out" margin 1) / log(1e6) - 1)^2 < 1e-20"
    attempt pnm-stability --optimizer pnm,heavy_ball --beta1 0.99999999999999989 --lr 0.1 --spectrum 1 --measure
    expect_status 2
    all_are "$out" exact_verdict inconclusive
    all_are "$out" reason 'the growth of chains did not settle within 2^20 steps'
    expect_equal "$(column "$out" rho_measured 1)" ''
}

@test "stable rates that do not begin at 0: both ends, and how many intervals there are" {
    # 1 - rho of (11 - 10 lr)/9: stable on (0.2, 2).
    echo '1.2222222222222223 -1.1111111111111112 -1.1111111111111112' >late.txt
    attempt pnm-stability --optimizer linear --system late.txt --lr 0.1 --spectrum 1 --measure
    expect_status 0
    holds "($(column "$out" lr_from 1) - 0.2)^2 < 1e-24 && ($(column "$out" lr_limit 1) - 2)^2 < 1e-24"
    holds "$(column "$out" rho 1) > 1 && $(column "$out" intervals 1) == 1"
    holds "($(column "$out" best_lr 1) - 1.1)^2 < 1e-16"
    refuse 64 'stable for learning rates from 0.2 to 2 at' pnm-stationary --optimizer linear \
        --system late.txt --lr 0.1 --spectrum 1
    # Curvatures 1 and 9: (0.2, 2) and (0.0222, 0.2222) have (0.2, 0.2222) in common; with 10.5
    # they have nothing.
    attempt pnm-stability --optimizer linear --system late.txt --lr 0.1 --spectrum 1,9
    holds "($(column "$out" lr_from 1) - 0.2)^2 < 1e-24 && ($(column "$out" lr_limit 1) - 2 / 9)^2 < 1e-24"
    attempt pnm-stability --optimizer linear --system late.txt --lr 0.1 --spectrum 1,10.5
    expect_equal "$(column "$out" lr_from 1),$(column "$out" lr_limit 1),$(column "$out" intervals 1)" ,0,0
}
