#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# fuzz.sh BUILD SECONDS [TARGET...]: libFuzzer's bytes for the readers of what users give, SECONDS
# for each of them, or for those named, under the address and undefined-behaviour sanitizers; one
# process a processor, at low priority. Exits with 1 after a defect, and if a target could not be run.
#
# It builds into BUILD, with clang. The bytes begin with the files of tests/fuzz/corpus/TARGET and
# what earlier calls have found worth keeping, in BUILD/corpus/TARGET. What stops a target lies in
# BUILD/findings/TARGET; `BUILD/tests/fuzz/libfuzzer --target=TARGET FILE` repeats it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ $# -ge 2 ] || {
    echo "usage: fuzz.sh BUILD SECONDS [TARGET...]" >&2
    exit 64
}
build=$1
seconds=$2
shift 2
targets=$(sed -n 's/^ *TARGET(\([a-z]*\)).*/\1/p' "$here/fuzz.h" | tr "\n" " ")
known=$targets
[ $# -eq 0 ] || targets=$*

# The inner loops read nothing from users and stay as they are. An allocation beyond 64 MiB fails,
# which readers have to bear, so that bytes that ask for much take no longer than others.
sanitizers="-fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all"
export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=64:detect_leaks=1
export UBSAN_OPTIONS=print_stacktrace=1

nice make -s -C "$root" -j"$(nproc)" SIDE_BY_SIDE=1 BUILD="$build" CC="${FUZZ_CC:-clang}" DEBUG=-gline-tables-only \
    OPTIMIZE="-O1 -fsanitize=fuzzer-no-link $sanitizers -fno-omit-frame-pointer" \
    HOT_CFLAGS=-fno-sanitize=all "$build/tests/fuzz/libfuzzer" "$build/tests/fuzz/replay" || {
    echo "fuzz: the targets do not build (make setup-lint installs clang and libFuzzer)" >&2
    exit 1
}
cd "$root" || exit 1
build=$(cd "$build" && pwd)
binary=$build/tests/fuzz/libfuzzer
export OMP_NUM_THREADS=1 # nproc would say so, too

# run TARGET SECONDS FOLDER...: the log is BUILD/findings/TARGET.log.
run() {
    target=$1
    limit=$2
    shift 2
    mkdir -p "$build/findings/$target"
    (cd "$build/findings/$target" && nice "$binary" --target="$target" -max_total_time="$limit" \
        -max_len=2048 -timeout=60 -rss_limit_mb=2048 -close_fd_mask=3 -print_final_stats=1 \
        -dict="$here/words.dict" "$@") \
        >"$build/findings/$target.log" 2>&1
}

# stat TARGET NAME: a number of libFuzzer's statistics.
stat() {
    sed -n "s/^stat::$2: *//p" "$build/findings/$1.log"
}

# The commands of the fault tests, a word a line, are command lines to begin with.
mkdir -p "$build/corpus/options"
grep -v -e '^#' -e '^$' "$here/../faults/runs.txt" | sed 's/^slow: //' | cat -n |
    while read -r number command; do
        echo "$command" | tr ' ' '\n' >"$build/corpus/options/run-$number"
    done

wrong=0

# A defect that is planted must be found, or nothing below means anything.
rm -rf "$build/findings/planted"
if run planted 60 || ! grep -q 'ERROR: AddressSanitizer' "$build/findings/planted.log"; then
    echo "planted: the defect was not found"
    wrong=1
else
    echo "planted: found, as it has to be"
fi
rm -rf "$build/findings/planted"

# The corpora as they are, under the sanitizers.
"$build/tests/fuzz/replay" "$here/corpus" >"$build/findings/replay.log" 2>&1 || {
    cat "$build/findings/replay.log"
    wrong=1
}

# All take the same time, so they run in groups of one a processor.
running=0
for target in $targets; do
    mkdir -p "$build/corpus/$target" "$build/findings"
    rm -f "$build/findings/$target.log"
    case " $known " in
    *" $target "*) run "$target" "$seconds" "$build/corpus/$target" "$here/corpus/$target" & ;;
    esac
    running=$(((running + 1) % $(nproc)))
    [ $running -ne 0 ] || wait
done
wait

total=0
for target in $targets; do
    log=$build/findings/$target.log
    executed=$(stat "$target" number_of_executed_units)
    total=$((total + ${executed:-0}))
    covered=$(sed -n 's/^#.*DONE *cov: \([0-9]*\) ft: \([0-9]*\).*/\1 edges, \2 features/p' "$log")
    if [ ! -e "$log" ]; then
        echo "$target: there is no such target"
        wrong=1
    elif grep -aqE 'runtime error:|ERROR: |^fuzz: ' "$log"; then
        echo "$target: stopped: $(grep -aEm1 'runtime error:|ERROR: |^fuzz: ' "$log"); see $log"
        wrong=1
    elif [ -z "$covered" ] || [ "${executed:-0}" -lt 100 ]; then
        echo "$target: ran only ${executed:-0} times; see $log"
        wrong=1
    else
        echo "$target: $executed runs, $(stat "$target" average_exec_per_sec) a second, $covered, nothing found"
    fi
done
echo "$(echo "$targets" | wc -w) targets, $total runs, $([ $wrong -eq 0 ] && echo nothing found || echo RED)"
exit $wrong
