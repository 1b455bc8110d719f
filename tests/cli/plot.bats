#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# plot.bats: --plot of the programs.

load helpers

stationary="pnm-stationary --optimizer sgd,pnm --lr 0.1,0.2,0.4 --spectrum 1 --control none \
    --replicas 64 --steps 400 --quiet --control none"

# kind FILE: what it begins with says what it is.
kind() {
    case $(head -c 5 "$1") in
    "<?xml") echo svg ;;
    ?PNG*) echo png ;;
    %PDF-) echo pdf ;;
    '# To ') echo gp ;;
    *) echo other ;;
    esac
}

@test "a file's ending says what is drawn, and the table is what it is without" {
    attempt $stationary
    cp "$out" plain.csv
    for ending in svg png pdf gp txt; do
        attempt $stationary --plot "out.$ending"
        expect_status 2
        expect_no_message .
        expect_same plain.csv "$out" "$ending"
        [ "$ending" = txt ] || expect_equal "$(kind "out.$ending")" "$ending"
    done
    grep -q 'Stationary covariance Σ against learning rate η: sgd, pnm$' out.txt
    grep -q '\*\*A\*sgd.*##B#pnm' out.txt
    grep -q 'pnm-stationary --optimizer sgd,pnm --lr 0.1,0.2,0.4' out.svg
    # The script stands on its own.
    LC_ALL=C.UTF-8 gnuplot -d -e 'set terminal svg; set output "again.svg"' out.gp
    grep -q '<path' again.svg
    attempt $stationary --optimizer two_batch --beta0 0,1 --plot out.gp
    LC_ALL=C.UTF-8 gnuplot -d -e 'set terminal svg; set output "again.svg"' out.gp
    grep -q two_batch again.svg
}

@test "the script of a plot is complete: it needs neither programs nor their files" {
    attempt $stationary --plot out.gp
    never grep -q '^ *load ' out.gp
    grep -q '^# spectrum: 1$' out.gp
    mkdir elsewhere
    cd elsewhere
    PATH=/usr/bin:/bin LC_ALL=C.UTF-8 gnuplot -d -e 'set terminal svg; set output "a.svg"' ../out.gp
    grep -q '<path' a.svg
}

@test "programs that are moved draw with the scripts beside them, and say which are missing" {
    mkdir -p to/bin to/share
    cp "$PNM_BIN/pnm-stationary" to/bin
    cp -R "$PNM_BIN/../share/pnmlab" to/share
    PATH=$PWD/to/bin:$PATH attempt $stationary --plot out.txt
    expect_status 2
    grep -q 'Stationary covariance' out.txt
    for name in looks table; do
        rm "to/share/pnmlab/plots/$name.gp" out.txt || true
        PATH=$PWD/to/bin:$PATH attempt $stationary --plot out.txt --max-samples 1e18 --precision 1e-9
        expect_status 70
        expect_message "^pnm-stationary: '.*/share/pnmlab/plots/$name.gp', which belongs to this program, cannot be read"
        expect_equal "$(ls)" to
    done
}

@test "the same picture again, whatever the locale" {
    attempt $stationary --plot one.svg
    LC_ALL=C.UTF-8 attempt $stationary --plot=two.svg
    expect_same one.svg two.svg
}

@test "every program that has numbers draws them" {
    draws() {
        attempt "$@" --quiet --plot out.txt
        holds "$status == 0 || $status == 2" || show
        expect_no_message .
        [ "$(grep -c . out.txt)" -gt 5 ]
        rm out.txt
    }
    run="--lr 0.1,0.3 --replicas 64 --steps 400"
    draws pnm-simulate --optimizer pnm --lr 0.1 --spectrum 0.1,1 --replicas 64 --steps 400
    draws pnm-simulate --optimizer pnm --lr 0.1 --spectrum 0.1,1 --record trajectory --steps 50
    draws pnm-stationary --optimizer pnm $run --spectrum 1 --excess
    draws pnm-stationary --optimizer pnm $run --spectrum 0.5,1 --full
    draws pnm-noise --optimizer pnm --lr 0.1 --replicas 64 --steps 400
    draws pnm-noise --optimizer pnm --lr 0.1 --psd --precision 0.1
    draws pnm-pacbayes --optimizer pnm $run --spectrum 1 --prior-precision 1 --train-size 100
    draws pnm-stability --optimizer pnm --lr 0.1,0.3 --spectrum 1
    draws pnm-stability --optimizer pnm --lr 0.1,0.3 --beta0 0,1 --spectrum 1 --map
    draws pnm-convergence --optimizer pnm --steps 16,64 --replicas 64
    draws pnm-convergence --optimizer pnm --steps 16 --replicas 64 --curve
    draws pnm-convergence --optimizer pnm --steps 16,32,64 --replicas 64 --slope
    draws pnm-bound --optimizer pnm --steps 16 --sigma 0 --ratio lemma-A3 --beta0 0,1
}

