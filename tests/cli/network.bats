#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# network.bats: claim eq18-19-net, minibatches on a network.

# shellcheck disable=SC2154 # what helpers.bash sets
load helpers

# The verdicts, paper's and exact, of the rows whose setting contains $1.
verdicts() {
    body "$out" | grep -F "$1" | grep -o ',[a-z ]*,[a-z ]*,\(printed\|first order\),' |
        cut -d, -f2,3 | sort -u
}

@test "PNM over SGD at one rate is what the linear law says, not gamma; no law where it diverges" {
    attempt pnm-verify --claim eq18-19-net --precision 0.0015 --quiet
    [ "$status" -eq 2 ] || expect_status 0
    expect_equal "$(row_count "$out")" 72
    exact_verdicts >all
    never grep -qx fails all
    expect_equal "$(verdicts "heavy_ball beta1=0.9 over sgd at 0.005 of SGD's limit, tr(H Sigma)")" holds,holds
    expect_equal "$(verdicts "pnm beta0=1 beta1=0.9 over sgd at 0.005 of SGD's limit, tr(H Sigma)")" fails,holds
    expect_equal "$(verdicts "pnm beta0=10 beta1=0.9 over sgd at 0.005 of SGD's limit, tr(H Sigma)")" fails,holds
    expect_equal "$(body "$out" | grep -c 'the linear law diverges')" 15
    expect_equal "$(verdicts 'the linear law diverges' | cut -d, -f2 | sort -u)" 'no claim'
    # Nothing is claimed where eqs. 18-19, of first order in the rate, are off by more than the margin.
    expect_equal "$(verdicts " at 0.1 of SGD's limit" | cut -d, -f1 | sort -u)" 'no claim'
}

@test "over the budget no chain is run" {
    attempt pnm-verify --claim eq18-19-net --max-samples 1000 --quiet
    expect_equal "$(body "$out" | grep -c 'needs .* steps, budget 1.0e+03')" 72
}

@test "the same bytes for 1 and 2 threads, and cut and resumed" {
    local coarse="--claim eq18-19-net --precision 0.02 --quiet"
    # shellcheck disable=SC2086 # a list of words
    {
        attempt pnm-verify $coarse --threads 1
        cp "$out" one
        attempt pnm-verify $coarse --threads 2 --stop-at 1:7 --checkpoint kept
        body "$out" | grep -q 'not reached in the time given'
        attempt pnm-verify $coarse --threads 2 --resume kept
    }
    expect_same one "$out"
}
