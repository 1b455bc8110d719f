#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# long_runs.bats: runs that end early, and what goes on from there: --max-seconds, --stop-at,
# --checkpoint, --resume.

# shellcheck disable=SC2086,SC2154 # lists of words; what helpers.bash sets
load helpers

# every COMMAND: calls COMMAND PLACES PROGRAM ARGUMENT... for every program that samples. PLACES
# are some at which it can be stopped: the start, within a unit count, at the end of a run.
every() {
    local given="$short --replicas 500"
    local pac="--prior-precision 10 --train-size 100"
    printf '1 0.3\n0.3 0.5\n' >dense
    "$1" "1:0 1:7 1:15" pnm-simulate --optimizer pnm $given
    "$1" "1:5" pnm-simulate --optimizer sgd $given --noise file:dense
    "$1" "1:1 1:4" pnm-simulate --optimizer pnm $given --spectrum 0.1,0.5,1 \
        --record trajectory --every 50
    "$1" "1:3" pnm-simulate --optimizer pnm $given --noise file:dense --record trajectory --every 50
    "$1" "1:0 1:9 1:16 2:5" pnm-stationary --optimizer sgd,pnm $given
    "$1" "1:4 2:2" pnm-stationary --optimizer sgd,pnm $given --full
    "$1" "1:4 2:2" pnm-stationary --optimizer sgd,pnm $given --noise file:dense
    "$1" "1:3 2:0 3:6" pnm-noise --optimizer sgd,pnm --lr 0.1 --replicas 500 --quiet
    "$1" "1:1 2:3" pnm-noise --optimizer sgd,pnm --lr 0.1 --replicas 300 --psd --quiet
    "$1" "1:9 2:5" pnm-pacbayes --optimizer sgd,pnm $given $pac
    "$1" "1:1 2:5" pnm-pacbayes --optimizer sgd,pnm $given $pac --noise file:dense
    "$1" "1:2 2:5" pnm-stationary --optimizer sgd,pnm $given --loss least-squares
    "$1" "1:1 2:3" pnm-convergence --optimizer sgd,pnm --curve --steps 32 --loss least-squares \
        --replicas 300 --quiet
    "$1" "1:0 2:5 3:1" pnm-convergence --optimizer sgd,pnm --steps 16,64 --replicas 500 --quiet
    "$1" "1:3 2:1" pnm-convergence --optimizer sgd,pnm --curve --steps 64 --loss quadratic \
        --replicas 500 --quiet
    "$1" "1:0 1:2 2:0 5:3" pnm-bound --optimizer pnm --search 300 --replicas 500 --quiet
    "$1" "1:2 2:0 10:9 11:3" pnm-verify --claim eq15,eq12,eq14 --precision 0.02 --quiet
    "$1" "1:3 4:9" pnm-verify --claim independent --precision 0.02 --quiet
}

# A few seconds at most, in many units; $slow is a list of words.
slow="--optimizer sgd,pnm --lr 0.1 --spectrum 1 --replicas 2048 --steps 50000 --burn-in 100 --quiet"

# The program came to its end, and no exact verdict fails.
expect_status_of_verdicts() {
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || show
}

# Signals the program: TERM or INT. Sets status, and child to nothing.
signal() {
    kill "-$1" "$child" 2>/dev/null || true # it may have come to its end
    status=0
    wait "$child" || status=$?
    child=
}

await_file() {
    for _ in $(seq 1200); do
        if [ -e "$1" ] || ! kill -0 "$child" 2>/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    echo "$1 does not appear" >&2
    return 1
}

# --- cut and resumed ------------------------------------------------------------------