@test "text goes to standard error, plain where the locale is" {
    attempt $stationary --plot=text
    expect_status 2
    grep -q 'Stationary covariance against lr: sgd, pnm$' "$err"
    never grep -q '[^[:print:]]' "$err"
    LC_ALL=C.UTF-8 attempt $stationary --plot text
    grep -q 'Stationary covariance Σ' "$err"
    never grep -q "$(printf '\033')" "$err"
    # The first of the three that is set says it (locale(7)).
    LC_ALL='' LC_CTYPE=C.utf8 LANG=C attempt $stationary --plot text
    grep -q 'Stationary covariance Σ' "$err"
    LC_ALL='' LC_CTYPE=C LANG=C.UTF-8 attempt $stationary --plot text
    never grep -q 'Σ' "$err"
    LC_ALL='' LC_CTYPE='' LANG=C.UTF-8 attempt $stationary --plot text
    grep -q 'Stationary covariance Σ' "$err"
    attempt env -u LC_ALL -u LC_CTYPE -u LANG $stationary --plot text
    grep -q 'Stationary covariance against lr' "$err"
    attempt $stationary --plot text --color always
    grep -q "$(printf '\033')" "$err"
    never grep -q "$(printf '\f')" "$err"
}

@test "text is as wide as the terminal" {
    script -qec true /dev/null </dev/null >"$out" 2>&1 || skip "no pseudo-terminals here"
    width() {
        script -qec "stty cols $1 rows 20; NO_COLOR=1 $stationary --plot=text" /dev/null \
            </dev/null | tr -d '\r' | awk '/\+---.*---\+/ { print length($0); exit }'
    }
    holds "$(width 60) < 60 && $(width 60) > 50"
    holds "$(width 100) < 100 && $(width 100) > 90"
}

@test "alone it takes the window or the terminal; a word behind it is where" {
    unset DISPLAY WAYLAND_DISPLAY
    attempt $stationary --plot
    grep -q covariance "$err"
    attempt $stationary --plot --seed 2
    grep -q covariance "$err"
    attempt $stationary --seed 2 --plot out.svg --format csv
    expect_equal "$(kind out.svg)" svg
    attempt $stationary stray --plot
    expect_status 64
    expect_message "stray argument 'stray'"
}

@test "what cannot be drawn to is refused before the run" {
    refuses() {
        attempt pnm-stationary --optimizer pnm --lr 1e-9 --max-samples 1e18 --spectrum 1 "$@"
    }
    refuses --plot out.gif
    expect_status 64
    expect_message "^pnm-stationary: --plot: 'out.gif' is not allowed; allowed: auto, text, window and files that end in .svg, .png, .pdf, .txt or .gp$"
    refuses --plot=none/out.svg
    expect_status 74
    expect_message "^pnm-stationary: --plot: cannot write 'none/out.svg': No such file"
    unset DISPLAY WAYLAND_DISPLAY
    refuses --plot=window
    expect_status 74
    expect_message "^pnm-stationary: --plot: gnuplot finds no window"
    mkdir bin
    PATH=$PNM_BIN:$PWD/bin refuses_alone --plot=out.svg
    expect_status 74
    expect_message "^pnm-stationary: --plot: cannot run gnuplot: No such file"
    expect_equal "$(ls)" bin
}

refuses_alone() {
    status=0
    pnm-stationary --optimizer pnm --lr 1e-9 --spectrum 1 "$@" >"$out" 2>"$err" || status=$?
}

