#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# data.bats: least squares on a finite data set, --data FILE.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

# 8 rows of two features and a target, whose noise is far from that of normal features.
write_data() {
    cat >data.csv <<'END'
"length",width,"y (cm)"
# a comment
1.1,0.2,0.7
-0.4,0.9,1.5
1.3,0.3,-1.2
0.5,-1.3,0.4

0.1,0.8,-0.6
-1.2,-0.4,0.3
0.3,0.1,1.1
-0.9,-0.5,-0.2
END
}

data="--loss least-squares --data data.csv --batch 2"

# The linear system of E s s' with s = (theta - theta*, slots), by Kronecker products of every
# row's own step, in python3 numpy: no formula of moments is used.
@test "stationary covariances are those of a linear system in all rows, exact and measured" {
    write_data
    attempt pnm-stationary --quiet --exact --full --optimizer sgd,heavy_ball --lr 0.3 --beta1 0.7 $data
    expect_status 0
    expect_equal "$(column "$out" exact | xargs printf '%.10f\n' | paste -sd ' ')" \
        "0.0459580943 -0.0063809952 0.0676211839 0.0414816921 -0.0057675234 0.0636030557"
    attempt pnm-stationary --quiet --full --optimizer sgd,pnm --lr 0.3 --beta1 0.7 $data \
        --precision 0.003 --threads 1 --output one.csv
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    body one.csv | awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        { verdict = $at["exact_verdict"] }
        verdict != "holds" && ($at["i"] == $at["j"] || verdict != "inconclusive") { print; bad = 1 }
        END { exit bad || NR != 7 }'
    all_are one.csv law stationary
    never grep -q '^# spectrum' one.csv
    grep -q '^# data: data.csv$' one.csv
}

@test "a file of NumPy, blanks in place of commas, and the same without names give the same" {
    write_data
    attempt pnm-stationary --quiet --exact --full --optimizer pnm --lr 0.3 $data
    cp "$out" commas
    tail -n +3 data.csv | tr , '\t' >plain.txt
    attempt pnm-stationary --quiet --exact --full --optimizer pnm --lr 0.3 $data --data plain.txt
    expect_equal "$(body "$out")" "$(body commas)"
    python3 - <<'END'
import struct
rows = [list(map(float, line.split())) for line in open("plain.txt") if line.strip()]
head = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 3), }" % len(rows)
head += " " * (117 - len(head)) + "\n"
with open("data.npy", "wb") as f:
    f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
    for row in rows:
        f.write(struct.pack("<3d", *row))
END
    attempt pnm-stationary --quiet --exact --full --optimizer pnm --lr 0.3 $data --data data.npy
    expect_equal "$(body "$out")" "$(body commas)"
}

