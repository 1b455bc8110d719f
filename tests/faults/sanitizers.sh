# shellcheck shell=bash disable=SC2154 # faults.sh sets part, SIZE, work, BIN, here
# SPDX-License-Identifier: GPL-3.0-or-later
# sanitizers.sh: what the sanitizers of compilers and valgrind find while the unit tests and the
# commands of runs.txt run.
#
#     address, undefined   gcc, leaks too: all unit tests, whose inner loops are left as they are, or
#                          they would take an hour; and all commands with every instruction set
#     thread               clang with libomp, whose libarcher tells the sanitizer how OpenMP waits
#                          (gcc's libgomp cannot): the unit tests that reach the engine's threads,
#                          all commands with two threads
#     valgrind             the code for v3, as it does not know AVX-512: all commands
#
# What a command prints under a sanitizer is what it prints without. The short form builds nothing:
# it is valgrind over the commands of `cheapest`.

address="-O2 -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all -fno-omit-frame-pointer"
thread="-O2 -fsanitize=thread"
# Nearly all of what programs share lies in these three: files, matrices, correlated modes, pilots.
cheapest='--system rule.txt --lr 0.1 --spectrum file|noise file:c.txt --full|--optimizer pnm --search'
export ASAN_OPTIONS=detect_leaks=1:exitcode=99:detect_stack_use_after_return=1
export TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=99
valgrind="valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite"
reports='ERROR: (Address|Leak)Sanitizer|runtime error:|ThreadSanitizer|^==[0-9]+== '
export reports

# watched FILE STATUS COMMAND...: runs it, with its output in FILE.out and FILE.err. What is wrong,
# if anything: a report of a tool, or another status.
watched() {
    local file=$1 wanted=$2 status=0
    shift 2
    timeout 1200 "$@" >"$file.out" 2>"$file.err" </dev/null || status=$?
    if grep -aEq "$reports" "$file.err"; then
        grep -aEm1 "$reports" "$file.err"
    elif [ $status -ne "$wanted" ]; then
        echo "status $status, not $wanted: $(tail -n 1 "$file.err")"
    fi
}

# watch_command NUMBER COMMAND FOLDER [TOOL]: the command with the programs of FOLDER. Without a tool
# between, it has to give the same result as the program itself.
watch_command() {
    local own=$work/watch.$BASHPID wrong
    prepare "$own"
    cd "$own" || return 1
    # shellcheck disable=SC2086 # lists of words
    wrong=$(watched "$own" "$(cat "$work/plain.$1.status")" ${4:-} "$3/"$2)
    if [ -z "$wrong${4:-}" ] && ! cmp -s "$own.out" "$work/plain.$1.out"; then
        wrong="another result than without"
    fi
    echo ran >>"$work/ran"
    [ -z "$wrong" ] || echo "$2: $wrong"
    rm -rf "$own" "$own.out" "$own.err"
}

# watch_test FILE: a unit test. cmocka says on standard output what fails.
watch_test() {
    local own=$work/watch.$BASHPID wrong
    cd "$root" || return 1 # where its vectors lie
    wrong=$(watched "$own" 0 "$1")
    echo ran >>"$work/ran"
    [ -z "$wrong" ] || echo "${1##*/}: $wrong $(grep -am1 -i 'error: ' "$own.out")"
    rm -f "$own.out" "$own.err"
}
export -f watched watch_command watch_test

# --- do the tools notice? ----------------------------------------------------------------

cat >"$work/control.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    volatile int number = argc + 0x7ffffff0;
    volatile double real = 1e300;
    char *block = malloc((size_t)argc);
    int sum = 0;
    if (strcmp(what, "read") == 0)
        return block[argc + number % 2] == 3;
    if (strcmp(what, "uninitialised") == 0 && block[0] == 3)
        puts("three");
    if (strcmp(what, "leak") == 0)
        block = NULL;
    if (strcmp(what, "overflow") == 0)
        number += 100;
    if (strcmp(what, "cast") == 0)
        number = (int)real;
