#!/usr/bin/env bats
# habits.bats: what people are used to from other programs: a slip that is understood, a
# configuration file, a run that is repeated from its result, colours, Markdown.

load helpers

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
    refuse 64 "'thm31'; did you mean thm3.1\?" pnm-convergence --optimizer pnm --ratio thm31
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
    make -s build/obj/sim/version.o >/dev/null
    strings -a build/obj/sim/version.o | grep -Eo '^0\.1\.0( \(.*\))?$' | sort -u
}

@test "--version has the revision of a checkout, and results have not" {
    command -v git >/dev/null || skip "git is not installed"
    command -v strings >/dev/null || skip "strings is not installed"
    local root=$BATS_TEST_DIRNAME/../.. commit
    cp -a "$root/Makefile" "$root/sim" "$root/analysis" .
    # Neither a tarball nor one that lies in another repository.
    expect_equal "$(version_here)" '0.1.0'
    git init -q .. && expect_equal "$(version_here)" '0.1.0'
    git init -q . && echo build >.gitignore && git add .
    git -c user.name=x -c user.email=x commit -qm x
    commit=$(git rev-parse --short HEAD)
    expect_equal "$(version_here)" "0.1.0 ($commit)"
    expect_equal "$(make -s build/obj/sim/version.o)" '' 'nothing to do'
    echo '/* x */' >>sim/parse.c
    expect_equal "$(version_here)" "0.1.0 ($commit-dirty)"
    attempt pnm-simulate --optimizer sgd $short
    grep -qx '# version: 0.1.0' "$out"
}

# --- colours and Markdown -------------------------------------------------------------

# The arguments as one command in a pseudo-terminal of a good TERM.
on_terminal() {
    TERM=xterm script -qec "$*" /dev/null </dev/null | tr -d '\r' >"$out"
}

@test "verdicts have colours on a terminal, unless NO_COLOR or --color says otherwise" {
    command -v script >/dev/null || skip "script is not installed"
    script -qec true /dev/null </dev/null >"$out" 2>&1 || skip "no pseudo-terminals here"
    local run="pnm-verify --claim special-hb,eq9 --quiet"
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
    # Every line has the same number of bars that are not escaped.
    sed 's/\\|//g' markdown | awk -F'|' 'NF != 11 { exit 1 }'
    attempt pnm-verify --claim special-hb,eq9 --quiet --output a.md,a.csv
    expect_same markdown a.md
    expect_equal "$(wc -l <markdown)" $(($(row_count a.csv) + 2))
    attempt pnm-verify --list --format markdown
    sed 's/\\|//g' "$out" | awk -F'|' 'NF != 6 { exit 1 }'
}
