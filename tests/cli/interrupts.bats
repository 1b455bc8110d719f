#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# interrupts.bats: a signal ends a program whatever it is doing, and nothing is sampled
# that is thrown away.

load helpers

# ends_in SECONDS PROGRAM ARGUMENT...: signalled after that time, in which it cannot come to
# its end; ten seconds are for ever.
ends_in() {
    local after=$1
    shift
    start "$@"
    await_catching
    sleep "$after"
    interrupt
    [ ! -s "$out" ] || show
}

@test "Ctrl-C while many modes are planned" {
    ends_in 0.3 pnm-simulate --optimizer pnm --lr 0.1 --spectrum power:0.1:20000000 --quiet
    ends_in 2 pnm-simulate --optimizer pnm --lr 0.1 --spectrum const:1:3000000 --precision 0.1 --quiet
    ends_in 1 pnm-stationary --optimizer sgd --lr 0.1 --spectrum const:1:3000000 --quiet
    ends_in 1 pnm-pacbayes --optimizer sgd --lr 0.1 --spectrum const:1:3000000 --train-size 100 --prior-precision 1 --quiet
}

@test "Ctrl-C while a matrix is drawn or factored" {
    ends_in 0.5 pnm-simulate --optimizer sgd --lr 0.1 --spectrum const:1:2000 --rotation haar:1 --quiet
    awk 'BEGIN { for (i = 0; i < 800; i++) for (j = 0; j < 800; j++)
                     print (i == j) + 1 / (1 + (i - j) ^ 2) }' >dense
    ends_in 1 pnm-simulate --optimizer sgd --lr 0.1 --spectrum const:1:800 --noise file:dense \
        --replicas 64 --steps 1000000 --quiet
}

@test "Ctrl-C at a named pipe that nobody writes" {
    mkfifo pipe
    local given="pnm-simulate --optimizer sgd --lr 0.1 --quiet"
    # shellcheck disable=SC2086 # a list of words
    for reader in "--spectrum file:pipe" "--config pipe" "--rerun pipe" "--spectrum 1 --resume pipe"; do
        ends_in 0.1 $given $reader
    done
    ends_in 0.1 pnm-simulate --optimizer linear --system pipe --spectrum 1 --lr 0.1 --quiet
}

@test "Ctrl-C where the checkpoint cannot be written tells so" {
    [ -e "$PNM_BIN/../tests/call.so" ] || { echo "make build/tests/call.so first" >&2; return 1; }
    start env LD_PRELOAD="$PNM_BIN/../tests/call.so" PNM_FAULT=write:1+:ENOSPC \
        pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 100000000 --steps 1000 \
        --max-samples 1e18 --threads 1 --checkpoint kept --checkpoint-every 1e9
    await_catching
    sleep 0.2
    interrupt
    expect_message "^pnm-simulate: --checkpoint: interrupted; cannot write 'kept': No space left on device$"
    [ ! -e kept ]
}

@test "sums of a checkpoint that are not finite: the run begins anew, and says so" {
    local given="pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 100000 --steps 9"
    local forge=$PNM_BIN/../tests/faults/forge change
    [ -e "$forge" ] || { echo "make build/tests/faults/forge first" >&2; return 1; }
    $given --output right.csv
    $given --stop-at 1:1 --checkpoint kept --output part.csv
    for change in $(seq 0 999); do
        "$forge" kept "$change" forged >word
        ! grep -q '^finite' word || break
    done
    attempt $given --resume forged
    expect_status 0
    expect_message "--resume: the checkpoint's sums of sampling run 1 were not finite, so it was run anew"
    expect_same "$out" right.csv
}

# A pilot of so many steps takes minutes; one unit of the chains themselves a moment.
@test "no pilot where nothing is left to plan" {
    for rule in adam adapnm yogi; do
        attempt pnm-stationary --optimizer "$rule" --lr 0.01 --spectrum const:1:100 \
            --replicas 8 --steps 1000000 --stop-at 1:1 --quiet
        expect_equal "$(grep '^# stop-at' "$out")" "# stop-at: 1:1"
    done
}

@test "what was given is judged as a pilot would be" {
    attempt pnm-stationary --optimizer yogi --lr 1e300 --spectrum 1,2 --start 1e300 --replicas 10 \
        --steps 100
    expect_message 'diverges.*overflows within 100 steps: not sampled'
    all_are "$out" exact_verdict "not sampled"
    all_are "$out" law diverges
    all_are "$out" measured ""
}

@test "--max-seconds ends a pilot, and --stop-at repeats what is left" {
    attempt pnm-stationary --optimizer adam,yogi --lr 0.01 --spectrum const:1:3000 --max-seconds 0
    expect_status 2
    expect_message 'the time was up in sampling run 1 after 0 of'
    cp "$out" first
    attempt pnm-stationary --optimizer adam,yogi --lr 0.01 --spectrum const:1:3000 --stop-at 1:0
    expect_status 2
    expect_same first "$out"
}
