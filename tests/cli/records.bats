# shellcheck shell=bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What the programs print is what was recorded (tests/records.sh): a change of any result, message or
# verdict is noticed, also where no other test looks. If it is meant, make records writes them anew.
load helpers

records=$BATS_TEST_DIRNAME/../records

# compare RECORDED NOW
compare() {
    attempt awk -f "$records/compare.awk" "$1" "$2"
}

@test "results, messages and claims are those that were recorded" {
    mkdir now
    timeout 600 bash "$BATS_TEST_DIRNAME/../records.sh" "$PNM_BIN" now
    for part in runs answers terminal refused claims; do
        compare "$records/$part.txt" now/$part.txt
        expect_status 0
    done
}

@test "a record tells a change of a number, of a word, of a sign and of a line" {
    printf 'id,a b,0.25,-1,"x=3, y"\nlast\n' >recorded
    compare recorded recorded
    expect_status 0
    for change in s/0.25/0.250000001/ s/a.b/a,b/ s/-1/1/ s/x=3/x=4/ s/x=3/x:3/ s/id/Id/ s/0.25// s/y.$/y/ 1d 1p; do
        sed "$change" recorded >now
        compare recorded now
        expect_status 1
    done
    sed s/0.25/0.2500000000001/ recorded >now
    compare recorded now
    expect_status 0
    : >now
    compare now now
    expect_status 1
}