# A gnuplot of the test's own, which says that it has windows and keeps what it is given.
fake_gnuplot() {
    mkdir bin
    cat >bin/gnuplot <<END
#!/bin/sh
cat >bin/script
echo "\$*" >bin/arguments
if grep -q GPVAL_TERMINALS bin/script; then
    echo ' dumb qt svg x11 '
else
    exit $1
fi
END
    chmod +x bin/gnuplot
    PATH=$PNM_BIN:$PWD/bin:$PATH
}

@test "a window where there is one" {
    fake_gnuplot 0
    DISPLAY=:9 attempt $stationary --plot
    expect_status 2
    expect_no_message .
    grep -q '^set terminal qt ' bin/script
    expect_equal "$(cat bin/arguments)" '-d -p -'
    unset DISPLAY WAYLAND_DISPLAY
    WAYLAND_DISPLAY=wayland-9 attempt $stationary --plot=window
    expect_status 2
    grep -q '^set terminal qt ' bin/script
    attempt $stationary --plot
    grep -qx 'letters = 1' bin/script
}

@test "where gnuplot fails the table is there and the old picture stays" {
    fake_gnuplot 1
    echo old >out.svg
    attempt $stationary --plot out.svg
    expect_status 74
    expect_message '^pnm-stationary: --plot: gnuplot has failed$'
    expect_equal "$(row_count "$out")" 6
    expect_equal "$(cat out.svg)" old
    expect_equal "$(ls)" "$(printf 'bin\nout.svg')"
}

@test "a file's name is words in the caption, whatever is in it" {
    long=$(printf 'é%.0s' {1..70}).txt
    for name in '`touch run`.txt' $'two\nlines.txt' $'\033[1m\377.txt' 'a"b\c%d{^@#.txt' \
        "it's @label.txt" "$long" "a$long"; do
        echo 1 >"$name"
        attempt pnm-stationary --optimizer pnm --lr 0.1,0.2 --spectrum "file:$name" \
            --replicas 64 --steps 400 --quiet --plot out.svg
        expect_status 0
        expect_no_message .
        iconv -f UTF-8 -t UTF-8 out.svg >same.svg
        never grep -q '[[:cntrl:]]' <(tr -d '\n\t\r' <out.svg)
        rm out.svg
    done
    [ ! -e run ]
}

@test "one row whose values are nearly the same is drawn" {
    attempt pnm-stability --optimizer sgd --lr 0.3 --spectrum 1 --measure --plot out.txt
    expect_status 0
    expect_no_message .
    grep -q 'EM' out.txt
}

@test "the table's file and the checkpoint's are refused" {
    refuses() {
        attempt pnm-stationary --optimizer pnm --lr 1e-9 --max-samples 1e18 --spectrum 1 "$@"
        expect_status 64
    }
    said="^pnm-stationary: --plot: 'out.txt' is the file of"
    refuses --plot out.txt --output out.txt
    expect_message "$said --output; allowed is another file\$"
    refuses --plot out.txt --output "-,$PWD/out.txt"
    expect_message "$said --output"
    refuses --plot out.txt --checkpoint ./out.txt
    expect_message "$said --checkpoint"
    echo old >table.csv
    ln -s table.csv out.txt
    refuses --plot out.txt --output ./table.csv
    expect_message "$said --output"
    expect_equal "$(cat table.csv)" old
    attempt $stationary --plot out.txt --output other/out.txt
    expect_message "cannot write 'other/out.txt'"
    mkdir other
    attempt $stationary --plot out.txt --output other/out.txt
    expect_status 2
}

@test "the user's terminal and signals that are ignored make no difference" {
    attempt $stationary --plot one.svg
    GNUTERM=none attempt $stationary --plot two.svg
    expect_status 2
    expect_no_message .
    expect_same one.svg two.svg
    attempt env --ignore-signal=CHLD "$PNM_BIN/"$stationary --plot two.svg
    expect_status 2
    expect_no_message .
}

