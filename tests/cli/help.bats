#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# help.bats: what a user sees who asks what to do: -h, --help RULE, pnmlab; short options,
# other names of options and rules, suggestions, blanks in lists.

# shellcheck disable=SC2154 # what helpers.bash sets
load helpers

programs() {
    (cd "$PNM_BIN" && ls -d pnm-*)
}

# expect_screen FILE: at most 30 lines of at most 80 columns
expect_screen() {
    holds "$(wc -l <"$1") <= 30" "lines"
    holds "$(awk 'length > most { most = length } END { print most + 0 }' "$1") <= 80" "columns"
}

@test "-h: the main options by topic and three examples, on a screen" {
    local program
    for program in $(programs); do
        attempt "$program" -h
        expect_status 0
        [ ! -s "$err" ] || show
        expect_screen "$out"
        grep -q "^$program: " "$out" || show
        grep -q "^usage: $program " "$out" || show
        expect_equal "$(grep -c "^  $program" "$out")" 3 "$program: examples"
        grep -q '^Output .*--output=FILE' "$out" || show
        # Every option that it needs is in its usage.
        for word in $(sed -n '/^usage:/,/^$/p' "$out" | grep -oE -e '--[a-z-]+='); do
            grep -q -e " $word.*  " "$out" || { echo "$program -h: no $word" >&2; false; }
        done
    done
}

@test "without an argument where one is needed: the same on standard error, 64" {
    local program
    for program in $(programs); do
        case $program in pnm-verify | pnm-rules | pnm-bound) continue ;; esac
        attempt "$program"
        expect_status 64
        [ ! -s "$out" ] || show
        "$program" -h >wanted
        expect_same "$err" wanted "$program"
    done
    attempt pnm-rules
    expect_status 0
}

@test "the examples of -h are options that the programs take" {
    local program line
    for program in $(programs); do
        "$program" -h | awk '/\\$/ { sub(/ *\\$/, ""); sub(/^ */, ""); printf "%s ", $0; more = 1; next }
            more || /^  pnm-/ { sub(/^ */, ""); print; more = 0 }' >examples
        expect_equal "$(wc -l <examples)" 3 "$program"
        while read -r line; do
            # shellcheck disable=SC2086 # words of a command
            attempt $line --dump-config
            expect_status 0
        done <examples
    done
}

@test "--help shows all options under their headings" {
    attempt pnm-stationary --help
    expect_status 0
    expect_equal "$(grep -E '^[A-Z][a-z]*:$' "$out" | paste -sd ' ')" "Rule: Problem: Setting: Run: Output: Help:"
    grep -q '^  -o, --output=FILE' "$out" || show
    holds "$(awk 'length > most { most = length } END { print most }' "$out") <= 80"
    # The problem's options are below its heading.
    sed -n '/^Problem:/,/^Setting:/p' "$out" | grep -q -e '--spectrum=' || show
    # Only one of another topic would stand there too.
    never grep -q -e '--seed' <(sed -n '/^Problem:/,/^Setting:/p' "$out")
}

@test "--help RULE tells about a rule" {
    local form
    for form in '--help pnm' --help=pnm; do
        # shellcheck disable=SC2086
        attempt pnm-stationary $form
        expect_status 0
        expect_screen "$out"
        grep -q '^pnm: ' "$out" || show
        grep -q "formula m_t = beta1^2 m_{t-2}" "$out" || show
        grep -q 'source  Algorithm 2' "$out" || show
        grep -q -e '--beta0 .*positive-negative' "$out" || show
        never grep -q -e '--beta3' "$out"
    done
    attempt pnm-noise --help momentum
    grep -q '^heavy_ball: ' "$out" || show
    attempt pnm-noise --help=pmn
    expect_status 64
    expect_message "no update rule 'pmn'; did you mean pnm\?"
    attempt pnm-verify --help=pnm
    expect_status 64
    # Its own options come first where they are no name of a rule.
    attempt pnm-noise --help --quiet
    expect_status 0
    grep -q '^Rule:' "$out" || show
}

@test "short options" {
    local of="pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1 --replicas 40 --steps 200"
    # shellcheck disable=SC2086
    attempt $of --quiet --seed 7 --threads 1 --output long.csv
    expect_status 2
    # shellcheck disable=SC2086
    attempt $of -q -s 7 -j1 -o short.csv
    expect_status 2
    expect_same long.csv short.csv
    grep -qx '# seed: 7' short.csv
    refuse 64 "--quiet: a value is given" pnm-verify -q2
    refuse 64 "unknown option '-x'; options begin with --" pnm-rules -x 2
    refuse 64 "--seed: a value is missing" pnm-stationary -s
    refuse 64 "--seed: 'x'" pnm-stationary -sx
    # What follows an option that needs a value is its value.
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --start -1 --replicas 4 --steps 20 -q
    expect_status 0
    all_refused
}

