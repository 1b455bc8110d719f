#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# files.bats: what becomes of the files that programs read and write when something goes wrong.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

small="--lr 0.1 --replicas 4 --steps 9 --burn-in 1 --quiet"

# with_fault FAULT COMMAND...: as attempt, with a failure as tests/faults/call.c says.
with_fault() {
    [ -e "$PNM_BIN/../tests/call.so" ] || { echo "make build/tests/call.so first" >&2; return 1; }
    status=0
    LD_PRELOAD=$PNM_BIN/../tests/call.so PNM_FAULT=$1 timeout 60 "${@:2}" >"$out" 2>"$err" || status=$?
}

# --- reading --------------------------------------------------------------------------

@test "an error in reading is told as what it is, wherever it comes" {
    local which option
    seq -f '0.%g' 101 200 >h
    printf 'spectrum = 0.5\n%s\nlr = 0.1\n' "$(seq -f '# %g' 100)" >runs.ini
    for which in 1 3; do
        with_fault read:$which:EIO:h pnm-simulate --optimizer sgd $small --spectrum file:h
        expect_status 64
        expect_message "^pnm-simulate: --spectrum: cannot read 'h': Input/output error$"
        with_fault read:$which:EIO:runs.ini pnm-simulate --optimizer sgd $small --config runs.ini
        expect_status 64
        expect_message "^pnm-simulate: --config: cannot read 'runs.ini': Input/output error$"
    done
    printf '0.5 1\n' >two
    for option in noise start theta-star rotation; do
        with_fault read:1:EIO:two pnm-simulate --optimizer sgd $small --spectrum 1,2 --$option file:two
        expect_status 64
        expect_message "^pnm-simulate: --$option: cannot read 'two': Input/output error$"
    done
    with_fault read:1:EIO:two pnm-simulate --optimizer linear $small --spectrum 1 --system two
    expect_message "^pnm-simulate: --system: cannot read 'two': Input/output error$"
    attempt pnm-simulate --optimizer sgd $small --spectrum 1,2 --stop-at 1:0 --checkpoint kept
    with_fault read:2:EIO:kept pnm-simulate --optimizer sgd $small --spectrum 1,2 --resume kept
    expect_status 64
    expect_message "^pnm-simulate: --resume: cannot read 'kept': Input/output error$"
    # A program without memory says so.
    with_fault open:1:ENOMEM:runs.ini pnm-simulate --optimizer sgd $small --config runs.ini
    expect_status 71
    with_fault open:1:ENOMEM:two pnm-simulate --optimizer sgd $small --spectrum file:two
    expect_status 71
}