cut_and_resume() {
    local places=$1 place whole
    shift
    attempt "$@" --threads 1
    whole=$status
    [ "$whole" -eq 0 ] || [ "$whole" -eq 2 ] || show
    never grep -q '^# stop-at' "$out"
    cp "$out" whole
    for place in $places; do
        attempt "$@" --stop-at "$place" --checkpoint kept --threads 2
        expect_status_of_verdicts
        grep -q '^# stop-at: ' "$out" || { echo "$* is not cut at $place" >&2; return 1; }
        expect_no_nan "$out"
        never cmp -s "$out" whole
        [ -s kept ]
        attempt "$@" --resume kept --threads 3
        expect_status "$whole"
        expect_same "$out" whole "$* from $place"
        rm kept
    done
}

@test "every program: cut anywhere and resumed with other threads, the same bytes" {
    every cut_and_resume
}

@test "cut again and again, each time resumed from the file that is then replaced" {
    local place options=
    attempt pnm-stationary --optimizer sgd,pnm $short --replicas 500
    cp "$out" whole
    for place in 1:1 1:2 1:15 2:0 2:3 2:15; do
        attempt pnm-stationary --optimizer sgd,pnm $short --replicas 500 $options --stop-at $place \
            --checkpoint kept
        expect_status 2
        grep -qx "# stop-at: $place" "$out"
        options="--resume kept"
    done
    attempt pnm-stationary --optimizer sgd,pnm $short --replicas 500 --resume kept --checkpoint kept
    expect_same "$out" whole
}

@test "a checkpoint after every batch changes nothing" {
    local whole
    with_checkpoints() {
        shift
        attempt "$@"
        whole=$status
        cp "$out" whole
        attempt "$@" --checkpoint kept --checkpoint-every 0 --threads 3
        expect_status "$whole"
        expect_same "$out" whole "$*"
        [ -s kept ]
        # The checkpoint of the end: nothing of the last run is left to do.
        attempt "$@" --resume kept --threads 1
        expect_same "$out" whole "$*"
        rm kept
    }
    every with_checkpoints
}

# --- --max-seconds and --stop-at ------------------------------------------------------

@test "--max-seconds 0: nothing is sampled, and --stop-at repeats that" {
    local verdict
    no_time() {
        shift
        attempt "$@" --max-seconds 0
        case $1 in
            pnm-simulate) expect_status 0 ;;
            # Nor does this one, unless it is asked to.
            pnm-convergence)
                case $* in *--curve*) expect_status 2 ;; *) expect_status 0 ;; esac
                ;;
            # Not sampled does not count in the ledger.
            pnm-verify) expect_status 0 ;;
            *) expect_status 2 ;;
        esac
        grep -qx '# stop-at: 1:0' "$out"
        expect_no_nan "$out"
        case $1 in
            pnm-stationary | pnm-noise) all_are "$out" exact_verdict 'not sampled' ;;
            pnm-convergence)
                case $* in
                    *--curve*) all_are "$out" exact_verdict 'not sampled' ;;
                    *) all_are "$out" min_square '' ;;
                esac
                ;;
            # Where nothing was looked at there is no setting to tell of.
            pnm-bound) expect_equal "$(row_count "$out")" 0 ;;
            pnm-pacbayes)
                verdict=$(column "$out" exact_verdict | sort | uniq -c | tr -s ' \n' ' ')
                expect_equal "$verdict" ' 4 no claim 2 not sampled '
                ;;
            pnm-verify)
                # Limits, and rows whose standard error is 0, need no samples.
                body "$out" | awk -F, 'NR == 1 || /,limit,/ || $(NF - 10) == "0" { next }
                    $(NF - 7) != "not sampled" || !/not reached in the time given/ { print; bad = 1 }
                    END { exit bad }'
                ;;
        esac
        cp "$out" part
        attempt "$@" --stop-at 1:0
        expect_same "$out" part "$*"
    }
    every no_time
}

@test "--max-seconds 0: trajectories have no rows, moments no numbers" {
    attempt pnm-simulate --optimizer pnm $short --max-seconds 0
    expect_status 0
    all_are "$out" count 0
    all_are "$out" second_moment ''
    all_are "$out" reason 'not sampled'
    attempt pnm-simulate --optimizer pnm $short --max-seconds 0 --record trajectory
    expect_status 0
    expect_equal "$(row_count "$out")" 0
}

