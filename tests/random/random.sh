#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# random.sh QUALITY WORDS [--quick] [--seed S]: how good the random numbers are. QUALITY and
# WORDS are the paths of the two programs built from this folder. In turn:
#
#   quality              10^10 normal numbers; a check that fails fails this script
#   quality --controls   damaged numbers; one that goes unnoticed fails it
#   dieharder            the raw words: (a) of one stream, (b) of 64 units that take turns,
#                        both at the same time; a test FAILED fails it
#
# dieharder calls a p value WEAK outside 0.005..0.995 and FAILED outside 1e-6..1-1e-6. Of
# 100 p values of a perfect generator one should be WEAK; as dieharder's p values lean
# upwards, two or three of its own AES generator are. So, as is usual, a test with a WEAK
# one is run once more, with another seed; both results are shown, and only FAILED fails.
# What dieharder itself does not call "Good" (`dieharder -l`) is not run. Each test reads
# streams of its own.
#
# Seeds are fixed: a result repeats. Exit status: 0 all passed, 1 something failed, 77
# dieharder is not installed.
set -eu

usage() {
    echo "usage: random.sh QUALITY WORDS [--quick] [--seed S]" >&2
    exit 64
}

[ $# -ge 2 ] || usage
quality=$1
words=$2
shift 2
quick=
seed=1
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes ;;
    --seed)
        [ $# -ge 2 ] || usage
        shift
        seed=$1
        ;;
    *) usage ;;
    esac
    shift
done
case $seed in
'' | *[!0-9]* | ???????????????*) usage ;;
esac
if ! command -v dieharder >/dev/null; then
    echo "random: dieharder is not installed: make setup-random" >&2
    exit 77
fi

folder=$(mktemp -d)
first=
second=
child=
# shellcheck disable=SC2317 # a trap calls it
finish() {
    for pid in $first $second; do
        kill "$pid" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The tests, a line each, with the sizes of tuples that `dieharder -a` takes. But sums of
# every (n + 1)-th number (203) take most of the time: here all, every 2nd, 4th, ... 64th,
# which in (a) is the same lane of every block, and a few that are no power of two.
list_tests() {
    dieharder -l | awk -v quick="$quick" '
        function tuples(test, list, part, count, i) {
            count = split(list, part, " ")
            for (i = 1; i <= count; i++)
                print "-d " test " -n " part[i]
        }
        $1 == "-d" && $NF == "Good" {
            if (quick && ($2 ~ /^(1|2|10|12|13|16|17|202|203|204)$/))
                next
            if ($2 == 200)
                tuples(200, quick ? "1 2 3 4" : "1 2 3 4 5 6 7 8 9 10 11 12")
            else if ($2 == 201)
                tuples(201, quick ? "2" : "2 3 4 5")
            else if ($2 == 202)
                tuples(202, "2 3 4 5")
            else if ($2 == 203)
                tuples(203, "0 1 2 3 6 7 14 15 31 63")
            else
                print "-d " $2
        }'
}

# run_test NAME UNITS UNIT SEED ARGUMENTS...: shows dieharder's lines and leaves them in
# $folder/NAME.now. No line at all is a failure too.
run_test() {
    name=$1
    units=$2
    unit=$3
    test_seed=$4
    shift 4
    "$words" --seed "$test_seed" --unit "$unit" --units "$units" |
        dieharder -g 200 "$@" -c ' ' -D test_name -D ntuple -D tsamples -D psamples \
            -D pvalues -D assessment >"$folder/$name.raw" 2>&1 &
    child=$!
    wait "$child" || true
    awk -v name="$name" -v seed="$test_seed" -v what="$*" '
        $NF ~ /^(PASSED|WEAK|FAILED)$/ {
            printf "%-9s seed %-4s %-22s %3s %10s %5s  %s  %s\n", name, seed, $1, $2, $3, $4, $5, $6
            count++
        }
        END { if (!count) print name, "seed", seed, "dieharder", what, "gave no result FAILED" }
    ' "$folder/$name.raw" >"$folder/$name.now"
    cat "$folder/$name.now"
    cat "$folder/$name.now" >>"$folder/results"
}

# run_pass NAME UNITS: all tests, the weak ones twice.
run_pass() {
    trap 'kill "$child" 2>/dev/null; exit 143' TERM
    number=0
    while read -r arguments; do
        # shellcheck disable=SC2086 # a list of words
        run_test "$1" "$2" $((number * $2)) "$seed" $arguments
        if grep -q 'WEAK$' "$folder/$1.now"; then
            # shellcheck disable=SC2086
            run_test "$1" "$2" $((number * $2)) $((seed + 1000)) $arguments
        fi
        number=$((number + 1))
    done <"$folder/tests"
}

count=1.04e10
control_count=4e8
if [ -n "$quick" ]; then
    count=1e9
    control_count=1e8
fi
status=0
start=$(date +%s)

echo "== quality: normal numbers"
"$quality" --count $count --seed "$seed" || status=1
echo
echo "== quality --controls: damaged numbers, each damage as large as it must be to show"
"$quality" --controls --count $control_count --seed "$seed" || status=1
echo
echo "== dieharder: raw words of one stream (stream) and of 64 units in turn (units)"
echo "pass      seed      test                   tuple  samples p-vals  p value  verdict"
list_tests >"$folder/tests"
: >"$folder/results"
run_pass stream 1 &
first=$!
run_pass units 64 &
second=$!
wait "$first" || status=1
wait "$second" || status=1
first=
second=

echo
echo "== summary after $(($(date +%s) - start)) s"
awk -v seed="$seed" '
    { pass = ($3 == seed) ? $1 : $1 ", again"; seen[pass]; count[pass, $NF]++ }
    END {
        for (pass in seen)
            printf "dieharder, %s: %d p values passed, %d weak, %d failed\n", pass,
                count[pass, "PASSED"], count[pass, "WEAK"], count[pass, "FAILED"]
    }' "$folder/results" | sort
grep 'WEAK$' "$folder/results" || true
if grep 'FAILED$' "$folder/results"; then
    status=1
fi
[ -s "$folder/results" ] || status=1
if [ $status -eq 0 ]; then
    echo "random: passed"
else
    echo "random: FAILED" >&2
fi
exit $status
