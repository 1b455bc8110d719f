#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# neighbours.bats: pnm-verify --paper, and the claims of neighbouring papers.

load helpers

ids() {
    body "$out" | tail -n +2 | cut -d, -f1 | uniq | tr '\n' ' '
}

@test "--list names the paper of every claim, or lists those of one" {
    attempt pnm-verify --list
    expect_status 0
    cp "$out" all
    expect_equal "$(header all)" id,where,check,statement,paper
    expect_equal "$(body all | tail -n +2 | sed 's/.*,//' | uniq | tr '\n' ' ')" "pnm neighbours momentum analogues "
    body all | grep '^eq19\|^eq18-19' | grep -q ',pnm$'
    local paper
    for paper in pnm neighbours momentum analogues; do
        attempt pnm-verify --list --paper $paper
        expect_equal "$(body "$out" | tail -n +2)" "$(body all | grep ",$paper$")"
    done
    attempt pnm-verify --list --paper all
    body "$out" | diff - <(body all | grep -v ',analogues$')
}

@test "--paper neighbours holds, row for row, and says nothing of the paper's statements" {
    attempt pnm-verify --paper neighbours --threads 1 --output one.csv,one.txt
    expect_status 0
    expect_no_message .
    cp one.csv "$out"
    expect_equal "$(ids)" "mandt-2017 liu-2021 kuehn-2023 wang-2024 "
    expect_equal "$(exact_verdicts | sort -u)" holds
    expect_equal "$(paper_verdicts | grep -v '^no claim$' | sort -u | tr '\n' ' ')" "holds holds in the limit "
    # What is printed of finite rates holds or is not claimed; what is corrected holds.
    expect_equal "$(body "$out" | grep -c '^liu-2021,.*,value,.*,holds,holds,printed,')" 18
    expect_equal "$(body "$out" | grep -c '^mandt-2017,.*corrected: .*,holds,holds,corrected,')" 8
    expect_equal "$(body "$out" | grep -c '^wang-2024,.*,holds in the limit,holds,printed,eta h,')" 6
    expect_equal "$(body "$out" | grep -c '^kuehn-2023,.*,bound,.*,holds,holds,printed,')" 4
    grep -q '^claims: 4 checked; as printed 4 hold' one.txt
    never grep -q 'numbered statements' one.txt
    # The command of a row repeats it.
    attempt $(body one.csv | tail -n 1 | awk -F, '{ print $(NF - 3) }')
    expect_equal "$(body "$out" | tail -n 1)" "$(body one.csv | tail -n 1)"
}

@test "the claims of a paper are those of its list, in any company" {
    local all="--precision 0.05 --max-samples 1e5 --quiet"
    attempt pnm-verify --paper neighbours $all
    body "$out" >neighbours
    attempt pnm-verify --claim mandt-2017,liu-2021,kuehn-2023,wang-2024 $all
    body "$out" | diff neighbours -
    attempt pnm-verify --claim eq12,liu-2021 $all
    expect_equal "$(body "$out" | grep '^liu-2021,')" "$(grep '^liu-2021,' neighbours)"
}

@test "claims of neighbours are explained, with their sources and this run's numbers" {
    attempt pnm-verify --explain all --paper neighbours --precision 0.01 --quiet
    expect_equal "$(grep -c '^## ' "$out")" 4
    grep -q '^Place: Mandt, Hoffman and Blei, JMLR 18 (2017)' "$out" || show
    grep -q 'ICML 2021 (arXiv' "$out" || show
    grep -q 'ΣHP + PHΣ − ηPHΣHP = ηPCP' "$out" || show
    never grep -q '<<\|>>\|[$]' "$out"
    attempt pnm-verify --explain liu-2021,eq15 --precision 0.01 --quiet
    expect_equal "$(grep '^## ' "$out" | cut -d: -f1 | tr '\n' ' ')" "## liu-2021 ## eq15 "
}

@test "--paper and --claim add up: the paper's claims, then those named, each once" {
    local ids="mandt-2017 liu-2021 kuehn-2023 wang-2024"
    attempt pnm-verify --paper neighbours --claim special-hb,liu-2021 --max-samples 1 --quiet
    expect_equal "$(body "$out" | tail -n +2 | cut -d, -f1 | uniq | tr '\n' ' ')" "$ids special-hb "
    expect_equal "$(body "$out" | tail -n +2 | sed 's/.*,//' | uniq | tr '\n' ' ')" "neighbours pnm "
    attempt pnm-verify --paper neighbours --explain jl-gd --max-samples 1 --quiet
    expect_equal "$(grep '^## ' "$out" | cut -d: -f1 | tr '\n' ' ')" "## ${ids// / ## } ## jl-gd "
    # What is named alone is checked alone, and a wrong name stops all before anything runs.
    attempt pnm-verify --claim jl-gd --max-samples 1 --quiet
    expect_equal "$(body "$out" | tail -n +2 | sed 's/.*,//' | uniq)" momentum
    refuse 64 "no claim 'jl-gb'" pnm-verify --paper pnm --claim jl-gb
}

@test "what does not go with --paper is refused" {
    refuse 64 "--paper: 'pmn' is not allowed; did you mean pnm\?; allowed: pnm\|neighbours\|momentum\|all" pnm-verify --paper pmn
    refuse 64 "'liu-2020'; did you mean liu-2021\?" pnm-verify --claim liu-2020
    all_refused
}

@test "neighbours: the same bytes for threads and instruction sets, and run again" {
    local run="pnm-verify --paper neighbours --precision 0.01 --quiet" isa
    attempt $run --threads 1 --output first.csv
    attempt $run --threads 2 --output second.csv
    expect_same first.csv second.csv
    attempt pnm-verify --rerun first.csv --quiet --output again.csv
    expect_same first.csv again.csv
    for isa in base v3 v4; do
        PNM_ISA=$isa attempt $run --output isa.csv
        if [ "$status" -ne 64 ]; then
            expect_same first.csv isa.csv $isa
        fi
    done
    attempt pnm-verify --help=bash
    grep -q 'neighbours' "$out"
}
