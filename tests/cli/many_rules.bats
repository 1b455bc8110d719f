#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# many_rules.bats: what is built in is counted nowhere. Forty rules with parameters of their
# own are added to a copy of the tree, where every program must still say what it takes.

load helpers

# write_rule NUMBER: a rule with five parameters of its own and another default of beta1.
write_rule() {
    sed "s/NAME/rule_$1/" sim/rules/new_rule.template | awk -v rule="$1" '
        /^    PARAMETER_BETA1,/ {
            printf "    PARAMETER_BETA1_AT(0.%d),\n", 100 + rule
            for (k = 1; k <= 5; k++)
                printf "    {.name = \"own-parameter-%d-%d\", .symbol = \"a_%d\", " \
                    ".doc = \"a number of its own\", .preset = \"0.5\", " \
                    ".preset_value = 0.5, .low = 0, .high = 1},\n", rule, k, k
            next
        }
        { print }' >"sim/rules/rule_$1.c"
    sed -i "s/^    RULE(linear)/    RULE(rule_$1) \\\\\n&/" sim/rules/list.h
}

@test "with forty rules more every program says what it takes and runs them" {
    [ -d "$PNM_BIN/../obj" ] || skip "no objects beside the programs"
    local root=$BATS_TEST_DIRNAME/../.. number program
    cp -a "$root/Makefile" "$root/sim" "$root/analysis" "$root/plots" .
    sh "$root/tests/copy_build.sh" "$PNM_BIN/.." .
    for number in $(seq 40); do
        write_rule "$number"
    done
    # Without optimization, since nothing here depends on speed.
    attempt make -s -j2 SIDE_BY_SIDE=1 BUILD=build OPTIMIZE=-O0 programs
    expect_status 0
    PATH=$PWD/build/bin:$PATH
    for program in build/bin/pnm-*; do
        attempt "$program" --help
        expect_status 0
        ! grep -q 'rule_' "$out" || grep -q -e '--own-parameter-40-5' "$out"
        attempt "$program" --help=man
        expect_status 0
        attempt "$program" --help=bash
        expect_status 0
    done
    # Every default is there, the last one too.
    attempt pnm-convergence --help
    tr -s ' \n' ' ' <"$out" | grep -q 'rule_40: 0.140'
    attempt pnm-rules
    expect_status 0
    expect_equal "$(column "$out" optimizer | grep -c '^rule_')" 40
    grep -q '^# beta1: .*rule_40: 0.140' "$out"
    attempt pnm-stationary --optimizer rule_40 --own-parameter-40-5 0.1,0.2 --lr 0.1 \
        --spectrum 1 --exact
    expect_status 0
    expect_equal "$(column "$out" own-parameter-40-5 | paste -sd ' ')" "0.1 0.2"
    attempt pnm-stationary --optimizer rule_41 --lr 0.1 --spectrum 1
    expect_status 64
    expect_message 'did you mean rule_1\?'
}

@test "a point of a grid that diverges is a row, and a single one is refused" {
    attempt pnm-stationary --optimizer sgd,pnm --lr 0.1,2.5 --spectrum 1 --quiet
    expect_status 0
    expect_equal "$(column "$out" law | tr '\n' ' ')" 'stationary diverges stationary diverges '
    for row in 2 4; do
        for name in measured stderr exact paper; do
            expect_equal "$(column "$out" $name $row)" ''
        done
        expect_equal "$(column "$out" exact_verdict $row)" 'no claim'
    done
    attempt pnm-stationary --optimizer sgd --lr 0.1,2.5 --spectrum 1 --excess --quiet
    expect_status 0
    expect_equal "$(column "$out" exact_verdict 2)" 'no claim'
    expect_equal "$(column "$out" reason 2)" 'the rule diverges'
    attempt pnm-pacbayes --optimizer sgd --lr 0.1,2.5 --spectrum 1 --prior-precision 10 --train-size 100 --quiet
    expect_status 0
    expect_equal "$(column "$out" covariance | tr '\n' ' ')" 'paper exact measured paper exact measured '
    refuse 64 '--lr: 2.5 is unstable' pnm-stationary --optimizer sgd --lr 2.5 --spectrum 1
    refuse 64 '--spectrum: curvature 1 is 0' pnm-stationary --optimizer sgd --lr 0.1,0.2 --spectrum 0,1 --flat keep --noise isotropic:1
    all_refused
}
