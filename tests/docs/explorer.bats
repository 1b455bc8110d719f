#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# explorer.bats: the page that make explorer writes. Needs clang, lld, wasi-libc and Chromium
# (make setup-docs).

setup_file() {
    export root=$BATS_TEST_DIRNAME/../..
    export PYTHON=${PYTHON:-/usr/bin/python3}
    export wasm=$PNM_BIN/../wasm/explorer.wasm
    cd "$BATS_FILE_TMPDIR" || return 1
    [ -f "$wasm" ]
    explorer "$wasm" 0.0.0 explorer.html
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return 1
}

explorer() {
    "$PYTHON" -B "$root/plots/explorer/explorer.py" "$@"
}

@test "one file, which loads nothing; the same bytes again" {
    explorer "$wasm" 0.0.0 again.html
    cmp explorer.html again.html
    run grep -E '(src|srcset)=|<link [^>]*href="[^d]|@import|url\((['"'"'"]?)(http|//)|\{\{' explorer.html
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(wc -c <explorer.html)" -lt 1000000 ]
}

@test "its links to the report are claims that there are" {
    local id links
    links=$(grep -o 'href="report.html#[^"]*"' explorer.html | sed 's/.*#//; s/"//' | sort -u)
    [ "$(echo "$links" | wc -l)" -ge 5 ]
    for id in $links; do
        grep -q "^# $id: " "$root"/analysis/claims/*.md || {
            echo "$id" >&2
            return 1
        }
    done
}

@test "what is missing or broken is named, and leaves nothing behind" {
    mkdir empty
    run explorer none.wasm 0.0.0 empty/out.html
    [ "$status" -eq 1 ] && [ "$output" = "explorer.py: none.wasm: No such file or directory" ]
    echo text >text.wasm
    run explorer text.wasm 0.0.0 empty/out.html
    [ "$status" -eq 1 ] && [ "$output" = "explorer.py: text.wasm: no WebAssembly" ]
    run explorer "$wasm" 0.0.0 empty/none/out.html
    [ "$status" -eq 74 ]
    run explorer "$wasm"
    [ "$status" -eq 64 ]
    [ -z "$(ls empty)" ]
}

@test "in a browser: the programs' bits, sliders, keys, nothing cut at 360, 768 and 1440 pixels" {
    run timeout 120 "$PYTHON" -B "$root/tests/docs/explorer.py" explorer.html "$PNM_BIN"
    echo "$output"
    [ "$status" -eq 0 ] && [ -z "$output" ]
}

# damaged SED_SCRIPT PART MESSAGE: that part of the browser's test notices
damaged() {
    sed "$1" explorer.html >damaged.html
    if cmp -s explorer.html damaged.html; then return 1; fi
    run timeout 120 "$PYTHON" -B "$root/tests/docs/explorer.py" --only "$2" damaged.html "$PNM_BIN"
    echo "$output"
    [ "$status" -eq 1 ] && [[ $output == *"$3"* ]]
}

@test "the browser's test notices a page that is damaged" {
    damaged 's/^<main /<main style="width: 900px" /' nothing_is_cut 'width of the page at 360'
    damaged 's/explorer_set(own, k, value/explorer_set(own, k + (k == 0), value/' same_bits 'that differ'
    damaged 's/^        p.line(exact, dashed(s));/ /' sliders_move 'beta1 moves #variance .exact'
    damaged 's/^"use strict";$/console.error("no");/' labelled 'console'
    damaged 's/<label for="rule">Rule<\/label>//' labelled 'controls without a label'
}
