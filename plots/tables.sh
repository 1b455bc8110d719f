#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The tables that the figures show.
# usage: tables.sh BIN_DIR RESULTS_DIR
set -eu

plots=$(dirname "$0")
if [ $# -ne 2 ]; then
    echo "usage: tables.sh BIN_DIR RESULTS_DIR" >&2
    exit 64
fi
bin=$1
results=$2

rules=sgd,heavy_ball,pnm,two_batch
# The error that decides verdicts is 0.001; 0.002 costs a quarter and is finer than the
# pictures show.
points='--precision 0.002'
# Nothing is measured; exact and paper cost nothing.
curve='--exact'

# table NAME PROGRAM OPTION...: exit 2, some rows undecided or not sampled, is a result as
# well.
table() {
    output=$results/$1.csv
    program=$2
    shift 2
    status=0
    "$bin/$program" --quiet --format csv --output "$output" "$@" || status=$?
    case $status in
    0 | 2)
        sh "$plots/note.sh" "$output" "$program $*"
        echo "$output"
        ;;
    *)
        echo "tables.sh: $output: $program ended with exit status $status" >&2
        exit 1
        ;;
    esac
}

variance() {
    name=$1
    shift
    table "$name" pnm-stationary --optimizer "$rules" --spectrum 1 "$@"
}

# The paper's variance is below the prior's, 1/lambda = 1, up to beta0 = 10: 0.74 there.
bound() {
    name=$1
    shift
    table "$name" pnm-pacbayes --optimizer pnm --lr 0.1 --beta1 0.9 \
        --spectrum log:0.5:2:10 --prior-precision 1 --train-size 50000 "$@"
}

# With h = 1 and beta0 = 1, pnm is stable below eta = 1.49, sgd below 2, the others beyond.
# shellcheck disable=SC2086  # an option and its value
{
    variance variance_by_rate $points \
        --lr 0.01,0.02,0.05,0.1,0.2,0.4,0.7,1.05,1.4
    variance variance_by_rate_exact $curve --lr log:0.01:1.48:200

    # From beta0 = -1 to 10 every rule is stable below eta = 1.41.
    variance variance_by_beta0 $points --lr 0.05,1.2 \
        --beta0=-1,-0.75,-0.5,-0.25,0,0.5,1,2,3,5,7,10
    variance variance_by_beta0_exact $curve --lr 0.05,1.2 --beta0=linear:-1:10:221

    # A planned error of 0.005 of every variance is one of about 0.0005 of the divergence.
    bound bound_by_beta0 --precision 0.005 --beta0 0,0.5,1,2,3,5,7,10
    bound bound_by_beta0_exact $curve --beta0 linear:0:10:201
}

# shellcheck disable=SC2086  # an option and its value
table noise_by_frequency pnm-noise --psd --optimizer heavy_ball,pnm --beta0 1 --beta1 0.9 \
    --lr 0.1 $points

# pnm diverges from eta h = 1.41 to 2 on for beta0 >= 0; around beta0 = -0.45 far beyond.
table radius_by_rate_and_beta0 pnm-stability --map --optimizer pnm --spectrum 1 --beta1 0.9 \
    --lr linear:0.0125:2.5:200 --beta0=linear:-1:5:121

steps() {
    name=$1
    shift
    table "$name" pnm-stability --optimizer pnm --spectrum 1 --beta1 0,0.9,0.99 \
        --lr 0.01,0.1,0.3,1 "$@"
}

steps steps_by_beta0 --measure --beta0 0,0.5,1,2,3,4,5,7,10
steps steps_by_beta0_exact --beta0 linear:0:10:201

# Powers of 4; the bounds become less than G^2 = 1 from thousands of steps on.
table square_by_horizon pnm-convergence --optimizer pnm --beta0 0,1,3 --beta1 0.9 \
    --steps 16,64,256,1024,4096,16384,65536 --replicas 1024

average() {
    name=$1
    shift
    table "$name" pnm-stationary --optimizer "$rules" --lr 0.5 --beta0 1 --beta1 0.9 --spectrum 1 \
        --noise isotropic:1 --average polyak "$@"
}

average average_by_steps --precision 0.005 --at 4,8,16,32,64,128,256,512
# shellcheck disable=SC2086  # an option
average average_by_steps_exact $curve --at "$(seq -s , 1 20),$(seq -s , 22 2 40),$(
    seq -s , 50 10 100),$(seq -s , 150 50 500),600,800,1000,1500,2000"

table network_by_beta0 pnm-verify --claim eq18-19-net --precision 0.002

# Gradient descent with momentum, down to beta1 = 0, which is gradient descent.
table margin_by_rate pnm-margin --optimizer heavy_ball --lr 0.3,1,3,10,30,100 \
    --beta1 0,0.5,0.9,0.99 --replicas 20

# The error of gradient descent over rates, and of pnm over beta0 at the rate that it applies,
# beside gradient descent without and with momentum; all on the same replicas.
error() {
    name=$1
    shift
    table "$name" pnm-margin --replicas 10 "$@"
}

error error_of_momentum --optimizer sgd,heavy_ball --lr 0.3 --beta1 0.99
error error_by_rate --optimizer sgd --lr 0.3,3,10,30,100,200,300
error error_by_beta0 --optimizer pnm --lr 0.3 --lr-normalization off --beta1 0.99 \
    --beta0=-0.47,0,1,3,10,20,40,70

