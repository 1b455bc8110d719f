#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# habits.bats: what people are used to from other programs: a slip that is understood, a
# configuration file, a run that is repeated from its result, colours, Markdown.

load helpers

version=$(sed -n 's/^VERSION = //p' "$BATS_TEST_DIRNAME/../../Makefile")

# --- slips ----------------------------------------------------------------------------

@test "an unknown name is told which it may have been" {
    local good="--optimizer pnm --lr 0.1 --spectrum 1"
    refuse 64 "'--spectrun'; did you mean --spectrum\?" pnm-stationary --spectrun 1
    refuse 64 "'--spectrun=1'|'--spectrun'; did you mean --spectrum\?" pnm-stationary --spectrun=1
    refuse 64 'did you mean --claim\?' pnm-verify --clam eq15
    refuse 64 'did you mean --prior-precision\?' pnm-pacbayes --prior-precison 1
    refuse 64 'did you mean --measure\?' pnm-stability --mesaure
    # shellcheck disable=SC2086
    {
        refuse 64 "'pmn'; did you mean pnm\?" pnm-stationary $good --optimizer pmn
        refuse 64 "'HeavyBall'; did you mean heavy_ball\?" pnm-stationary $good --optimizer sgd,HeavyBall
        refuse 64 "'constnat'; did you mean constant\?" pnm-stationary $good --schedule constnat
        refuse 64 "'cosin:9'; did you mean cosine\?" pnm-simulate $good --schedule cosin:9
        refuse 64 "'coupled'.*did you mean decoupled\?" pnm-stationary $good --decay coupled
        refuse 64 "'no'.*allowed: off\|on" pnm-stationary $good --lr-normalization no
        refuse 64 "'jsno'.*did you mean json\?" pnm-stationary $good --format jsno
    }
    refuse 64 "'special-bh'; did you mean special-hb\?" pnm-verify --claim special-bh
    refuse 64 "'hubr'; did you mean huber\?" pnm-convergence --optimizer pnm --loss hubr
    refuse 64 "'thm31' is not allowed; did you mean thm3.1\?; allowed: thm3.1.lemma-A2.lemma-A3" pnm-bound --optimizer pnm --ratio thm31
    all_refused
}

@test "what is near nothing is told nothing" {
    attempt pnm-stationary --bogus
    expect_message "'--bogus'; --help lists"
    expect_no_message 'did you mean'
    attempt pnm-stationary --optimizer nosuchrule $short
    expect_message "'nosuchrule'; allowed are sgd"
    expect_no_message 'did you mean'
}

# --- versions -------------------------------------------------------------------------

# What --version says after a make in $PWD, of one file alone.
version_here() {
    make -s BUILD=build build/obj/sim/cli/version.o >/dev/null
    strings -a build/obj/sim/cli/version.o | grep -Eo "^$version( \\(.*\\))?\$" | sort -u
}

@test "--version has the revision of a checkout, and results have not" {
    command -v git >/dev/null || skip "git is not installed"
    command -v strings >/dev/null || skip "strings is not installed"
    local root=$BATS_TEST_DIRNAME/../.. commit
    cp -a "$root/Makefile" "$root/sim" "$root/analysis" .
    # Neither a tarball nor one that lies in another repository.
    expect_equal "$(version_here)" "$version"
    git init -q .. && expect_equal "$(version_here)" "$version"
    git init -q . && echo build >.gitignore && git add .
    git -c user.name=x -c user.email=x commit -qm x
    commit=$(git rev-parse --short HEAD)
    expect_equal "$(version_here)" "$version ($commit)"
    expect_equal "$(make -s BUILD=build build/obj/sim/cli/version.o)" '' 'nothing to do'
    echo '/* x */' >>sim/base/parse.c
    expect_equal "$(version_here)" "$version ($commit-dirty)"
    attempt pnm-simulate --optimizer sgd $short
    grep -qxF "# version: $version" "$out"
}

# --- colours and Markdown -------------------------------------------------------------

# The arguments as one command in a pseudo-terminal of a good TERM.
on_terminal() {
    TERM=xterm script -qec "$*" /dev/null </dev/null | tr -d '\r' >"$out"
}