@test "--rerun: no part of a header is taken for the whole" {
    local kind line which
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum const:1:901 --replicas 4 --steps 9 --burn-in 1 \
        --seed 77 --quiet --output a.csv,a.json
    cp a.csv whole.csv
    # Cut at lines, and within lines.
    for line in $(seq 1 3 "$(grep -c '^#' a.csv)"); do
        head -n $((line - 1)) a.csv >cut.csv
        refuse 64 '--rerun: ' pnm-simulate --rerun cut.csv
        sed "${line}d" a.csv >cut.csv
        refuse 64 '--rerun: ' pnm-simulate --rerun cut.csv
    done
    head -c "$(grep -bo const:1:901 a.csv | sed 's/:.*//')" a.csv >cut.csv
    echo -n const:1:9 >>cut.csv
    refuse 64 'not whole: it lacks its last line, header-lines' pnm-simulate --rerun cut.csv
    sed '/^# seed/d; s/\(header-lines: \).*/\1'"$(($(grep -c '^#' a.csv) - 1))/" a.csv >cut.csv
    refuse 64 "the header of 'cut.csv' is not whole: it lacks seed, which every one has" \
        pnm-simulate --rerun cut.csv
    sed '/"seed"/d; s/\("header-lines": \)"[0-9]*"/\1"'"$(($(grep -c '^#' a.csv) - 1))\"/" a.json >cut.json
    refuse 64 'it lacks seed' pnm-simulate --rerun cut.json
    sed 's/\("lr": \)"0.1"/\1"x"/' a.json >cut.json
    refuse 64 "^pnm-simulate: cut.json: --lr: 'x' is not a number" pnm-simulate --rerun cut.json
    sed 's/\("lr": \)"0.1"/\10.1/' a.json >cut.json
    refuse 64 "'cut.json' has no header" pnm-simulate --rerun cut.json
    for line in '{}' '{"program": "pnm-simulate"}' "{$(grep -o '"version": "[^"]*"' a.json)}" '[]'; do
        echo "{\"provenance\": $line, \"columns\": []}" >cut.json
        refuse 64 "'cut.json' has no header that says where its numbers come from" pnm-simulate --rerun cut.json
    done
    for line in '{"columns": []}' '{"provenance" 3}' '{provenance: {}}' '[]'; do
        echo "$line" >cut.json
        refuse 64 "'cut.json' has no header" pnm-simulate --rerun cut.json
    done
    sed '/"seed"/d' a.json >cut.json
    refuse 64 'is not whole: it has [0-9]* lines where it says [0-9]*' pnm-simulate --rerun cut.json
    sed '/^# header-lines/a # seed: 1' a.csv >cut.csv
    refuse 64 'goes on behind its last line' pnm-simulate --rerun cut.csv
    for line in 's/^# program/#program/' 's/^# program: /# program /' 's/^# lr: /#lr: /'; do
        sed "$line" a.csv >cut.csv
        refuse 64 "'cut.csv' has no header that says where" pnm-simulate --rerun cut.csv
    done
    all_refused
    for kind in csv json; do
        for which in 1 3 5; do
            with_fault read:$which:EIO:a.$kind pnm-simulate --rerun a.$kind --quiet
            expect_status 64
            expect_message "--rerun: cannot read 'a.$kind': Input/output error"
            with_fault read:$which+:end:a.$kind pnm-simulate --rerun a.$kind --quiet
            expect_status 64
        done
        attempt pnm-simulate --rerun a.$kind --quiet
        expect_same "$out" whole.csv
    done
}

@test "the mark of UTF-8 that editors write is skipped by every reader" {
    local name
    printf '1 0.2\n0.2 2\n' >c
    printf '1 -0.5  -0.5 0  -0.5\n0 0  1 0  1\n' >two_step
    printf '0.5 1\n' >h
    attempt pnm-simulate --optimizer linear $small --spectrum file:h --start file:h --noise file:c \
        --system two_step --output a.csv,a.json
    expect_status 0
    for name in c two_step h a.csv a.json; do
        { printf '\357\273\277' && cat "$name"; } >marked
        mv marked "$name"
    done
    attempt pnm-simulate --optimizer linear $small --spectrum file:h --start file:h --noise file:c \
        --system two_step --output b.csv
    tail -c +4 a.csv >a
    expect_same a b.csv
    for name in a.csv a.json; do
        attempt pnm-simulate --rerun $name --output b.csv --quiet
        expect_same a b.csv
    done
    printf '\357\2731\n' >part
    refuse 64 '--spectrum: part, line 1, column 1: .*part of the mark' pnm-simulate --optimizer sgd \
        $small --spectrum file:part
    all_refused
}

@test "the line ends of every system are line ends to every reader" {
    local run="pnm-simulate --optimizer sgd $small"
    printf '# h\r0.5\r1\r' >h
    printf '# C\r1 0.1\r0.1 2' >c
    printf '3\r-4\r' >two
    printf '0.5 1\n' >h.unix
    printf '1 0.1\n0.1 2\n' >c.unix
    printf '3\n-4\n' >two.unix
    attempt $run --spectrum file:h.unix --noise file:c.unix --start file:two.unix --theta-star file:two.unix
    body "$out" >wanted
    attempt $run --spectrum file:h --noise file:c --start file:two --theta-star file:two
    expect_same wanted <(body "$out")
    printf 'a,y\r1,2\r3,4\r5,7\r' >data.csv
    printf 'a,y\r\n1,2\r\n3,4\r\n5,7\r\n' >windows.csv
    attempt pnm-stability --optimizer sgd --lr 0.1 --loss least-squares --data windows.csv
    expect_status 0
    body "$out" >wanted
    attempt pnm-stability --optimizer sgd --lr 0.1 --loss least-squares --data data.csv
    expect_same wanted <(body "$out")
    printf '# A0, A1, b\r1 -0.1 0.1\r' >rule.txt
    printf '[pnm-stability]\roptimizer = linear\rsystem = rule.txt\rspectrum = 0.5\rlr = 0.1\r' >run.ini
    attempt pnm-stability --config run.ini --output one.csv
    expect_status 0
    tr '\n' '\r' <one.csv >mac.csv
    attempt pnm-stability --rerun mac.csv --output two.csv
    expect_same one.csv two.csv
}

@test "what is malformed is told with line and column" {
    printf '# h\n\n0.5, 1, \303\2511x 2\n' >h
    refuse 64 "--spectrum: h, line 3, column 9: '.*' is not a number" pnm-simulate --optimizer sgd $small \
        --spectrum file:h
    printf '1 2 3\n1 2 # 3\n' >h
    refuse 64 '--spectrum: h, line 2, column 5: the line ends after 2 numbers, .* 3 each' pnm-simulate \
        --optimizer sgd $small --spectrum file:h
    printf '1\n\n2\n' >h
    refuse 64 "--start: 'h' holds 2 numbers, the last in line 3; allowed are 3" pnm-simulate \
        --optimizer sgd $small --spectrum 1,2,3 --start file:h
    refuse 64 "--system: 'h' holds 2 rows of 1 numbers, the last in line 3" pnm-simulate --optimizer linear \
        $small --spectrum 1,2,3 --system h
    all_refused
}

@test "a decimal comma is a list, with a warning that says how many numbers were read" {
    local text
    for text in '1,5' '+2,50' '1.234,5' '1,234.5' '1,234'; do
        printf '%s # a comment\n\n%s\n' "$text" "$text" >h
        attempt pnm-stability --optimizer sgd --lr 1e-9 --spectrum file:h
        expect_status 0
        expect_message "^warning: --spectrum: 'h' was read as 4 numbers, 2 in a line; a comma separates numbers, and a decimal point is '.'$"
    done
    for text in '1, 5' '1,5,2' '1.5,2.5' '1,0.3' '15' '0.5,1' ',5' '1,'; do
        printf '%s\n' "$text" >h
        attempt pnm-stability --optimizer sgd --lr 1e-9 --spectrum file:h
        expect_status 0
        expect_no_message .
    done
    # A matrix of whole numbers is what it looks like.
    printf '1,0\n0,1\n' >c
    attempt pnm-simulate --optimizer sgd --lr 0.1 --replicas 4 --steps 9 --spectrum 1,2 --noise file:c \
        --rotation file:c
    expect_status 0
    expect_no_message comma
    printf '1,5\n2\n' >h
    refuse 64 "line 2, column 2: the line ends after 1 numbers.*a decimal point is '\.'" pnm-simulate \
        --optimizer sgd $small --spectrum file:h
    refuse 64 "--batch: '1,5' has a comma, and a decimal point is '\.'" pnm-simulate --optimizer sgd $small \
        --spectrum 1 --batch 1,5
    printf '1.234.567,5\n' >h
    refuse 64 "line 1, column 1: '1.234.567'.*a decimal point is '\.'" pnm-simulate --optimizer sgd $small \
        --spectrum file:h
    printf '1,5\n2,5\n' >h
    refuse 64 "--noise: 'h'.*a decimal point is '\.'" pnm-simulate --optimizer sgd $small --spectrum 1,2 \
        --noise file:h
    refuse 64 "--start: 'h' holds 4 numbers.*a decimal point is '\.'" pnm-simulate --optimizer sgd $small \
        --spectrum 1,2 --start file:h
    all_refused
    attempt pnm-simulate --optimizer sgd --lr 0.1 --replicas 4 --steps 9 --spectrum file:h
    expect_message "^warning: --spectrum: 'h' was read as 4 numbers"
    attempt pnm-simulate --optimizer sgd $small --spectrum file:h
    expect_no_message .
}

@test "the texts that belong to the programs are whole or not used" {
    local which
    for which in 1 2 5; do
        with_fault read:$which:EIO:special_hb.md pnm-verify --explain special-hb
        expect_status 70
        expect_message "special_hb.md', which belongs to this program, cannot be read: Input/output error"
        [ ! -s "$out" ] || show
        echo old >a.gp
        with_fault read:$which:EIO:table.gp pnm-simulate --optimizer sgd $small --spectrum 1,2 --plot a.gp
        expect_status 70
        expect_message "table.gp', which belongs to this program, cannot be read: Input/output error"
        expect_equal "$(<a.gp)" old
    done
}

# --- one file for two things ----------------------------------------------------------

# overwrites MESSAGE FILE COMMAND...: the run is refused and the file is as it was.
overwrites() {
    cp -L "$2" "$BATS_TEST_TMPDIR/before"
    attempt "${@:3}"
    expect_status 64
    expect_message "$1"
    expect_same "$2" "$BATS_TEST_TMPDIR/before" "${*:3}"
}

# required PROGRAM: options without which it says that they are required.
required() {
    case $1 in
        pnm-rules | pnm-verify | pnm-bound) ;;
        pnm-noise | pnm-convergence) echo --optimizer sgd ;;
        pnm-worst-case | pnm-margin | pnm-train | pnm-generalize) echo --optimizer sgd --lr 1 ;;
        pnm-pacbayes) echo --optimizer sgd --spectrum 1 --prior-precision 10 --train-size 100 ;;
        *) echo --optimizer sgd --spectrum 1 ;;
    esac
}

