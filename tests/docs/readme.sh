#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the commands of every README.md, and of the manual's examples, in a copy of the tree
# and compares what they print with what is shown. --long also makes the report there, and
# with it the ledger and the figures' tables, and runs the examples in Python.
# usage: readme.sh --short|--long [BUILD]    (make test-cli, make test-docs-readme)
set -eu
LC_ALL=C
export LC_ALL
# As a user's make, not as one that another make has called.
unset MAKEFLAGS MAKELEVEL MFLAGS
mode=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
docs=$root/tests/docs
build=$(cd "${2:-$root/build}" && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What takes longer than ten seconds on one slow core.
is_long() {
    case $1 in
    *'--replicas 65536'* | *pnm-generalize*) return 0 ;;
    esac
    return 1
}

cp -a "$root/Makefile" "$root/README.md" "$root/sim" "$root/analysis" "$root/plots" "$copy"
mkdir "$copy/tmp" "$copy/readme" "$copy/pages"
sh "$root/tests/copy_build.sh" "$build" "$copy"
cd "$root"
for page in README.md */README.md */*/README.md; do
    mkdir -p "$copy/readme/$page"
    awk -v folder="$copy/readme/$page" -f "$docs/commands.awk" "$page"
done
cd "$copy"

# Objects that count what runs (make coverage) are linked with what counts.
counting=
[ ! -e build/obj/sim/base/error.gcno ] || counting=DEBUG=--coverage

failed=0
ran=0
fail() {
    echo "$*" >&2
    failed=$((failed + 1))
}

# The rule that a command began becomes the file that the page shows, and is built.
finish_rule() {
    rule=sim/rules/${1##*NAME=}.c
    cp "$2" "$rule"
    make -s BUILD=build $counting build/bin/pnm-stationary >tmp/make 2>&1 ||
        fail "the rule of sim/README.md does not build: $(cat tmp/make)"
}

# Files go to a folder of ours.
run() {
    ran=$((ran + 1))
    status=0
    sed "s|/tmp/|$copy/tmp/|g" "$1" >tmp/run
    PATH=$copy/build/bin:$PATH timeout 600 sh tmp/run >tmp/out 2>tmp/err </dev/null ||
        status=$?
    [ "$status" -eq 0 ] || fail "status $status: $(cat "$1" tmp/err)"
}

for file in $(find readme -name '*.command' | sort); do
    command=$(cat "$file")
    name=${file%.command}
    long=--short
    ! is_long "$command" || long=--long
    # A command without output prepares what follows.
    [ "$long" = "$mode" ] || continue
    run "$file"
    difference=$(awk -f "$docs/same_table.awk" "$name.output" tmp/out) ||
        fail "${file#readme/}: $command
$difference"
    [ ! -f "$name.file" ] || finish_rule "$command" "$name.file"
done

# Examples that no README.md shows.
find readme -name '*.command' -exec sed 's|build/bin/||' {} + >tmp/known
for page in "$build"/man/*.1; do
    rm -f pages/*
    awk -v folder="$copy/pages" -f "$docs/commands.awk" "$page"
    [ -f pages/01.command ] || fail "$page: no example"
    for file in pages/*.command; do
        if [ "$mode" = --short ] && [ -f "$file" ] && ! grep -qxF -f "$file" tmp/known; then
            run "$file"
            [ -s tmp/out ] || fail "no output: $(cat "$file")"
        fi
    done
done

# What the pages show of the ledger and of the end of make verify.
check_ledger() {
    ran=$((ran + 1))
    make -s BUILD=build report >tmp/out 2>tmp/err || {
        fail "make report: $(tail -n 5 tmp/err)"
        return
    }
    [ -s results/report.html ] || fail "make report: no results/report.html"
    sed -n '/^findings:/,/^claims:/p' tmp/out | sed 's/ *$//; /^claims:/d' >tmp/findings
    sed -n 's/^    //; /^findings:/,/^$/p' README.md | sed '/^$/d' >tmp/shown
    diff tmp/shown tmp/findings || fail "make verify finds other things than README.md shows"
    tr -s ' ' <results/ledger.txt >tmp/ledger
    line=$(sed -n 's/^    \(eq18-19 .* holds\)$/\1/p' analysis/README.md | tr -s ' ')
    grep -qxF "${line:-none}" tmp/ledger || fail "the ledger has no line: $line"
    grep '"variable": "eta h"' results/ledger.json | python3 -c '
import json, sys
for line in sys.stdin:
    row = json.loads(line.strip().rstrip(",]}") + "}")
    cells = [row["id"], row["setting"].split("; limit eta h")[0],
             format(row["paper"], ".4g"), format(row["exact"], ".4g"), row["paper_verdict"]]
    print("|", " | ".join(cells), "|")' >tmp/limits
    sed -n '/^| claim | setting |/,/^$/p' README.md | sed '1,2d; /^$/d' >tmp/shown
    # README.md shows some of them.
    ! grep -vxF -f tmp/limits tmp/shown || fail "the ledger has other limits than README.md"
    # The rule of sim/README.md beside those of the figure.
    make -s BUILD=build new-optimizer NAME=two_step >tmp/out
    finish_rule 'make new-optimizer NAME=two_step' readme/sim/README.md/*.file
    awk 'more || /^    (build\/bin|gnuplot).*two_step|^    build\/bin.*--excess/ {
        sub(/^ +/, ""); more = sub(/ *\\$/, ""); printf "%s%s", $0, more ? " " : "\n" }' \
        sim/README.md >tmp/commands
    [ "$(wc -l <tmp/commands)" -eq 2 ] || fail "sim/README.md has other commands on two_step"
    # At this precision some rows are not decided: status 2.
    sh tmp/commands >tmp/out 2>tmp/err || :
    [ -s results/two_step.svg ] || fail "no picture: $(cat tmp/commands tmp/err)"
}

# The examples in Python, each with what it shows.
check_python() {
    for page in README.md notebooks/README.md; do
        ran=$((ran + 1))
        (cd "$root" && PNM_BIN=$copy/build/bin PYTHONPATH=notebooks python3 -B -m doctest "$page") ||
            fail "$page: an example in Python shows something else"
    done
}

if [ "$mode" = --long ]; then
    check_python
    check_ledger
fi

echo "$ran commands run, $failed not as shown"
[ "$ran" -gt 0 ] && [ "$failed" -eq 0 ]
