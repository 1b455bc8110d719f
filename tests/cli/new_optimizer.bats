#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# new_optimizer.bats: the names that make new-optimizer refuses; what it makes of others is
# in added_once.bats.

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
    refused 'is too long; allowed are 24' NAME=abcdefghijklmnopqrstuvwxyz
    refused 'sim/rules/heavy_ball.c is there already' NAME=heavy_ball
    # Words of sim/ itself: a macro, and what --optimizer takes.
    refused "uses the word 'bool'" NAME=bool
    refused "uses the word 'all'" NAME=all
}
