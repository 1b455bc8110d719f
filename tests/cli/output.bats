#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# output.bats: formats, where results go, and what happens when they cannot go there.

load helpers

@test "CSV: what was asked comes first, then header and rows" {
    printf '0.5 1\n' >h
    attempt pnm-simulate --optimizer pnm $short --spectrum file:h --theta-star 2 --seed 7
    expect_status 0
    expect_equal "$(head -n 1 "$out")" '# program: pnm-simulate'
    grep -Eq '^# version: [0-9]+\.[0-9]+' "$out"
    local line
    for line in 'optimizer: pnm' 'lr: 0.1' 'spectrum: file:h' 'theta-star: 2' 'noise: hessian' \
        'batch: 1' 'replicas: 40' 'steps: 200' 'burn-in: 8' 'seed: 7' 'rng: xoshiro'; do
        grep -qx "# $line" "$out" || { echo "no line # $line" >&2; show; }
    done
    # All notes stand before the header, and nothing of the machine is in them.
    expect_equal "$(awk '!/^#/ { body = 1 } body && /^#/' "$out")" ''
    never grep -q '^# threads' "$out"
    never grep -q $'\r' "$out"
    expect_equal "$(tail -c 1 "$out" | od -An -c | tr -d ' ')" '\n'
    body "$out" | awk -F, 'NF != 12 { exit 1 }'
}

@test "CSV: defaults of the rule's parameters are on record" {
    attempt pnm-simulate --optimizer pnm $short
    local line
    for line in 'beta0: 1' 'beta1: 0.9' 'lr-normalization: on'; do
        grep -qx "# $line" "$out" || { echo "no line # $line" >&2; show; }
    done
    attempt pnm-simulate --optimizer sgd $short
    never grep -q '^# beta' "$out" || show
}

@test "CSV: where chosen rules have different defaults, the record has both" {
    attempt pnm-stationary --optimizer nesterov,qhm,sgd $short
    grep -qx '# beta1: 0.9; qhm: 0.999' "$out" || show
    attempt pnm-simulate --optimizer qhm $short
    grep -qx '# beta1: 0.999' "$out" || show
}

@test "help: what wraps stays indented, and every rule's own default is there" {
    attempt pnm-simulate --help
    expect_status 0
    expect_equal "$(awk 'length > 79' "$out")" ''
    never grep -q '^--' "$out" || show
    tr -s ' \n' '  ' <"$out" | grep -q '(beta_1); 0 <= beta1 < 1; default 0.9; qhm: 0.999 ' || show
    grep -q -- '--convention=paper|torch' "$out" || show
}

@test "CSV: words are on record as words" {
    attempt pnm-simulate --optimizer pnm $short --lr-normalization off
    grep -qx '# lr-normalization: off' "$out" || show
}

@test "CSV: a line break in a parameter stays within its line" {
    printf '1\n' >$'two\nlines'
    attempt pnm-simulate --optimizer sgd $short --spectrum $'file:two\nlines'
    expect_status 0
    expect_equal "$(header "$out" | cut -d, -f1)" i
    expect_equal "$(row_count "$out")" 1
    attempt pnm-simulate --optimizer sgd $short --spectrum $'file:two\nlines' --format json
    expect_status 0
    grep -q 'two\\nlines' "$out"
}

@test "CSV and JSON: numbers read back to the same bits" {
    attempt pnm-stationary --optimizer pnm $short --format csv
    for name in measured stderr exact paper; do
        column "$out" $name
    done >csv
    attempt pnm-stationary --optimizer pnm $short --format json
    for name in measured stderr exact paper; do
        sed -n "s/.*\"$name\": \([^,}]*\).*/\1/p" "$out"
    done >json
    expect_same csv json
    awk 'length($1) < 15 { exit 1 }' csv
}

