#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# rules.bats: pnm-rules, the table of all update rules, and --optimizer all.

load helpers

# The names in sim/rules/list.h.
listed() { # all but the rule whose file --system names
    sed -n 's/^    RULE(\([a-z0-9_]*\)).*/\1/p' "$BATS_TEST_DIRNAME/../../sim/rules/list.h" | grep -vx linear
}

@test "every listed rule that needs no file is in the table, in order" {
    attempt pnm-rules
    expect_status 0
    expect_no_message .
    expect_no_nan "$out"
    expect_equal "$(header "$out")" \
        optimizer,parameters,linear,slots,samples,limit,limit_source,small_step,source
    expect_equal "$(column "$out" optimizer)" "$(listed)"
}

@test "known limits and variances; rules that are not linear have none" {
    attempt pnm-rules --optimizer sgd,two_batch,pnm,nesterov,adam --beta0 3 --beta1 0.5
    expect_status 0
    expect_equal "$(row_count "$out")" 5
    # 2; 2 sqrt(gamma); 2 sqrt(gamma)/(1+2 beta0), gamma = 25
    holds "($(column "$out" limit 1) - 2)^2 < 1e-20 && ($(column "$out" limit 2) - 10)^2 < 1e-20"
    holds "($(column "$out" limit 3) - 10 / 7)^2 < 1e-20"
    # 1; sqrt(gamma); 1/sqrt(gamma); 1/(1-beta1)
    holds "($(column "$out" small_step 1) - 1)^2 + ($(column "$out" small_step 2) - 5)^2 < 1e-14"
    holds "($(column "$out" small_step 3) - 0.2)^2 + ($(column "$out" small_step 4) - 2)^2 < 1e-14"
    expect_equal "$(column "$out" linear | paste -sd ,)" yes,yes,yes,yes,no
    expect_equal "$(column "$out" limit 5)$(column "$out" small_step 5)" ''
}

@test "a variance that vanishes with the rate has the limit 0, not what rounding leaves" {
    attempt pnm-rules --optimizer anti_pgd,sgd
    expect_status 0
    expect_equal "$(column "$out" small_step | paste -sd ,)" 0,1
}

@test "sim/README.md shows what the command prints" {
    attempt pnm-rules --format table
    expect_status 0
    sed 's/ *$//' "$out" >printed
    awk '/^    \$ build\/bin\/pnm-rules --format table$/ { on = 1; next }
         on && /^    / { print substr($0, 5); next } on { exit }' \
        "$BATS_TEST_DIRNAME/../../sim/README.md" >shown
    expect_same printed shown
}

@test "--optimizer all: every rule, or every linear one where a program runs no other" {
    attempt pnm-rules
    cp "$out" rules
    local linear
    linear=$(paste -d , <(column rules optimizer) <(column rules linear) | sed -n 's/,yes$//p')
    attempt pnm-stability --optimizer all --lr 0.1 --spectrum 1
    expect_status 0
    expect_equal "$(column "$out" optimizer)" "$linear"
    # The header states the defaults that were used, as with the names.
    grep -qx '# optimizer: all' "$out"
    grep -qx '# beta1: 0.9; qhm: 0.999' "$out"
    attempt pnm-pacbayes --optimizer all --lr 0.1 --spectrum 1 --prior-precision 1 \
        --train-size 100 --exact
    expect_equal "$(column "$out" optimizer | uniq)" "$linear"
    # shellcheck disable=SC2086 # options and their values
    attempt pnm-stationary --optimizer all $short
    expect_equal "$(column "$out" optimizer | uniq)" "$(column rules optimizer)"
    attempt pnm-rules --optimizer pnm,all
    expect_equal "$(column "$out" optimizer 1)" pnm
    expect_equal "$(row_count "$out")" "$(row_count rules)"
}

@test "help and version; bad input: 64 by name, nothing written" {
    attempt pnm-rules --help
    expect_status 0
    for word in limit_source small_step closed_form --beta0 '--optimizer' 'default all'; do
        grep -q -e "$word" "$out" || { echo "no $word in the help" >&2; false; }
    done
    never grep -q -e '--lr=' "$out"
    attempt pnm-rules --version
    expect_status 0
    grep -q '^pnm-rules ' "$out"
    refuse 64 "'nosuch'.*sgd.*pnm.*and all" pnm-rules --optimizer nosuch
    refuse 64 "'all_'" pnm-rules --optimizer all_
    # There is no --lr; the nearest is meant.
    refuse 64 "'--lr' is not written in full" pnm-rules --lr 0.1
    refuse 64 '--beta0: not a parameter of sgd' pnm-rules --optimizer sgd --beta0 1
    all_refused
}

@test "a rule whose matrix leaves the range of numbers is told" {
    for row in '1e308 0 0' '1 -1e308 1'; do
        echo "$row" >rule.txt
        attempt pnm-rules --optimizer linear --system rule.txt
        expect_status 70
        expect_message '^pnm-rules: the eigenvalues .* are beyond the range of numbers'
    done
}

@test "rows that only a parameter without a column tells apart get that column" {
    run="--optimizer qhm,sgd --lr 0.1 --nu 0.2,0.6 --exact"
    attempt pnm-stationary $run --spectrum 1
    expect_equal "$(column "$out" nu | tr '\n' ' ')" "0.2 0.6  "
    attempt pnm-stability --optimizer qhm,sgd --lr 0.1 --nu 0.2,0.6 --spectrum 1
    expect_equal "$(column "$out" nu | tr '\n' ' ')" "0.2 0.6  "
    attempt pnm-stationary --optimizer qhm,sgd --lr 0.1 --nu 0.2 --exact --spectrum 1
    never grep -q ',nu' "$out"
    # A column that is there already stays where it is.
    attempt pnm-stationary --optimizer pnm --lr 0.1,0.2 --beta0 0,1 --exact --spectrum 1
    expect_equal "$(header "$out" | tr ',' '\n' | grep -cx -e lr -e beta0)" 2
}

@test "--optimizer all leaves out what cannot run with the options given, and says so" {
    attempt pnm-stationary --optimizer all $short --weight-decay 0.1 --theta-star 1
    expect_status 2
    expect_equal "$(column "$out" optimizer | sort -u | tr '\n' ' ')" \
        "$(linear_rules | tr ' ' '\n' | sort | tr '\n' ' ')"
    attempt pnm-stationary --optimizer all --spectrum 1 --lr 0.1 --replicas 40 --steps 200 \
        --weight-decay 0.1 --theta-star 1
    expect_message 'warning: --optimizer all: left out: .*adam, .*adapnm '
    expect_no_message 'left out: .*sgd'
    # adamw has a decay of its own.
    attempt pnm-stationary --optimizer all --spectrum 1 --lr 0.1 --replicas 40 --steps 200 --theta-star 1
    expect_message 'left out: adamw '
    column "$out" optimizer | grep -qx adam
    # What is named is refused, before anything runs.
    refuse 64 '--weight-decay: .*the mean of adam, ' pnm-stationary --optimizer adam,all $short \
        --weight-decay 0.1 --theta-star 1
    refuse 64 '--weight-decay: .*the mean of adam, ' pnm-stationary --optimizer sgd,adam $short \
        --weight-decay 0.1 --theta-star 1
    all_refused
}
