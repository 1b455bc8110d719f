# shellcheck shell=bash disable=SC2154 # faults.sh sets part, SIZE, work
# SPDX-License-Identifier: GPL-3.0-or-later
# kills.sh: runs that are killed at random moments, again and again, go on from their checkpoint to
# the bytes of a run that nothing disturbs, and leave nothing behind. Every signal is sent once in
# mid-run to every program: the run ends with status 130 and a checkpoint, or by the signal, or it
# goes on as if nothing had come; then, too, the next run has the same bytes.
#
# The moments come from a fixed seed; what the programs do at these moments depends on the machine.

shopt -s dotglob nullglob
ulimit -c 0
# A kill in the wrong moment would spoil what make coverage has counted.
export GCOV_PREFIX=$work/counts
kept="--checkpoint kept --checkpoint-every 0.01"

# Signals, by what becomes of a program that gets one.
caught="HUP INT TERM XCPU"
without_effect="CHLD CONT URG WINCH XFSZ"
stopping="STOP TSTP TTIN TTOU"
killing=$(kill -l | tr -s ' \t' '\n' | sed -n 's/^SIG\([A-Z0-9]*\)$/\1/p' |
    grep -vxF "$(tr ' ' '\n' <<<"$caught $without_effect $stopping")")
can_be_ignored="HUP INT TERM XCPU QUIT USR1 USR2 PIPE ALRM"

# can_resume COMMAND
can_resume() {
    case $1 in pnm-stability* | pnm-worst-case* | pnm-rules*) return 1 ;; esac
}

# slow_command COMMAND: with its outputs. pnm-rules is done at once, unless nobody reads.
slow_command() {
    case $1 in
        pnm-rules*) echo "$1 --output pipe --format csv" ;;
        pnm-stability* | pnm-worst-case*) echo "$1 --quiet --output new.csv,new.json" ;;
        pnm-verify*) echo "$1 --quiet --threads 1 --output new.csv,new.json" ;;
        *) echo "$1 --quiet --threads 1 --output new.csv,new.json --plot new.gp" ;;
    esac
}

# enter FOLDER RUN: a new folder with the inputs of the run.
enter() {
    cp -r "$work/slow.inputs" "$1"
    cd "$1" || exit 1
    case ${slow[$2]} in pnm-rules*) mkfifo pipe ;; esac
}

# run_through RUN [OPTION...]: the run to its end; sets status.
run_through() {
    local command=${slow[$1]}
    shift
    status=0
    case $command in pnm-rules*) timeout 60 cat pipe >new.csv & ;; esac
    # shellcheck disable=SC2086 # a list of words
    timeout 100 "$BIN/"$command "$@" >"$folder.out" 2>"$folder.err" </dev/null || status=$?
    case $command in pnm-rules*) wait $! ;; esac
}

# check_end RUN: adds to problem what differs from the undisturbed run at the end.
check_end() {
    local base=$work/slow.$1 name file
    [ "$status" -eq "$(cat "$base.status")" ] || problem+="; status $status at the end: $(head -c 200 "$folder.err")"
    for file in "$base"/*; do
        name=${file##*/}
        [ -p "$file" ] || cmp -s "$file" "$name" || problem+="; another $name"
    done
    for name in *; do
        [ "$name" = kept ] || [ -e "$base/$name" ] || problem+="; left behind: $name"
    done
}

# check_results RUN: adds to problem which of the results is not whole. (A few may be there
# if the run was killed between them.)
check_results() {
    local name
    for name in new.*; do
        cmp -s "$name" "$work/slow.$1/$name" || problem+="; $name is not whole"
    done
}

# end_run LABEL RUN: a line if something is wrong.
end_run() {
    [ -z "$problem" ] || echo "$1 of '${slow[$2]}'$problem" | tr '\n' ' ' | sed 's/ *$/\n/'
    cd / && rm -rf "$folder" "$folder".*
}