@test "no output is one of the inputs: every option of every program that names a file" {
    local program option form output files=0
    echo '# nothing' >in
    ln -s in soft.svg
    for program in "$PNM_BIN"/pnm-*; do
        program=${program##*/}
        attempt "$program" --help
        expect_status 0
        tr -s ' \n' ' ' <"$out" | grep -oE -e ' --[a-z-]+=[^ ]*(FILE|RESULT|SPEC|PATH|FOLDER)' >options
        grep -q -e '--output=' options
        while IFS='= ' read -r option form; do
            case $option in --output | --plot | --rerun) continue ;; esac
            case $form in *FILE*) form=in ;; *) form=file:in ;; esac
            files=$((files + 1))
            # The outputs take turns.
            output=--output
            [ $((files % 3)) != 1 ] || ! grep -q -e ' --plot=' options || output=--plot
            case $option,$((files % 3)) in
                --checkpoint,* | --resume,*) ;;
                *,2) ! grep -q -e ' --checkpoint=' options || output=--checkpoint ;;
            esac
            # Of two that are written the one that help names first comes first.
            overwrites "^$program: ($output: 'soft.svg' is the file of $option|$option: 'in' is the file of $output); allowed is another file$" \
                in "$program" $(required "$program") $option $form $output soft.svg
        done <options
    done
    [ $files -gt 30 ] || { echo "only $files options" >&2; false; }
}

