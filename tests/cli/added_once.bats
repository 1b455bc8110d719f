#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# added_once.bats: what a user adds is added in one place. In a copy of the tree with what is
# built, each test adds one thing, counts the files that it wrote or changed by hand, and runs
# the unit tests and the program tests of the rooms that know such things.

load helpers

setup_file() {
    [ -d "$PNM_BIN/../obj" ] || skip "no objects beside the programs"
}

copy_tree() {
    local root=$BATS_TEST_DIRNAME/../..
    cp -a "$root/Makefile" "$root/README.md" "$root/sim" "$root/analysis" "$root/plots" \
        "$root/tests" .
    sh "$root/tests/copy_build.sh" "$PNM_BIN/.." .
    mkdir "$BATS_TEST_TMPDIR/before"
    cp -a sim analysis plots "$BATS_TEST_TMPDIR/before"
}

# touched NUMBER: so many files differ from those before.
touched() {
    local folder
    expect_equal "$(for folder in sim analysis plots; do
        diff -rq "$BATS_TEST_TMPDIR/before/$folder" $folder
    done | wc -l)" "$1"
}

# built TARGET...: without optimization, since nothing here depends on speed.
built() {
    attempt make -s -j2 SIDE_BY_SIDE=1 BUILD=build OPTIMIZE=-O0 "${@/#/build/}"
    expect_status 0
    expect_no_message 'warning'
}

# passes TEST...: unit tests.
passes() {
    local test
    for test in "$@"; do
        attempt "build/tests/$test"
        expect_status 0
    done
}

# program_tests FILE [REGEX]: the program tests of that file, those alone that the regular
# expression names.
program_tests() {
    PNM_BIN=$PWD/build/bin attempt bats "tests/cli/$1.bats" -f "${2:-.}"
    expect_status 0
}

# list_first KIND NAME FILE: another line before the first of that kind.
list_first() {
    awk -v kind="$1" -v name="$2" '
        !done && $0 ~ "^ +" kind "\\(" { printf "    %s(%s) \\\n", kind, name; done = 1 }
        { print }' "$3" >list
    mv list "$3"
}

@test "a rule: its file and a line; with exact theory two more" {
    copy_tree
    attempt make -s new-optimizer NAME=foo
    expect_status 0
    touched 2
    if command -v clang-format >/dev/null; then
        cp "$BATS_TEST_DIRNAME/../../.clang-format" .
        clang-format --dry-run --Werror sim/rules/foo.c sim/rules/list.h
    fi
    built tests/sim/rules/test_rules tests/sim/rules/test_matrices tests/analysis/theory/test_theory \
        bin/pnm-stationary bin/pnm-simulate bin/pnm-rules bin/pnm-stability bin/pnm-convergence \
        bin/pnm-noise bin/pnm-pacbayes
    passes sim/rules/test_rules sim/rules/test_matrices analysis/theory/test_theory
    # The table of sim/README.md follows.
    attempt env PNM_BIN="$PWD/build/bin" sh tests/docs/generate.sh sim/README.md
    grep -q '^    foo  *yes ' sim/README.md
    program_tests rules
    # It was not written by hand.
    cp "$BATS_TEST_TMPDIR/before/sim/README.md" sim
    attempt build/bin/pnm-stationary --optimizer foo,heavy_ball --lr 0.1 --spectrum 1
    expect_status 0
    expect_equal "$(column "$out" exact_source | paste -sd ' ')" 'probed closed_form'
    all_are "$out" exact_verdict holds
    # The template is Heavy Ball with beta3 = 1 - beta1.
    holds "($(column "$out" exact 1) / $(column "$out" exact 2) - 1)^2 < 1e-20"
    sed 's/heavy_ball/foo/g; s/rule_parameter(rule, "beta3")/(1 - rule_parameter(rule, "beta1"))/' \
        analysis/theory/heavy_ball.c >analysis/theory/foo.c
    list_first THEORY foo analysis/theory/list.h
    touched 4
    built tests/analysis/theory/test_theory bin/pnm-stationary
    passes analysis/theory/test_theory
    attempt build/bin/pnm-stationary --optimizer foo --lr 0.1 --spectrum 1
    expect_status 0
    all_are "$out" exact_source closed_form
    all_are "$out" exact_verdict holds
}

@test "a loss: its file and a line" {
    copy_tree
    sed 's/huber/foo/g' sim/losses/huber.c >sim/losses/foo.c
    list_first LOSS foo sim/losses/list.h
    touched 2
    built tests/sim/losses/test_loss bin/pnm-convergence bin/pnm-verify
    passes sim/losses/test_loss
    program_tests convergence 'every loss'
    program_tests manual 'every loss'
    attempt build/bin/pnm-convergence --optimizer sgd --loss foo --steps 64
    expect_status 0
}

@test "a claim: its file, its text and a line" {
    copy_tree
    sed 's/eq12/foo/g' analysis/claims/eq12.c >analysis/claims/foo.c
    sed 's/^# eq12/# foo/' analysis/claims/eq12.md >analysis/claims/foo.md
    list_first CLAIM foo analysis/claims/list.h
    touched 3
    built share/pnmlab/claims/foo.md bin/pnm-verify
    program_tests verify 'a text|--explain'
    program_tests manual 'every claim'
    attempt build/bin/pnm-verify --explain foo --precision 0.01
    expect_status 2
    grep -q '^## foo: ' "$out"
}

@test "an option: an entry of its program's table" {
    copy_tree
    awk '{ sub(/bool list, strict;/, "bool list, strict, shy;")
            sub(/own->strict;/, "own->strict || own->shy;") }
        /^    {.name = "strict",$/ {
            print "    {.name = \"shy\",\n     .kind = OPTION_FLAG,"
            print "     .field = OPTION_FIELD(struct verify_request, shy),"
            print "     .doc = \"do as --strict\"},"
        }
        { print }' analysis/pnm-verify.c >new.c
    mv new.c analysis/pnm-verify.c
    touched 1
    built bin/pnm-verify
    program_tests manual 'options|says of an option|has its sections|are shell'
    attempt build/bin/pnm-verify --shy --claim eq12
    expect_status 1
    echo 'shy = yes' >it.ini
    attempt build/bin/pnm-verify --config it.ini --claim eq12
    expect_status 1
    grep -q '^# shy: on' "$out"
}

@test "a figure: its script and its place on the page" {
    copy_tree
    sed 's/variance_by_rate/foo/; s/^# Figure 1/# Figure 11/' plots/variance_by_rate.gp >plots/foo.gp
    cat >>plots/README.md <<'END'

## 11. Foo

![foo](gallery/foo.svg)

    gnuplot -d -c plots/foo.gp results/variance_by_rate.csv \
        results/variance_by_rate_exact.csv results/foo.svg
END
    touched 2
    sh plots/render.sh --list | grep -qx 'foo variance_by_rate.csv variance_by_rate_exact.csv'
    mkdir results
    attempt pnm-stationary --optimizer sgd,heavy_ball,pnm,two_batch --lr 0.1,0.2 --spectrum 1 \
        --precision 0.01 --output results/variance_by_rate.csv
    cp results/variance_by_rate.csv results/variance_by_rate_exact.csv
    # The figures that come before have no tables here.
    awk '/^    gnuplot / { on = /foo/ } !/^    / || on' plots/README.md >page
    mv page plots/README.md
    attempt sh plots/render.sh results
    expect_status 0
    [ -s results/foo.svg ] && [ -s results/foo.png ]
}
