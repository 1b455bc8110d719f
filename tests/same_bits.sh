#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# same_bits.sh BIN_A BIN_B: the programs of two builds give the same bytes, for every rule,
# every path through the engine and every instruction set that this processor has.
set -eu
first=$1
second=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
count=0

cat >"$folder/dense.txt" <<'EOF'
1.0 0.5 -0.3
0.5 2.0 0.4
-0.3 0.4 1.5
EOF

# compare NAME PROGRAM ARGUMENTS...: every build and instruction set against the first.
compare() {
    name=$1
    program=$2
    shift 2
    for build in "$first" "$second"; do
        for isa in base v3 v4; do
            # 64: this processor lacks the variant.
            status=0
            PNM_ISA=$isa "$build/$program" --quiet --format csv "$@" \
                >"$folder/out" 2>"$folder/err" || status=$?
            case $status in
            0 | 2) ;;
            64) grep -q PNM_ISA "$folder/err" && continue ;;
            *)
                echo "same_bits: $program exits $status: $(cat "$folder/err")" >&2
                exit 1
                ;;
            esac
            if [ ! -f "$folder/$name" ]; then
                mv "$folder/out" "$folder/$name"
            elif ! cmp "$folder/$name" "$folder/out"; then
                echo "same_bits: $build, PNM_ISA=$isa differs: $program $*" >&2
                exit 1
            fi
            count=$((count + 1))
        done
    done
}

for rule in sgd heavy_ball pnm pnm_eq7 two_batch nesterov qhm aggmo; do
    compare "moments_$rule" pnm-simulate --optimizer "$rule" --lr 0.05 \
        --spectrum 0.5,1,3 --replicas 70 --steps 1000 --burn-in 200 --start 2 \
        --theta-star 1
    compare "dense_$rule" pnm-stationary --optimizer "$rule" --lr 0.1 \
        --spectrum 0.5,1,2 --noise "file:$folder/dense.txt" --full --replicas 40 \
        --steps 500 --burn-in 100
done
# A rule that is not linear has no spectral radius to be below 1.
adaptive() {
    rule=$1
    shift
    compare "moments_${rule}_$*" pnm-simulate --optimizer "$rule" --lr 0.05 \
        --spectrum 0.5,1,3 --replicas 70 --steps 1000 --burn-in 200 --start 2 \
        --theta-star 1 "$@"
}
for rule in adam adamw adapnm; do
    adaptive "$rule"
done
adaptive adapnm --amsgrad off --epsilon-inside on
for rule in amsgrad adabound padam yogi radam; do
    adaptive "$rule" --convention paper
    adaptive "$rule" --convention torch
done
for rule in pnm two_batch adam; do
    compare "rotated_$rule" pnm-simulate --optimizer "$rule" --lr 0.05 \
        --spectrum log:0.1:3:11 --rotation haar:1 --replicas 70 --steps 300 --burn-in 50
done
for rule in pnm two_batch adam; do
    compare "examples_$rule" pnm-simulate --optimizer "$rule" --lr 0.05 --loss least-squares \
        --spectrum 0.5,1,3 --batch 3 --replicas 70 --steps 300 --burn-in 50
done
compare examples_planned pnm-stationary --optimizer sgd --lr 0.3 --loss least-squares \
    --spectrum 0.5,1 --batch 4 --precision 0.02
compare examples_descent pnm-convergence --optimizer pnm,adam --lr 0.1 --loss least_squares \
    --curve --points 2 --dim 3 --batch 2 --steps 50 --replicas 150
for loss in huber pseudo_huber log_cosh logistic rippled; do
    compare "descent_$loss" pnm-convergence --optimizer pnm,two_batch,adam --lr 0.1 \
        --loss "$loss" --dim 3 --steps 50,100 --replicas 150
done
for bound in thm3.1 lemma-A2 lemma-A3; do
    compare "ratio_$bound" pnm-bound --optimizer pnm --ratio "$bound" \
        --loss pseudo_huber --dim 3 --steps 50,100 --replicas 151
done
compare search pnm-bound --optimizer pnm --search 64 --replicas 256
compare grid pnm-simulate --optimizer pnm --lr 0.05 --spectrum log:0.01:3:30 \
    --replicas 3 --steps 300 --burn-in 50
compare power pnm-simulate --optimizer sgd --lr 0.05 --spectrum power:1.3:50 \
    --replicas 3 --steps 300 --burn-in 50 --rng philox
compare trajectory pnm-simulate --optimizer heavy_ball --lr 0.05 --spectrum 1,2 \
    --record trajectory --replicas 3 --steps 100 --every 7
compare planned pnm-stationary --optimizer sgd --lr 0.3 --spectrum 1,2 --precision 0.02
for rule in heavy_ball pnm two_batch; do
    compare "noise_$rule" pnm-noise --optimizer "$rule" --lr 0.1 --precision 0.02
done
compare psd pnm-noise --optimizer pnm --lr 0.1 --replicas 30 --rng philox
compare pacbayes pnm-pacbayes --optimizer sgd,pnm --lr 0.1 --spectrum 1,2 \
    --prior-precision 3 --train-size 1000 --precision 0.02
compare pacbayes_dense pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 0.5,1,2 \
    --noise "file:$folder/dense.txt" --prior-precision 3 --train-size 1000 --precision 0.02
for rule in sgd,heavy_ball,pnm adam two_batch; do
    compare "margin_$rule" pnm-margin --optimizer "$rule" --lr 0.1 --replicas 3 --steps 200 \
        --fresh 50 --record path --every 50
done
for rule in sgd,adam two_batch; do
    compare "train_$rule" pnm-train --optimizer "$rule" --lr 0.1 --replicas 3 --epochs 5 --label-noise sym:0.2 --activation tanh
done
compare generalize pnm-generalize --optimizer sgd,pnm --lr 0.3 --match rate --replicas 5 --train 60 \
    --test 50 --hidden 8 --batch 20 --epochs 3
compare minibatches pnm-verify --claim fig11,fig12 --precision 0.03
echo "$count passed, 0 failed"