@test "pnm-simulate forgets the start, with weight decay, every generator and the features' basis" {
    local rng exact
    write_data
    attempt pnm-stationary --quiet --exact --optimizer pnm --lr 0.3 $data
    exact=$(column "$out" exact | paste -sd ' ')
    for rng in xoshiro philox gsl:mt19937; do
        attempt pnm-simulate --quiet --optimizer pnm --lr 0.3 $data --start 2 --replicas 2048 --steps 600 \
            --burn-in 100 --rng $rng
        expect_status 0
        body "$out" | awk -F, -v list="$exact" 'BEGIN { split(list, exact, " ") }
            NR > 1 && ($5 - exact[$1]) ^ 2 > (4.89 * $6) ^ 2 { print; bad = 1 }
            NR > 1 && $6 > 0.01 * $5 { print; bad = 1 } END { exit bad || NR != 3 }'
    done
    # A linear rule is the same in every basis, and one that treats each coordinate by itself
    # runs in that of the features.
    attempt pnm-simulate --quiet --optimizer pnm --lr 0.3 $data --rotation data --replicas 64 --steps 50
    cp "$out" turned
    attempt pnm-simulate --quiet --optimizer pnm --lr 0.3 $data --replicas 64 --steps 50
    paste -d , <(body turned) <(body "$out") | awk -F, 'NR > 1 && ($5 / $17 - 1) ^ 2 > 1e-20 { bad = 1 }
        END { exit bad || NR != 3 }'
    attempt pnm-simulate --quiet --optimizer adam --lr 0.1 $data --rotation data --replicas 64 --steps 50
    expect_status 0
    body "$out" >features
    attempt pnm-simulate --quiet --optimizer adam --lr 0.1 $data --rotation haar:1 --replicas 64 --steps 50
    expect_status 0
    never cmp -s features <(body "$out")
    printf '1 0 0\n0 1 0\n0 0 1\n' >three
    refuse 64 "--rotation: .*three" pnm-simulate --quiet --optimizer adam --lr 0.1 $data --rotation file:three --replicas 64 --steps 50
    attempt pnm-stationary --quiet --full --optimizer sgd --lr 0.3 $data --weight-decay 0.2 \
        --replicas 8192 --steps 400 --start 1
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
    never grep -q fails "$out"
    body "$out" | awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        { d = $at["measured"] - $at["exact"]; se = $at["stderr"] }
        d * d > (4.89 * se) ^ 2 || !(se > 0) { print; bad = 1 } END { exit bad || NR != 4 }'
}

# A wrong formula would be noticed: with normal features of the same H and residuals the exact
# variances are others by more than the margin.
@test "normal features with the same Hessian have another law, which measurements refute" {
    local h
    write_data
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.3 $data --precision 0.003
    cp "$out" own
    h=$(column own h_i | paste -sd ,)
    attempt pnm-stationary --quiet --exact --optimizer sgd --lr 0.3 --loss least-squares --batch 2 \
        --spectrum "$h" --residual-variance 0.6
    paste -d , <(column own measured) <(column own stderr) <(column "$out" exact) |
        awk -F, '($1 - $3) ^ 2 > (20 * $2) ^ 2 { far++ } END { exit far != 2 }'
}

@test "many rows of normal features approach the law of fresh examples" {
    awk 'BEGIN { srand(5); pi = atan2(0, -1)
        for (k = 0; k < 40000; k++) {
            for (i = 0; i < 4; i++)
                z[i] = sqrt(-2 * log(1 - rand())) * cos(2 * pi * rand())
            print sqrt(0.4) * z[0] "," sqrt(0.8) * z[1] "," sqrt(1.3) * z[2] "," z[3]
        } }' >many.csv
    attempt pnm-stationary --quiet --exact --optimizer sgd,heavy_ball,pnm --lr 0.3 --beta1 0.7 \
        --loss least-squares --data many.csv --batch 2
    expect_status 0
    # theory.md has curvatures rising, here they fall.
    paste -d ' ' <(column "$out" exact) <(printf '%s\n' 0.14021115 0.12097486 0.10901032 0.10920895 \
        0.10317869 0.09881368 0.04304499 0.03988327 0.03816277) |
        awk '($1 / $2 - 1) ^ 2 > 0.04 ^ 2 { print; bad = 1 } END { exit bad || NR != 9 }'
}

@test "between the limits a rate is refused with both; pnm-stability gives them" {
    local limit
    write_data
    attempt pnm-stability --quiet --optimizer sgd,pnm --lr 0.3 $data
    expect_status 0
    limit=$(column "$out" ms_limit 1)
    holds "$limit < $(column "$out" lr_limit 1) && $limit > 0.3"
    attempt pnm-stability --quiet --optimizer sgd --lr "$limit" $data
    holds "($(column "$out" ms_gain 1) - 1)^2 < 1e-18"
    refuse 64 'is unstable in mean square for sgd .* below .*, .* without noise' \
        pnm-stationary --optimizer sgd --lr "$(awk "BEGIN { print $limit * 1.01 }")" $data
    attempt pnm-stationary --quiet --exact --optimizer sgd --lr "$(awk "BEGIN { print $limit * 0.99 }")" $data
    expect_status 0
    refuse 64 'unstable in mean square' pnm-simulate --optimizer sgd --lr \
        "$(awk "BEGIN { print $limit * 1.01 }")" $data
}

