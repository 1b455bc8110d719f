#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# mpi.bats: the programs built with MPI, run by mpirun, give what those without it give.
# PNM_MPI_BIN names the folder of the former (make MPI=1: build/mpi/bin); without it, or
# without mpirun, all is skipped.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

needs_mpi() {
    [ -x "${PNM_MPI_BIN:-.}/pnm-simulate" ] || skip "PNM_MPI_BIN names no programs built with MPI"
    command -v mpirun >/dev/null || skip "mpirun is not installed"
    printf '1 0.3\n0.3 0.5\n' >dense
    few="$short --replicas 500 --threads 1"
    # Every row of it holds: where a program ends with 0, mpirun ends at once.
    two="--optimizer sgd,pnm --lr 0.1 --spectrum 0.5,1 --replicas 1024 --steps 50000 --burn-in 100 \
        --quiet --threads 1"
    # A minute; it is ended before.
    slow="--optimizer pnm --lr 0.1 --spectrum 1 --replicas 65536 --steps 1000000 --burn-in 100 \
        --max-samples 1e18 --quiet --threads 1"
}

teardown() {
    if [ -n "$child" ]; then
        # shellcheck disable=SC2046 # a list of words
        kill -9 $(rank_processes) "$child" 2>/dev/null || true
    fi
}

# ranks COUNT PROGRAM ARGUMENT...
ranks() {
    local count=$1 program=$2
    shift 2
    attempt mpirun -n "$count" "$PNM_MPI_BIN/$program" "$@" </dev/null
}

# apart WORDS PROGRAM ARGUMENT...: two ranks that differ, as on two machines. WORDS is what their
# shell does; "$@" is the program with its arguments, $OMPI_COMM_WORLD_RANK which rank it is.
apart() {
    local words=$1 program=$2
    shift 2
    attempt mpirun -n 2 sh -c "$words" - "$PNM_MPI_BIN/$program" "$@" </dev/null
}

# The processes of the ranks that `start` has started.
rank_processes() {
    pgrep -P "$child"
}

# start_ranks COUNT PROGRAM ARGUMENT...: until the first checkpoint is there.
start_ranks() {
    local count=$1 program=$2
    shift 2
    start mpirun -n "$count" "$PNM_MPI_BIN/$program" "$@" --checkpoint kept --checkpoint-every 0 \
        </dev/null
    for _ in $(seq 1200); do
        if [ -e kept ] || ! kill -0 "$child" 2>/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    echo "no checkpoint appears" >&2
    return 1
}

# Until the checkpoint has been replaced: a second later, by which the ranks must have agreed on
# how much work a second is.
await_next_checkpoint() {
    local first
    first=$(stat -c %i kept)
    for _ in $(seq 1200); do
        if [ "$(stat -c %i kept)" != "$first" ] || ! kill -0 "$child" 2>/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    echo "the checkpoint is not replaced" >&2
    return 1
}

# Until mpirun is gone, which must not take long. Sets status.
await_end() {
    for _ in $(seq 600); do
        kill -0 "$child" 2>/dev/null || break
        sleep 0.05
    done
    if kill -0 "$child" 2>/dev/null; then
        echo "the ranks hang" >&2
        return 1
    fi
    status=0
    wait "$child" || status=$?
    child=
}

expect_message_once() {
    expect_equal "$(grep -Ec -e "$1" "$err")" 1 "lines that match $1"
}

# --- the same bytes -------------------------------------------------------------------

@test "1, 2, 3 and 5 ranks: the bytes of the program without MPI" {
    needs_mpi
    local count
    attempt pnm-stationary $two
    expect_status 0
    cp "$out" alone
    for count in 1 2 3 5; do
        ranks $count pnm-stationary $two
        expect_status 0
        expect_same "$out" alone "$count ranks"
    done
    # More ranks than units, and threads too.
    attempt pnm-simulate --optimizer pnm $few --replicas 60
    cp "$out" alone
    ranks 5 pnm-simulate --optimizer pnm $few --replicas 60 --threads 2
    expect_same "$out" alone
}