@test "no output is one of the inputs: through links and other names" {
    local name
    printf '0.5\n' >in
    ln in hard
    ln -s in soft
    ln -s "$PWD" there
    for name in in ./in hard soft there/in "$PWD/in"; do
        overwrites "^pnm-simulate: --output: '$name' is the file of --spectrum; allowed is another file$" in \
            pnm-simulate --optimizer sgd $small --spectrum file:in --output "a.csv,$name"
        overwrites "^pnm-simulate: --checkpoint: '$name' is the file of --spectrum" in \
            pnm-simulate --optimizer sgd $small --spectrum file:in --checkpoint "$name"
    done
    # What a file of options or a header names counts as much.
    printf 'output = in\n' >runs.ini
    overwrites "--output: 'in' is the file of --spectrum" in \
        pnm-simulate --optimizer sgd $small --spectrum file:in --config runs.ini
    attempt pnm-simulate --optimizer sgd $small --spectrum file:in --output a.csv
    overwrites "--output: 'in' is the file of --spectrum" in pnm-simulate --rerun a.csv --output in
    overwrites "--output: 'a.csv' is the file of --rerun" a.csv pnm-simulate --rerun a.csv --output a.csv
    # Standard output is an output.
    cp in before
    status=0
    pnm-simulate --optimizer sgd $small --spectrum file:in >>in 2>"$err" || status=$?
    expect_status 64
    expect_message "^pnm-simulate: --output: 'standard output' is the file of --spectrum"
    expect_same in before
    expect_files a.csv before hard in runs.ini soft there
}

