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
    grep -q 'stationary covariance Σ' out.txt
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
    grep -q 'stationary covariance' out.txt
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
        [ "$(grep -c . out.txt)" -gt 10 ]
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
    grep -q 'stationary covariance *$' "$err"
    never grep -q '[^[:print:]]' "$err"
    LC_ALL=C.UTF-8 attempt $stationary --plot text
    grep -q 'stationary covariance Σ' "$err"
    never grep -q "$(printf '\033')" "$err"
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
}

@test "curves that are too many are told" {
    attempt pnm-stability --optimizer pnm --lr linear:0.1:1:12 --beta0 linear:0:1:11 \
        --spectrum 1 --plot out.txt
    expect_status 0
    expect_message '^pnm-stability: --plot: the first 8 of 11 curves are drawn$'
    attempt pnm-stability --optimizer pnm --lr linear:0.1:1:12 --beta0 linear:0:1:11 \
        --spectrum 1 --plot out.txt --quiet
    expect_no_message .
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

# --- plots/table.gp -----------------------------------------------------------------------

# draw_table LINES [BEHIND]: table.gp with these lines of gnuplot's before, and others behind.
draw_table() {
    cat >script <<END
letters = 1; ending = ''; text_columns = 79; text_lines = 24; color = 0; plain = 0
label = 'variance Σ'; plain_label = 'variance'; caption = 'small print'
axis = 'lr'; apart = ''; same = ''; curves = 1; LARGEST = 1e307
paper = ''; exact = ''; measured = 'x'; error = ''
paper_title = 'paper'; exact_title = 'exact'; measured_title = 'measured'
$1
cd '$PNM_BIN/../share/pnmlab'
load 'plots/table.gp'
$2
END
    LC_ALL=C.UTF-8 attempt gnuplot -d script
    expect_status 0
}

# table LINE...: they as a heredoc of gnuplot's
table() {
    printf '%s\n' '$table << END' "$@" END
}

# prints PATTERN: what it says besides the plot
prints() {
    expect_message "^$1\$"
    expect_equal "$(wc -l <"$err")" 1
}

range='print sprintf("%g %g %g %g", GPVAL_X_MIN, GPVAL_X_MAX, GPVAL_Y_MIN, GPVAL_Y_MAX)'

@test "ranges that gnuplot can draw" {
    # Ends that are hardly two numbers; a row without a number.
    draw_table "$(table lr,x,a 0.5,4, 0.500000000000001,4.000000000000004, 0.5,,)" "$range"
    prints '0.45 0.55 3.6 4.4'
    draw_table "$(table lr,x 0,0)" "$range"
    prints '-1 1 -1 1'
    draw_table "$(table lr,x -1,1 1,2)" "$range"
    prints '-1.06 1.06 0.95 2.05'
    # Numbers beyond gnuplot's own are not drawn, and there is room for no more than those.
    draw_table "$(table lr,x 1e-307,1 1,1e307 2,-1e308 3,2e308 1e300,5)" "$range"
    prints '1e-307 .*'
    draw_table "$(table lr,x,e 1,5,1 2,6,)
        error = 'e'" "$range"
    prints '0.97 2.03 3.9 6.1'
}

@test "powers where numbers are far apart" {
    axes='show xtics; show logscale'
    draw_table "$(table lr,x 0.01,3 1,4)" "$axes"
    grep -q 'list (0.0100000, 0.0200000, 0.0500000, 0.100000, 0.200000, 0.500000, 1.00000)' "$err"
    grep -q 'logscaling on  *x *$' "$err"
    draw_table "$(table lr,x -1,40 0.01,3 1,4)" "$axes"
    grep -q 'logscaling on  *y *$' "$err"
}

@test "a rule without the parameter is level, from one end to the other" {
    draw_table "$(table optimizer,lr,x sgd,,8 sgd,,8 '' '' optimizer,lr,x pnm,-2,1 pnm,6,2)
        apart = 'optimizer'; curves = 2"
    grep -q 'A\*\{50,\}A' "$out"
}

@test "bands are named at their ends, those that end together in one line" {
    draw_table "$(table optimizer,lr,x sgd,0,3 sgd,1,4 '' '' optimizer,lr,x pnm,0,6 pnm,1,7 \
        '' '' optimizer,lr,x qhm,0,3.5 qhm,1,4.01)
        apart = 'optimizer'; curves = 3; paper = 'x'; measured = ''
        letters = 0; ending = '.svg'; set output '$PWD/out.svg'"
    expect_no_message .
    grep -q '<text>sgd, qhm</text>' out.svg
    expect_equal "$(grep -c '<text>pnm</text>' out.svg)" 2
    grep -q '>small print<' out.svg
}

@test "rows that no number tells apart stand below each other" {
    rows="$(table optimizer,lr,x,e sgd,,9,8 '' '' optimizer,lr,x,e pnm,2,-1,-2)
        axis = ''; apart = 'optimizer'; same = 'lr'; curves = 2; exact = 'x'; measured = 'e'"
    draw_table "$rows"
    grep -q '(E: exact, M: measured)' "$out"
    grep -q '^ *sgd |.* M  *E' "$out"
    grep -q '^ *pnm |.*M *E' "$out"
    draw_table "$rows; letters = 0; ending = '.svg'; set output '$PWD/out.svg'"
    expect_no_message .
    grep -q 'η = 2' out.svg
    # Rows that need more lines than there are.
    draw_table "$(echo '$table << END'
        for k in {1..30}; do printf 'optimizer,x\nr%d,%d\n\n\n' "$k" "$k"; done; echo END)
        axis = ''; apart = 'optimizer'; curves = 30"
    expect_equal "$(grep -c ' r[0-9]* |' "$out")" 30
}

@test "a curve without a number is left out" {
    draw_table "$(table optimizer,lr,x sgd,1, sgd,2, '' '' optimizer,lr,x pnm,1,1 pnm,2,2)
        apart = 'optimizer'; curves = 2"
    grep -q 'B#' "$out"
    grep -q 'A\*sgd' "$out"
}