@test "the warning says where, and how to repeat it; not with --stop-at, not with --quiet" {
    local given="--optimizer sgd --lr 0.1 --spectrum 0.5,1 --replicas 500 --steps 200"
    attempt pnm-stationary $given --max-seconds 0
    expect_message '^warning: --max-seconds: .*run 1 after 0 of 16 units.*--stop-at 1:0'
    attempt pnm-stationary $given --stop-at 1:3
    expect_no_message 'max-seconds|stop-at'
    attempt pnm-stationary $given --max-seconds 0 --quiet
    expect_no_message .
    attempt pnm-verify --claim eq15 --precision 0.002 --max-seconds 0
    expect_message '^warning: --max-seconds: .*--stop-at 1:0'
    attempt pnm-bound --optimizer pnm --search 100 --max-seconds 0
    expect_message '^warning: --search: the time was up before the search ended'
    expect_equal "$(grep -c 'warning: --search' "$err")" 1
}

@test "no time: nothing is said of how long a run would take" {
    attempt pnm-stationary --optimizer sgd --lr 1e-6 --spectrum 1 --max-samples 1e16 --max-seconds 0
    expect_message '^warning: --max-seconds: .*--stop-at 1:0'
    expect_no_message 'will take'
}

@test "time that is up in between: the place in the header repeats the bytes" {
    local place many="$slow --beta0 0,1,2,3,4,5,6,7,8,9"
    attempt pnm-stationary $many --max-seconds 0.3 --threads 2
    expect_status_of_verdicts
    cp "$out" part
    place=$(sed -n 's/^# stop-at: //p' part)
    [ -n "$place" ] || skip "done before the time was up"
    attempt pnm-stationary $many --stop-at "$place" --threads 3
    expect_same "$out" part "$place"
}

@test "time enough, or a place behind the end: as if it had not been given" {
    local extra
    attempt pnm-stationary --optimizer sgd,pnm $short
    cp "$out" whole
    for extra in "--max-seconds 1e9" "--stop-at 3:0" "--stop-at 2:2" "--stop-at 2:1000" \
        "--stop-at 999999999999999999:999999999999999999"; do
        attempt pnm-stationary --optimizer sgd,pnm $short $extra
        expect_same "$out" whole "$extra"
        expect_no_message .
    done
    # A run that is whole is not cut; the next one is.
    attempt pnm-stationary --optimizer sgd,pnm $short --stop-at 1:1000
    grep -qx '# stop-at: 2:0' "$out"
}

@test "stop-at stands in every format where the run was cut, and only there" {
    attempt pnm-stationary --optimizer sgd $short --stop-at 1:1 --output cut.csv,cut.json
    grep -qx '# stop-at: 1:1' cut.csv
    grep -q '"stop-at": "1:1"' cut.json
    attempt pnm-stationary --optimizer sgd $short --output whole.csv,whole.json
    never grep -q 'stop-at' whole.csv whole.json
    never grep -Eq 'max-seconds|checkpoint|resume' cut.csv cut.json
}

# --- what a cut run says --------------------------------------------------------------

@test "a run cut after whole units is the run of as many chains" {
    local rule
    printf '1 0.3\n0.3 0.5\n' >dense
    for rule in $(linear_rules); do
        # Whether control variates pay depends on the number of replicas.
        attempt pnm-simulate --optimizer "$rule" $short --control none --replicas 500 --stop-at 1:3
        body "$out" >part
        attempt pnm-simulate --optimizer "$rule" $short --control none --replicas 96
        body "$out" >few
        expect_same part few "$rule"
        attempt pnm-simulate --optimizer "$rule" $short --replicas 500 --noise file:dense --stop-at 1:3
        body "$out" >part
        attempt pnm-simulate --optimizer "$rule" $short --replicas 192 --noise file:dense
        body "$out" >few
        expect_same part few "$rule, dense"
    done
    # Groups of one chain each.
    attempt pnm-pacbayes --optimizer pnm $short --replicas 500 --noise file:dense --prior-precision 10 \
        --train-size 100 --stop-at 1:1
    body "$out" >part
    attempt pnm-pacbayes --optimizer pnm $short --replicas 64 --noise file:dense --prior-precision 10 \
        --train-size 100
    body "$out" >few
    expect_same part few
}

