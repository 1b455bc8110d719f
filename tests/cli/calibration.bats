#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# calibration.bats: the file of `make calibration` has every case, meets its criteria, and
# was made by this code; and files of which this is not so are refused.

load helpers

file=$BATS_TEST_DIRNAME/../calibration/calibration.txt

setup_file() {
    export OMP_WAIT_POLICY=passive
}

# refused WORDS: changed.txt is, and why is printed.
refused() {
    attempt "$PNM_BIN/../calibration/calibration" --check changed.txt
    expect_status 1
    grep -q "$1" "$out" || show
}

@test "the file has every case of the table, meets its criteria and is fresh" {
    attempt "$PNM_BIN/../calibration/calibration" --check "$file"
    expect_status 0
    [ ! -s "$out" ]
    grep -q '^# seeds: 10000$' "$file"
    # Every program that samples and judges has a row. Those that judge without sampling
    # have no false alarms to count.
    local program
    for program in stationary noise pacbayes convergence bound generalize verify; do
        grep -q "^pnm-$program " "$file"
    done
}

@test "files that miss a criterion, a row or a commit, or are stale, are refused" {
    # One false alarm more than the criterion allows.
    awk '$2 == "control" { $15 = 3 } { print }' "$file" >changed.txt
    refused 'control variance: false_alarms'
    awk '$2 == "plain" { $17 = $6 } { print }' "$file" >changed.txt
    refused 'plain variance: beyond_1.96'
    awk '$2 == "plain" { $13 = 3 } { print }' "$file" >changed.txt
    refused 'plain variance: power'
    awk '$2 == "plain" { $8 *= 1 + 2e-7 } { print }' OFMT=%.9g CONVFMT=%.9g "$file" >changed.txt
    refused 'plain variance: was made by other code'
    grep -v '^pnm-[a-z]* value ' "$file" >changed.txt
    refused 'value mean: is not the line of this row'
    sed '$d' "$file" >changed.txt
    refused 'is missing'
    { cat "$file"; tail -n 1 "$file"; } >changed.txt
    refused 'has lines of no case'
    sed 's/^\(# commit: .*\)/\1-dirty/' "$file" >changed.txt
    refused 'names no commit'
    sed 's/^# seeds: .*/# seeds: 9999/' "$file" >changed.txt
    refused 'does not have the seeds of the file'
}