@test "a gnuplot that hangs ends with the program" {
    fake_gnuplot 0
    sed -i 's/exit 0/echo $$ >bin\/id; exec sleep 60/' bin/gnuplot
    $stationary --plot out.svg >"$out" 2>"$err" &
    child=$!
    until [ -s bin/id ] || ! kill -0 "$child"; do sleep 0.1; done
    kill "$child"
    status=0
    wait "$child" || status=$?
    expect_status 130
    never kill -0 "$(cat bin/id)"
    # What was sampled is kept for --resume; where it cannot be, the program says so.
    rm bin/id
    mkdir here
    pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 40 --steps 20 --checkpoint here/kept \
        --checkpoint-every 1e9 --plot out.svg >"$out" 2>"$err" &
    child=$!
    until [ -s bin/id ] || ! kill -0 "$child"; do sleep 0.1; done
    mv here there
    kill "$child"
    status=0
    wait "$child" || status=$?
    expect_status 130
    expect_message "--checkpoint: cannot write 'here/kept': No such file or directory$"
}

@test "no numbers: nothing is drawn, the table is there" {
    attempt pnm-stationary --optimizer adam --lr 0.01 --spectrum 1 --max-samples 1 \
        --plot out.svg --quiet
    expect_status 74
    expect_message '^pnm-stationary: --plot: no row has a number to draw$'
    expect_equal "$(row_count "$out")" 1
    [ ! -e out.svg ]
}

@test "a file of options may ask for it" {
    attempt $stationary --plot out.svg --dump-config
    grep -q '^plot = out.svg$' "$out"
    cp "$out" again.ini
    attempt pnm-stationary --config again.ini
    expect_equal "$(kind out.svg)" svg
}

# --- what is drawn --------------------------------------------------------------------------

# variable NAME: what the script out.gp sets it to
variable() {
    sed -n "s/^$1 = //p" out.gp
}

exact="pnm-stationary --optimizer pnm --spectrum 1 --exact --quiet"

@test "two grids are a map, two short lists are curves" {
    attempt $exact --lr log:0.01:2:5 --beta0 linear:0:2:3 --plot out.gp
    expect_status 0
    expect_equal "$(variable kind)" "'over'"
    expect_equal "$(variable title)" \
        "'Stationary covariance Σ against learning rate η and β₀: pnm'"
    expect_equal "$(variable x_count) $(variable y_count)" '5 3'
    # What diverges has no number: the last of the rates.
    expect_equal "$(variable holes)" 1
    expect_equal "$(sed -n '/^\$map/,/^END/p' out.gp | grep -c '^0.301.* NaN$')" 6
    attempt $exact --lr log:0.01:2:5 --beta0 linear:0:2:3 --plot out.svg
    expect_no_message .
    # The paper's and the exact values, each with its colours.
    expect_equal "$(grep -c "<image .*image-rendering:pixelated" out.svg)" 2
    grep -q 'hatched: no number' out.svg
    attempt $exact --lr log:0.01:2:5 --beta0 linear:0:2:3 --plot out.txt
    grep -q 'up: β₀; 0: from ' out.txt
    grep -q '^ *2 |.* \.' out.txt
    attempt $exact --lr 0.1,0.2,0.4 --beta0 0,1,2 --plot out.gp
    expect_equal "$(variable kind)" "'along'"
    expect_equal "$(variable curves)" 3
    # Lists that are too long for curves
    attempt $exact --lr 0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,1.2 --beta0 0,1,2,3,4,5,6,7,8 --plot out.gp
    expect_equal "$(variable kind)" "'over'"
    # Values that are not evenly spaced stand side by side.
    expect_equal "$(variable x_low) $(variable x_high)" '-0.5 8.5'
    attempt pnm-stability --optimizer pnm --spectrum 1 --map --plot out.gp
    expect_equal "$(variable kind) $(variable x_count) $(variable y_count)" "'over' 200 101"
}

@test "an axis is logarithmic or linear as its grid is; of a list the spacing tells" {
    scale() {
        attempt $exact --lr "$1" --plot out.gp
        expect_equal "$(variable x_log)" "$2"
    }
    scale log:0.1:0.4:5 1
    scale linear:0.001:1:5 0
    scale 0.1,0.2,0.4 1
    scale 0.1,0.2,0.3 0
    scale 0.01,0.03,0.1,0.3,1 1
    attempt $exact --lr 0.1 --spectrum power:1:9 --plot out.gp
    expect_equal "$(variable x_label) $(variable x_log)" "'curvature h' 1"
}