@test "other names of rules and options are read, and the real ones are written" {
    attempt pnm-stationary --optimizer 'hb, pnm' --learning-rate '0.1, 0.2' --momentum=0.5 --batch-size 2 \
        --spectrum '1, 2' --exact -o a.csv
    expect_status 0
    attempt pnm-stationary --optimizer heavy_ball,pnm --lr 0.1,0.2 --beta1 0.5 --batch 2 --spectrum 1,2 --exact \
        -o b.csv
    expect_same a.csv b.csv
    for line in 'optimizer: heavy_ball,pnm' 'lr: 0.1,0.2' 'beta1: 0.5' 'batch: 2' 'spectrum: 1,2'; do
        grep -qx "# $line" a.csv || { cat a.csv >&2; false; }
    done
    attempt pnm-stationary --rerun a.csv -o c.csv
    expect_same a.csv c.csv
    attempt pnm-rules --optimizer momentum
    expect_equal "$(column "$out" optimizer)" heavy_ball
    # A file of options may say them too; what it says is not told twice.
    printf 'optimizer = hb\nlearning-rate = 0.1\nspectrum = 1, 2\n' >hb.ini
    attempt pnm-stationary --config hb.ini --exact
    expect_status 0
    grep -qx '# optimizer: heavy_ball' "$out" || show
    grep -qx '# lr: 0.1' "$out" || show
    attempt pnm-stationary --config hb.ini --dump-config
    grep -qx 'lr = 0.1' "$out" || show
    printf 'lr = 0.2\n' >>hb.ini
    refuse 64 "line 4: 'lr' stands there twice" pnm-stationary --config hb.ini
    refuse 64 "heavy_ball is there twice" pnm-rules --optimizer hb,momentum
    # They are silent.
    attempt pnm-stationary --help
    never grep -Eq -e '--(learning-rate|momentum|batch-size)' "$out"
    all_refused
}

@test "steps and start are what they are in every program; old names go on" {
    local of="pnm-convergence --optimizer pnm --replicas 64 -q"
    # shellcheck disable=SC2086
    attempt $of --steps 16,32 --start 2 -o new.csv
    expect_status 0
    # shellcheck disable=SC2086
    attempt $of --horizon 16,32 --initial 2 -o old.csv
    expect_same new.csv old.csv
    grep -qx '# steps: 16,32' old.csv
    # An older result names them as they were.
    sed 's/^# steps/# horizon/; s/^# start/# initial/' old.csv >older.csv
    attempt pnm-convergence --rerun older.csv -q -o again.csv
    expect_same new.csv again.csv
    attempt pnm-bound --search 40 --horizon 9 --initial 1 --sigma 0
    expect_status 0
    never grep -q -e '--horizon' "$out"
}

@test "suggestions respect numbers, and a name of a file asks for file:" {
    refuse 64 "'eq19'; did you mean eq18-19\?" pnm-verify --claim eq19
    refuse 64 "'eq7'; did you mean eq6-8\?" pnm-verify --claim eq7
    refuse 64 "'fig01'; did you mean fig1\?" pnm-verify --claim 'eq9, fig01'
    echo 1 >curves
    local of="pnm-simulate --optimizer sgd --lr 0.1"
    # shellcheck disable=SC2086
    {
        refuse 64 "did you mean file:hessian.txt\?" $of --spectrum hessian.txt
        refuse 64 "did you mean file:curves\?" $of --spectrum curves
        refuse 64 "did you mean file:there/c.npy\?" $of --spectrum 1 --noise there/c.npy
        refuse 64 "did you mean file:curves\?" $of --spectrum 1 --start curves
        refuse 64 "did you mean file:curves\?" $of --spectrum 1 --rotation curves
        refuse 64 "--batch-sise'; did you mean --batch-size\?" $of --batch-sise 3
        refuse 64 "did you mean csv:there/x.csv\?" pnm-train --optimizer sgd --lr 0.1 --task there/x.csv
        attempt $of --spectrum 1,1.x
        expect_status 64
        expect_no_message 'file:'
        attempt $of --spectrum nonsense
        expect_no_message 'file:'
    }
    all_refused
}

@test "points of a grid that are simple decimals are those decimals" {
    attempt pnm-stability --optimizer sgd --lr log:0.01:100:5 --spectrum 1 --exact
    expect_equal "$(column "$out" lr | paste -sd ' ')" "0.01 0.1 1 10 100"
    attempt pnm-stability --optimizer sgd --lr linear:0.1:1:10 --spectrum 1 --exact
    expect_equal "$(column "$out" lr | paste -sd ' ')" "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"
}

# --- pnmlab ---------------------------------------------------------------------------