#pragma omp parallel for num_threads(2)
    for (int i = 0; i < 1000; i++) {
        if (strcmp(what, "race") == 0)
            sum += i;
        else
#pragma omp atomic
            sum += i;
    }
    free(block);
    return sum < 0;
}
END

# notices COMPILER FLAGS TOOL DEFECT...: each has to be reported, and nothing of a sound program.
notices() {
    local compiler=$1 flags=$2 tool=$3 defect said
    shift 3
    # shellcheck disable=SC2086 # lists of words
    "$compiler" $flags -g -fopenmp -w -o "$work/control" "$work/control.c" || {
        missed=$((missed + 1))
        note "$compiler $flags does not compile"
        return
    }
    for defect in sound "$@"; do
        # shellcheck disable=SC2086 # a list of words
        said=$(watched "$work/control" 0 $tool "$work/control" $defect)
        controls=$((controls + 1))
        case $defect.$said in
            sound. | [!s]*.*Sanitizer* | [!s]*."$work"* | [!s]*.*"runtime error"* | [!s]*.==*) ;;
            *)
                missed=$((missed + 1))
                note "$compiler $flags $tool: '$said' of $defect"
                ;;
        esac
    done
}

controls=0
missed=0
if [ "$SIZE" = long ]; then
    notices gcc "$address" "" read leak overflow cast
    notices clang "$thread" "" race
fi
notices gcc -O1 "$valgrind" read uninitialised leak
report "planted defects that the tools notice" $controls $missed

# --- the commands as they are --------------------------------------------------------------

number=0
: >"$work/commands"
while read -r command; do
    [ "$SIZE" = long ] || grep -Eq -e "$cheapest" <<<"$command" || continue
    number=$((number + 1))
    ! takes "$command" threads || command="$command --threads 2"
    undisturbed $number "$command"
    printf '%d\t%s\n' $number "$command" >>"$work/commands"
done < <(runs)

# --- valgrind --------------------------------------------------------------------------------

isa=base
! has_isa v3 || isa=v3
export PNM_ISA=$isa
sed "s|\$|\t$BIN\t$valgrind|" "$work/commands" | run_lines watch_command
tell_lines "commands under valgrind, code for $isa" "$number"
unset PNM_ISA

# --- sanitizers ------------------------------------------------------------------------------

# each_command NAME: the commands with the programs of that build.
each_command() {
    sed "s|\$|\t$root/$builds/$1/bin|" "$work/commands"
}

if [ "$SIZE" = long ]; then
    mapfile -t tests < <(cd "$root/tests" && find sim analysis -name 'test_*.c' | sed 's/\.c$//' | sort)
    if build asan-tests gcc "$address" "-O3 -fno-sanitize=all" "${tests[@]}"; then
        # The longest first.
        { printf '%s\n' "${tests[@]}" | grep -E 'ledger|errors|ensemble'
            printf '%s\n' "${tests[@]}" | grep -Ev 'ledger|errors|ensemble'; } |
            sed "s|^|$root/$builds/asan-tests/tests/|" | run_lines watch_test
        tell_lines "unit tests under the address and undefined sanitizers" ${#tests[@]}
    fi
    if build asan gcc "$address" "" programs; then
        for isa in base v3 v4; do
            if ! has_isa $isa; then
                note "this processor has no $isa"
                continue
            fi
            export PNM_ISA=$isa
            each_command asan | run_lines watch_command
            tell_lines "commands under them, code for $isa" "$number"
            unset PNM_ISA
        done
    fi
    # test_ledger runs every claim and takes too long; the claims' threads are the engine's.
    mapfile -t tests < <(cd "$root/tests" && grep -lE '"(engine/|compare/|claims/)' -r sim analysis |
        sed -n 's/\.c$//p' | grep -v test_ledger | sort)
    if build tsan clang "$thread" "" programs "${tests[@]}"; then
        printf '%s\n' "${tests[@]}" | sed "s|^|$root/$builds/tsan/tests/|" | run_lines watch_test
        tell_lines "unit tests that start threads, under the thread sanitizer" ${#tests[@]}
        each_command tsan | run_lines watch_command
        tell_lines "commands with two threads under it" "$number"
    fi
fi