@test "trajectories of a cut run are the first ones that are complete" {
    local rows
    attempt pnm-simulate --optimizer pnm $short --spectrum 0.1,0.5,1 --record trajectory --every 100
    body "$out" >whole
    # 64 lanes of 3 modes: 21 replicas and a part of the next.
    attempt pnm-simulate --optimizer pnm $short --spectrum 0.1,0.5,1 --record trajectory --every 100 \
        --stop-at 1:1
    body "$out" >part
    rows=$((21 * 3 * 3 + 1))
    expect_equal "$(wc -l <part)" $rows
    head -n $rows whole >first
    expect_same part first
}

@test "verdicts of a cut run: what is done is judged by its own errors, the rest is not sampled" {
    local given="--optimizer sgd,heavy_ball,pnm --lr 0.1 --spectrum 1 --precision 0.0019 --control none --quiet"
    attempt pnm-stationary $given
    cp "$out" whole
    expect_equal "$(column whole exact_verdict | sort -u)" holds
    attempt pnm-stationary $given --stop-at 2:20
    expect_status 2
    expect_equal "$(column "$out" exact_verdict | tr '\n' ';')" "holds;inconclusive;not sampled;"
    expect_equal "$(column "$out" count 2)" 1280
    expect_equal "$(column "$out" measured 3),$(column "$out" stderr 3),$(column "$out" count 3)" ,,
    # Without a measurement the paper is held against the exact value.
    expect_equal "$(column "$out" paper_verdict 3)" fails
    expect_equal "$(column "$out" measured 1)" "$(column whole measured 1)"
    holds "$(column "$out" stderr 2) > 1.3 * $(column whole stderr 2)"
}

@test "a cut run has done the same share of every mode, and its excess loss has all of them" {
    local place given="--optimizer sgd --lr 0.5 --spectrum 1,0.1,0.01,0.001 --precision 0.01 --control none --quiet"
    attempt pnm-stationary $given
    column "$out" count >whole
    expect_equal "$(tr '\n' ' ' <whole)" '64 512 2048 1024 '
    for place in 4 10 20 40; do
        attempt pnm-stationary $given --stop-at 1:$place
        # 57 units of 64 chains; a unit more or less, and a sixteenth at most.
        column "$out" count | paste whole - | awk -v share="$(awk "BEGIN { print $place / 57 }")" '
            { off = $2 / $1 - share }
            !($2 >= 64) || off > 64 / $1 + 1 / 16 || off < -64 / $1 - 1 / 16 { print; bad = 1 }
            END { exit bad }'
    done
    attempt pnm-stationary $given --excess --stop-at 1:20 --checkpoint kept
    expect_status 2
    holds "$(column "$out" stderr) > 0"
    attempt pnm-stationary $given --excess --resume kept
    cp "$out" resumed
    attempt pnm-stationary $given --excess
    expect_same "$out" resumed
    # Many modes with few controlled chains each, which share units: half of 80.
    attempt pnm-stationary --optimizer sgd --lr 0.5 --spectrum power:1:300 --precision 0.01 --quiet \
        --excess --stop-at 1:40
    grep -qx '# stop-at: 1:40' "$out"
    holds "$(column "$out" stderr) > 0"
}

@test "no cut makes a row fail or hold too early" {
    local unit
    # Few chains: Student's t, and too few for a verdict.
    for unit in 1 2 3 5 10; do
        attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum linear:0.2:1:40 --precision 0.02 \
            --control none --quiet --stop-at 1:$unit
        expect_status 2
        expect_no_nan "$out"
        expect_equal "$(column "$out" exact_verdict | grep -cEv '^(inconclusive|not sampled)$')" 0
        attempt pnm-pacbayes --optimizer pnm $short --replicas 2000 --prior-precision 10 \
            --train-size 100 --stop-at 1:$unit
        expect_status 2
        expect_no_nan "$out"
    done
}