@test "no output is another output, there or not yet" {
    local pair
    echo old >old
    ln -s new dangling
    ln -s old soft
    mkdir folder
    for pair in a,a a,./a a,folder/../a new,dangling old,soft "a,$PWD/a" a,b,./a; do
        attempt pnm-simulate --optimizer sgd $small --spectrum 1 --output $pair
        expect_status 64
        expect_message "^pnm-simulate: --output: '${pair##*,}' is the same file as '${pair%%,*}' before it"
    done
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --output folder/a,a --checkpoint folder/../a
    expect_status 64
    expect_message "^pnm-simulate: --output: 'a' is the file of --checkpoint"
    status=0
    pnm-simulate --optimizer sgd $small --spectrum 1 --output -,old >>old 2>"$err" || status=$?
    expect_status 64
    expect_equal "$(cat old)" old
    # Devices may be named as often as one likes; a checkpoint may be resumed and replaced.
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --output /dev/null,/dev/null,-
    expect_status 0
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --stop-at 1:0 --checkpoint kept
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --resume kept --checkpoint kept
    expect_status 0
    expect_files dangling folder kept old soft
}

# --- writing --------------------------------------------------------------------------

@test "every way in which a write can fail: 74, the old file stays, nothing is left" {
    local fault why
    while read -r fault why; do
        for why in EIO ENOSPC; do
            echo old >old.csv
            with_fault "$fault:$why" pnm-simulate --optimizer sgd $small --spectrum 1 --output old.csv
            expect_status 74 || { echo "$fault" >&2; false; }
            expect_message "^pnm-simulate: --output: cannot write 'old.csv': (Input/output error|No space left)"
            expect_equal "$(<old.csv)" old
            expect_files old.csv
            rm old.csv
            case $fault in rename* | link:2) continue ;; esac
            with_fault "$fault:$why" pnm-simulate --optimizer sgd $small --spectrum 1 --output old.csv
            expect_status 74 || { echo "$fault" >&2; false; }
            expect_files
        done
    done <<'END'
write:1
close:1
fsync:1
link:1
link:2
rename:1
END
    echo old >old.csv
    with_fault link:2:ENOMEM pnm-simulate --optimizer sgd $small --spectrum 1 --output old.csv
    expect_status 71
    expect_message '^pnm-simulate: not enough memory for writing a file$'
    expect_equal "$(<old.csv)" old
}

@test "without files that have no name, the same: temporary files have names" {
    local fault
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --output wanted
    # They can neither be opened nor, where they can, be named.
    for fault in open:1:EOPNOTSUPP:. link:1+:EOPNOTSUPP; do
        echo old >old.csv
        with_fault $fault pnm-simulate --optimizer sgd $small --spectrum 1 --output old.csv
        expect_status 0
        expect_same old.csv wanted
        expect_files old.csv wanted
    done
}

@test "a folder that cannot be synced: 74, and the message says that the file is there" {
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --output wanted
    with_fault fsync-folder:1:EIO pnm-simulate --optimizer sgd $small --spectrum 1 --output a.csv
    expect_status 74
    expect_message "^pnm-simulate: --output: 'a.csv' is written, but its folder cannot be synced, .*: Input/output error$"
    expect_same a.csv wanted
}