# On the line of out.gp some points are those of the same command with the values --exact.
# fine COLUMN OPTION COMMAND...: values of the axis are those of OPTION
fine() {
    local column=$1 option=$2 values
    shift 2
    attempt "$@" --quiet --plot out.gp
    expect_equal "$(variable fine)" 1
    sed -n '/^\$lines/,/^END/p' out.gp | sed '/^#/d; /^\$/d; /^$/,$d' >line
    holds "$(wc -l <line) > 100"
    awk 'NR % 29 == 3' line >some
    values=$(cut -d ' ' -f 1 some | paste -sd ,)
    attempt "$@" --quiet --exact "--$option" "$values"
    # x, paper, exact
    csv_columns "$column" "${paper:-paper}" "${line:-exact}" >again
    awk 'NR == FNR { x[NR] = $1; paper[NR] = $2; exact[NR] = $3; next }
         $1 != x[FNR] || $3 != exact[FNR] || ($2 != "-" && $2 != paper[FNR]) { wrong++ }
         END { exit wrong > 0 || FNR < 3 }' some again || {
        paste some again
        false
    }
}

# csv_columns NAME...: columns of the table, blanks between; - for an empty cell
csv_columns() {
    grep -v '^#' "$out" | awk -F , -v names="$*" '
        NR == 1 { count = split(names, name, " ")
                  for (k = 1; k <= NF; k++) at[$k] = k
                  next }
        { for (k = 1; k <= count; k++) printf "%s%s", $at[name[k]] == "" ? "-" : $at[name[k]], k < count ? " " : "\n" }'
}

@test "lines have exact values of the program between the rows" {
    fine lr lr pnm-stationary --optimizer pnm --lr log:0.1:0.4:3 --spectrum 1 --exact
    fine beta1 beta1 pnm-stationary --optimizer heavy_ball --lr 0.1 --beta1 0.2,0.5,0.9 \
        --spectrum 1 --exact
    fine h_i spectrum pnm-stationary --optimizer pnm --lr 0.1 --spectrum log:0.1:1:4 --exact \
        --noise isotropic:0.5
    paper=i fine step at pnm-stationary --optimizer sgd --lr 0.01 --at 1,300 --spectrum 1 --excess \
        --exact --start 2
    paper=bound_printed line=bound_corrected fine horizon steps pnm-convergence --optimizer pnm \
        --steps 16,640 --exact
    paper=beta3 line=rho fine lr lr pnm-stability --optimizer pnm --lr linear:0.1:1:4 --spectrum 1
}

@test "samples change no line" {
    attempt $stationary --plot out.gp
    sed -n '/^\$lines/,/^END/p' out.gp | grep -v '^#' >lines
    attempt pnm-stationary --optimizer sgd,pnm --lr 0.1,0.2,0.4 --spectrum 1 --exact --plot out.gp
    expect_status 0
    sed -n '/^\$lines/,/^END/p' out.gp | grep -v '^#' >exact
    expect_same lines exact
}

@test "lines go through the rows where exact values of others are not at hand" {
    attempt pnm-stationary --optimizer pnm --lr 0.1,0.2 --spectrum 1,2 --loss least-squares --exact \
        --plot out.gp
    expect_equal "$(variable fine)" 0
    attempt pnm-worst-case --optimizer pnm --lr 0.1,0.2 --steps 1 --plot out.gp
    expect_equal "$(variable fine)" 0
    # Modes between those of the table have no start, no minimum and no noise of their own.
    printf '1\n2\n3\n' >three
    for option in --start=file:three --theta-star=file:three --noise=file:three; do
        rm out.gp
        attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 0.1,0.2,0.4 --exact --plot out.gp "$option"
        expect_status 0
        expect_equal "$option $(variable fine)" "$option 0"
    done
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 0.1,0.2,0.4 --exact --plot out.gp --start 2
    expect_equal "$(variable fine)" 1
}