@test "squares of few numbers are no normal sample: they decide nothing" {
    local unit
    # Seeds at which the few chains lie more than their interval off.
    for unit in 1 2 3 5 10; do
        attempt pnm-noise --optimizer pnm --lr 0.1 --replicas 1000 --quiet --stop-at 1:$unit
        expect_status 2
        never grep -q ',fails$' "$out"
    done
    attempt pnm-convergence --optimizer sgd --curve --loss quadratic --steps 256 --replicas 2000 \
        --control none --seed 61 --quiet --stop-at 1:1
    expect_status 2
    never grep -q ',fails$' "$out"
    attempt pnm-verify --claim eq12 --precision 0.02 --seed 393 --quiet --stop-at 1:1
    expect_status 2
    exact_verdicts | sort -u >verdicts
    never grep -qx fails verdicts
    grep -qx inconclusive verdicts
}

@test "the ledger of a cut run" {
    attempt pnm-verify --claim eq15 --precision 0.02 --control none --quiet --stop-at 3:0
    expect_status 2
    expect_equal "$(body "$out" | grep -c 'not reached in the time given')" 7
    # Two values, and the limit that they belong to.
    expect_equal "$(exact_verdicts | grep -cx inconclusive)" 3
    exact_verdicts | grep -qx fails && show
    attempt pnm-verify --claim eq15 --max-seconds 0 --quiet --strict
    [ "$status" -le 1 ] || show
}

# --- signals --------------------------------------------------------------------------

# interrupted_and_resumed SIGNAL PROGRAM ARGUMENT...: with a checkpoint after each batch.
interrupted_and_resumed() {
    local name=$1
    shift
    rm -f kept new.csv
    start "$@" --output new.csv --checkpoint kept --checkpoint-every 0
    await_file kept
    signal "$name"
    if [ "$status" -ne 130 ]; then
        expect_status_of_verdicts
        skip "done before the signal came"
    fi
    expect_message 'interrupted'
    expect_files kept
    attempt "$@" --output resumed.csv --resume kept --threads 3
    attempt "$@" --output whole.csv
    expect_same resumed.csv whole.csv "$*"
    rm kept resumed.csv whole.csv
}

@test "SIGTERM leaves a checkpoint from which the same bytes come" {
    interrupted_and_resumed TERM pnm-stationary $slow
    interrupted_and_resumed INT pnm-pacbayes $slow --prior-precision 10 --train-size 100
}

@test "SIGTERM with trajectories" {
    interrupted_and_resumed TERM pnm-simulate --optimizer pnm --lr 0.1 --spectrum 1 --replicas 2000 \
        --steps 500000 --every 50000 --record trajectory --quiet
}

@test "SIGTERM with the ledger" {
    interrupted_and_resumed TERM pnm-verify --claim eq15,eq17 --precision 0.003 --quiet
}

@test "a checkpoint is written at the signal, however long it is until the next is due" {
    start pnm-stationary $slow --control none --checkpoint kept --checkpoint-every 1e9
    await_threads
    signal TERM
    if [ "$status" -ne 130 ]; then
        expect_status_of_verdicts
        skip "done before the signal came"
    fi
    expect_files kept
    attempt pnm-stationary $slow --control none --resume kept
    cp "$out" resumed
    attempt pnm-stationary $slow --control none
    expect_same "$out" resumed
}

@test "a checkpoint that cannot be written at the signal is told of" {
    uncounted
    start bash -c 'ulimit -f 1; trap "" XFSZ; exec "$@"' - pnm-stationary --optimizer sgd --lr 0.1 \
        --spectrum linear:0.1:1:100 --replicas 2048 --steps 20000 --burn-in 100 --quiet --control none \
        --checkpoint kept --checkpoint-every 1e9
    await_threads
    signal TERM
    [ "$status" -eq 130 ] || skip "done before the signal came"
    expect_message "--checkpoint: (interrupted; )?cannot write 'kept'"
    expect_files ''
}

