# SPDX-License-Identifier: GPL-3.0-or-later
# helpers.bash: what the tests of the programs share.
#
#   load helpers
#   attempt pnm-simulate --optimizer sgd ...   # status, file $out, file $err
#   expect_status 0
#   column "$out" exact                        # the values of a CSV column
#
# Every test runs in an empty folder of its own, $PWD; what the programs print goes to
# $out and $err outside of it, so that `left_behind` sees the programs' files alone.
# No test measures time; the limits below only end what would hang.
# shellcheck shell=bash

setup() {
    if [ -z "$PNM_BIN" ] || [ ! -x "$PNM_BIN/pnm-simulate" ]; then
        echo "PNM_BIN must name the folder of the programs, as in" \
            "PNM_BIN=\$PWD/build/bin bats tests/cli" >&2
        return 1
    fi
    PATH=$PNM_BIN:$PATH
    unset PNM_ISA ARGP_HELP_FMT POSIXLY_CORRECT
    export LC_ALL=C
    # mpirun: more ranks than processors, also as root, also in a container; it starts in half
    # the time with ob1, and ranks that wait leave the processor to others.
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
    export OMPI_MCA_pml=ob1 OMPI_MCA_mpi_yield_when_idle=1
    out=$BATS_TEST_TMPDIR/out
    err=$BATS_TEST_TMPDIR/err
    failures=
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work" || return 1
    # What each rule is tried with: nothing in it is random beyond the seed.
    # shellcheck disable=SC2034 # the tests use it
    short="--spectrum 0.5,1 --lr 0.1 --replicas 40 --steps 200 --burn-in 8 --quiet"
}

# The rules that have exact laws, with blanks between them.
linear_rules() {
    pnm-rules --format csv | awk -F, '$3 == "yes" { print $1 }' | paste -sd ' '
}

teardown() {
    if [ -n "$child" ]; then
        kill -9 "$child" 2>/dev/null || true
    fi
    # A test that forgets to ask fails all the same.
    all_refused
}

# Runs a program; a minute is far more than any of them takes.
attempt() {
    status=0
    timeout 60 "$@" >"$out" 2>"$err" || status=$?
}

show() {
    echo "status $status" >&2
    head -c 2000 "$err" >&2
    head -c 2000 "$out" >&2
    return 1
}

expect_status() {
    [ "$status" -eq "$1" ] || { echo "expected status $1" >&2; show; }
}

# Does standard error match the extended regular expression?
expect_message() {
    grep -Eq -e "$1" "$err" || { echo "no message matches $1" >&2; show; }
}

expect_no_message() {
    ! grep -Eq -e "$1" "$err" || { echo "a message matches $1" >&2; show; }
}

# What runs from here on leaves its counts for make coverage where nobody looks: a limit of the size of
# files or a kill would spoil those of all the runs before.
uncounted() {
    export GCOV_PREFIX=$BATS_TEST_TMPDIR/counts
}

# never COMMAND: it must fail. (Bats overlooks what a bare ! finds.)
never() {
    ! "$@"
}

expect_equal() {
    [ "$1" = "$2" ] || { echo "'$1' is not '$2' ${3:+($3)}" >&2; return 1; }
}

expect_same() {
    cmp "$1" "$2" >&2 || { echo "$1 and $2 differ ${3:+($3)}" >&2; return 1; }
}

# An awk condition, as in: holds "$x < 2 * $y"
holds() {
    awk "BEGIN { exit !($1) }" || { echo "does not hold: $1 ${2:+($2)}" >&2; return 1; }
}

# --- tables ---------------------------------------------------------------------------

# A CSV result without the lines on where it comes from: header and rows.
body() {
    grep -v '^#' "$1"
}

header() {
    body "$1" | head -n 1
}

row_count() {
    body "$1" | awk 'END { print NR - 1 }'
}

# column FILE NAME [ROW]: the values of one column (not for cells that hold commas).
column() {
    body "$1" | awk -F, -v name="$2" -v row="$3" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i
                  if (!at) { print "no column " name > "/dev/stderr"; exit 1 }
                  next }
        row == "" || NR == row + 1 { print $at }'
}

# All cells of a column are the same word: all_are FILE COLUMN WORD.
all_are() {
    expect_equal "$(column "$1" "$2" | sort -u)" "$3" "column $2"
}