# as_alone COUNT PROGRAM ARGUMENT...
as_alone() {
    local count=$1 alone
    shift
    attempt "$@"
    alone=$status
    cp "$out" alone
    ranks "$count" "$@"
    expect_status "$alone"
    expect_same "$out" alone "$count ranks: $*"
}

@test "every program: the bytes of the program without MPI" {
    needs_mpi
    as_alone 3 pnm-simulate --optimizer pnm $few
    as_alone 2 pnm-simulate --optimizer pnm $few --noise file:dense --record trajectory --every 50
    as_alone 2 pnm-stationary $two --full
    as_alone 3 pnm-noise --optimizer pnm --lr 0.1 --replicas 500 --psd --quiet --threads 1
    as_alone 2 pnm-noise --optimizer pnm --lr 0.1 --replicas 500 --quiet --threads 1
    as_alone 3 pnm-pacbayes $two --prior-precision 10 --train-size 100 --noise file:dense
    as_alone 3 pnm-convergence --optimizer pnm --steps 16,64 --replicas 500 --quiet --threads 1
    as_alone 3 pnm-bound --optimizer pnm --search 300 --replicas 500 --quiet --threads 1
    as_alone 2 pnm-verify --claim eq15,eq14,special-hb --precision 0.02 --quiet --threads 1
}

@test "machines with different numbers of processors: the same bytes" {
    needs_mpi
    # shellcheck disable=SC2016 # the ranks' shell is meant
    local threads='exec "$@" --threads $((3 - 2 * OMPI_COMM_WORLD_RANK))'
    attempt pnm-stationary $two
    cp "$out" alone
    apart "$threads" pnm-stationary $two --checkpoint kept --checkpoint-every 0
    expect_status 0
    expect_same "$out" alone
    # In more units than a batch holds.
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 300000 --steps 20 --quiet
    cp "$out" alone
    apart "$threads" pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 300000 \
        --steps 20 --quiet
    expect_status 0
    expect_same "$out" alone
}

@test "a run cut by time or place, by any number of ranks" {
    needs_mpi
    attempt pnm-stationary $two --stop-at 2:5
    cp "$out" part
    ranks 3 pnm-stationary $two --stop-at 2:5
    expect_same "$out" part
    attempt pnm-stationary $two --stop-at 1:0
    cp "$out" part
    ranks 2 pnm-stationary $two --max-seconds 0
    expect_same "$out" part
}

# --- checkpoints ----------------------------------------------------------------------

@test "a checkpoint of 3 ranks goes on with 1, 2 and none, one without MPI with 2" {
    needs_mpi
    local count
    attempt pnm-stationary $two
    cp "$out" whole
    ranks 3 pnm-stationary $two --stop-at 2:5 --checkpoint of-3
    attempt pnm-stationary $two --stop-at 2:5 --checkpoint of-none
    expect_same of-3 of-none
    for count in 1 2; do
        ranks $count pnm-stationary $two --resume of-3
        expect_status 0
        expect_same "$out" whole "$count ranks"
    done
    attempt pnm-stationary $two --resume of-3
    expect_same "$out" whole
    ranks 2 pnm-stationary $two --resume of-none --checkpoint of-none --checkpoint-every 0
    expect_same "$out" whole
}

@test "mpirun ended by SIGTERM: a checkpoint, from which the same bytes come" {
    needs_mpi
    local place
    start_ranks 2 pnm-stationary $slow --output new.csv
    await_next_checkpoint
    kill -TERM "$child"
    await_end
    [ "$status" -ne 0 ] || show
    expect_files dense kept
    # What the checkpoint holds, and the same from the start.
    attempt pnm-stationary $slow --resume kept --max-seconds 0
    cp "$out" resumed
    place=$(sed -n 's/^# stop-at: //p' resumed)
    [ "${place#1:}" -gt 0 ]
    attempt pnm-stationary $slow --stop-at "$place"
    expect_same "$out" resumed
}

# --- failures -------------------------------------------------------------------------

