#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# spectra.bats: spectra as they are, with zeros and negative curvatures, laws at fixed steps, and
# arrays of NumPy.

load helpers

# spectrum FILE: 200 curvatures, log-uniform from 1e-6 to 50, 30 of them negative and 10 zero.
spectrum() {
    awk 'BEGIN { print "# a spectrum"
        for (i = 0; i < 200; i++) {
            h = exp(log(1e-6) + (i * 83 % 200 + 0.5) / 200 * log(5e7))
            printf "%.9g\n", i % 20 == 5 ? 0 : i % 20 == 2 || i % 20 == 9 || i % 20 == 14 ? -h : h
        } }' >"$1"
}

# npy FILE TYPE SHAPE BYTES: an array whose numbers are BYTES, escaped as for printf.
npy() {
    local header length
    header="{'descr': '$2', 'fortran_order': False, 'shape': ($3), }"
    length=$(printf '\\%03o\\000' ${#header})
    { printf '\x93NUMPY\x01\x00'; printf "$length"; printf '%s' "$header"; printf "$4"; } >"$1"
}

# 0.5, 1 as float64 and as float32.
halves='\0\0\0\0\0\0\xe0\x3f\0\0\0\0\0\0\xf0\x3f'
short_halves='\0\0\0\x3f\0\0\x80\x3f'

told='30 negative, 10 zero of 200, first in line 4'

@test "every program answers a spectrum with zeros and negative curvatures, or says what to ask instead" {
    local program
    spectrum h.txt
    for program in simulate stationary stability pacbayes convergence; do
        local more=
        [ $program != pacbayes ] || more='--prior-precision 10 --train-size 100'
        [ $program != convergence ] || more='--curve'
        # shellcheck disable=SC2086
        refuse 64 "^pnm-$program: --spectrum: curvature 3 is -.*allowed are numbers > 0, and others \\($told\\) with --flat keep, drop or clip:EPS$" \
            pnm-$program --optimizer pnm --lr 0.01 --spectrum file:h.txt $more
        expect_equal "$(wc -l <"$err")" 1
    done
    for program in noise bound rules verify worst-case; do
        refuse 64 "^pnm-$program: unknown option '--spectrum', because pnm-$program takes no curvatures; pnm-simulate, pnm-stationary, pnm-stability, pnm-pacbayes and pnm-convergence do$" \
            pnm-$program --spectrum file:h.txt
        expect_equal "$(wc -l <"$err")" 1
    done
    all_refused
    local kept="--optimizer pnm --lr 0.01 --spectrum file:h.txt --flat keep"
    # shellcheck disable=SC2086
    for program in simulate stationary "stationary --exact"; do
        attempt pnm-$program $kept --noise isotropic:1
        expect_status 64
        expect_message '--spectrum: curvature [0-9]* is -.*pnm has no stationary law; flat drop leaves.*pnm-stationary with at'
    done
    # shellcheck disable=SC2086
    attempt pnm-stationary $kept --exact
    expect_status 64
    expect_message '^pnm-stationary: --noise: hessian is no covariance where a curvature is negative, and curvature 3 is -'
    # shellcheck disable=SC2086
    attempt pnm-stability $kept
    expect_status 64
    expect_message 'curvature 3 is -.*no learning rate makes a rule converge.*--flat drop and clip:EPS, or an L2 decay'
    # shellcheck disable=SC2086
    attempt pnm-stationary $kept --noise isotropic:1 --at 10 --exact
    expect_status 0
    expect_equal "$(row_count "$out")" 401
    expect_message "^warning: --spectrum: $told: kept"
    # shellcheck disable=SC2086
    attempt pnm-simulate $kept --noise isotropic:1 --record trajectory --steps 10 --every 10 --allow-divergence
    expect_status 0
    expect_equal "$(row_count "$out")" 400
    # shellcheck disable=SC2086
    attempt pnm-convergence $kept --curve --exact --steps 10 --points 1
    expect_status 0
}

@test "modes are dropped and clipped, and a weight decay lifts them" {
    spectrum h.txt
    awk 'NR > 1 && $1 > 0' h.txt >positive.txt
    awk 'NR > 1 { print ($1 < 1e-3 ? 1e-3 : $1) }' h.txt >clipped.txt
    # shellcheck disable=SC2016
    awk 'NR > 1 { printf "%.17g\n", $1 + 51 }' h.txt >lifted.txt
    local options="--optimizer pnm --lr 0.005 --exact"
    # shellcheck disable=SC2086
    pnm-stationary $options --spectrum file:h.txt --flat drop 2>"$err" | grep -v '^#' >a.csv
    expect_message "^warning: --spectrum: $told: left out, 160 are left$"
    # shellcheck disable=SC2086
    pnm-stationary $options --spectrum file:positive.txt | grep -v '^#' >b.csv
    expect_same a.csv b.csv
    # shellcheck disable=SC2086
    pnm-stationary $options --spectrum file:h.txt --flat clip:1e-3 2>"$err" | grep -v '^#' >a.csv
    expect_message "^warning: --spectrum: $told: [0-9]* raised to 0.001, [0-9]* of them positive$"
    # shellcheck disable=SC2086
    pnm-stationary $options --spectrum file:clipped.txt | grep -v '^#' >b.csv
    expect_same a.csv b.csv
    # A decay that makes h + lambda > 0 gives the law of the curvature h + lambda.
    # shellcheck disable=SC2086
    pnm-stationary $options --spectrum file:h.txt --flat keep --noise isotropic:1 --weight-decay 51 --decay l2 --quiet >a.csv
    # shellcheck disable=SC2086
    pnm-stationary $options --spectrum file:lifted.txt --noise isotropic:1 >b.csv
    column a.csv exact >a
    column b.csv exact >b
    paste a b | awk '{ if (!($1 > 0 && ($1 - $2) ^ 2 < 1e-24 * $2 * $2)) exit 1 }'
    all_are a.csv law stationary
    # Noiseless convergence too.
    pnm-stability --optimizer pnm,sgd --lr 0.01 --spectrum file:h.txt --flat keep --weight-decay 51 --quiet 2>"$err" >a.csv
    pnm-stability --optimizer pnm,sgd --lr 0.01 --spectrum file:lifted.txt --quiet >b.csv
    column a.csv rho >a
    column b.csv rho >b
    expect_same a b
}

@test "laws at fixed steps: exact beside measured where nothing is stationary" {
    attempt pnm-stationary --optimizer sgd,pnm --lr 0.1 --spectrum=-0.5,0,1 --flat keep --noise isotropic:1 \
        --start 1 --at 4,16 --quiet
    expect_status 0
    all_are "$out" exact_verdict holds
    expect_equal "$(row_count "$out")" 28
    expect_equal "$(column "$out" quantity | sort | uniq -c | awk '{ print $1, $2 }' | paste -sd ,)" \
        '12 covariance,4 excess,12 mean'
    # sgd: theta_T is (1 - eta h)^T theta_0, Var = eta^2 c sum_k (1 - eta h)^2k.
    body "$out" | awk -F, '
        $1 == "sgd" && $8 == "mean" { near($16, (1 - 0.1 * $11) ^ $7) }
        $1 == "sgd" && $8 == "covariance" {
            v = 0
            for (k = 0; k < $7; k++) v += 0.01 * (1 - 0.1 * $11) ^ (2 * k)
            near($16, v)
            if ($11 == 0 && $16 != 0.01 * $7 && ($16 - 0.01 * $7) ^ 2 > 1e-30) exit bad = 1 }
        function near(x, y) { n++; if ((x - y) ^ 2 > 1e-24 * y * y) exit bad = 1 }
        END { exit bad || n != 12 }'
    # The excess of the modes.
    body "$out" | awk -F, '
        $8 == "mean" { m[$9] = $16 }
        $8 == "covariance" { sum += $11 / 2 * ($16 + m[$9] * m[$9]) }
        $8 == "excess" { n++; if ((sum - $16) ^ 2 > 1e-20) exit bad = 1; sum = 0 }
        END { exit bad || n != 4 }'
    # Control variates take the known noise out, and the plain estimates agree.
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum=-0.5,0,1 --flat keep --noise isotropic:1 --start 1 \
        --at 50 --columns plain --quiet
    expect_status 0
    all_are "$out" exact_verdict holds
    body "$out" | awk -F, 'NR > 1 { n++; if (!($21 > 1e4 && ($19 - $16) ^ 2 < 25 * $20 * $20)) exit bad = 1 }
        END { exit bad || n != 7 }'
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 0 --flat keep --noise isotropic:1 --at 100000 --max-samples 1e6
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    expect_message 'sgd at step 100000: not sampled, because a row needs 2.1e\+11 coordinate-steps'
    refuse 64 "--at: 1.5 is not allowed; allowed are whole numbers" pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --at 1.5
    refuse 64 "--at: 0 is not allowed" pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --at 0
    refuse 64 "--loss: least-squares is not allowed with --at" pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 \
        --at 5 --loss least-squares
    refuse 64 "--spectrum: curvature 2 is -1, but H is the covariance" pnm-stability --optimizer sgd --spectrum 0,-1 \
        --flat keep --loss least-squares
    refuse 64 "--steps: .* cannot be combined with --at" pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --at 5 --steps 9
    refuse 64 "--burn-in: .* cannot be combined with --at" pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --at 5 --burn-in 0
    refuse 64 "adam is not linear, so it has no law at a step" pnm-stationary --optimizer adam --lr 0.1 --spectrum 1 --at 5
    refuse 64 "--schedule: .*law at a step" pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --at 5 --schedule inverse-sqrt
    all_refused
}

@test "laws at fixed steps are the same for any threads, resumed or not, and rerun" {
    local options="--optimizer pnm --lr 0.1 --spectrum=-0.5,0,1 --flat keep --noise isotropic:1 --at 3,30 --replicas 20000 --quiet"
    # shellcheck disable=SC2086
    pnm-stationary $options --threads 1 --output a.csv || [ $? -eq 2 ]
    # shellcheck disable=SC2086
    pnm-stationary $options --threads 3 --output b.csv || [ $? -eq 2 ]
    expect_same a.csv b.csv
    pnm-stationary --rerun a.csv --quiet --output b.csv || [ $? -eq 2 ]
    expect_same a.csv b.csv
    # shellcheck disable=SC2086
    pnm-stationary $options --checkpoint k --stop-at 1:40 --output b.csv || [ $? -eq 2 ]
    # shellcheck disable=SC2086
    pnm-stationary $options --resume k --output b.csv || [ $? -eq 2 ]
    expect_same a.csv b.csv
}

@test "pnm-convergence takes a spectrum" {
    attempt pnm-convergence --optimizer sgd,pnm --lr 0.1 --spectrum=-0.5,0,1 --flat keep --curve --steps 20 \
        --points 2 --precision 0.002 --quiet
    # f - f(theta*) may be near 0, and its relative error large.
    expect_equal "$(body "$out" | grep ',square,' | grep -o '[a-z]*$' | sort | uniq -c | tr -s ' ')" ' 6 holds'
    never grep -q fails "$out"
    grep -q '^# loss: quadratic$' "$out" || show
    grep -q '^# dim: 3$' "$out" || show
    cp "$out" first.csv
    pnm-convergence --rerun first.csv --quiet >again.csv || [ $? -eq 2 ]
    expect_same first.csv again.csv
    rm first.csv again.csv
    # Without noise: f = sum_i h_i (1 - eta h_i)^2t / 2.
    attempt pnm-convergence --optimizer sgd --lr 0.1 --spectrum=-0.5,0,1 --flat keep --curve --steps 20 --points 1 \
        --sigma 0 --quiet
    holds "(($(column "$out" exact 4)) - (1 * 0.9 ^ 40 - 0.5 * 1.05 ^ 40) / 2) ^ 2 < 1e-24"
    all_are "$out" exact_verdict holds
    # The same numbers as the loss's own curvatures give.
    pnm-convergence --optimizer pnm --lr 0.1 --loss quadratic --dim 2 --curve --steps 20 --points 2 --quiet | grep -v '^#' >a
    pnm-convergence --optimizer pnm --lr 0.1 --spectrum 1,1 --curve --steps 20 --points 2 --quiet | grep -v '^#' >b
    expect_same a b
    pnm-convergence --optimizer pnm --lr 0.1 --loss least-squares --batch 2 --dim 3 --condition 4 --curve --steps 20 \
        --points 2 --exact | grep -v '^#' >a
    pnm-convergence --optimizer pnm --lr 0.1 --loss least-squares --batch 2 --spectrum 1,0.5,0.25 --curve --steps 20 \
        --points 2 --exact | grep -v '^#' >b
    expect_same a b
    rm a b
    refuse 64 'that of quadratic has no bound G; allowed for this loss is --curve' pnm-convergence --optimizer sgd --spectrum 1
    refuse 64 '--loss: huber has no curvatures' pnm-convergence --optimizer sgd --spectrum 1 --loss huber --curve
    refuse 64 '--power: .* cannot be combined with --spectrum' pnm-convergence --optimizer sgd --spectrum 1 --loss least-squares --power 1 --curve
    refuse 64 '--spectrum: curvature 2 is 0; allowed with least squares' pnm-convergence --optimizer sgd --spectrum 1,0 --flat keep --loss least-squares --curve
    refuse 64 '--condition: .* cannot be combined with --spectrum' pnm-convergence --optimizer sgd --spectrum 1 --condition 2 --curve
    refuse 64 '--dim: 3 is not allowed; --spectrum has 2 curvatures' pnm-convergence --optimizer sgd --spectrum 1,2 --dim 3 --curve
    all_refused
}

@test "arrays of NumPy are read wherever a file of numbers is" {
    printf '0.5\n1\n' >h.txt
    printf '0.5 1\n' >row.txt
    npy h.npy '<f8' '2,' "$halves"
    npy short.npy '<f4' '2,' "$short_halves"
    npy row.npy '<f8' '1, 2' "$halves"
    local file
    local options="--optimizer pnm --lr 0.1 --exact"
    # shellcheck disable=SC2086
    pnm-stationary $options --spectrum file:h.txt --noise file:h.txt --theta-star file:h.txt --start file:row.txt --at 5 | grep -v '^#' >a
    for file in h short row; do
        # shellcheck disable=SC2086
        pnm-stationary $options --spectrum file:$file.npy --noise file:$file.npy --theta-star file:$file.npy \
            --start file:$file.npy --at 5 | grep -v '^#' >b
        expect_same a b
    done
    # The matrices of a rule, and a rotation.
    printf '1 -0.5 1\n' >rule.txt
    npy rule.npy '<f8' '1, 3' '\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\xe0\xbf\0\0\0\0\0\0\xf0\x3f'
    for file in txt npy; do
        pnm-stationary --optimizer linear --system rule.$file --lr 1 --spectrum 1 --exact | grep -v '^#' >$file
    done
    expect_same txt npy
    npy turn.npy '<f4' '2, 2' '\0\0\0\0\0\0\x80\x3f\0\0\x80\x3f\0\0\0\0'
    printf '0 1\n1 0\n' >turn.txt
    for file in txt npy; do
        pnm-simulate --optimizer adam --lr 0.1 --spectrum 1,2 --rotation file:turn.$file --record trajectory --steps 5 |
            grep -v '^#' >$file
    done
    expect_same txt npy
    rm -f -- *
    npy h.npy '<f8' '3,' "$halves"
    refuse 64 "--spectrum: 'h.npy': the file ends in number 3 of the 3 that its header promises" \
        pnm-stability --optimizer sgd --lr 0.1 --spectrum file:h.npy
    npy h.npy '<i8' '2,' "$halves"
    refuse 64 "--start: 'h.npy': the numbers have the type '<i8'; allowed are '<f4' and '<f8'" \
        pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1,2 --start file:h.npy
    npy h.npy '<f8' '2,' "${halves%f0*}ff\\xff"
    refuse 64 "row 2, column 1 \\(from 1\\): nan is not finite" pnm-stability --optimizer sgd --lr 0.1 --spectrum file:h.npy
    npy h.npy '<f8' '1, 2' "$halves"
    refuse 64 "'h.npy' holds 1 x 2 numbers; allowed are 3 in a row" \
        pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1,2,3 --noise file:h.npy
    printf '1 2\n' >h.npy
    refuse 64 "'h.npy': byte 1: no array of NumPy|'h.npy': the file ends in the header" \
        pnm-stability --optimizer sgd --lr 0.1 --spectrum file:h.npy
    refuse 64 "cannot read 'none.npy'" pnm-stability --optimizer sgd --lr 0.1 --spectrum file:none.npy
    all_refused
}

# numbers FILE: those of an array that was written, one a line.
numbers() {
    tail -c +129 "$1" | od -An -v -t f8 -w8 | tr -d ' '
}

@test "pnm-simulate writes arrays of NumPy" {
    attempt pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1,2 --start 1 --record trajectory --steps 5 --every 2 \
        --replicas 3 --output t.npy,t.csv
    expect_status 0
    head -c 128 t.npy | grep -aq "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4, 2), } *$"
    expect_equal "$(head -c 8 t.npy | od -An -t x1)" ' 93 4e 55 4d 50 59 01 00'
    column t.csv theta >a
    numbers t.npy >b
    expect_equal "$(wc -l <b)" 24
    paste a b | awk '{ if (($1 - $2) ^ 2 > 1e-28) exit 1 }'
    attempt pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1,2 --replicas 64 --output m.npy,m.csv --columns plain
    expect_status 0
    head -c 128 m.npy | grep -aq "'shape': (2, 16), } *$"
    body m.csv | tail -n +2 | cut -d, --complement -f 14,18 | tr , '\n' >a
    numbers m.npy >b
    expect_equal "$(wc -l <b)" 32
    paste a b | awk '{ if (($1 - $2) ^ 2 > 1e-24 * ($1 * $1 + 1e-30)) exit 1 }'
    # What was written is read: moments in rows.
    pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1,2 --replicas 64 --output m.npy
    refuse 64 "'m.npy' holds 2 x 10 numbers; allowed are 2 in a row" \
        pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1,2 --noise file:m.npy
    # A file without a number is that of an empty cell.
    pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 1 --steps 300 --output m.npy
    numbers m.npy | grep -q nan
    rm -f -- *
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --output x.npy
    expect_status 64
    expect_message "'x.npy' is not allowed; allowed are files that end in .csv, .json, .md or .txt"
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --output x.npy --format csv
    expect_status 64
    expect_message "'x.npy' would be an array of NumPy, which has no other --format"
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --output x.foo
    expect_message 'files that end in .csv, .json, .md, .npy or .txt'
    expect_files
}

@test "a covariance that float32 left asymmetric is mended with a warning" {
    printf '1 0.300001\n0.3 0.5\n' >c.txt
    printf '1 0.3000005\n0.3000005 0.5\n' >same.txt
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,2 --noise file:c.txt --full --exact
    expect_status 0
    expect_message "^warning: --noise: 'c.txt' is not symmetric: elements differ by up to 1.41e-06 of sqrt\\(C_ii C_jj\\); \\(C \\+ C'\\)/2 is used$"
    body "$out" >a
    pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,2 --noise file:same.txt --full --exact | grep -v '^#' >b
    expect_same a b
    rm a b same.txt
    printf '1 0.3001\n0.3 0.5\n' >c.txt
    refuse 64 'the matrix is not symmetric: elements \(2,1\) and \(1,2\)' \
        pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1,2 --noise file:c.txt
    all_refused
}