@test "a signal at any moment: the whole result or none" {
    local delay
    attempt pnm-verify --claim stability,hb-scaling,eq23 --output whole.csv
    for delay in 0 0.02 0.05 0.1 0.15 0.2; do
        start pnm-verify --claim stability,hb-scaling,eq23 --output new.csv
        await_catching
        sleep $delay
        signal TERM
        if [ "$status" -eq 130 ]; then
            expect_files whole.csv
        else
            expect_same new.csv whole.csv
            rm new.csv
        fi
    done
}

@test "killed at once: the last checkpoint is whole" {
    start pnm-stationary $slow --checkpoint kept --checkpoint-every 0
    await_file kept
    kill -9 "$child" 2>/dev/null || true
    wait "$child" || true
    child=
    attempt pnm-stationary $slow --resume kept
    expect_status_of_verdicts
    cp "$out" resumed
    attempt pnm-stationary $slow
    expect_same "$out" resumed
}

# --- refusals -------------------------------------------------------------------------

@test "--stop-at: what is no place is refused" {
    local place
    for place in '' 1 1: :1 : 0:1 0:0 -1:2 1:-2 +1:2 1:+2 1:2:3 ' 1:2' '1: 2' '1 :2' '1:2 ' 1.0:2 \
        1:2.5 x:y 1:2x 0x1:2 1e3:1 1,2 99999999999999999999:1 1:99999999999999999999; do
        refuse 64 "^pnm-simulate: --stop-at: .*allowed is RUN:UNIT" pnm-simulate --optimizer sgd $short \
            --stop-at "$place"
    done
    all_refused
}

@test "--max-seconds and --checkpoint-every: numbers from 0 on" {
    local option value
    for option in max-seconds checkpoint-every; do
        for value in -1 -1e-9 nan '' x 1s; do
            refuse 64 "--$option" pnm-stationary --optimizer sgd $short --$option "$value"
        done
    done
    all_refused
}

@test "--resume: a file that is not there or is not a checkpoint" {
    : >empty
    echo 'optimizer,lr' >text
    head -c 5000 /dev/urandom >noise
    mkdir folder
    refuse 64 "--resume: .*'nosuch'.*No such file" pnm-simulate --optimizer sgd $short --resume nosuch
    refuse 64 "--resume: .*''" pnm-simulate --optimizer sgd $short --resume ''
    refuse 64 "--resume: 'empty' is not a checkpoint" pnm-simulate --optimizer sgd $short --resume empty
    refuse 64 "--resume: 'text' is not a checkpoint" pnm-simulate --optimizer sgd $short --resume text
    refuse 64 "--resume: 'noise' is not a checkpoint" pnm-simulate --optimizer sgd $short --resume noise
    refuse 64 "--resume: 'folder'.*regular file" pnm-simulate --optimizer sgd $short --resume folder
    refuse 64 "--resume: '/dev/zero'.*regular file" pnm-simulate --optimizer sgd $short \
        --resume /dev/zero
    all_refused
}

@test "--resume: a damaged checkpoint" {
    local size k
    attempt pnm-stationary --optimizer sgd,pnm $short --replicas 500 --stop-at 2:3 --checkpoint kept
    size=$(wc -c <kept)
    for k in 1 7 8 15 16 100 $((size / 2)) $((size - 9)) $((size - 1)); do
        head -c "$k" kept >damaged
        refuse 64 "--resume: 'damaged' is" pnm-stationary --optimizer sgd,pnm $short --replicas 500 \
            --resume damaged
        cp kept damaged
        printf '\377' | dd of=damaged bs=1 seek="$k" conv=notrunc status=none
        cmp -s kept damaged && printf '\1' | dd of=damaged bs=1 seek="$k" conv=notrunc status=none
        refuse 64 "--resume: 'damaged' is" pnm-stationary --optimizer sgd,pnm $short --replicas 500 \
            --resume damaged
    done
    cat kept kept >damaged
    refuse 64 "--resume: 'damaged' is damaged" pnm-stationary --optimizer sgd,pnm $short --replicas 500 \
        --resume damaged
    all_refused
}