@test "verdicts have colours on a terminal, unless NO_COLOR or --color says otherwise" {
    command -v script >/dev/null || skip "script is not installed"
    script -qec true /dev/null </dev/null >"$out" 2>&1 || skip "no pseudo-terminals here"
    local run="pnm-verify --claim special-hb,eq9 --quiet --wide"
    unset NO_COLOR
    on_terminal "$run"
    grep -q $'\033\[94mholds\033\[0m' "$out"
    sed $'s/\033\\[[0-9;]*m//g' "$out" >plain
    on_terminal "NO_COLOR=1 $run"
    expect_same "$out" plain
    on_terminal "NO_COLOR= $run"
    grep -q $'\033' "$out"
    on_terminal "TERM=dumb $run"
    expect_same "$out" plain
    on_terminal "$run --color never"
    expect_same "$out" plain
    on_terminal "NO_COLOR=1 $run --color always"
    grep -q $'\033' "$out"
    on_terminal "$run --format csv"
    never grep -q $'\033' "$out"
    # Neither files nor pipes, whatever standard error is.
    on_terminal "$run --output a.txt,a.csv,a.md"
    on_terminal "$run --format table | cat >piped"
    never grep -q $'\033' a.txt a.csv a.md piped
    expect_same a.txt plain
    expect_same piped plain
}

@test "--color always is for tables on standard output alone" {
    attempt pnm-verify --claim special-hb --format table
    cp "$out" plain
    attempt pnm-verify --claim special-hb --format table --color always
    grep -q $'\033\[94mholds\033\[0m' "$out"
    sed $'s/\033\\[[0-9;]*m//g' "$out" >stripped
    expect_same plain stripped
    local format
    for format in csv json markdown; do
        attempt pnm-verify --claim special-hb --format $format --color always --output -,file.txt
        never grep -q $'\033' "$out" file.txt
    done
    refuse 64 "--color: 'sometimes'.*auto\|always\|never" pnm-verify --color sometimes
    all_refused
}

@test "Markdown: what the table shows, for a pull request" {
    attempt pnm-verify --claim special-hb,eq9 --quiet --format markdown
    expect_status 0
    cp "$out" markdown
    expect_equal "$(head -n 1 markdown)" \
        '| id | where | setting | paper | exact | measured | stderr | paper_verdict | exact_verdict |'
    expect_equal "$(sed -n 2p markdown)" '| --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- |'
    # Every line has the same number of bars that are not escaped. Two lines below the table count.
    expect_equal "$(tail -n 3 markdown | cut -d: -f1 | tr '\n' ';')" ';claims;rows;'
    head -n -3 markdown | sed 's/\\|//g' | awk -F'|' 'NF != 11 { exit 1 }'
    attempt pnm-verify --claim special-hb,eq9 --quiet --output a.md,a.csv
    expect_same markdown a.md
    expect_equal "$(wc -l <markdown)" $(($(row_count a.csv) + 5))
    attempt pnm-verify --list --format markdown
    sed 's/\\|//g' "$out" | awk -F'|' 'NF != 7 { exit 1 }'
}

# --- files of options -----------------------------------------------------------------

# refuse with these lines in runs.ini: refuse_file REGEX PROGRAM LINE...
refuse_file() {
    printf '%s\n' "${@:3}" >runs.ini
    refuse 64 "$1" "$2" --config runs.ini
}

@test "--config: a file says what the command line would, and the command line wins" {
    printf '%s\n' '; runs' '[pnm-stationary]' 'optimizer = pnm ; a rule' '  lr=0.1' 'spectrum = 0.5,1' \
        'replicas: 40' '' '# steps' 'steps = 200' 'burn-in = 8' 'full = yes' 'quiet = on' \
        'excess = no' >runs.ini
    attempt pnm-stationary --optimizer pnm $short --full --format csv
    cp "$out" wanted
    attempt pnm-stationary --config runs.ini
    expect_same "$out" wanted
    attempt pnm-stationary --config=runs.ini --format csv
    expect_same "$out" wanted
    attempt pnm-stationary --optimizer sgd --spectrum 2 --config runs.ini
    cp "$out" wanted
    attempt pnm-stationary --optimizer sgd $short --full --spectrum 2
    expect_same "$out" wanted
    # Byte order mark and line ends of another system, and no line end at all.
    printf '\357\273\277optimizer = sgd\r\nlr = 0.1\r\nspectrum = 2' >other.ini
    attempt pnm-simulate --config other.ini --replicas 4 --steps 9 --quiet
    expect_status 0
    attempt pnm-simulate --config <(echo 'optimizer = sgd') $short
    expect_status 0
}

