#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# faults.sh BIN TESTS short|long [PART...]: what becomes of the programs in the folder BIN when
# memory runs out, calls fail, they are killed, and numbers are extreme. TESTS is the folder of
# the libraries that are loaded before them. A part is a file beside this one, as allocations.sh.
#
# Every part tries the commands of runs.txt, each in a folder of its own, and prints a line a
# check: what, how many times, how many of them wrong. What did not run counts as wrong.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
BIN=$(cd "$1" && pwd) || exit 1
TESTS=$(cd "$2" && pwd) || exit 1
export SIZE=$3
shift 3
parts=${*:-allocations calls kills forge sanitizers edges}
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
root=$(cd "$here/../.." && pwd)
builds=$(cd "$BIN/.." && pwd)
builds=${builds#"$root"/}
export BIN TESTS top work here root
wrong=0
checks=0

# shellcheck source=tests/inputs.sh
. "$root/tests/inputs.sh"
inputs=$top/inputs
make_inputs "$BIN" "$inputs"

# prepare FOLDER: makes it, with these files.
prepare() {
    cp -r "$top/inputs" "$1"
}

# report CHECK COUNT WRONG: a line of the table that tests/README.md shows.
report() {
    local verdict=ok
    [ "$2" -gt 0 ] && [ "$3" -eq 0 ] || verdict=WRONG
    printf '%-11s %-60s %7d %7d %s\n' "$part" "$1" "$2" "$3" "$verdict"
    checks=$((checks + 1))
    [ $verdict = ok ] || wrong=$((wrong + 1))
}

# run_lines FUNCTION: lines of arguments from standard input, separated by tabs, one process a
# processor; what is wrong goes to found.
run_lines() {
    : >"$work/ran"
    # shellcheck disable=SC2016 # the inner shell expands it
    tr '\n' '\0' | xargs -0 -P "$(nproc)" -I LINE bash -c \
        'IFS=$'\''\t'\'' read -ra words <<<"$2"; "$1" "${words[@]}"' _ "$1" LINE >"$work/found"
}

# tell_lines CHECK COUNT: the line of a check that run_lines made, which had to run COUNT times.
tell_lines() {
    local ran
    ran=$(wc -l <"$work/ran")
    [ "$ran" -eq "$2" ] || echo "$ran of $2 ran" >>"$work/found"
    sort -o "$work/found" "$work/found"
    tell "$1" "$ran" "$work/found"
}

# side_by_side FUNCTION FILE: calls the function of this shell with the words of each line, one call a
# processor; what is wrong is printed.
side_by_side() {
    local line
    while read -r line; do
        while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
            wait -n
        done
        # shellcheck disable=SC2086 # a list of words
        "$1" $line 2>&1 &
    done <"$2"
    wait
}

# tell CHECK COUNT FILE: a line of the report, and the first lines of the file of what is wrong.
tell() {
    local line
    report "$1" "$2" "$(wc -l <"$3")"
    [ -z "${KEEP:-}" ] || cat "$3" >>"$KEEP"
    while read -r line; do
        note "$line"
    done < <(head -n 20 "$3")
}

# takes COMMAND OPTION: whether the program of a command has the option.
takes() {
    "$BIN/${1%% *}" --help | grep -q -e " --$2="
}

# undisturbed NUMBER COMMAND [OPTION...]: runs it in $work/plain.NUMBER and keeps its output and status.
undisturbed() {
    local own=$work/plain.$1 command=$2 status=0
    shift 2
    prepare "$own"
    # shellcheck disable=SC2086 # a list of words
    (cd "$own" && "$BIN/"$command "$@" >"$own.out" 2>/dev/null </dev/null) || status=$?
    echo $status >"$own.status"
}

# has_isa ISA: whether the processor has that instruction set, as a program that samples says.
has_isa() {
    PNM_ISA=$1 "$BIN/pnm-simulate" --optimizer sgd --lr 0.1 --spectrum 1 --replicas 1 --steps 9 --quiet \
        >/dev/null 2>&1
}

# build NAME COMPILER FLAGS LOOPS TARGET...: `programs`, or tests, in a build of their own. LOOPS are
# the flags of the inner loops instead of those of the Makefile, if not empty.
build() {
    local name=$1 compiler=$2 flags=$3 loops=$4 targets=() target
    shift 4
    for target in "$@"; do
        [ "$target" = programs ] && targets+=(programs) || targets+=("$builds/$name/tests/$target")
    done
    if env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -C "$root" --no-print-directory -j"$(nproc)" \
        SIDE_BY_SIDE=1 BUILD="$builds/$name" CC="$compiler" WARNINGS= OPTIMIZE="$flags" \
        ${loops:+"HOT_CFLAGS=$loops"} "${targets[@]}" >"$work/make.log" 2>&1; then
        return 0
    fi
    report "a build with $compiler $flags" 0 0
    note "$(tail -n 3 "$work/make.log")"
    return 1
}

# note TEXT: says what went wrong, below the line of its check.
note() {
    printf '            %s\n' "$@"
}
export -f prepare

# Every program, rule and file comes under the checks by standing in runs.txt.
part=listed
missing=
programs=("$BIN"/pnm-*)
for program in "${programs[@]}"; do
    runs | grep -q "^${program##*/}\( \|\$\)" || missing="$missing ${program##*/}"
    slow_runs | grep -q "^${program##*/}\( \|\$\)" || missing="$missing slow:${program##*/}"
done
report "programs of the build, in runs.txt" ${#programs[@]} "$(wc -w <<<"$missing")"
for name in $missing; do
    note "$name"
done

for part in $parts; do
    work=$top/$part
    mkdir "$work"
    cd "$top" || exit 1
    before=$checks
    # shellcheck disable=SC1090 # the parts stand beside this file
    . "$here/$part.sh"
    [ "$checks" -gt "$before" ] || report "its checks" 0 0
done
echo "$checks checks, $wrong wrong"
[ $wrong -eq 0 ]
