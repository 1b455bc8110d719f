#!/usr/bin/env bats
# new_optimizer.bats: make new-optimizer, from no file to a rule that runs, in a copy of the
# tree with what is built, so that only the new rule is compiled.

load helpers

copy_tree() {
    local root=$BATS_TEST_DIRNAME/../..
    cp -a "$root/Makefile" "$root/sim" "$root/analysis" .
}

new_optimizer() {
    attempt make -s new-optimizer "$@"
}

# Nothing changes where a name is refused.
refused() {
    new_optimizer "${@:2}"
    [ "$status" -ne 0 ] || { echo "not refused: ${*:2}" >&2; return 1; }
    expect_message "$1"
    diff -r sim "$BATS_TEST_TMPDIR/sim" >&2
}

@test "bad names are refused and nothing is written" {
    copy_tree
    cp -a sim "$BATS_TEST_TMPDIR/sim"
    refused 'NAME is missing.*make new-optimizer NAME=foo'
    refused 'NAME is missing' NAME=
    refused "'Foo' is not allowed; allowed are a to z" NAME=Foo
    refused "'9foo' is not allowed" NAME=9foo
    refused "'_foo' is not allowed" NAME=_foo
    refused "'foo-bar' is not allowed" NAME=foo-bar
    refused "'foo bar' is not allowed" 'NAME=foo bar'
    refused "'../foo' is not allowed" NAME=../foo
    refused "'foo;false' is not allowed" 'NAME=foo;false'
    refused 'longer than 24' NAME=abcdefghijklmnopqrstuvwxyz
    refused 'sim/rules/heavy_ball.c is there already' NAME=heavy_ball
    # Words of sim/ itself: a macro, and what --optimizer takes.
    refused "uses the word 'bool'" NAME=bool
    refused "uses the word 'all'" NAME=all
}

@test "the new rule compiles without a warning, runs, and its exact law holds" {
    [ -d "$PNM_BIN/../obj" ] || skip "no objects beside the programs"
    copy_tree
    mkdir build
    cp -a "$PNM_BIN/../obj" "$PNM_BIN/../libpnm.a" build
    local listed
    listed=$(grep -c 'RULE(' sim/rules/list.h)
    new_optimizer NAME=foo
    expect_status 0
    expect_equal "$(grep -c 'RULE(' sim/rules/list.h)" $((listed + 1))
    [ "$(ls -A sim | grep -c new$)" = 0 ]
    if command -v clang-format >/dev/null; then
        cp "$BATS_TEST_DIRNAME/../../.clang-format" .
        clang-format --dry-run --Werror sim/rules/foo.c sim/rules/list.h
    fi
    attempt make -s BUILD=build build/bin/pnm-stationary
    expect_status 0
    expect_no_message .
    PATH=$PWD/build/bin:$PATH
    attempt pnm-stationary --optimizer foo --lr 0.1 --spectrum 1
    expect_status 0
    all_are "$out" optimizer foo
    all_are "$out" exact_source probed
    all_are "$out" exact_verdict holds
    # The template is Heavy Ball in other words.
    attempt pnm-stationary --optimizer foo,heavy_ball --lr 0.1 --spectrum 1 --max-samples 1
    holds "($(column "$out" exact 1) / $(column "$out" exact 2) - 1)^2 < 1e-20"
    # A second time it is there already.
    new_optimizer NAME=foo
    [ "$status" -ne 0 ]
    expect_message 'sim/rules/foo.c is there already'
}