@test "--config: lines of any length are whole" {
    local many
    many=$(seq -s , 1 2000)
    [ ${#many} -gt 8000 ]
    attempt pnm-stability --optimizer sgd --lr 1e-4 --spectrum "$many" --format csv
    cp "$out" wanted
    printf 'optimizer = sgd\n# %s\nspectrum = %s\nlr = 1e-4\n' "$many" "$many" >long.ini
    attempt pnm-stability --config long.ini --format csv
    expect_same "$out" wanted
    # Readers of such files are known to cut at 200 bytes.
    local length
    for length in 196 197 198 199 200 201 202 398 399 400 401; do
        printf 'optimizer=sgd\nlr=1e-4\nspectrum=%0*d\nquiet=yes\n' $((length - 9)) 7 >long.ini
        attempt pnm-stability --config long.ini --format csv
        expect_status 0
        grep -Eq '^# spectrum: 0+7$' "$out" || show
        expect_equal "$(grep '^# spectrum' "$out" | wc -c)" $((length + 5 - 1)) "$length"
    done
    { printf 'quiet = '; head -c 2000000 /dev/zero | tr '\0' y; } >long.ini
    refuse 64 'long.ini, line 1: the line is longer' pnm-stability --config long.ini
    all_refused
}

@test "--config: what is wrong is told with file, line and name" {
    refuse_file "runs.ini, line 3: 'spectrun' is not an option.*did you mean spectrum\?" pnm-stationary \
        '# a' 'lr = 1' 'spectrun = 1'
    refuse_file "runs.ini, line 1: '--lr' is not an option" pnm-stationary '--lr = 1'
    refuse_file "runs.ini, line 1: '' is not an option" pnm-stationary '= 1'
    refuse_file "runs.ini, line 1: 'claim' is not an option of pnm-stationary" pnm-stationary 'claim = eq15'
    refuse_file "runs.ini, line 1: 'config' is not an option" pnm-stationary 'config = other.ini'
    refuse_file "runs.ini, line 1: 'rerun' is not an option" pnm-stationary 'rerun = old.csv'
    refuse_file "runs.ini, line 1: 'help' is not an option" pnm-stationary 'help = yes'
    refuse_file "runs.ini, line 3: 'lr' stands there twice" pnm-stationary 'lr = 1' '' 'lr = 1'
    refuse_file "runs.ini, line 2: --seed: 'x'.*whole number from 0" pnm-stationary 'lr = 1' 'seed = x'
    refuse_file "runs.ini, line 2: --lr: '0.1x'.*number" pnm-simulate \
        'optimizer = sgd' 'lr = 0.1x' 'spectrum = 1'
    refuse_file "runs.ini, line 1: --optimizer: no update rule 'pmn'; did you mean pnm" pnm-simulate \
        'optimizer = pmn' 'lr = 0.1' 'spectrum = 1'
    refuse_file "runs.ini, line 4: --spectrum: '-1'|runs.ini, line 4: --spectrum: .*-1" pnm-simulate \
        'optimizer = sgd' 'lr = 0.1' '' 'spectrum = -1'
    refuse_file "runs.ini, line 1: --beta0: not a parameter of sgd" pnm-simulate \
        'beta0 = 1' 'optimizer = sgd' 'lr = 0.1' 'spectrum = 1'
    refuse_file "runs.ini, line 1: --format: 'jsno'.*did you mean json.*table" pnm-simulate 'format = jsno'
    refuse_file "runs.ini, line 1: full: 'maybe'.*yes\|no\|on\|off" pnm-stationary 'full = maybe'
    refuse_file "runs.ini, line 2: 'lr' stands in the section \[pnm-noise\].*\[pnm-stationary\]" \
        pnm-stationary '[pnm-noise]' 'lr = 1'
    refuse_file "runs.ini, line 2: the line is not NAME = VALUE" pnm-stationary 'lr = 1' 'quiet'
    refuse_file "runs.ini, line 2: the line is not NAME = VALUE" pnm-stationary 'lr = 1' '[pnm-stationary'
    refuse_file "runs.ini, line 2: the line is not NAME = VALUE" pnm-stationary 'lr = 1,' '   2'
    refuse_file '^pnm-stationary: --optimizer: a value is required' pnm-stationary 'lr = 1'
    printf 'lr = 1\nse\0ed = 1\n' >runs.ini
    refuse 64 'runs.ini, line 2: the line holds a zero byte' pnm-stationary --config runs.ini
    refuse 64 "--config: cannot read 'nosuch.ini': No such file" pnm-stationary --config nosuch.ini
    refuse 64 "--config: cannot read '.': Is a directory" pnm-stationary --config .
    # A value that the command line replaces is not to blame.
    echo 'lr = 1' >runs.ini
    refuse 64 '^pnm-simulate: --lr: -1 .*0 < lr' pnm-simulate --config runs.ini --optimizer sgd --lr -1 \
        --spectrum 1
    all_refused
}

# --- what a run was -------------------------------------------------------------------

# same_again PROGRAM ARGUMENT...: --dump-config, --rerun of the CSV and of the JSON give
# the same bytes, header and all, and so does --config of what --rerun dumps.
same_again() {
    local program=$1 expected quiet=--quiet
    shift
    [ "$program" != pnm-rules ] || quiet=
    attempt "$program" "$@" --output a.csv,a.json $quiet
    expected=$status
    [ "$expected" -le 2 ] || show
    attempt "$program" "$@" --dump-config
    expect_status 0
    cp "$out" dumped.ini
    attempt "$program" --config dumped.ini --output b.csv,b.json $quiet
    expect_status "$expected"
    expect_same a.csv b.csv
    expect_same a.json b.json
    attempt "$program" --rerun a.csv --output b.csv $quiet
    expect_status "$expected"
    expect_same a.csv b.csv
    attempt "$program" --rerun a.json --output b.csv $quiet
    expect_same a.csv b.csv
    attempt "$program" --rerun a.csv --dump-config
    cp "$out" dumped.ini
    attempt "$program" --config dumped.ini --output b.csv $quiet
    expect_same a.csv b.csv
}

@test "a result is run again from its header: pnm-simulate" {
    same_again pnm-simulate --optimizer pnm $short --seed 7
    same_again pnm-simulate --optimizer qhm $short --weight-decay 0.01 --decay decoupled
    same_again pnm-simulate --optimizer adam $short --schedule cosine:100:0.1
    same_again pnm-simulate --optimizer radam $short --convention torch
    same_again pnm-simulate --optimizer adamw $short --rotation haar:3 --noise isotropic:2 --batch 4 \
        --start 1 --theta-star 0.5
    same_again pnm-simulate --optimizer pnm $short --record trajectory --every 20 --replicas 2
    printf '1 -0.5  -0.5 0  -0.5\n0 0  1 0  1\n' >two_step
    same_again pnm-simulate --optimizer linear --system two_step $short
    same_again pnm-simulate --optimizer sgd --lr 3 --spectrum 1 --allow-divergence --replicas 4 --steps 9
}

@test "a result is run again from its header: pnm-stationary" {
    same_again pnm-stationary --optimizer nesterov,qhm,sgd $short --full
    same_again pnm-stationary --optimizer nesterov,qhm $short --beta1 0.9
    same_again pnm-stationary --optimizer pnm,sgd $short --lr log:0.01:0.1:3 --beta0 0,1,3 \
        --lr-normalization off --excess
    same_again pnm-stationary --optimizer adamw,adam,sgd $short --weight-decay 0
    same_again pnm-stationary --optimizer all $short --beta1 0.5
    printf '1 0.2\n0.2 2\n' >c
    same_again pnm-stationary --optimizer sgd $short --noise file:c --rng philox
    # Given, it is taken as it is; not given, rows near the margin get more.
    same_again pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1 --max-samples 1e7 --precision 0.001
    grep -qx '# given: precision' a.csv
    same_again pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1 --max-samples 1e7
    never grep -q '^# given' a.csv
}

@test "a result is run again from its header: the other programs" {
    same_again pnm-noise --optimizer pnm,qhm --beta1 0.9 --lr 0.1 --precision 0.01
    same_again pnm-noise --optimizer pnm --lr 0.1 --precision 0.01 --psd
    same_again pnm-pacbayes --optimizer pnm,sgd --lr 0.1 --spectrum 1,2 --prior-precision 10 \
        --train-size 10000 --precision 0.02
    same_again pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 1,2 --prior-precision 10 \
        --train-size 10000 --precision 0.02 --optimal-beta0
    same_again pnm-stability --optimizer pnm,qhm,sgd --lr 0.3 --spectrum 1 --measure --weight-decay 0.1
    same_again pnm-stability --optimizer sgd --map --spectrum 0.5,1
    same_again pnm-stability --optimizer pnm --map --spectrum 1 --beta0 1
    same_again pnm-rules --optimizer pnm,qhm --beta0 0,1,3
    same_again pnm-rules
    same_again pnm-verify --claim special-hb,fig7 --precision 0.01
    same_again pnm-verify --claim eq9 --strict --seed 3
}

@test "a result is run again from its header: pnm-convergence and pnm-bound" {
    same_again pnm-convergence --optimizer pnm --steps 16,64,256 --replicas 64 --slope
    same_again pnm-convergence --optimizer sgd --lr 0.1 --loss quadratic --condition 10 --dim 3 --curve \
        --steps 64 --replicas 64 --points 4
    same_again pnm-bound --optimizer pnm --ratio lemma-A3 --beta0 0,3 --sigma 0 --lr 1e-5 --steps 64
    same_again pnm-bound --optimizer pnm --search 20 --steps 32 --replicas 8
    cp a.csv free.csv
    # Given as they are by default: not free, which the header must say.
    same_again pnm-bound --optimizer pnm --search 20 --steps 32 --replicas 8 --beta0 1 --sigma 1 \
        --loss huber
    grep -qx '# given: beta0,loss,sigma' a.csv
    [ "$(body a.csv)" != "$(body free.csv)" ]
}

@test "--rerun: a run that was stopped stops there again" {
    attempt pnm-stationary --optimizer sgd,pnm $short --replicas 100000 --stop-at 2:3 --output a.csv
    grep -q '^# stop-at: 2:3' a.csv
    attempt pnm-stationary --rerun a.csv --output b.csv --quiet
    expect_same a.csv b.csv
}

@test "--rerun: the command line wins, then --config" {
    attempt pnm-stationary --optimizer pnm $short --output a.csv
    attempt pnm-stationary --optimizer sgd,qhm $short --seed 9 --noise isotropic:2 --output wanted.csv
    printf 'seed = 9\noptimizer = nesterov\n' >runs.ini
    attempt pnm-stationary --rerun a.csv --config runs.ini --optimizer sgd,qhm --noise isotropic:2 \
        --output b.csv --quiet
    expect_same wanted.csv b.csv
    attempt pnm-stationary --optimizer pnm --full $short --output full.csv
    echo 'full = no' >runs.ini
    attempt pnm-stationary --rerun full.csv --config runs.ini --output b.csv --quiet
    never grep -q '^# full' b.csv
}

@test "--rerun refuses what this program of this version has not written" {
    attempt pnm-simulate --optimizer sgd $short --output a.csv,a.json,a.txt,a.md
    refuse 64 "--rerun: 'a.csv' is of the program pnm-simulate; allowed.*pnm-noise" pnm-noise --rerun a.csv
    refuse 64 "--rerun: 'a.json' is of the program pnm-simulate" pnm-noise --rerun a.json
    local file
    for file in a.csv a.json; do
        sed "s/$version/0.0.9/" $file >old
        refuse 64 "--rerun: 'old' is of version 0.0.9; allowed is a result of version $version" \
            pnm-simulate --rerun old
    done
    grep -v '^#' a.csv >bare.csv
    sed '1,2d' a.csv >nameless.csv
    : >empty
    echo '{"provenance": 3}' >number.json
    echo '{"provenance": {"program": "pnm-simulate"' >cut.json
    echo '# a remark' >remark
    head -c 4096 "$PNM_BIN/pnm-simulate" >binary
    refuse 64 "--rerun: cut.json, line 2, column 1: the header is not whole, or no JSON: '}' expected" \
        pnm-simulate --rerun cut.json
    refuse 64 "--rerun: number.json, line 1, column 17: the header is not whole" pnm-simulate \
        --rerun number.json
    for file in bare.csv nameless.csv empty a.txt a.md remark binary /dev/null; do
        refuse 64 "--rerun: '$file' has no header.*CSV or JSON" pnm-simulate --rerun $file
    done
    refuse 64 "--rerun: cannot read 'nosuch': No such file" pnm-simulate --rerun nosuch
    refuse 64 "--rerun: cannot read '.': Is a directory" pnm-simulate --rerun .
    sed 's/# seed: 1/# seed: x/' a.csv >bad.csv
    refuse 64 "bad.csv, line [0-9]+: --seed: 'x'" pnm-simulate --rerun bad.csv
    sed 's/# seed: 1/# seat: 1/' a.csv >bad.csv
    refuse 64 "'bad.csv'.*'seat' in its header is not an option" pnm-simulate --rerun bad.csv
    sed 's/# batch: 1/# seed: 1/' a.csv >bad.csv
    refuse 64 "'bad.csv'.*'seed' in its header is there twice" pnm-simulate --rerun bad.csv
    # An old parameter that the new rule has not is told with where it comes from.
    attempt pnm-simulate --optimizer pnm --beta0 3 $short --output pnm.csv
    refuse 64 'pnm.csv, line [0-9]+: --beta0: not a parameter of sgd' pnm-simulate --rerun pnm.csv \
        --optimizer sgd
    all_refused
}

@test "--rerun reads what other programs make of a JSON result" {
    command -v python3 >/dev/null || skip "python3 is not installed"
    attempt pnm-simulate --optimizer sgd $short --spectrum 0.5 --output a.json,a.csv
    python3 -c 'import json, sys; print(json.dumps(json.load(open("a.json")), indent=4))' >pretty.json
    attempt pnm-simulate --rerun pretty.json --quiet
    expect_same "$out" a.csv
}

@test "--dump-config: what was given as it was, defaults as comments, nothing runs" {
    attempt pnm-stationary --optimizer nesterov,qhm --lr 0.1 --spectrum 0.5,1 --full --threads 2 \
        --output x.csv --dump-config
    expect_status 0
    expect_files
    cat >wanted <<'END'
[pnm-stationary]
optimizer = nesterov,qhm
lr = 0.1
spectrum = 0.5,1
full = on
threads = 2
output = x.csv
END
    grep -v '^#' "$out" >got
    expect_same got wanted
    for line in '# beta1 = 0.9; qhm: 0.999' '# noise = hessian' '# precision = 0.001' '# seed = 1'; do
        grep -qx "$line" "$out" || { echo "no line $line" >&2; show; }
    done
    refuse 64 '--spectrum: a value is required' pnm-stationary --optimizer sgd --lr 0.1 --dump-config
    refuse 64 "--spectrum: 'file:a ;b' cannot stand" pnm-stationary --optimizer sgd --lr 0.1 \
        --spectrum 'file:a ;b' --dump-config
    refuse 64 "--spectrum: 'file:a ' cannot stand" pnm-stationary --optimizer sgd --lr 0.1 \
        --spectrum 'file:a ' --dump-config
    all_refused
    status=0
    pnm-verify --dump-config >/dev/full 2>"$err" || status=$?
    expect_status 74
}