@test "of several results those that can be written are, and the message says which" {
    echo old >b.csv
    echo old >c.csv
    with_fault rename:1:ENOSPC:b.csv pnm-simulate --optimizer sgd $small --spectrum 1 \
        --output a.csv,b.csv,c.csv,-
    expect_status 74
    expect_message "^pnm-simulate: --output: cannot write 'b.csv': No space left on device; written: a.csv, c.csv, standard output; not written: b.csv$"
    expect_equal "$(<b.csv)" old
    expect_same a.csv c.csv
    expect_same a.csv "$out"
}

@test "a file beyond the limit of sizes: 74, nothing is left" {
    uncounted
    local run="pnm-simulate --optimizer sgd $small --spectrum linear:0.1:1:200"
    echo old >old.csv
    attempt bash -c "ulimit -f 1; $run --output old.csv,new.csv"
    expect_status 74
    expect_message "^pnm-simulate: --output: cannot write 'old.csv': File too large; written: none; not written: old.csv, new.csv$"
    expect_equal "$(<old.csv)" old
    expect_files old.csv
    attempt bash -c "ulimit -f 1; $run >cut.csv"
    expect_status 74
    expect_message '^pnm-simulate: cannot write to standard output: File too large$'
}

@test "killed while it writes: the old file or the new one, and the next run clears away" {
    local fault hidden
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --output new
    for fault in write:1 fsync:1 link:1 link:2 rename:1 fsync-folder:1; do
        echo old >a.csv
        with_fault $fault:kill pnm-simulate --optimizer sgd $small --spectrum 1 --output a.csv
        expect_status 137
        case $fault in
            fsync-folder:1) expect_same a.csv new ;;
            *) expect_equal "$(<a.csv)" old ;;
        esac
        hidden=$(find . -name '.a.csv.*' | wc -l)
        expect_equal "$hidden" "$([ $fault = rename:1 ] && echo 1 || echo 0)" "$fault"
        attempt pnm-simulate --optimizer sgd $small --spectrum 1 --output a.csv
        expect_same a.csv new
        expect_files a.csv new
    done
}

@test "what killed programs left is cleared away, and nothing else" {
    local kept
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --stop-at 1:0 --checkpoint kept
    mkdir folder
    ln -s folder/target link
    : >.kept.pnm-00beef
    : >.a.csv.pnm-00beef
    : >folder/.target.pnm-123abc
    : >.picture.txt.pnm-ffffff
    mkdir .a.csv.pnm-000000
    for kept in .a.csv.pnm-00beeg .a.csv.pnm-00bee .a.csv.pnm-00beef1 .b.csv.pnm-00beef a.csv.pnm-00beef \
        .a.csv.00beef; do
        : >$kept
    done
    : >.a.csv.pnm-0000aa
    ln -s kept .a.csv.pnm-0000bb
    # Somebody writes this one.
    (
        exec 9>.a.csv.pnm-0000aa
        flock 9
        pnm-simulate --optimizer sgd $small --spectrum 1 --resume kept --output a.csv,link \
            --plot picture.txt 9>&-
    )
    expect_files .a.csv.00beef .a.csv.pnm-000000 .a.csv.pnm-0000aa .a.csv.pnm-0000bb .a.csv.pnm-00bee \
        .a.csv.pnm-00beef1 .a.csv.pnm-00beeg .b.csv.pnm-00beef a.csv a.csv.pnm-00beef folder kept link \
        picture.txt
    expect_equal "$(ls -A folder)" target
}

@test "a file that is replaced keeps its owner; its other names keep the old content" {
    echo old >a.csv
    ln a.csv b.csv
    chmod 640 a.csv
    if [ "$(id -u)" = 0 ]; then
        chown 1234:4321 a.csv
    fi
    stat -c '%u %g %a' a.csv >before
    attempt pnm-simulate --optimizer sgd $small --spectrum 1 --output a.csv
    expect_status 0
    expect_equal "$(stat -c '%u %g %a' a.csv)" "$(<before)"
    expect_equal "$(<b.csv)" old
}