@test "the picture says which curves it leaves out" {
    many="pnm-stationary --optimizer pnm,heavy_ball,nesterov --lr linear:0.1:0.5:5 --beta1
        0.5,0.6,0.7,0.8 --spectrum 1 --exact"
    attempt $many --plot out.svg
    expect_status 0
    expect_message '^pnm-stationary: --plot: 8 of 12 curves are drawn; the picture names the others$'
    grep -q '4 of 12 curves are not shown: pnm, β₁ = 0.6; ' out.svg
    attempt $many --plot out.txt --quiet
    expect_no_message .
    grep -q '^4 of 12 curves are not shown: pnm, β₁ = 0.6; ' out.txt
    holds "$(wc -L <out.txt) <= 79"
}

@test "an svg has a title and the command that repeats it" {
    echo 1 >"it's <one> & only"
    attempt pnm-stationary --optimizer sgd,pnm --lr 0.1,0.2 --exact --spectrum "file:it's <one> & only" \
        --plot out.svg
    expect_status 0
    cp "$out" first.csv
    grep -qx '<title>Stationary covariance Σ against learning rate η: sgd, pnm</title>' out.svg
    grep -qx '<desc>Produced by GNUPLOT .* for pnmlab [0-9.]*, with this command:' out.svg
    sed -n '/^<desc>/,/<\/desc>/{/^<desc>/d; s/<\/desc>$//p}' out.svg |
        sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' >command
    attempt sh command
    expect_same first.csv "$out"
}

@test "kinds of values in rows of their own are a band, a line and symbols" {
    attempt pnm-pacbayes --optimizer pnm --lr 0.1 --beta0 1,2,3 --spectrum 1 --prior-precision 1 \
        --train-size 100 --replicas 64 --steps 400 --quiet --plot out.gp
    expect_equal "$(variable P)$(variable E)$(variable M) $(variable curves)" '111 1'
    # A number of beta0 has both the paper's divergence and the exact one.
    csv_columns beta0 covariance kl >rows
    for covariance in paper exact; do
        number=$(sed -n "s/^2 $covariance //p" rows)
        grep -q "^2 .*$(printf '%.13g' "$number" | cut -c 1-12)" out.gp
    done
}

@test "quantities have panels with axes of their own" {
    attempt pnm-noise --optimizer pnm --lr 0.1 --beta0 0,1,2 --exact --plot out.gp
    expect_equal "$(variable panels) $(variable 'PANEL\[2\]')" "5 'variance'"
    expect_equal "$(variable 'V_LOG\[1\]')$(variable 'V_LOG\[2\]')" 01
    attempt pnm-noise --optimizer pnm --lr 0.1 --beta0 0,1,2 --exact --plot out.svg
    expect_no_message .
    grep -q '>lag1_autocorrelation<' out.svg
}

@test "ranges that gnuplot can draw" {
    for rates in 0.5,0.500000000000001 1e-300,0.1 1e-300,1e-299,1e-298; do
        for ending in svg txt; do
            attempt $exact --lr "$rates" --plot "out.$ending"
            expect_status 0
            expect_no_message .
        done
    done
    attempt $exact --lr 0.1,0.2,0.3 --noise isotropic:0 --plot out.svg
    expect_no_message .
    attempt $exact --lr log:1e-9:1:4 --beta0 linear:0:1e-9:3 --plot out.svg
    expect_no_message .
}

@test "rows that no number tells apart stand below each other" {
    attempt pnm-stationary --optimizer sgd,pnm --lr 0.1 --spectrum 1 --exact --plot out.txt
    grep -q '(P: paper, E: exact)' out.txt
    grep -q '^ *sgd |.*E' out.txt
    grep -q '^ *pnm |.*E.*P' out.txt
    attempt pnm-stationary --optimizer all --lr 0.01 --spectrum 1 --exact --quiet --plot out.svg
    expect_no_message .
    grep -q ' rows are not shown: adam, ' out.svg
}

@test "a plot of several ranks" {
    [ -x "${PNM_MPI_BIN:-.}/pnm-stability" ] && command -v mpirun >/dev/null || skip "no mpirun"
    attempt mpirun -n 2 "$PNM_MPI_BIN/pnm-stability" --optimizer pnm --lr 0.1,0.2,0.4 --spectrum 1 \
        --quiet --plot out.gp </dev/null
    expect_status 0
    expect_equal "$(variable fine)" 1
}