# The largest ratio that is found, and that of a run whose gradient stays G.
ratio() {
    name=$1
    shift
    table "$name" pnm-bound --optimizer pnm --ratio lemma-A3 --loss huber --beta1 0.9 \
        --sigma 0 "$@"
}

ratio ratio_by_beta0 --search 240 --steps 2048 --beta0 linear:0:10:41
ratio ratio_by_beta0_constant --lr 1e-6 --steps 256 --beta0 linear:0:10:201

# Up to about 0.9 of each rule's stability limit; heavy_ball, which is stable up to
# 20 (1+beta1), converges no faster beyond 0.27. Rates of the same effect stand apart by
# the rules' gains: nesterov's is 1/(1-beta1), aggmo's (1 + 10 + 100)/3.
loss() {
    name=$1
    shift
    table "loss_by_factor_$name" pnm-stationary --excess --optimizer "$name" \
        --spectrum log:0.1:1:5 --precision 0.01 "$@"
}

loss sgd --lr log:0.04:1.8:61
loss heavy_ball --beta1 0.9 --lr log:0.04:3:61
loss nesterov --beta1 0.9 --lr log:0.004:1.2:61
loss qhm --beta1 0.9 --lr log:0.04:5:61
loss aggmo --lr log:0.0004:2.5:61
loss pnm --beta0 1 --beta1 0.9 --lr log:0.09:1.35:61

# The worst case of pnm without noise at eta0 L = 0.1: proven, found, and what runs give.
worst() {
    name=$1
    shift
    table "$name" pnm-worst-case --optimizer pnm --beta1 0.9 --lr 0.1 --lr-normalization off "$@"
}

worst worst_by_steps --beta0 1 --steps 1,2,3,4,6,8,10,12,14,16
# The corrected bound is least at beta0 = beta/(1-beta) = 4.26.
worst worst_by_beta0 --beta0 0,1,2,4.26,6,8 --steps 16

# A search for the largest part of theorem 3.1's bound over the starts on Huber's loss. The
# theorem's rate is C/sqrt(T) for the T = N+1 points of N steps, so C = 0.1 sqrt(N+1).
search() {
    name=$1
    steps=$2
    shift 2
    table "$name" pnm-bound --optimizer pnm --beta1 0.9 --ratio thm3.1 --search 240 \
        --loss huber --sigma 0 --steps $((steps + 1)) \
        --c "$(awk "BEGIN { printf \"%.17g\", 0.1 * sqrt($steps + 1) }")" "$@"
}

# One table of the searches for each N: of the lines on top, those that all share.
found=$results/found_by_steps.csv
: >"$found.new"
set --
for n in 1 2 3 4 6 8 10 12 14 16; do
    search found_by_steps $n --beta0 1 >/dev/null
    set -- "$@" "$(tail -n 1 "$results/commands/found_by_steps.csv")"
    if [ $n = 1 ]; then
        grep -Ev '^# (c|steps|header-lines): ' "$found" >"$found.new"
    else
        grep -v '^#' "$found" | tail -n +2 >>"$found.new"
    fi
done
mv "$found.new" "$found"
sh "$plots/note.sh" "$found" "$@"
echo "$found"
search found_by_beta0 16 --beta0 0,1,2,4.26,6,8

# From starts at which f - f* = 1, where L = 1 and, but for logistic, G = 1.
run() {
    table "run_on_$1" pnm-convergence --optimizer pnm --beta1 0.9 --beta0 0,1,2,4.26,6,8 \
        --lr 0.1 --lr-normalization off --sigma 0 --loss "$1" --start="$2" \
        --steps 2,3,4,5,7,9,11,13,15,17
}

run huber 1.5
run log_cosh 1.6574544541530774
run logistic -0.68677229183743678
run rippled 4.4955080621404958

# The rows of the claim, from which the script takes those of the valley.
table trace_by_steps pnm-verify --claim anti-pgd --precision 0.002

# Variances along curvature, at the same applied rate, with and without replacement; epochs
# have 50 steps. 0.005 of the flattest takes a second.
curvature() {
    name=$1
    shift
    table "$name" pnm-stationary --optimizer sgd,pnm --lr 0.5 --lr-normalization off --batch 2 "$@"
}

# shellcheck disable=SC2086  # an option and its value
{
    curvature variance_by_curvature $points --spectrum 0.001,0.003,0.01,0.03,0.1,0.3,1
    curvature variance_by_curvature_exact $curve --spectrum log:0.001:1:121
    curvature variance_by_curvature_epoch --precision 0.005 --sampling epoch --train-size 100 \
        --spectrum 0.001,0.003,0.01,0.03,0.1,0.3,1
    curvature variance_by_curvature_epoch_exact $curve --sampling epoch --train-size 100 \
        --spectrum log:0.001:1:121
}

# PNM beside SGD at the same applied rate, under several kinds of noise.
kind() {
    name=$1
    shift
    table "ratio_by_noise_$name" pnm-stationary --optimizer sgd,pnm --lr 0.02 \
        --lr-normalization off --beta1 0.9 --beta0 0,0.5,1,2,3,5,7,10 --spectrum 1 "$@"
}

kind white --precision 0.002
kind student --precision 0.002 --noise-law student:16
kind minibatch --precision 0.005 --loss least-squares
kind epoch --precision 0.005 --sampling epoch --train-size 64
kind mean --precision 0.005 --average polyak --at 1000
