#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# train.bats: pnm-train, training a network on labelled examples.

load helpers

# shellcheck disable=SC2086 # $few is a list of words
few="--train 96 --test 60 --hidden 9 --batch 8 --epochs 3 --replicas 3 --quiet"

# A table of 30 examples with two features and three classes.
table() {
    awk 'BEGIN { for (k = 0; k < 30; k++) printf "%g,%g,%d\n", k % 3 + k % 7 / 10, (k % 3) * (k % 3) - k % 5 / 9, k % 3 }' >"$1"
}

@test "every option has a default, and a network learns" {
    attempt pnm-train --optimizer pnm --lr 0.5
    expect_status 0
    expect_no_nan "$out"
    expect_equal "$(column "$out" replica | tr '\n' ' ')" '0 1 2 3 4 '
    all_are "$out" diverged 0
    all_are "$out" steps 620
    holds "$(column "$out" error_test 1) < 0.4 && $(column "$out" error_train 1) < 0.2"
    attempt pnm-train --optimizer sgd --lr 0.2 --record epochs --replicas 1 --epochs 7 --every 3
    expect_status 0
    expect_equal "$(column "$out" epoch | tr '\n' ' ')" '0 3 6 7 '
    holds "$(column "$out" error_test 1) > 0.7 && $(column "$out" error_test 4) < 0.5"
}

@test "wrong labels are learned by heart" {
    attempt pnm-train --optimizer sgd --lr 0.3 --label-noise sym:0.4 --train 200 --epochs 150 --record epochs --every 150 --replicas 1
    expect_status 0
    holds "$(column "$out" memorized 1) < 0.3 && $(column "$out" memorized 2) > 0.9"
    attempt pnm-train --optimizer sgd $few --lr 0.3
    expect_equal "$(column "$out" memorized 1)" ''
}

@test "every rule runs, with the same bytes for threads, instruction sets, ranks and a rerun" {
    local isa
    attempt pnm-train --optimizer all $few --lr 0.01 --threads 1 --record epochs --output one.csv
    expect_status 0
    expect_no_nan one.csv
    attempt pnm-train --optimizer all $few --lr 0.01 --threads 3 --record epochs --output two.csv
    expect_same one.csv two.csv threads
    for isa in base v3 v4; do
        PNM_ISA=$isa pnm-train --optimizer sgd,adam $few --lr 0.01 --activation tanh --output isa.csv 2>/dev/null || continue
        attempt pnm-train --optimizer sgd,adam $few --lr 0.01 --activation tanh --output two.csv
        expect_same isa.csv two.csv "$isa"
    done
    attempt pnm-train --rerun one.csv --quiet --output again.csv
    expect_same one.csv again.csv rerun
    if command -v mpirun >/dev/null && [ -x "$PNM_MPI_BIN/pnm-train" ]; then
        attempt mpirun -n 2 "$PNM_MPI_BIN/pnm-train" --optimizer sgd,adam $few --lr 0.01 --activation tanh --threads 1 --output ranks.csv
        expect_same ranks.csv two.csv ranks
    fi
}

@test "a run that stops and is resumed gives the same bytes" {
    attempt pnm-train --optimizer sgd,pnm $few --lr 0.1 --output whole.csv
    attempt pnm-train --optimizer sgd,pnm $few --lr 0.1 --checkpoint kept --stop-at 2:1 --output part.csv
    expect_status 2
    expect_equal "$(column part.csv replica | tr '\n' ' ')" '0 1 2 0 '
    attempt pnm-train --optimizer sgd,pnm $few --lr 0.1 --resume kept --output resumed.csv
    expect_status 0
    expect_same whole.csv resumed.csv
}

