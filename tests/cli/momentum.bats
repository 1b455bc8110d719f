#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# momentum.bats: the claims of the paper on momentum, whose setting is reconstructed.

load helpers

@test "gradient descent memorizes: the claim's rows, their verdicts and the command that repeats them" {
    attempt pnm-verify --claim jl-train,jl-gd --quiet
    expect_status 0
    expect_equal "$(row_count "$out")" 4
    expect_equal "$(body "$out" | grep -c '(reconstructed setting)')" 4
    expect_equal "$(body "$out" | grep -c ',120,holds,no claim,printed,')" 4
    body "$out" | grep -q '^jl-gd,.*with the small margin, GD at lr=0.3",0.02,,0\.45[0-9]*,0\.001[0-9]*,120,'
    body "$out" | grep -q ',pnm-verify --claim jl-gd,'
}

@test "beyond the budget of a row nothing is trained" {
    attempt pnm-verify --paper momentum --max-samples 1e6 --quiet
    expect_status 0
    expect_equal "$(body "$out" | tail -n +2 | cut -d, -f1 | uniq | wc -l)" 12
    expect_equal "$(body "$out" | tail -n +2 | grep -vc 'not sampled')" 0
    body "$out" | grep -q '^jl-gd,.*needs 1.8e+08 steps, budget 1.0e+06'
    # Of what the abstract does not say there is no verdict on the paper.
    expect_equal "$(body "$out" | grep 'not in the abstract' | grep -vc ',no claim,not sampled,')" 0
}