# kill_again_and_again RUN COUNT: so many kills of a run, at moments between its start and a bit
# after its end; whenever it comes to its end it begins anew.
kill_again_and_again() {
    local run=$1 left=$2 folder=$work/kill.$1 status problem='' span resume delay
    span=$(($(cat "$work/slow.$run.time") * 9 / 8 + 1))
    RANDOM=$((4711 + run))
    enter "$folder" "$run"
    while [ "$left" -gt 0 ]; do
        resume=
        [ ! -e kept ] || resume="--resume kept"
        delay=$((RANDOM * span / 32768))
        status=0
        # shellcheck disable=SC2086 # lists of words
        timeout --foreground --preserve-status -s KILL "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))" \
            "$BIN/"${slow[$run]} $kept $resume --threads $((1 + RANDOM % 3)) >"$folder.out" \
            2>"$folder.err" </dev/null || status=$?
        if [ $status -eq 137 ]; then
            left=$((left - 1))
            echo "$run" >>"$work/killed"
            check_results "$run"
        else
            check_end "$run"
            echo "$run" >>"$work/ended"
            cd / && rm -rf "$folder"
            enter "$folder" "$run"
        fi
    done
    resume=
    [ ! -e kept ] || resume="--resume kept"
    # shellcheck disable=SC2086 # lists of words
    run_through "$run" $kept $resume
    check_end "$run"
    end_run kills "$run"
}

# await_middle RUN: until the run has stopped itself before its first checkpoint or, if it
# keeps none, catches signals.
await_middle() {
    local mask try
    for try in $(seq 2000); do
        if can_resume "${slow[$1]}"; then
            ! grep -q '^State:.T' "/proc/$child/status" || return 0
        else
            mask=$(sed -n 's/^SigCgt:\t*//p' "/proc/$child/status")
            [ $((0x${mask:-0} & 0x4002)) -eq 0 ] || { sleep 0.03; return 0; }
        fi
        kill -0 "$child" 2>/dev/null || return 0
        sleep 0.005
    done
}

# goes_on SIGNAL default|ignore: whether a program with this signal ends as if it had not come.
goes_on() {
    [ "$2" = ignore ] || [[ " $stopping $without_effect " == *" $1 "* ]]
}

# send RUN SIGNAL default|ignore: sends it in mid-run; sets status. False if the run was at its end
# by then.
send() {
    local run=$1 child options=(env --default-signal) results middle=1
    rm -f new.* kept
    [ "$3" = default ] || options+=("--ignore-signal=$2")
    can_resume "${slow[$run]}" && options+=("LD_PRELOAD=$TESTS/call.so" PNM_FAULT=rename:1:stop:kept)
    # shellcheck disable=SC2206 # a list of words
    options+=("$BIN/"${slow[$run]})
    ! can_resume "${slow[$run]}" || options+=(--checkpoint kept --checkpoint-every 0.001)
    "${options[@]}" >"$folder.out" 2>"$folder.err" </dev/null &
    child=$!
    await_middle "$run"
    kill "-$2" "$child" || middle=0
    results=(new.*)
    [ ${#results[@]} -eq 0 ] || middle=0
    if [[ " $stopping " == *" $2 "* ]]; then
        sleep 0.05
    fi
    kill -CONT "$child"
    if goes_on "$2" "$3" && [[ ${slow[$run]} == pnm-rules* ]]; then
        timeout 60 cat pipe >new.csv
    fi
    status=0
    wait "$child" || status=$?
    # One that finds all work done comes too late as well: then the whole result is there.
    goes_on "$2" "$3" || [ "$status" -ne "$(cat "$work/slow.$run.status")" ] || middle=0
    [ $middle -eq 1 ]
} 2>/dev/null # of a program that a signal ends, bash says so

# one_signal RUN SIGNAL default|ignore: a line if what the program does is wrong.
one_signal() {
    local run=$1 folder=$work/signal.$BASHPID status problem='' try=0
    local program=${slow[$1]%% *} due=$((128 + $(kill -l "$2"))) resume=()
    enter "$folder" "$run"
    while ! send "$run" "$2" "$3"; do
        try=$((try + 1))
        [ $try -lt 10 ] || { problem="; it came to its end before the signal"; break; }
    done
    if ! goes_on "$2" "$3"; then
        if [[ " $caught " == *" $2 "* ]]; then
            due=130
            grep -qx "$program: interrupted" "$folder.err" || problem+="; no message"
            ! can_resume "${slow[$run]}" || [ -e kept ] || problem+="; no checkpoint"
        fi
        [ "$status" -eq "$due" ] || problem+="; status $status where $due is due"
        check_results "$run"
        [ ! -e kept ] || resume=(--resume kept)
        run_through "$run" "${resume[@]}"
    fi
    check_end "$run"
    end_run "$2 ($3)" "$run"
}

declare -A slow
: >"$work/found"
: >"$work/killed"
: >"$work/ended"
prepare "$work/slow.inputs"
rm "$work/slow.inputs/old.csv"

# The undisturbed runs.
count=0
sampling=
first=
while read -r command; do
    count=$((count + 1))
    slow[$count]=$(slow_command "$command")
    ! can_resume "$command" || sampling="$sampling $count"
    [[ " $first" == *" ${command%% *}:"* ]] || first="$first ${command%% *}:$count"
    folder=$work/slow.$count
    enter "$folder" $count
    from=${EPOCHREALTIME/./}
    run_through $count
    echo $(((${EPOCHREALTIME/./} - from) / 1000)) >"$folder.time"
    echo "$status" >"$folder.status"
    case $status in
        [02]) ;;
        *) echo "undisturbed '${slow[$count]}': status $status: $(head -n 1 "$folder.err")" >>"$work/found" ;;
    esac