@test "beyond the exact dimension all is simulated" {
    awk 'BEGIN { srand(3); for (k = 0; k < 80; k++) { line = ""
        for (i = 0; i < 52; i++) line = line (rand() - 0.5) ","; print line rand() - 0.5 } }' >wide.csv
    attempt pnm-stationary --quiet --optimizer sgd --lr 0.05 --loss least-squares --data wide.csv \
        --batch 4 --replicas 64 --steps 200
    all_are "$out" exact ""
    expect_equal "$(row_count "$out")" 52
    refuse 64 '--data: nothing can be planned for a data set that is too large' \
        pnm-simulate --optimizer sgd --lr 0.05 --loss least-squares --data wide.csv
    attempt pnm-simulate --quiet --optimizer sgd --lr 0.05 --loss least-squares --data wide.csv \
        --replicas 64 --steps 20
    expect_status 0
    refuse 64 'has an exact value, because the data set is too large' pnm-stationary --exact --optimizer sgd --lr 0.05 --loss least-squares \
        --data wide.csv
}

@test "bad data are told with line and column" {
    local run="pnm-stationary --optimizer sgd --lr 0.1 --loss least-squares --data"
    refuse 64 "--data: cannot read 'none.csv': No such file" $run none.csv
    printf 'a,b,y\n1,2,3\n4,5\n' >bad.csv
    refuse 64 'bad.csv, line 3, column 4: the line ends after 2 numbers' $run bad.csv
    printf 'a,b,y\n1,2,3\n4,x,5\n' >bad.csv
    refuse 64 "bad.csv, line 3, column 3: 'x' is not a number" $run bad.csv
    printf '1,nan,3\n4,5,6\n' >bad.csv
    refuse 64 "bad.csv, line 1, column 3: 'nan'" $run bad.csv
    printf '1,2,3\n4,5,inf\n' >bad.csv
    refuse 64 "bad.csv, line 2, column 5: 'inf'" $run bad.csv
    printf 'nan,nan,nan\n4,5,6\n' >bad.csv
    refuse 64 "bad.csv, line 1, column 1: 'nan'" $run bad.csv
    printf 'a,b,y\n1,2,3\n3,2,4\n5,2,7\n' >bad.csv
    refuse 64 "'bad.csv', the last in line 4: column 2 is 2 in every row" $run bad.csv
    printf '1,0,3\n3,0,4\n5,0,7\n' >bad.csv
    refuse 64 'column 2 is 0 in every row; allowed are features that vary' $run bad.csv
    printf '1,2,3\n2,4,1\n5,10,7\n' >bad.csv
    refuse 64 'singular or nearly so' $run bad.csv
    printf '1,2,3,5\n2,4,1,2\n' >bad.csv
    refuse 64 '2 rows are fewer than the 3 features' $run bad.csv
    printf '1\n2\n' >bad.csv
    refuse 64 'the file holds one column' $run bad.csv
    printf 'a,b\n' >bad.csv
    refuse 64 'holds no numbers' $run bad.csv
    write_data
    refuse 64 '--batch: 9 is not allowed with the 8 rows of --data; .* from 1 to 8' $run data.csv --batch 9
    refuse 64 '--batch: 1.5 is not allowed' $run data.csv --batch 1.5
    refuse 64 '--spectrum: the option is not allowed with --data' $run data.csv --spectrum 1
    refuse 64 '--noise: the option is not allowed with --data' $run data.csv --noise isotropic:1
    refuse 64 "--noise-law: 'student:5' is not allowed with least-squares" $run data.csv --noise-law student:5
    refuse 64 '--sampling: epoch is not allowed' $run data.csv --sampling epoch --train-size 8
    refuse 64 '--residual-variance: the option is not allowed' $run data.csv --residual-variance 2
    refuse 64 '--theta-star: the option is not allowed' $run data.csv --theta-star 1
    refuse 64 '--flat: the option is not allowed' $run data.csv --flat keep
    refuse 64 '--data: a data set is not allowed with a quadratic loss' $run data.csv --loss quadratic
    refuse 64 'not allowed with --at' $run data.csv --at 3
    refuse 64 '--data: a data set is not allowed with a divergence' pnm-pacbayes --optimizer sgd --lr 0.1 \
        --loss least-squares --data data.csv --prior-precision 1 --train-size 8
    refuse 64 '--spectrum: a value is required' pnm-stationary --optimizer sgd --lr 0.1
    refuse 64 "'data' is not known; allowed are none" pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 \
        --rotation data
}