@test "JSON: provenance, columns and rows, null where there is nothing" {
    attempt pnm-stationary --optimizer sgd,pnm $short --max-samples 1 --format json
    expect_status 2
    grep -q '"provenance"' "$out"
    grep -q '"program": "pnm-stationary"' "$out"
    grep -q '"seed": "1"' "$out"
    grep -q '"measured": null' "$out"
    expect_equal "$(grep -c '"optimizer": "sgd", ' "$out")" 2
    never grep -Eiq '[:,] *(nan|-?inf)' "$out"
    # Braces, brackets and quotes are in balance.
    awk '{ text = text $0 }
        END { quotes = gsub(/"/, "", text); open = gsub(/\{/, "", text); close_ = gsub(/\}/, "", text)
              left = gsub(/\[/, "", text); right = gsub(/\]/, "", text)
              exit !(quotes % 2 == 0 && open == close_ && left == right && open > 3) }' "$out"
    if command -v jq >/dev/null; then
        expect_equal "$(jq '.rows | length' "$out")" 4
    fi
}

@test "table: aligned columns for people" {
    attempt pnm-stationary --optimizer sgd,two_batch $short --format table
    expect_status 2
    never grep -q '[,#]' "$out" || show
    expect_equal "$(wc -l <"$out")" 5
    head -n 1 "$out" | grep -Eq '^optimizer +lr .* measured +stderr +exact +paper +exact_verdict'
    never grep -q ' $' "$out"
}

@test "the ending of a file chooses its format, --format overrules it" {
    attempt pnm-simulate --optimizer sgd $short --output a.csv,a.json,a.txt,a
    expect_status 0
    [ ! -s "$out" ] || show
    expect_files a a.csv a.json a.txt
    grep -q '^i,h,' a.csv
    grep -q '"rows"' a.json
    grep -Eq '^i +h ' a.txt
    expect_same a a.csv
    attempt pnm-simulate --optimizer sgd $short --output b.csv,b.json --format table
    grep -Eq '^i +h ' b.csv
    expect_same b.csv b.json
    attempt pnm-simulate --optimizer sgd $short
    expect_same "$out" a.csv
    attempt pnm-simulate --optimizer sgd $short --output -,c.csv
    expect_same "$out" a.csv
    expect_same c.csv a.csv
}

@test "on a terminal a table, elsewhere CSV and no control characters" {
    command -v script >/dev/null || skip "script is not installed"
    script -qec true /dev/null </dev/null >"$out" 2>&1 || skip "no pseudo-terminals here"
    local run="pnm-stationary --optimizer sgd $short --precision 0.0021"
    script -qec "$run" /dev/null </dev/null >"$out" || status=$?
    grep -q 'exact_verdict' "$out"
    never grep -q '^#' "$out"
    # Standard output is a file: CSV, whatever standard error is.
    script -qec "$run >here.csv" /dev/null </dev/null >"$out" || status=$?
    grep -q '^# program' here.csv
    never grep -q $'\033' here.csv
    # Standard error is a file: no control characters in it.
    script -qec "$run 2>messages" /dev/null </dev/null >"$out" || status=$?
    never grep -q $'\033' messages
    # With --wide a small terminal changes nothing.
    script -qec "$run --wide" /dev/null </dev/null | tr -d '\r' | grep sgd >wide
    script -qec "stty cols 10 rows 2; COLUMNS=10 $run --wide" /dev/null </dev/null | tr -d '\r' | grep sgd >narrow
    expect_same wide narrow
}

@test "an old file is replaced; its mode and links to it stay" {
    echo old >target
    chmod 640 target
    ln -s target link
    ln -s nowhere dangling
    attempt pnm-simulate --optimizer sgd $short --output link,dangling
    expect_status 0
    [ -L link ] && [ -L dangling ]
    expect_files dangling link nowhere target
    grep -q '^i,h,' target
    expect_same target nowhere
    expect_equal "$(stat -c %a target)" 640
    (umask 027 && pnm-simulate --optimizer sgd $short --output new)
    expect_equal "$(stat -c %a new)" 640
}

@test "pipes and devices are written, not replaced" {
    attempt pnm-simulate --optimizer sgd $short
    cp "$out" plain
    mkfifo pipe
    cat pipe >through &
    attempt pnm-simulate --optimizer sgd $short --output pipe
    wait $!
    expect_status 0
    [ -p pipe ]
    expect_same plain through
    attempt pnm-simulate --optimizer sgd $short --output /dev/stdout
    expect_same plain "$out"
    attempt pnm-simulate --optimizer sgd $short --output /dev/null
    expect_status 0
    [ -c /dev/null ]
}

@test "output that cannot be written: 74, nothing half-written, nothing left behind" {
    local target
    mkdir folder
    : >file
    echo keep >folder/keep
    for target in missing/x.csv folder folder/ file/x.csv . .. /dev/full /proc/nosuch \
        "$(printf 'n%0300d' 0)" missing/x.csv,a.csv a.csv,missing/x.csv; do
        for program in "pnm-simulate --optimizer sgd $short" "pnm-stationary --optimizer sgd $short" \
            "pnm-verify --claim special-hb"; do
            # shellcheck disable=SC2086
            attempt $program --output "$target"
            expect_status 74 || { echo "$program --output $target" >&2; false; }
            expect_message "${program%% *}: .*--output: cannot write '"
            [ ! -s "$out" ] || show
            expect_files file folder
            expect_equal "$(ls -A folder)" keep
        done
    done
    [ -c /dev/full ]
}

@test "--list and an output that cannot be written: 74, the other file stays" {
    echo old >a.csv
    attempt pnm-verify --list --output missing/x.csv
    expect_status 74
    attempt pnm-verify --list --output a.csv,missing/x.csv
    expect_status 74
    expect_equal "$(cat a.csv)" old
    expect_files a.csv
}

@test "an ending that stands for no format: 64, unless --format is given" {
    local target
    for target in x.npz a.csv,x.parquet x.xlsx x.CSV folder.csv/x.tsv; do
        refuse 64 "--output: '.*' is not allowed; allowed are .*\\.csv, \\.json, \\.md, \\.npy or \\.txt" \
            pnm-simulate --optimizer sgd $short --output $target
    done
    all_refused
    attempt pnm-simulate --optimizer sgd $short --output x.dat --format json
    expect_status 0
    grep -q '"columns"' x.dat
    mkdir v1.2
    attempt pnm-simulate --optimizer sgd $short --output v1.2/none
    expect_status 0
    attempt pnm-simulate --optimizer sgd $short --output .results
    expect_status 0
}

@test "no name of an output: 64" {
    local target
    for target in '' , ,,; do
        attempt pnm-simulate --optimizer sgd $short --output "$target"
        expect_status 64
        expect_message "--output: '$target'.*file names"
        expect_files
    done
}

@test "an output that is a folder is refused before the run" {
    mkdir folder
    echo old >old.csv
    # Nobody would wait for this one.
    status=0
    timeout 5 pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 128 --steps 1e12 \
        --max-samples 1e18 --output old.csv,folder >"$out" 2>"$err" || status=$?
    expect_status 74
    expect_message "--output: cannot write 'folder'"
    # So the other file is as it was.
    attempt pnm-simulate --optimizer sgd $short --output old.csv,folder
    expect_status 74
    expect_equal "$(cat old.csv)" old
}

@test "standard output that cannot be written: 74" {
    local run
    for run in "pnm-simulate --optimizer sgd $short" "pnm-verify --list" "pnm-simulate --help" \
        "pnm-simulate --version" "pnm-verify --claim special-hb" "pnm-stationary --help" \
        "pnm-simulate --optimizer sgd $short --output -" \
        "pnm-simulate --optimizer sgd $short --record trajectory --format json"; do
        status=0
        $run >/dev/full 2>"$err" || status=$?
        expect_status 74 || { echo "$run" >&2; false; }
        expect_message "^${run%% *}: cannot write to standard output: No space"
        status=0
        $run >&- 2>"$err" || status=$?
        expect_status 74 || { echo "$run" >&2; false; }
    done
    expect_files
}

@test "closed standard streams do not end up in a result" {
    attempt pnm-simulate --optimizer sgd $short --output plain.csv
    pnm-simulate --optimizer sgd $short --output out.csv >&- || false
    expect_same plain.csv out.csv
    pnm-simulate --optimizer sgd --lr 0.1 --spectrum 0.5,1 --replicas 40 --steps 200 --burn-in 8 \
        --precision 0.01 --output none.csv <&- >&- 2>&- || false
    expect_equal "$(header none.csv)" "$(header plain.csv)"
    expect_equal "$(row_count none.csv)" 2
    expect_files none.csv out.csv plain.csv
}

@test "a reader that stops early" {
    local long="pnm-simulate --optimizer sgd $short --record trajectory --replicas 100 --steps 2000"
    $long 2>"$err" | head -n 1 >"$out"
    expect_equal "$(cat "$out")" '# program: pnm-simulate'
    [ ! -s "$err" ] || show
    # Where nobody dies of SIGPIPE it is an output error.
    (
        trap '' PIPE
        set +e
        $long 2>"$err" | head -n 1 >"$out"
        echo "${PIPESTATUS[0]}" >"$BATS_TEST_TMPDIR/code"
    )
    expect_equal "$(cat "$BATS_TEST_TMPDIR/code")" 74
    expect_message 'cannot write to standard output: Broken pipe'
}

@test "Ctrl-C in the middle of a run: 130, the old file stays" {
    local endless="--lr 0.1 --spectrum 1 --threads 2 --max-samples 1e18 --output old.csv,new.csv"
    local run
    for run in "pnm-simulate --optimizer sgd --replicas 128 --steps 1e12 $endless" \
        "pnm-simulate --optimizer sgd --record trajectory --replicas 128 --steps 1e12 --every 1e12 $endless" \
        "pnm-stationary --optimizer pnm --replicas 128 --steps 1e12 $endless" \
        "pnm-stationary --optimizer pnm --replicas 128 --steps 1e12 --full $endless"; do
        echo old >old.csv
        start $run
        await_threads
        interrupt
        [ ! -s "$out" ] || show
        expect_equal "$(cat old.csv)" old
        expect_files old.csv
    done
    start pnm-verify --claim fig7 --precision 1e-5 --max-samples 1e18 --threads 2 --output old.csv,new.csv
    await_threads
    interrupt
    expect_equal "$(cat old.csv)" old
    expect_files old.csv
}

@test "Ctrl-C ends a run of ever so many units" {
    echo old >old.csv
    start pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --precision 1e-8 --max-samples 1e18 \
        --threads 2 --output old.csv
    await_threads
    interrupt
    expect_equal "$(cat old.csv)" old
    expect_files old.csv
}

@test "Ctrl-C while the rows are planned" {
    echo old >old.csv
    start pnm-stationary --optimizer pnm --lr linear:0.1:0.11:1000000 --spectrum 1 --max-samples 1 \
        --quiet --output old.csv
    await_catching
    sleep 0.3
    interrupt
    expect_equal "$(cat old.csv)" old
    expect_files old.csv
}

@test "Ctrl-C while a file is waited for" {
    mkfifo pipe
    start pnm-simulate --optimizer sgd --lr 0.1 --spectrum file:pipe --output new.csv
    await_catching
    await_sleep
    interrupt
    expect_files pipe
}

@test "Ctrl-C while a reader is waited for" {
    mkfifo pipe
    exec 8<>pipe
    env --default-signal=INT pnm-simulate --optimizer sgd $short --record trajectory --replicas 100 \
        --steps 2000 --threads 1 >pipe 2>"$err" 3>&- 8>&- &
    child=$!
    : >"$out"
    await_catching
    await_sleep
    interrupt
    exec 8>&-
}
