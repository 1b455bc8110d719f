#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The tables of the figures on training a network: pnm-generalize with PNM and SGD with
# momentum, on the digits if make data has fetched them, else on the teacher task.
# usage: training.sh BIN_DIR RESULTS_DIR [REPLICAS EPOCHS]
set -eu

plots=$(dirname "$0")
if [ $# -ne 2 ] && [ $# -ne 4 ]; then
    echo "usage: training.sh BIN_DIR RESULTS_DIR [REPLICAS EPOCHS]" >&2
    exit 64
fi
bin=$1
results=$2
replicas=${3:-16}
epochs=${4:-200}

task=teacher
[ ! -f "$bin/../share/pnmlab/digits.csv" ] || task=digits
new=$results/.training.new
trap 'rm -f "$new" "$new.more" "$new.all" "$new.commands"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# pairs EPOCHS OPTION...: the rows of pnm beside SGD with momentum in PyTorch's convention.
# The rate falls to a tenth after 80 and 160 of 200 epochs, which have 31 steps each. Exit 2,
# some rows undecided, is a result as well.
pairs() {
    passes=$1
    shift
    set -- --optimizer heavy_ball,pnm --beta1 0.9 --beta3 1 \
        --task $task --train 1000 --test 797 --batch 32 --epochs "$passes" \
        --schedule step:0.1:$((passes * 62 / 5)):$((passes * 124 / 5)) \
        --replicas "$replicas" "$@"
    echo "pnm-generalize $*" >>"$new.commands"
    status=0
    "$bin/pnm-generalize" --quiet --format csv "$@" || status=$?
    if [ $status -ne 0 ] && [ $status -ne 2 ]; then
        echo "training.sh: pnm-generalize ended with exit status $status" >&2
        return 1
    fi
}

# begin NAME EPOCHS OPTION...: a table; join EPOCHS OPTION...: more rows for it; finish.
begin() {
    output=$results/$1.csv
    shift
    : >"$new.commands"
    pairs "$@" >"$new"
}

# Of the lines on top, those that all share stay.
join() {
    pairs "$@" >"$new.more"
    {
        awk 'NR == FNR { if (/^#/) shared[$0]; next } !/^#/ || $0 in shared' "$new.more" "$new" |
            grep -v '^# header-lines: '
        grep -v '^#' "$new.more" | tail -n +2
    } >"$new.all"
    rm "$new.more"
    mv "$new.all" "$new"
}

finish() {
    mv "$new" "$output"
    set --
    while read -r command; do
        set -- "$@" "$command"
    done <"$new.commands"
    rm "$new.commands"
    sh "$plots/note.sh" "$output" "$@"
    echo "$output"
}

# Without weight decay. At beta0 = 70 the rate is a hundredth of the learning rate, and PNM is
# stable up to a tenth of the rate of SGD with momentum.
rates() {
    name=$1
    shift
    begin "training_by_rate_$name" "$epochs" --match rate --beta0 1 \
        --lr 0.007,0.022,0.07,0.22,0.7,1.4,2.2,3.1,4.5,7 "$@"
    join "$epochs" --match rate --beta0 70 --lr 0.3,1,3,5.5,10,14,20,30,100 "$@"
    finish
}

rates asym --label-noise asym:0.4
rates sym --label-noise sym:0.4
rates clean --label-noise none

# At the paper's rate and decay. The twin of beta0 = 0 is SGD with momentum as published but
# for its decay, which is decoupled too.
sweep() {
    name=$1
    shift
    begin "training_by_beta0_$name" "$epochs" --match both --lr 1 --weight-decay 1e-4 \
        --decay decoupled --beta0=-0.4,0,1,3,10,30,70,200 "$@"
    finish
}

sweep asym --label-noise asym:0.4
sweep sym --label-noise sym:0.4

# Fewer epochs are enough for labels without noise.
cells() {
    command=$1
    shift
    $command "$@" $(((3 * epochs + 9) / 10)) --match both --decay decoupled --beta0 1 \
        --lr log:0.1:5:5 --label-noise none --weight-decay "$decay"
}

decay=1e-4
cells begin training_by_rate_and_decay
for decay in 5e-4 2.5e-3 1.25e-2; do
    cells join
done
finish