done < <(slow_runs)
tell "slow runs, undisturbed" $count "$work/found"

# What must be noticed: a checkpoint that is damaged, results of another seed, a file left behind.
noticed=0
for control in damaged seed litter; do
    folder=$work/control
    enter "$folder" 1
    problem=
    # shellcheck disable=SC2086 # a list of words
    "$BIN/"${slow[1]} $kept --stop-at 1:3 >"$folder.out" 2>&1
    rm -f new.*
    case $control in
        damaged) printf '\377' | dd of=kept bs=1 seek=200 conv=notrunc status=none; run_through 1 --resume kept ;;
        seed) run_through 1 --seed 2 ;;
        litter) : >.new.csv.pnm-; run_through 1 --resume kept ;;
    esac
    check_end 1
    [ -z "$problem" ] || noticed=$((noticed + 1))
    cd / && rm -rf "$folder" "$folder".*
done
report "what is wrong, noticed" 3 $((3 - noticed))

wanted=1000
[ "$SIZE" = long ] || wanted=60
each=$(((wanted - 1) / $(wc -w <<<"$sampling") + 1))
for run in $sampling; do
    echo "$run $each"
done >"$work/tasks"
side_by_side kill_again_and_again "$work/tasks" >"$work/found"
killed=$(wc -l <"$work/killed")
[ "$killed" -ge "$wanted" ] || echo "$killed kills of $wanted" >>"$work/found"
ended=$(wc -l <"$work/ended")
ended=$((ended + $(wc -w <<<"$sampling")))
tell "kills; the $(wc -w <<<"$sampling") runs came $ended times to their end" "$killed" "$work/found"

# signals KIND NAMES default|ignore
signals() {
    local number name
    # shellcheck disable=SC2086 # a list of words
    for number in $first; do
        for name in $2; do
            echo "${number#*:} $name $3"
        done
    done | if [ "$SIZE" = long ]; then cat; else awk 'NR % 11 == 1'; fi >"$work/tasks"
    side_by_side one_signal "$work/tasks" >"$work/found"
    tell "$1" "$(wc -l <"$work/tasks")" "$work/found"
}
signals "signals that end a run with a checkpoint" "$caught" default
signals "signals that are ignored from the start, as by nohup" "$can_be_ignored" ignore
signals "signals without effect" "$without_effect" default
signals "signals that stop a run, which then goes on" "$stopping" default
signals "signals that kill" "$killing" default
