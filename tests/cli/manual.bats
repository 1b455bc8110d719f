#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# manual.bats: manual pages, completions and help say the same; install puts them in place
# and uninstall takes them away; what each README.md shows is what comes, and names is there.

# shellcheck disable=SC2154 # what helpers.bash sets
load helpers

programs() {
    (cd "$PNM_BIN" && ls -d pnm-*)
}

# An option of the help on a line, name first, with all that is said of it.
help_options() {
    "$1" --help | sed 's/^  -[a-z], /      /' | awk '
        /^      --/ { if (text) print text; text = $0; if (/^ *--[a-z0-9-]+\[?=/) {
                       sub(/\[?=/, " ", text); sub(/\]$/, "", text) } next }
        /^               / && text { text = text $0; next }
        text { print text; text = "" }
        END { if (text) print text }' | tr -s ' ' | sed 's/^ //'
}

# The same of the manual page.
man_options() {
    "$1" --help=man | awk '
        /^\.Sh / { inside = /^\.Sh OPTIONS/ }
        !inside || /^\.[BSE]/ { next }
        /^\.It/ { if (text) print text; text = $0; next }
        { text = text " " $0 }
        END { print text }' | sed 's/^\.It Fl Fl /--/; s/ Ns \(Op \)*= Ns Ar \\&/ /; s/ Pq \\&\([^ ]*\)/ (\1)/
            s/\\-/-/g; s/\\(aq/'\''/g; s/\\(ga/`/g; s/\\(ha/^/g; s/\\(ti/~/g; s/\\(dq/"/g; s/\\&//g; s/\\e/\\/g'
}

# The options that the bash completion offers.
bash_options() {
    "$1" --help=bash | sed -n "s/.*value=\$word words='\(.*\)'.*/\1/p" | tr ' ' '\n'
}

@test "help, manual page and completions have the same options" {
    local program count
    for program in $(programs); do
        help_options "$program" | awk '{ print $1 }' | sort >help
        man_options "$program" | awk '{ print $1 }' | sort >man
        bash_options "$program" | grep '^--' | sort >bash
        "$program" --help=zsh | sed -n "s/^ *'\((-[a-z] \)*\(--[a-z0-9-]*\).*/\2/p" | sort >zsh
        count=$(wc -l <help)
        holds "$count >= 8" "$program: options in help"
        expect_same help man "$program"
        expect_same help bash "$program"
        expect_same help zsh "$program"
    done
}

@test "the manual page says of an option all that help says" {
    local program
    for program in $(programs); do
        help_options "$program" >help
        man_options "$program" >man
        # Every word of the help, without the brackets around defaults and symbols.
        awk '{ gsub(/[();]/, " ") }
            NR == FNR { for (i = 2; i <= NF; i++) said[$1] = said[$1] " " $i " "; next }
            $1 == "--help" || $1 == "--version" { next }
            { for (i = 2; i <= NF; i++) if (!index(said[$1], " " $i " ")) {
                  print "not in the manual page: " $1 ": " $i; missing = 1 } }
            END { exit missing }' man help >&2 || { echo "$program" >&2; false; }
    done
}

@test "the manual page has symbol, range and default, and every rule" {
    attempt pnm-simulate --help=man
    expect_status 0
    grep -qxF '.It Fl Fl beta1 Ns = Ns Ar \&VALUES Pq \&beta_1' "$out" || show
    grep -qxF 'momentum; 0 <= beta1 < 1; default 0.9; qhm: 0.999' "$out" || show
    grep -qxF '.It Fl Fl burn\-in Ns = Ns Ar \&auto|N' "$out" || show
    grep -q '^batch size B.*a number > 0; default 1$' "$out" || show
    local rule
    for rule in $(pnm-rules | body /dev/stdin | cut -d, -f1 | tail -n +2) linear; do
        grep -qxF ".Ss \\&$rule" "$out" || { echo "no rule $rule" >&2; false; }
    done
    # pnm-rules has no learning rate; pnm-verify takes no rules.
    attempt pnm-rules --help=man
    never grep -q 'Fl Fl lr$' "$out" || show
    attempt pnm-verify --help=man
    never grep -q '^\.Sh RULES' "$out" || show
}

@test "the manual page has its sections and refers to pages that are there" {
    local program other
    for program in $(programs); do
        attempt "$program" --help=man
        expect_status 0
        [ ! -s "$err" ] || show
        for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
            grep -qx "\.Sh $section" "$out" || { echo "$program: no $section" >&2; false; }
        done
        # What stands at the beginning of a line is a macro of ours or text.
        expect_equal "$(grep '^[.'\'']' "$out" | sed 's/ .*//' | sort -u |
            grep -vxE '\.(Dd|Dt|Os|Sh|Ss|Nm|Nd|Fl|Op|Pp|Bl|It|El|Bd|Ed|Xr|Rs|Re|%[ABDT])')" '' "$program"
        never grep -q "[\"'\`^~]" "$out" || { echo "$program: not escaped" >&2; false; }
        expect_equal "$(grep '^\.Xr' "$out" | wc -l)" "$(grep '^\.Xr pnm-[a-z-]* 1' "$out" | wc -l)"
        for other in $(sed -n 's/^\.Xr \([^ ]*\) 1.*/\1/p' "$out"); do
            [ -x "$PNM_BIN/$other" ] || { echo "$program: $other(1) is not there" >&2; false; }
            [ "$other" != "$program" ]
        done
    done
}

@test "output for make that cannot be written: 74; other words are refused" {
    local word
    for word in man bash zsh; do
        status=0
        pnm-simulate --help=$word >/dev/full 2>"$err" || status=$?
        expect_status 74
    done
    attempt pnm-simulate --help=other
    expect_status 64
    attempt pnm-simulate --help=man --lr 1
    expect_status 64
}

# --- completion -----------------------------------------------------------------------

# completes "LINE" WORD...: these are offered, in any order.
completes() {
    local line=$1 program=${1%% *}
    shift
    printf '%s\n' "$@" | sort >wanted
    "$program" --help=bash >completion
    bash --norc -c '
        set -u
        . ./completion
        COMP_LINE=$1 COMP_POINT=${#1}
        "$(complete -p "$2" | sed "s/.*-F \([^ ]*\) .*/\1/")" && printf "%s\n" "${COMPREPLY[@]-}"
    ' bash "$line" "$program" 2>"$err" | sort >offered
    [ ! -s "$err" ] || show
    expect_same wanted offered "$line"
}

@test "bash completes options, words, rules, losses, claims and files" {
    : >table.txt
    mkdir taken
    completes 'pnm-simulate --lr' --lr --lr-normalization
    completes 'pnm-simulate --lr 0.1 --opt' --optimizer
    completes 'pnm-simulate --quiet --se' --seed
    completes 'pnm-simulate --lr ' ''
    completes 'pnm-simulate --optimizer ada' adam adamw adabound adapnm
    completes 'pnm-simulate --optimizer sgd,ada' sgd,adam sgd,adamw sgd,adabound sgd,adapnm
    completes 'pnm-simulate --optimizer=sgd,pnm_' sgd,pnm_eq7
    # Programs for linear rules offer those.
    completes 'pnm-noise --optimizer a' all aggmo
    completes 'pnm-simulate --amsgrad ' on off
    completes 'pnm-simulate --format=' table csv json markdown
    completes 'pnm-simulate --format c' csv
    completes 'pnm-simulate --burn-in ' auto
    completes 'pnm-convergence --loss l' least_squares log_cosh logistic
    completes 'pnm-bound --ratio lemma-A' lemma-A2 lemma-A3
    completes 'pnm-verify --claim eq9,special' eq9,special-hb
    completes 'pnm-simulate --resume ta' table.txt taken
    completes 'pnm-simulate --output a.csv,tab' a.csv,table.txt
    completes 'pnm-simulate --noise ' hessian isotropic: file:
    # bash splits a word at the colon and asks for what follows it.
    completes 'pnm-simulate --spectrum file:tab' table.txt
    completes 'pnm-stability --spectrum lo' log:
    completes 'pnm-simulate --rotation=haar:' ''
    completes 'pnm-simulate --nothing=' ''
    # Letters are offered, and take what their options take.
    completes 'pnm-stability --optimizer pnm -' $(pnm-stability --help=bash | sed -n "s/.*value=\$word words='\(.*\)'.*/\1/p")
    completes 'pnm-simulate -o' -o
    completes 'pnm-simulate -o tab' table.txt
}

@test "every loss and every claim is offered" {
    completes 'pnm-verify --claim ' $(pnm-verify --list | body /dev/stdin | tail -n +2 | cut -d, -f1)
    attempt pnm-convergence --optimizer sgd --loss none
    completes 'pnm-convergence --loss ' $(sed -n 's/.*allowed are //p' "$err" | tr -d ',')
}

@test "zsh knows the letters of options beside their names" {
    pnm-stationary --help=zsh >zsh
    local letter
    for letter in '(-o --output)'\''{-o+,--output=}' '(-s --seed)'\''{-s+,--seed=}' \
        '(-j --threads)'\''{-j+,--threads=}' '(-q --quiet)'\''{-q,--quiet}'; do
        grep -qF "'$letter'[" zsh || { echo "no $letter" >&2; false; }
    done
    grep -q "^ *'-h\[" zsh
}

@test "the completions are shell" {
    local program
    for program in $(programs); do
        "$program" --help=bash >bash
        bash -n bash
        "$program" --help=zsh >zsh
        expect_equal "$(head -n 1 zsh)" "#compdef $program"
        if command -v zsh >/dev/null; then
            zsh -n zsh
        fi
        if command -v shellcheck >/dev/null; then
            shellcheck -s bash bash
        fi
    done
}

# --- install --------------------------------------------------------------------------

@test "install puts all in place, uninstall removes that and nothing else" {
    local root=$BATS_TEST_DIRNAME/../.. build program
    build=$(cd "$PNM_BIN/.." && pwd)
    [ -d "$build/obj" ] || skip "no objects beside the programs"
    local make="make -s -C $root BUILD=$build DESTDIR=$PWD/to PREFIX=/pre"
    mkdir -p to/pre/bin to/pre/share/man/man1 to/pre/share/pnmlab
    : >to/pre/bin/pnm-other
    : >to/pre/share/man/man1/other.1
    : >to/pre/share/pnmlab/other
    attempt $make install
    expect_status 0
    for program in $(programs) pnmlab; do
        cmp "to/pre/bin/$program" "$PNM_BIN/$program"
        "$program" --help=man | cmp - "to/pre/share/man/man1/$program.1"
        "$program" --help=bash | cmp - "to/pre/share/bash-completion/completions/$program"
        "$program" --help=zsh | cmp - "to/pre/share/zsh/site-functions/_$program"
    done
    to/pre/bin/pnm-verify --explain eq12 --precision 0.1 --quiet >"$out" || [ $? -eq 2 ]
    grep -q '^## eq12: ' "$out"
    diff -r "$build/share/pnmlab" to/pre/share/pnmlab >differences || true
    expect_equal "$(cat differences)" $'Only in to/pre/share/pnmlab: other\nOnly in to/pre/share/pnmlab: python'
    cmp "$root/notebooks/pnmlab.py" to/pre/share/pnmlab/python/pnmlab.py
    data=$(cd "$build/share/pnmlab" && find . -type f | wc -l)
    holds "$data >= 2"
    expect_equal "$(find to -type f | wc -l)" $((4 * ($(programs | wc -l) + 1) + data + 4))
    # What is installed draws.
    PATH=$PWD/to/pre/bin:$PATH attempt pnm-stability --optimizer sgd --lr 0.1,0.2 --spectrum 1 --plot text
    expect_status 0
    expect_message 'Spectral radius'
    attempt $make uninstall
    expect_status 0
    expect_equal "$(find to -type f | sort | tr '\n' ' ')" 'to/pre/bin/pnm-other to/pre/share/man/man1/other.1 to/pre/share/pnmlab/other '
    # A second time there is nothing to do.
    attempt $make uninstall
    expect_status 0
}

# --- README.md ------------------------------------------------------------------------

docs=$BATS_TEST_DIRNAME/../docs

@test "every README.md: commands print what it shows" {
    [ -d "$PNM_BIN/../man" ] || skip "no manual beside the programs"
    status=0
    sh "$docs/readme.sh" --short "$PNM_BIN/.." >"$out" 2>"$err" || status=$?
    expect_status 0
    never grep -q '^0 commands' "$out"
}

@test "README.md, sim/README.md: their tables are what make docs writes" {
    sh "$docs/generate.sh" --check README.md sim/README.md
    cp "$docs/../../README.md" wrong.md
    sed -i 's/| fails |/| holds |/' wrong.md
    never sh "$docs/generate.sh" --check "$PWD/wrong.md" >"$out" 2>"$err"
    expect_message '.*wrong.md is not what it is made from: make docs'
}

differ() {
    status=0
    awk -f "$docs/same_table.awk" shown printed >"$out" || status=$?
    expect_status 1
    grep -q "$1" "$out" || show
}

@test "what README.md shows wrongly is noticed" {
    printf 'name    x      y\none   1.5        \ntwo     2    300\n' >shown
    # A digit more in a column is no difference.
    printf 'name         x      y\none   1.500001        \ntwo          2    300\n' >printed
    awk -f "$docs/same_table.awk" shown printed
    sed 's/1.5/1.51/' shown >printed
    differ 'line 2, column 2: "1.51", expected "1.5"'
    sed 's/two/too/' shown >printed
    differ 'line 3, column 1'
    sed '3d' shown >printed
    differ '2 lines, expected 3'
    sed 's/1.5        /        1.5/' shown >printed
    differ 'line 2, column 2: "", expected "1.5"'
    sed 's/$/  z/' shown >printed
    differ '4 columns, expected 3'
}

# names PAGE...: what these pages of the tree name and is not there.
names() {
    (cd "$docs/../.." && find . -path ./build -prune -o -type f -print |
        awk -f tests/docs/names.awk - Makefile "$@" "$@")
}

@test "README.md is short; files, links and targets that pages name are there" {
    cd "$docs/../.."
    [ "$(wc -l <README.md)" -le 180 ]
    names README.md */README.md */*/README.md analysis/SOUNDNESS.md notebooks/*.ipynb
}

@test "a file, link or target that is not there is noticed" {
    local wrong=$BATS_TEST_TMPDIR/wrong.md
    printf '%s\n' '# One' '`sim/rules/sgd.c` and `sgd.c` [here](#one) `make setup verify`' >"$wrong"
    names "$wrong"
    wrong_is() { # LINE MESSAGE
        echo "$1" >"$wrong"
        status=0
        names "$wrong" >"$out" || status=$?
        expect_status 1
        grep -qF "$2" "$out" || show
    }
    wrong_is 'as `sim/rules/sgdd.c` says' 'names sim/rules/sgdd.c'
    wrong_is '`sgdd.c`' 'names sgdd.c'
    wrong_is '`sim/rule/`' 'names sim/rule/'
    wrong_is '    $ sh plots/tables.sh plots/table.sh' 'names plots/table.sh'
    wrong_is 'see [here](there.md)' 'names the link there.md'
    wrong_is 'see [here](sgd.c)' 'names the link sgd.c'
    wrong_is 'see [here](#two)' 'names the link #two'
    wrong_is '`make setup verifi`' 'names make verifi'
}

# Commands of analysis/README.md: not run here, but all that they name must be there.
@test "the commands of analysis/README.md are ones that the programs take" {
    local count=0
    awk 'more || /^    pnm-/ {
        sub(/^ */, ""); more = sub(/ *\\$/, "")
        printf "%s%s", $0, more ? " " : "\n" }' "$BATS_TEST_DIRNAME/../../analysis/README.md" >commands
    while read -r line; do
        # shellcheck disable=SC2086 # words of a command
        attempt $line --dump-config
        expect_status 0
        count=$((count + 1))
    done <commands
    [ "$count" -gt 20 ]
}