@test "--resume: other parameters, by name; threads, outputs and limits may differ" {
    local other line
    printf '0.5 1\n' >h
    attempt pnm-stationary --optimizer sgd $short --spectrum file:h --stop-at 1:1 --checkpoint kept
    for other in "--lr 0.2" "--seed 2" "--batch 2" "--replicas 41" "--steps 201" "--rng philox" \
        "--optimizer pnm" "--max-samples 1e9" "--spectrum 0.5,1" "--full" "--noise isotropic:1"; do
        line=${other#--}
        refuse 64 "--resume: 'kept' belongs to a run with '.*', this one has '${line/ /: }" \
            pnm-stationary --optimizer sgd $short --spectrum file:h $other --resume kept
    done
    refuse 64 "'program: pnm-stationary', this one has 'program: pnm-simulate'" pnm-simulate \
        --optimizer sgd $short --spectrum file:h --resume kept
    all_refused
    attempt pnm-stationary --optimizer sgd $short --spectrum file:h
    cp "$out" whole
    attempt pnm-stationary --optimizer sgd $short --spectrum file:h --resume kept --threads 3 \
        --max-seconds 1e9 --checkpoint other --checkpoint-every 3 --output here.csv
    expect_status 2
    expect_same here.csv whole
}

@test "--resume: files of the same name and another content" {
    local option extra
    for option in spectrum noise start theta-star dense; do
        printf '0.5 1\n' >file
        extra="--$option file:file"
        case $option in
            spectrum) extra="$extra --noise isotropic:1" ;;
            dense)
                printf '1 0.3\n0.3 0.5\n' >file
                extra="--noise file:file"
                ;;
        esac
        attempt pnm-simulate --optimizer sgd $short $extra --stop-at 1:0 --checkpoint kept
        expect_status 0
        sed -i 's/0.5$/0.6/; s/1$/1.5/' file
        refuse 64 "--resume: .*run 1 of the checkpoint" pnm-simulate --optimizer sgd $short $extra \
            --resume kept
    done
    all_refused
}

@test "--checkpoint: where nothing can be written, 74 before anything is sampled" {
    mkdir folder
    refuse 74 "--checkpoint: cannot write 'missing/kept': No such file" pnm-simulate --optimizer sgd \
        $short --checkpoint missing/kept
    refuse 74 "--checkpoint: cannot write 'folder': Is a directory" pnm-simulate --optimizer sgd \
        $short --checkpoint folder
    refuse 74 "--checkpoint: cannot write 'folder/': Is a directory" pnm-verify --claim eq15 \
        --checkpoint folder/
    refuse 74 "--checkpoint" pnm-noise --optimizer sgd --lr 0.1 --checkpoint /dev/full \
        --checkpoint-every 0
    all_refused
}

# On a disk that is full for all but small files, as it looks to the program.
on_a_full_disk() (
    uncounted
    ulimit -f 1
    trap '' XFSZ
    exec "$@"
)

@test "a checkpoint that cannot be replaced ends the run; it stays, so do old results" {
    local given="--optimizer sgd --lr 0.1 --spectrum linear:0.1:1:100 --replicas 40 --steps 200 --quiet"
    echo old >old.csv
    attempt pnm-stationary $given --stop-at 1:9 --checkpoint kept
    cp kept before
    status=0
    on_a_full_disk pnm-stationary $given --resume kept --checkpoint kept --checkpoint-every 0 \
        --output old.csv >"$out" 2>"$err" || status=$?
    expect_status 74
    expect_message "^pnm-stationary: --checkpoint: (interrupted; )?cannot write 'kept'"
    expect_same kept before
    expect_equal "$(<old.csv)" old
    expect_files before kept old.csv
}