@test "rows of a file are learned, and its values may be on any scale" {
    table data.csv
    awk -F, -v OFS=, '{ print 1e6 * $1 + 7, $2, $3 }' data.csv >scaled.csv
    attempt pnm-train --optimizer sgd --lr 0.5 --task csv:data.csv --train 20 --test 10 --batch 5 --epochs 50 --replicas 2 --output one.csv
    expect_status 0
    holds "$(column one.csv error_train 1) < 0.1"
    attempt pnm-train --optimizer sgd --lr 0.5 --task csv:scaled.csv --train 20 --test 10 --batch 5 --epochs 50 --replicas 2 --output two.csv
    holds "($(column one.csv loss 1) - $(column two.csv loss 1))^2 < 1e-10"
    refuse 64 '--output: .* is the file of --task' pnm-train --optimizer sgd --lr 0.5 --task csv:data.csv --train 20 --test 10 --output data.csv
    all_refused
}

@test "trainings that diverge are counted and told" {
    attempt pnm-train --optimizer sgd,heavy_ball --lr 1e200 ${few% --quiet}
    expect_status 2
    all_are "$out" diverged 1
    all_are "$out" error_test 0.9
    expect_message 'warning: sgd, lr 1e\+200: 3 of 3 replicas diverge'
    grep -q 'its errors are those of chance' "$out"
}

@test "a rule of which some trainings diverge has an answer" {
    attempt pnm-train --optimizer sgd --lr 7e4 ${few/replicas 3/replicas 8}
    expect_status 0
    holds "$(grep -c 'its errors are those of chance' "$out") > 0"
    holds "$(grep -c 'its errors are those of chance' "$out") < 8"
}

@test "what is refused" {
    table good.csv
    printf '1,2,0\n3,4\n' >ragged.csv
    printf '1,2,0\n3,x,1\n' >word.csv
    printf '1,2,0\n3,nan,1\n' >nan.csv
    printf '1,2,0\n3,4,0.5\n' >half.csv
    printf '1,2,0\n3,4,0\n' >one.csv
    printf '1,2,0\n1,4,1\n' >constant.csv
    printf '1,2,0\n3,4,-1\n' >negative.csv
    : >empty.csv
    for file in missing ragged word nan half one constant negative empty; do
        refuse 64 "--task: .*$file.csv" pnm-train --optimizer sgd --lr 0.1 --task "csv:$file.csv" --train 1 --test 1 --batch 1
    done
    refuse 64 '--train: .* the data have 30 rows' pnm-train --optimizer sgd --lr 0.1 --task csv:good.csv --train 25 --test 10
    refuse 64 '--task: ' pnm-train --optimizer sgd --lr 0.1 --task letters
    refuse 64 '--batch: 200 examples' pnm-train --optimizer sgd --lr 0.1 $few --batch 200
    refuse 64 '--batch: 60 examples a batch, of which a step of two_batch takes 2' pnm-train --optimizer two_batch --lr 0.1 $few --batch 60
    refuse 64 '--label-noise: .*from 0 to 1' pnm-train --optimizer sgd --lr 0.1 $few --label-noise sym:1.2
    refuse 64 '--label-noise: ' pnm-train --optimizer sgd --lr 0.1 $few --label-noise some:0.2
    refuse 64 '--task: ' pnm-train --optimizer sgd --lr 0.1 $few --task teacher:5:1
    refuse 64 '--every: only epochs' pnm-train --optimizer sgd --lr 0.1 $few --every 2
    refuse 64 '--replicas: .* too many' pnm-train --optimizer sgd --lr 0.1 $few --replicas 1e9
    refuse 64 '--hidden: .* weights' pnm-train --optimizer sgd --lr 0.1 $few --hidden 1e6
    refuse 64 '--weight-decay: 1 times the learning rate 1 is 1' pnm-train --optimizer adamw --lr 1 --weight-decay 1 $few
    refuse 64 '--lr: a value is required' pnm-train --optimizer sgd
    refuse 64 'anti_pgd' pnm-train --optimizer anti_pgd --lr 0.1 $few
    refuse 64 'precision' pnm-train --optimizer sgd --lr 0.1 $few --precision 0.1
    all_refused
}