# --- pictures -------------------------------------------------------------------------

@test "a picture that is cut short does not replace a whole one" {
    local ending run="pnm-simulate --optimizer sgd $small --spectrum 0.1,0.5,1"
    for ending in svg png pdf txt; do
        attempt $run --plot whole.$ending
        expect_status 0
        [ $ending = txt ] || cp whole.$ending picture.$ending
    done
    never grep -q 'end of the drawing' whole.txt
    printf 'a drawing\n\n--- end of the drawing ---\n' >picture.txt
    # A gnuplot that the disk lets write so many bytes and that does not mind.
    mkdir bin
    printf '#!/bin/sh\ncat >script\nif grep -q GPVAL script; then echo dumb; else head -c "$BYTES" "$PICTURE"; fi\n' \
        >bin/gnuplot
    chmod +x bin/gnuplot
    for ending in svg png pdf txt; do
        local size
        size=$(wc -c <picture.$ending)
        for bytes in 1 $((size / 2)) $((size - 3)) $size; do
            echo old >a.$ending
            BYTES=$bytes PICTURE=picture.$ending PATH=$PWD/bin:$PATH attempt $run --plot a.$ending
            if [ "$bytes" = "$size" ]; then
                expect_status 0
                [ "$(head -c 3 a.$ending)" != old ]
            else
                expect_status 74
                expect_message "^pnm-simulate: --plot: gnuplot's picture is cut short"
                expect_equal "$(<a.$ending)" old
            fi
        done
    done
}

@test "a disk without room for a picture: 74, and the old one stays" {
    uncounted
    echo old >a.svg
    attempt bash -c "ulimit -f 1; pnm-simulate --optimizer sgd $small --spectrum 1,2 --plot a.svg"
    expect_status 74
    expect_message '^pnm-simulate: --plot: (cannot use a temporary file for gnuplot: File too large|gnuplot has failed)'
    expect_equal "$(<a.svg)" old
    attempt bash -c "ulimit -f 16; pnm-simulate --optimizer sgd $small --spectrum linear:0.1:1:300 --plot a.svg"
    expect_status 74
    expect_equal "$(<a.svg)" old
    expect_files a.svg
}

@test "a plot without files to work in: 74 or 71, and the old one stays" {
    local scratch='/memfd:plot (deleted)' which said=0
    echo old | tee a.svg a.gp >a.txt
    # draws STATUS FAULT FILE: with the fault.
    draws() {
        with_fault "$2" pnm-simulate --optimizer sgd $small --spectrum 1,2 --plot "$3"
        expect_status "$1"
        expect_equal "$(<"$3")" old
    }
    for which in 1 2 3; do
        draws 74 "write:$which:ENOSPC:$scratch" a.svg
        expect_message '^pnm-simulate: --plot: cannot use a temporary file for gnuplot: No space left on device$'
    done
    draws 71 "write:1:ENOMEM:$scratch" a.svg
    expect_message '^pnm-simulate: not enough memory for the plot$'
    for which in 1 2; do
        draws 74 "read:$which:EIO:$scratch" a.svg
        expect_message '^pnm-simulate: --plot: cannot use a temporary file for gnuplot: Input/output error$'
    done
    # From one of its files on, none can be opened any more.
    for which in $(seq 20); do
        with_fault "open:$which+:EMFILE" pnm-simulate --optimizer sgd $small --spectrum 1,2 --plot a.gp
        [ $status -ne 0 ] || break
        expect_message 'Too many open files$'
        never grep -v '^pnm-simulate: ' "$err"
        ! grep -q 'cannot use a temporary file' "$err" || said=$((said + 1))
    done
    expect_status 0
    expect_equal $said 2
    # Where gnuplot has no picture, no window has to be looked for.
    attempt bash -c "pnm-simulate --optimizer sgd $small --spectrum 1,2 --plot text 2>/dev/full"
    expect_status 74
    expect_equal "$(wc -l <"$out")" "$(pnm-simulate --optimizer sgd $small --spectrum 1,2 | wc -l)"
}