# No result shows what is no number.
expect_no_nan() {
    if body "$1" | grep -Eiq '(^|[,:[ ])[+-]?(nan|inf)'; then
        echo "nan or inf in a result" >&2
        body "$1" | head -n 5 >&2
        return 1
    fi
}

# --- files ----------------------------------------------------------------------------

left_behind() (
    shopt -s dotglob nullglob
    set -- *
    echo "$*"
)

# expect_files NAME...: these and no others are in the folder.
expect_files() {
    local wanted=
    [ $# -eq 0 ] || wanted=$(printf '%s\n' "$@" | sort | paste -sd ' ')
    expect_equal "$(left_behind)" "$wanted" "files in the folder"
}

# --- refusals -------------------------------------------------------------------------

# refuse STATUS REGEX PROGRAM ARGUMENT...: runs it with two outputs, one that is there and
# one that is not. It must end with the status and say what the regex asks for; neither
# output may change and nothing may be left behind. Failures are noted for all_refused.
refuse() {
    local expected=$1 regex=$2 program=$3 before problem=
    shift 3
    echo old >old.csv
    before=$(left_behind)
    attempt "$program" --output new.csv,old.csv "$@"
    [ "$status" -eq "$expected" ] || problem="status $status, expected $expected"
    grep -Eq -e "$regex" "$err" || problem="$problem; message does not match $regex"
    grep -aq "^$program: " "$err" || problem="$problem; the program does not give its name"
    [ ! -s "$out" ] || problem="$problem; something on standard output"
    [ "$(<old.csv)" = old ] || problem="$problem; the old file changed"
    [ "$(left_behind)" = "$before" ] || problem="$problem; left behind: $(left_behind)"
    rm -f new.csv
    if [ -n "$problem" ]; then
        failures="$failures
$program $*
    $problem
    $(head -c 400 "$err" | head -n 3)"
    fi
}

all_refused() {
    local problems=$failures
    failures=
    [ -z "$problems" ] || { echo "not refused as they should be:$problems" >&2; return 1; }
}

# --- Ctrl-C ---------------------------------------------------------------------------

# Starts a program in the background as a terminal would: no signal is ignored.
start() {
    env --default-signal "$@" >"$out" 2>"$err" 3>&- &
    child=$!
}

# Until the program catches SIGINT.
await_catching() {
    local mask
    for _ in $(seq 600); do
        mask=$(awk '/^SigCgt:/ { print substr($2, 16, 1) }' "/proc/$child/status" 2>/dev/null)
        case $mask in 2 | 3 | 6 | 7 | a | b | e | f) return 0 ;; esac
        sleep 0.05
    done
    echo "the program does not catch SIGINT" >&2
    return 1
}

# Until the work has been shared out: the program runs more than one thread.
await_threads() {
    await_catching
    for _ in $(seq 600); do
        [ "$(awk '/^Threads:/ { print $2 }' "/proc/$child/status" 2>/dev/null)" = 1 ] || return 0
        sleep 0.05
    done
    echo "the program does not start threads" >&2
    return 1
}

# Until the program waits for something: asleep whenever one looks.
await_sleep() {
    local asleep=0
    for _ in $(seq 600); do
        case $(awk '/^State:/ { print $2 }' "/proc/$child/status" 2>/dev/null) in
            S) asleep=$((asleep + 1)) ;;
            *) asleep=0 ;;
        esac
        [ $asleep -lt 6 ] || return 0
        sleep 0.05
    done
    echo "the program does not come to rest" >&2
    return 1
}

# One Ctrl-C must end the program; ten seconds is for ever.
interrupt() {
    kill -INT "$child"
    for _ in $(seq 200); do
        if ! kill -0 "$child" 2>/dev/null; then
            break
        fi
        sleep 0.05
    done
    if kill -0 "$child" 2>/dev/null; then
        kill -9 "$child"
        echo "Ctrl-C did not end the program within 10 s" >&2
        return 1
    fi
    status=0
    wait "$child" || status=$?
    child=
    expect_status 130
    expect_message 'interrupted'
}

# The verdicts of the ledger in $out. Its last eight columns hold no commas; the texts before them may.
paper_verdicts() {
    body "$out" | awk -F, 'NR > 1 { print $(NF - 8) }'
}

exact_verdicts() {
    body "$out" | awk -F, 'NR > 1 { print $(NF - 7) }'
}