@test "an error is told once, not once a rank" {
    needs_mpi
    ranks 3 pnm-stationary $two --lr x
    expect_status 64
    expect_message_once '^pnm-stationary: --lr: '
    ranks 3 pnm-stationary --optimizer sgd --spectrum 1 --lr 100
    expect_status 64
    expect_message_once 'unstable'
    ranks 2 pnm-simulate --optimizer sgd $few --output missing/new.csv
    expect_status 74
    expect_message_once "^pnm-simulate: .*'missing/new.csv'"
    ranks 2 pnm-simulate --optimizer sgd $few --resume missing
    expect_status 64
    expect_message_once "^pnm-simulate: --resume: "
    # Of rank 0 alone, while the others would go on to the file.
    ranks 2 pnm-simulate --optimizer sgd $few --checkpoint missing/kept --resume missing
    expect_status 74
    expect_message_once "^pnm-simulate: --checkpoint: .*'missing/kept'"
    [ ! -s "$out" ] || show
}

@test "what is printed is printed once, what is written is written once" {
    needs_mpi
    ranks 3 pnm-simulate --version
    expect_status 0
    expect_equal "$(wc -l <"$out")" 1
    ranks 3 pnm-simulate --optimizer sgd $few --output new.csv,- --max-seconds 0
    expect_status 0
    expect_equal "$(grep -c '^i,h,' new.csv)" 1
    expect_same new.csv "$out"
    expect_files dense new.csv
    # A pipe shows how many write, and a warning who warns.
    mkfifo pipe
    timeout 60 cat pipe >piped &
    ranks 3 pnm-simulate --optimizer sgd $few --output pipe --max-seconds 0
    expect_status 0
    wait
    expect_same piped new.csv
    ranks 3 pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --max-seconds 0 --threads 1
    expect_message_once '^warning: '
}

@test "a rank that is killed ends the job, and mpirun names it" {
    needs_mpi
    start_ranks 3 pnm-stationary $slow --output new.csv
    kill -9 "$(rank_processes | sed -n 2p)"
    await_end
    [ "$status" -ne 0 ] || show
    expect_message 'rank [0-9].*exited on signal 9'
    expect_files dense kept
}

@test "a signal that reaches one rank alone, while it plans, ends all of them" {
    needs_mpi
    start mpirun -n 2 "$PNM_MPI_BIN/pnm-stationary" --optimizer sgd,pnm --lr 0.1 \
        --spectrum linear:0.1:1:400 --full --replicas 64 --steps 40 --burn-in 10 --quiet --threads 1 \
        </dev/null
    local caught
    for _ in $(seq 600); do
        caught=0
        for process in $(rank_processes); do
            # Bit 14 of SigCgt: SIGTERM is caught.
            grep -Eq '^SigCgt:.*[4567cdef]...$' "/proc/$process/status" && caught=$((caught + 1))
        done
        if [ $caught -eq 2 ] || ! kill -0 "$child" 2>/dev/null; then
            break
        fi
        sleep 0.05
    done
    kill -TERM "$(rank_processes | tail -n 1)" 2>/dev/null || skip "done before the signal came"
    await_end
    [ "$status" -ne 2 ] || skip "done before the signal came"
    expect_status 130
    expect_message_once 'interrupted'
}

# --- machines that do not see the same files ------------------------------------------

# shellcheck disable=SC2016 # the ranks' shell is meant
in_own_folder='cd "$OMPI_COMM_WORLD_RANK" && exec "$@"'

@test "the folder of a checkpoint that only rank 0 has is enough: it alone writes there" {
    needs_mpi
    mkdir -p 0/folder 1
    attempt pnm-stationary $two --stop-at 1:3 --checkpoint 0/folder/kept
    cp 0/folder/kept before
    apart "$in_own_folder" pnm-stationary $two --resume folder/kept --checkpoint folder/kept \
        --checkpoint-every 0
    expect_status 0
    never cmp -s 0/folder/kept before
    cp "$out" resumed
    attempt pnm-stationary $two
    expect_same "$out" resumed
}

@test "input files that differ from rank to rank are refused" {
    needs_mpi
    mkdir 0 1
    echo 0.5 1 >0/h
    echo 0.5 1.1 >1/h
    apart "$in_own_folder" pnm-stationary $two --spectrum file:h
    expect_status 64
    expect_message_once 'rank 1'
    rm 1/h
    apart "$in_own_folder" pnm-stationary $two --spectrum file:h
    expect_status 64
    expect_message_once "--spectrum: rank 1: .*'h'"
}
