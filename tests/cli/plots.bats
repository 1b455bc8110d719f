#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# plots.bats: the figures, from the tables that make tables computes.

load helpers

setup_file() {
    export plots=$BATS_TEST_DIRNAME/../../plots
    export tables=$BATS_FILE_TMPDIR/tables
    export LC_ALL=C.UTF-8
    mkdir "$tables"
    sh "$plots/tables.sh" "$PNM_BIN" "$tables"
    # As make training-tables does, with 2 replicas of an epoch
    sh "$plots/training.sh" "$PNM_BIN" "$tables" 2 1
}

# figures COMMAND: runs it with each figure and its tables but time_by_contender and
# cost_by_rate, whose table make bench measures.
figures() {
    local line
    while read -r line; do
        # shellcheck disable=SC2086 # a name and tables
        figure $1 $line
    done < <(sh "$plots/render.sh" --list | grep -v ' bench.csv$')
}

figure() {
    local command=$1 name=$2
    shift 2
    "$command" "$name" "${@/#/$tables/}"
}

# draw SCRIPT TABLE... PICTURE
draw() {
    local name=$1
    shift
    LC_ALL=C.UTF-8 attempt gnuplot -d -c "$plots/$name.gp" "$@"
}

@test "every script of a figure is tried here" {
    sh "$plots/render.sh" --list | cut -d ' ' -f 1 | sort >all
    grep -l '^# Figure' "$plots"/*.gp | sed 's|.*/||; s/\.gp$//' | sort >scripts
    diff scripts all
}

drawn_by() {
    grep -o '^<desc>.* from ' "$1"
}

# The commands of the gallery page, on one line each.
page_commands() {
    awk 'more || /^    gnuplot / {
             sub(/^ +/, "")
             more = sub(/ *\\$/, "")
             printf "%s%s", $0, more ? " " : "\n"
         }' "$plots/README.md"
}

@test "svg: the gallery page's commands draw its pictures, the same bytes again" {
    ln -s "$plots" plots
    ln -s "$tables" results
    page_commands | grep -v ' results/bench.csv ' >commands
    LC_ALL=C.UTF-8 attempt sh -ex commands
    expect_status 0
    same() {
        local name=$1
        draw "$@" "$name.svg"
        expect_status 0
        expect_same "$name.svg" "results/$name.svg"
        # Another gnuplot may write other bytes; the gallery's trainings are longer. A new
        # version of the programs is no reason to draw all anew.
        if [[ $name != training_* ]] && [ "$(drawn_by "$name.svg")" = "$(drawn_by "$plots/gallery/$name.svg")" ]; then
            sed '/^<desc>/d' "$name.svg" >drawn.svg
            sed '/^<desc>/d' "$plots/gallery/$name.svg" >shown.svg
            expect_same drawn.svg shown.svg
        fi
    }
    figures same
}

