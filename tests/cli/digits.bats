#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# digits.bats: make data, which fetches the digits out of a Debian package. An apt-get that
# stands before the real one hands over a package that the test has made, so that nothing
# is downloaded.

load helpers

root=$BATS_TEST_DIRNAME/../..
script=$root/sim/losses/digits.sh
member=usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz

# package FILE: what apt-get hands over has this file as the digits; none without a FILE.
package() {
    rm -rf tree stand
    mkdir -p tree/DEBIAN "tree/${member%/*}" stand
    printf 'Package: python3-sklearn\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: a\n' \
        >tree/DEBIAN/control
    [ $# -eq 0 ] || gzip -c "$1" >"tree/$member"
    dpkg-deb --build tree stand/it.deb >/dev/null
    rm -r tree
    printf '#!/bin/sh\ncp "%s" it.deb\n' "$PWD/stand/it.deb" >stand/apt-get
    chmod +x stand/apt-get
}

fetch() {
    mkdir -p scratch
    TMPDIR=$PWD/scratch PATH=$PWD/stand:$PATH attempt sh "$script" to/digits.csv
    expect_equal "$(ls -A scratch)" ''
}

need_dpkg() {
    command -v dpkg-deb >/dev/null || skip "no dpkg-deb"
}

@test "another file, none, or no package leaves everything as it was" {
    need_dpkg
    echo 1,2,0 >other
    package other
    fetch
    expect_status 1
    expect_message '^data: .*digits.csv.gz of python3-sklearn is not the file that is known: its SHA-256 is [0-9a-f]{64}, expected 6ebb'
    [ ! -e to ]
    mkdir to
    echo old >to/digits.csv
    package
    fetch
    expect_status 1
    expect_message '^data: python3-sklearn has no file /usr/lib/python3/.*digits.csv.gz'
    printf '#!/bin/sh\nexit 100\n' >stand/apt-get
    fetch
    expect_status 1
    expect_message '^data: python3-sklearn could not be downloaded; apt-get update may help'
    expect_equal "$(cat to/*)" old
}

@test "the digits are written whole, and once" {
    need_dpkg
    [ -f "$root/data/digits.csv" ] || skip "make data has not fetched the digits"
    package "$root/data/digits.csv"
    fetch
    expect_status 0
    cmp to/digits.csv "$root/data/digits.csv"
    expect_equal "$(ls -A to)" digits.csv
    printf '#!/bin/sh\nexit 100\n' >stand/apt-get
    fetch
    expect_status 0
    grep -q '^data: to/digits.csv is there$' "$out"
}

# A program finds them in ../share/pnmlab, here beside a copy of it.
@test "without the digits, or with another file, training on them is refused" {
    mkdir -p place/bin place/share/pnmlab
    cp "$PNM_BIN/pnm-train" place/bin
    attempt place/bin/pnm-train --optimizer sgd --lr 0.1 --task digits --output out.csv
    expect_status 64
    expect_message "^pnm-train: --task: there is no file '.*/share/pnmlab/digits.csv'; make data fetches the digits$"
    echo 1,2,0 >place/share/pnmlab/digits.csv
    attempt place/bin/pnm-train --optimizer sgd --lr 0.1 --task digits --output out.csv
    expect_status 64
    expect_message "digits.csv' does not hold the digits; make data fetches them$"
    [ ! -e out.csv ]
    [ -f "$root/data/digits.csv" ] || skip "make data has not fetched the digits"
    cp "$root/data/digits.csv" place/share/pnmlab
    attempt place/bin/pnm-train --optimizer sgd --lr 0.1 --epochs 5 --task digits --replicas 2 --format csv --quiet
    expect_status 0
    # Far from chance, which is 0.9.
    column "$out" error_test | awk '{ wrong = wrong || $1 > 0.3 } END { exit wrong || NR != 2 }'
}
