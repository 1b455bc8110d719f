# shellcheck shell=bash disable=SC2154 # faults.sh sets part, SIZE, work, BIN, here
# SPDX-License-Identifier: GPL-3.0-or-later
# bits.sh: the commands of runs.txt print the same bytes and end with the same status
#
#     from gcc and clang at -O0, -O1, -O2 and -O3, with the code for each instruction set
#     with 1 to 16 threads, and with 1, 2 and 3 ranks of MPI
#     cut after a work unit and resumed with other threads
#     under valgrind
#
# What they are compared with is the build BIN with one thread. The short form is three numbers of
# threads. A damaged output has to be noticed first.

# same NUMBER STATUS: whether the output of a command, own.out, is that of the undisturbed run.
same() {
    local wanted
    wanted=$(cat "$work/plain.$1.status")
    [ "$2" -eq "$wanted" ] || { echo "status $2, not $wanted: $(tail -n 1 "$own.err")"; return; }
    cmp -s "$own.out" "$work/plain.$1.out" || echo "another result"
}

# enter NUMBER: a folder of its own with the inputs.
enter() {
    own=$work/bits.$BASHPID
    prepare "$own"
    cd "$own" || exit 1
}

# leave WHAT COMMAND WRONG
leave() {
    echo ran >>"$work/ran"
    [ -z "$3" ] || echo "$1: $2: $3"
    rm -rf "$own" "$own.out" "$own.err"
}

# run_as NUMBER COMMAND FOLDER BEFORE OPTIONS: BEFORE and OPTIONS may be -, for nothing.
run_as() {
    local status=0 before=$4 options=$5
    [ "$before" != - ] || before=
    [ "$options" != - ] || options=
    enter
    # shellcheck disable=SC2086 # lists of words
    timeout 1200 $before "$3/"$2 $options >"$own.out" 2>"$own.err" </dev/null || status=$?
    leave "$3 $before $options" "$2" "$(same "$1" $status)"
}

# cut_as NUMBER COMMAND: cut behind the first unit of the first run and resumed; where there is no
# other unit, there is nothing to cut, and the result is whole.
cut_as() {
    local status=0
    enter
    # shellcheck disable=SC2086 # a list of words
    timeout 600 "$BIN/"$2 --stop-at 1:1 --checkpoint kept --threads 2 >"$own.out" 2>"$own.err" </dev/null ||
        status=$?
    if [ -s kept ]; then
        echo cut >>"$work/cut"
        status=0
        # shellcheck disable=SC2086 # a list of words
        timeout 600 "$BIN/"$2 --resume kept --threads 3 >"$own.out" 2>"$own.err" </dev/null || status=$?
        leave "resumed" "$2" "$(same "$1" $status)"
    else
        leave "not cut" "$2" "$(same "$1" $status)"
    fi
}
export -f same enter leave run_as cut_as

# --- the commands as they are ----------------------------------------------------------------

number=0
: >"$work/commands"
while read -r command; do
    number=$((number + 1))
    case $command in *' --format '* | *' --output '* | *' --list') ;; *) command="$command --format csv" ;; esac
    one=()
    ! takes "$command" threads || one=(--threads 1)
    undisturbed $number "$command" "${one[@]}"
    printf '%d\t%s\n' $number "$command" >>"$work/commands"
done < <(runs)
: >"$work/sampling"
while IFS=$'\t' read -r k command; do
    ! takes "$command" threads || printf '%d\t%s\n' "$k" "$command" >>"$work/sampling"
done <"$work/commands"

own=$work/damaged
{ head -c -1 "$work/plain.1.out"; echo 1; } >"$own.out"
: >"$own.err"
missed=0
[ -n "$(same 1 "$(cat "$work/plain.1.status")")" ] || missed=1
cp "$work/plain.1.out" "$own.out"
[ -z "$(same 1 "$(cat "$work/plain.1.status")")" ] || missed=1
report "a digit that differs is noticed" 2 $missed

# every FILE FOLDER BEFORE OPTIONS: lines for run_as.
every() {
    sed "s|\$|\t$2\t$3\t$4|" "$1"
}

# --- threads -----------------------------------------------------------------------------------

if [ "$SIZE" = long ]; then
    threads=$(seq 2 16)
else
    threads="2 7 16"
fi
for count in $threads; do
    every "$work/sampling" "$BIN" - "--threads $count"
done >"$work/lines"
run_lines run_as <"$work/lines"
tell_lines "commands with $(wc -w <<<"$threads") numbers of threads" "$(wc -l <"$work/lines")"

if [ "$SIZE" = long ]; then
    # --- cut and resumed ---------------------------------------------------------------------

    : >"$work/cut"
    while IFS=$'\t' read -r k command; do
        ! takes "$command" stop-at || printf '%d\t%s\n' "$k" "$command"
    done <"$work/commands" >"$work/lines"
    run_lines cut_as <"$work/lines"
    tell_lines "commands cut, if they have two units, and resumed" "$(wc -l <"$work/lines")"
    report "of them cut in their midst" "$(wc -l <"$work/cut")" 0

    # --- ranks ---------------------------------------------------------------------------------

    if make -C "$root" --no-print-directory -s MPI=1 all >"$work/make.log" 2>&1; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
        for ranks in 1 2 3; do
            every "$work/sampling" "$root/$builds/mpi/bin" \
                "mpirun --oversubscribe -np $ranks" "--threads 1"
        done >"$work/lines"
        run_lines run_as <"$work/lines"
        tell_lines "commands with 1, 2 and 3 ranks" "$(wc -l <"$work/lines")"
    else
        report "a build for MPI" 0 0
        note "$(tail -n 3 "$work/make.log")"
    fi

    # --- compilers ---------------------------------------------------------------------------

    sets=
    for isa in base v3 v4; do
        if has_isa $isa; then
            sets="$sets $isa"
        else
            note "this processor has no $isa"
        fi
    done
    for compiler in gcc clang; do
        for level in -O0 -O1 -O2 -O3; do
            build "bits" $compiler $level "" programs || continue
            for isa in $sets; do
                every "$work/commands" "$root/$builds/bits/bin" "env PNM_ISA=$isa" -
            done >"$work/lines"
            run_lines run_as <"$work/lines"
            tell_lines "commands from $compiler $level, code for$sets" "$(wc -l <"$work/lines")"
            rm -rf "${root:?}/$builds/bits"
        done
    done

    # --- valgrind ------------------------------------------------------------------------------

    isa=base
    ! has_isa v3 || isa=v3
    awk -F'\t' '{ split($2, word, " ") } !seen[word[1]]++' "$work/commands" >"$work/first"
    every "$work/first" "$BIN" "env PNM_ISA=$isa valgrind --quiet" - >"$work/lines"
    run_lines run_as <"$work/lines"
    tell_lines "a command of each program under valgrind, code for $isa" "$(wc -l <"$work/lines")"
fi