@test "resumed runs, processes and dumped options are the same run" {
    local given
    write_data
    given="pnm-stationary --quiet --optimizer two_batch --lr 0.1 $data --replicas 500 --steps 300"
    attempt $given --threads 1 --output first.csv
    attempt pnm-stationary --quiet --rerun first.csv --threads 2 --output second.csv
    expect_same first.csv second.csv
    attempt $given --stop-at 1:3 --checkpoint state --output cut.csv
    attempt $given --resume state --output third.csv
    expect_equal "$(body first.csv)" "$(body third.csv)"
    never cmp -s first.csv cut.csv
    if [ -x "${PNM_MPI_BIN:-.}/pnm-stationary" ] && command -v mpirun >/dev/null; then
        attempt mpirun -n 2 "$PNM_MPI_BIN/pnm-stationary" \
            ${given#* } --output processes.csv </dev/null
        expect_equal "$(body first.csv)" "$(body processes.csv)"
    fi
    # Other rows are another run.
    sed 's/1\.1,0\.2/1.1,0.21/' data.csv >other.csv && mv other.csv data.csv
    refuse 64 'is not the one of this program' $given --resume state --output fourth.csv
    write_data
    attempt $given --dump-config
    expect_status 0
    cp "$out" options
    grep -q '^data = data.csv$' options
    attempt pnm-stationary --quiet --config options --threads 1 --output fifth.csv
    expect_equal "$(body first.csv)" "$(body fifth.csv)"
}

# A value that is missing would let the numbers behind it slip into its column.
@test "an empty place between commas is told with line and column" {
    printf '1,,2\n,3,4\n5,,6\n' >data.csv
    attempt pnm-stationary --quiet --exact --optimizer sgd --lr 0.01 --loss least-squares --data data.csv
    expect_status 64
    expect_equal "$(cat "$err")" "pnm-stationary: --data: data.csv, line 1, column 3: no number stands before this comma; a missing value is not allowed"
    printf 'a,b,y\n1,2,3\n ,3,4\n' >data.csv
    attempt pnm-stationary --quiet --exact --optimizer sgd --lr 0.01 --loss least-squares --data data.csv
    expect_status 64
    expect_equal "$(cat "$err")" "pnm-stationary: --data: data.csv, line 3, column 2: no number stands before this comma; a missing value is not allowed"
    printf '1,2,,\n' >spectrum
    attempt pnm-stationary --quiet --exact --optimizer sgd --lr 0.01 --spectrum file:spectrum
    expect_status 64
    expect_equal "$(cat "$err")" "pnm-stationary: --spectrum: spectrum, line 1, column 5: no number stands before this comma; a missing value is not allowed"
    printf '0.1,0.2,\n0.3 , 0.4,\n' >spectrum
    attempt pnm-stationary --quiet --exact --optimizer sgd --lr 0.01 --spectrum file:spectrum
    expect_status 0
}