@test "pnmlab: a line a program, on a screen" {
    attempt pnmlab
    expect_status 0
    expect_screen "$out"
    expect_equal "$(sed -n 's/^  pnmlab \([a-z-]*\) .*?$/pnm-\1/p' "$out" | sort)" "$(programs)"
    cp "$out" all
    attempt pnmlab --help
    expect_same "$out" all
    # Its example runs.
    # shellcheck disable=SC2046
    attempt $(sed -n '/^A first answer/{n;p}' all) --exact
    expect_status 0
    attempt pnmlab --version
    grep -q '^pnmlab [0-9]' "$out" || show
}

@test "pnmlab NAME is pnm-NAME, with its exit status" {
    local program
    for program in $(programs); do
        "$program" -h >wanted
        attempt pnmlab "${program#pnm-}" -h
        expect_status 0
        expect_same "$out" wanted "$program"
        attempt pnmlab help "${program#pnm-}"
        expect_same "$out" wanted "$program"
    done
    attempt pnmlab rules --optimizer nosuch
    expect_status 64
    expect_message "no update rule 'nosuch'"
    attempt pnmlab pnm-rules --optimizer sgd
    expect_status 0
    attempt pnmlab help hb
    grep -q '^heavy_ball: ' "$out" || show
    grep -q -e '--lr ' "$out" || show
    # It finds the programs beside it, wherever it is called from.
    attempt env PATH=/usr/bin:/bin "$PNM_BIN/pnmlab" rules --optimizer sgd
    expect_status 0
    ln -s "$PNM_BIN/pnmlab" door
    attempt env PATH=/usr/bin:/bin ./door rules --optimizer sgd
    expect_status 0
    rm door
}

@test "pnmlab: what is not there is refused, with what is near" {
    attempt pnmlab statonary
    expect_status 64
    [ ! -s "$out" ] || show
    expect_message "no command 'statonary'; did you mean stationary\?; allowed are rules"
    # A slip in a short word, but not two
    attempt pnmlab halp
    expect_status 64
    expect_message "no command 'halp'; did you mean help\?; allowed are .*, help$"
    attempt pnmlab nonsense
    expect_status 64
    expect_no_message 'did you mean'
    attempt pnmlab help statonary
    expect_status 64
    expect_message "^pnmlab: no command or update rule 'statonary'; did you mean stationary\?"
    attempt pnmlab help adapnn
    expect_status 64
    expect_message "^pnmlab: no command or update rule 'adapnn'; did you mean adapnm\?"
    status=0
    pnmlab >/dev/full 2>"$err" || status=$?
    expect_status 74
    expect_message 'cannot write to standard output'
    cp "$PNM_BIN/pnmlab" .
    attempt ./pnmlab rules
    expect_status 64
    expect_message "cannot run '.*pnm-rules'"
    attempt ./pnmlab pnm-rules
    expect_status 64
    expect_message "cannot run '.*/pnm-rules'"
    attempt ./pnmlab help pnm-rules
    expect_status 64
    expect_message "cannot run '.*/pnm-rules'"
    attempt ./pnmlab help sgd
    expect_status 64
    expect_message "cannot run '.*/pnm-simulate'"
    rm pnmlab
}

# completes "LINE" WORD...: bash offers these for a line that begins with pnmlab.
completes() {
    local line=$1
    shift
    printf '%s\n' "$@" | sort >wanted
    pnmlab --help=bash >completion
    bash --norc -c '
        set -u
        . ./completion
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<<"$1"
        case $1 in *" ") COMP_WORDS+=("") ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _pnmlab && printf "%s\n" "${COMPREPLY[@]-}"
    ' bash "$line" 2>"$err" | sort >offered
    [ ! -s "$err" ] || show
    expect_same wanted offered "$line"
}

@test "pnmlab has a manual page and completions as the others have" {
    completes 'pnmlab sta' stability stationary
    completes 'pnmlab help no' noise
    completes 'pnmlab stationary --optimizer ada' adam adamw adabound adapnm
    completes 'pnmlab worst-case --meas' --measure
    completes 'pnmlab stationary -o' -o
    attempt pnmlab --help=zsh
    expect_equal "$(head -n 1 "$out")" '#compdef pnmlab'
    attempt pnmlab --help=man
    local section
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
        grep -qx "\.Sh $section" "$out" || { echo "no $section" >&2; false; }
    done
    if command -v mandoc >/dev/null; then
        mandoc -T lint -W warning "$out"
    fi
}

# --- make -----------------------------------------------------------------------------

@test "make help: eight targets for users, the others below" {
    make -s -C "$BATS_TEST_DIRNAME/../.." help >targets
    expect_equal "$(sed '/^$/q' targets | grep -c '^  make ')" 8
    grep -qx 'For developers:' targets
    grep -q '^  make verify ' <(sed '/^$/q' targets)
    grep -q '^  make lint ' <(sed '1,/^$/d' targets)
}