@test "the gallery page shows every figure, with a picture and a command" {
    local script name
    for script in $(grep -l '^# Figure' "$plots"/*.gp); do
        name=$(basename "$script" .gp)
        [ -s "$plots/gallery/$name.svg" ]
        grep -q "(gallery/$name.svg)" "$plots/README.md"
        page_commands | grep -q "^gnuplot -d -c plots/$name.gp results/.* results/$name.svg$"
    done
    expect_equal "$(page_commands | wc -l)" "$(grep -l '^# Figure' "$plots"/*.gp | wc -l)"
}

@test "png and pdf by the picture's ending; a pdf has the svg's size, 96 pixels an inch" {
    both() {
        local name=$1
        draw "$@" out.png
        expect_status 0
        expect_equal "$(head -c 4 out.png | tail -c 3)" PNG
        draw "$@" out.pdf
        expect_status 0
        expect_equal "$(head -c 5 out.pdf)" %PDF-
        expect_equal "$(tail -n 1 out.pdf)" %%EOF
        expect_equal "$(grep -a -o '/MediaBox \[[^]]*\]' out.pdf | head -n 1 | tr -d '[]')" \
            "$(awk '{ v[$1] = $3 } END { print "/MediaBox  0 0 " v["WIDE"] * .75 " " v["HIGH"] * .75 " " }' \
                "$plots/$name.gp")" "$name"
        expect_no_message .
        rm out.png out.pdf
    }
    figures both
}

# complains MESSAGE SCRIPT ARGUMENT...: says it, and leaves no picture
complains() {
    local message=$1
    shift
    draw "$@"
    expect_message "^$1.gp: $message" || { echo "$1" >&2; return 1; }
    [ ! -e out.svg ]
}

@test "missing, empty and wrong tables are named by every script" {
    echo 'nothing,of,this' >wrong.csv
    echo '1,2,3' >>wrong.csv
    : >empty.csv
    head -n 1 wrong.csv >header.csv
    broken() {
        local name=$1 rest
        shift 2
        rest=("$@")
        complains 'none.csv: no such table' "$name" none.csv "${rest[@]}" out.svg
        expect_status 1
        complains 'empty.csv: no rows' "$name" empty.csv "${rest[@]}" out.svg
        expect_status 1
        complains 'header.csv: no rows' "$name" header.csv "${rest[@]}" out.svg
        expect_status 1
        complains 'wrong.csv: no column [a-z]' "$name" wrong.csv "${rest[@]}" out.svg
        expect_status 1
    }
    figures broken
    broken time_by_contender bench.csv
    broken cost_by_rate bench.csv
}

@test "a second table that is wrong is named too" {
    echo 'nothing,of,this' >wrong.csv
    echo '1,2,3' >>wrong.csv
    second() {
        if [ $# -gt 2 ]; then
            complains 'wrong.csv: no column [a-z]' "$1" "$2" wrong.csv "${@:4}" out.svg
            expect_status 1
        fi
    }
    figures second
}

@test "no arguments: how it is used; another ending: which are taken" {
    usage() {
        draw "$1"
        expect_status 64
        expect_message "^usage: gnuplot -d -c $1.gp .* OUT.svg.OUT.png.OUT.pdf$"
        draw "$@" out.gif
        expect_status 64
        expect_message "^$1.gp: out.gif: the picture must end in .svg, .png or .pdf"
    }
    figures usage
    usage time_by_contender bench.csv
    usage cost_by_rate bench.csv
}

@test "figures 21 to 23 refuse tables that do not belong together, and name the task" {
    # other NAME NUMBER SED MESSAGE: with table NUMBER changed
    other() {
        local given
        read -ra given < <(sh "$plots/render.sh" --list | sed -n "s/^$1 //p")
        given=("${given[@]/#/$tables/}")
        sed "$3" "${given[$2]}" >changed.csv
        never cmp -s changed.csv "${given[$2]}"
        given[$2]=changed.csv
        complains "$4" "$1" "${given[@]}" out.svg
        expect_status 1
    }
    other training_by_rate 2 's/^# seed: 1/# seed: 2/' '.* and changed.csv differ in seed'
    other training_by_rate 0 's/^# match: rate/# match: both/' 'changed.csv: needs --match rate'
    other training_by_rate 1 's/^pnm,7,1,/pnm,7,2,/' 'the tables have 3 values of beta0'
    other training_by_beta0 1 's/^# match: both/# match: none/' 'changed.csv: needs --match both'
    other training_by_beta0 0 '/^pnm,1,0,/d' 'changed.csv: needs one row of beta0 = 0'
    other training_by_beta0 1 's/^pnm,1,3,/pnm,2,3,/' 'changed.csv: needs one learning rate'
    other training_by_rate_and_decay 0 '/^pnm,5,1,0.9,0.0001,/d' 'changed.csv: needs a grid'
    other training_by_rate_and_decay 0 's/^pnm,5,1,/pnm,5,2,/' 'changed.csv: needs one value of beta0'
    local table=$tables/training_by_rate_and_decay.csv task
    for task in digits teacher; do
        sed "s/^# task: .*/# task: $task/" "$table" >changed.csv
        draw training_by_rate_and_decay changed.csv out.svg
        expect_status 0
        grep -q "task: $task" out.svg
        expect_equal "$task $(grep -c 'data missing: make data' out.svg)" "$task $([ $task = digits ]; echo $?)"
    done
}

@test "the tables of trainings: no digits, the teacher task; pictures without them are left out" {
    mkdir -p place/bin results
    ln -s "$PNM_BIN/pnm-generalize" place/bin
    attempt sh "$plots/training.sh" place/bin
    expect_status 64
    attempt sh "$plots/training.sh" place/bin results 2 1
    expect_status 0
    grep -qx '# task: teacher' results/training_by_rate_asym.csv
    expect_equal "$(row_count results/training_by_rate_asym.csv) $(row_count results/training_by_rate_and_decay.csv)" "19 20"
    expect_equal "$(find results -name '.*' -type f)" ""
    # What the joined runs do not share is not said of all.
    never grep -E '^# (lr|beta0|header-lines): ' results/training_by_rate_asym.csv
    grep -qx '# label-noise: asym:0.4' results/training_by_rate_asym.csv
    attempt sh "$plots/render.sh" results
    expect_status 1
    expect_message 'results/.* is missing: run make tables'
    cp "$tables"/*.csv results
    rm results/training_by_beta0_sym.csv
    attempt sh "$plots/render.sh" results
    expect_message 'results/training_by_beta0_sym.csv is missing: run make training-tables'
}

# The worst cases of figure 12, as the script has them: evaluate EXPRESSION [TABLE]
evaluate() {
    {
        echo 'eta0 = 0.1; beta1 = 0.9'
        sed -n '/^beta = /,/^    bound(/p' "$plots/worst_by_steps_and_beta0.gp"
        if [ $# -eq 1 ]; then
            echo "print sprintf('%.15g', $1)"
        else
            echo "set datafile separator comma; set datafile columnheaders; set table 'values'"
            echo "plot '$tables/$2' using ($1):(0) with points"
        fi
    } >evaluate.gp
    gnuplot -d evaluate.gp 2>&1
}

@test "figure 12 draws theorem 3.1's bounds as pnm-convergence has them" {
    local form beta0
    for beta0 in 0 1 4.26 8; do
        # G^2 = 0.64 and f(theta_0) - f* = 1 on Huber's loss; C = 0.1 sqrt(17)
        attempt pnm-convergence --optimizer pnm --beta0 "$beta0" --sigma 0 --exact --loss huber \
            --gradient-bound 0.8 --start 1.65 --steps 17 --c 0.412310562561766
        expect_status 0
        for form in printed corrected; do
            holds "($(evaluate "bound(16, $beta0, 0.64, '$form')") / $(column "$out" "bound_$form" 1) - 1)^2 < 1e-24"
        done
    done
}

@test "figure 12: what a search finds is below the certified worst case, by 3 % at most" {
    local what
    for what in steps beta0; do
        body "$tables/found_by_$what.csv" >rows
        evaluate 'found(0)' "found_by_$what.csv"
        grep ' i' values | awk '{ print $1 }' >found
        expect_equal "$(wc -l <found)" "$(($(wc -l <rows) - 1))"
        # Two rows of a search, printed and corrected, for a certified one
        body "$tables/worst_by_$what.csv" | awk -F, 'NR > 1 { print $9; print $9 }' >certified
        paste -d ' ' found certified | awk '
            { wrong += !($1 < $2 && $1 > 0.97 * $2); count++ }
            END { exit wrong || count < 12 }'
    done
    # As if the script forgot what f(theta_0) - f* is: Huber's loss is not that bad.
    holds "$(column "$tables/found_by_steps.csv" ratio 1) * $(evaluate "bound(1, 1, 1, 'printed')") < \
        0.97 * $(column "$tables/worst_by_steps.csv" certified 1)"
}

@test "figure 12 refuses tables that do not belong together" {
    local name=worst_by_steps_and_beta0 given=() file
    for file in worst_by_steps worst_by_beta0 found_by_steps found_by_beta0 run_on_huber; do
        given+=("$tables/$file.csv")
    done
    # other TABLE SED MESSAGE: with a table changed
    other() {
        cp "${given[$1]}" changed.csv
        sed -i "$2" changed.csv
        never cmp -s changed.csv "${given[$1]}"
        local all=("${given[@]}")
        all[$1]=changed.csv
        complains "$3" "$name" "${all[@]}" out.svg
        expect_status 1
    }
    other 0 's/^# class: smooth/# class: convex/' 'changed.csv: needs --class smooth'
    other 1 's/^# given: loss/# given: distance/' 'changed.csv: needs --given loss'
    other 2 's/^# loss: huber/# loss: logistic/' 'changed.csv: needs --loss huber'
    other 4 's/^# sigma: 0/# sigma: 1/' 'changed.csv: needs --sigma 0'
    other 4 's/^# beta1: 0.9/# beta1: 0.5/' '.* differ in beta1'
    other 4 's/^pnm,0.1,\([^,]*,[^,]*,[^,]*\),0.1/pnm,0.2,\1,0.2/' 'changed.csv: needs the rate applied 0.1'
    other 0 's/^pnm,0.1,1,\(.*,16,\)/pnm,0.1,2,\1/' 'changed.csv: needs one value of beta0'
    other 4 's/^pnm,0.1,1,/pnm,0.1,3,/' 'changed.csv: no run with the beta0 of .*worst_by_steps.csv'
}

@test "figures 19 and 20 refuse tables that do not belong together" {
    local levels=$tables/error_of_momentum.csv
    # other NAME SED SED MESSAGE: with the points, then the levels changed
    other() {
        sed "$2" "$tables/$1.csv" >points.csv
        sed "$3" "$levels" >levels.csv
        never cmp -s points.csv "$tables/$1.csv" || never cmp -s levels.csv "$levels"
        complains "$4" "$1" points.csv levels.csv out.svg
        expect_status 1
    }
    local name
    for name in error_by_rate error_by_beta0; do
        other $name 's/^# replicas: 10/# replicas: 9/' '' 'points.csv and levels.csv differ in replicas'
        other $name '' 's/^# noise-norm: 1.8/# noise-norm: 1/' 'points.csv and levels.csv differ in noise-norm'
        other $name 's/^# record: end/# record: path/' '' 'points.csv: needs --record end'
        other $name '' '/^heavy_ball,/d' 'levels.csv: needs one row of heavy_ball'
    done
    other error_by_rate 's/^sgd,/pnm,/' '' 'points.csv: needs several rates of sgd'
    other error_by_beta0 's/^pnm,/sgd,/' '' 'points.csv: needs several values of beta0 of pnm'
    other error_by_beta0 's/^# lr-normalization: off/# lr-normalization: on/' '' 'points.csv: needs pnm at the rate of heavy_ball'
    other error_by_beta0 's/^pnm,0.3,/pnm,0.2,/' '' 'points.csv: needs pnm at the rate of heavy_ball'
}