# --- signals --------------------------------------------------------------------------

# mask NAME: the signals that the program catches (SigCgt) or ignores (SigIgn), as hexadecimal.
mask() {
    awk -v name="$1:" '$1 == name { print substr($2, 9) }' "/proc/$child/status"
}

# await_mask NAME BITS: until the program's signals of that kind hold all of these.
await_mask() {
    for _ in $(seq 600); do
        [ "$((0x$(mask "$1") & $2))" -ne $(($2)) ] || return 0
        sleep 0.05
    done
    echo "$1 is $(mask "$1"), without some of $2" >&2
    return 1
}

endless="--optimizer sgd --lr 0.1 --spectrum 1 --replicas 128 --steps 1e12 --max-samples 1e18 --quiet --threads 1"

@test "a closed terminal and the limit of processor time leave a checkpoint, sent twice too" {
    local name
    for name in HUP XCPU TERM INT; do
        start pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 100000000 --steps 1000 \
            --max-samples 1e18 --quiet --threads 1 --checkpoint kept --checkpoint-every 1e9 --output new.csv
        # SIGHUP 1, SIGINT 2, SIGTERM 15, SIGXCPU 24 are caught, SIGXFSZ 25 is ignored.
        await_mask SigCgt 0x804003
        await_mask SigIgn 0x1000000
        sleep 0.2
        kill -$name "$child"
        case $name in HUP | XCPU) kill -$name "$child" 2>/dev/null || true ;; esac
        status=0
        wait "$child" || status=$?
        child=
        expect_status 130
        expect_message '^pnm-simulate: interrupted$'
        expect_files kept
        attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 100000000 --steps 1000 \
            --max-samples 1e18 --quiet --max-seconds 0 --resume kept
        expect_status 0
        holds "$(column "$out" count) > 0"
        rm kept
    done
}

@test "signals that are ignored at the start stay so" {
    trap '' INT HUP
    pnm-simulate $endless --output new.csv >"$out" 2>"$err" 3>&- &
    child=$!
    await_mask SigCgt 0x804000
    await_mask SigIgn 3
    kill -INT "$child"
    kill -HUP "$child"
    sleep 0.1
    kill -TERM "$child"
    status=0
    wait "$child" || status=$?
    child=
    expect_status 130
}

# --- --dump-config --------------------------------------------------------------------

@test "--dump-config writes nothing that the program refuses" {
    local wrong
    for wrong in '--amsgrad=nan' '--lr nan' '--beta1 2' '--rng foo' '--burn-in x' '--schedule foo' \
        '--stop-at x' '--start x' '--noise foo' '--rotation foo' '--optimizer foo' '--spectrum -1' \
        '--beta3 1' '--output in --spectrum file:in'; do
        refuse 64 '^pnm-simulate: --[a-z0-9-]*: ' pnm-simulate --optimizer adapnm $small --spectrum 1 \
            $wrong --dump-config
    done
    all_refused
    # What a line of the file could not hold is told.
    for wrong in 'file:x ' $'file:x\ny' $'file:x\ry' 'file:x ;y'; do
        refuse 64 "cannot stand in a file for --config: a blank at the end, a line break or ' ;'" \
            pnm-simulate --optimizer sgd $small --spectrum "$wrong" --dump-config
    done
    attempt pnm-simulate --optimizer sgd $small --spectrum 'file:x;y' --dump-config
    grep -qx 'spectrum = file:x;y' "$out"
    all_refused
    # Files need not be there.
    attempt pnm-simulate --optimizer linear --system none $small --spectrum file:none --noise file:none \
        --start file:none --theta-star file:none --rotation file:none --resume none --weight-decay 0.1 \
        --dump-config
    expect_status 0
    grep -qx 'spectrum = file:none' "$out"
    grep -qx 'resume = none' "$out"
    attempt pnm-convergence --optimizer pnm --loss foo --dump-config
    expect_status 64
}
