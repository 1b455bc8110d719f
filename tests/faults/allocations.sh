# shellcheck shell=bash disable=SC2154 # faults.sh sets part, SIZE, work
# SPDX-License-Identifier: GPL-3.0-or-later
# allocations.sh: every allocation of every command fails once, and from then on all fail. The
# command ends with 71 and a message that begins with its name, leaves the older output and
# nothing besides, and frees what it allocated; or its result is the same as with all memory.
# (libgomp has an end of its own: a message "libgomp: ...", status 1.) In the short form a share of
# the allocations fails, and only once.

# With --help and --list there is no output file; the others write into old.csv.
allocation_command() {
    case $1 in
        *--explain* | *--list*) echo "$1" ;;
        pnm-rules*) echo "$1 --output old.csv" ;;
        pnm-stability* | pnm-worst-case*) echo "$1 --quiet --output old.csv" ;;
        *) echo "$1 --quiet --threads 1 --output old.csv" ;;
    esac
}

# one_allocation RUN WHICH COMMAND: a line if what it does is wrong.
one_allocation() {
    local folder=$work/run.$1.$2 status=0 base=$work/base.$1 made failed kept problem=
    prepare "$folder"
    cd "$folder" || return 1
    # shellcheck disable=SC2086 # a list of words
    LD_PRELOAD=$TESTS/allocation.so PNM_ALLOCATION=$2 PNM_ALLOCATION_LOG=$folder.log \
        timeout 60 "$BIN/"$3 >"$folder.out" 2>"$folder.err" </dev/null || status=$?
    if [ -e "$folder.log" ]; then
        read -r made failed kept <"$folder.log"
        [ "$failed" -gt 0 ] || problem="no allocation failed of $made"
        [ "$kept" -eq 0 ] || problem="$kept blocks were not freed"
    else
        problem="it did not end by itself"
    fi
    if grep -q '^libgomp: ' "$folder.err" && [ $status -eq 1 ]; then
        problem=
    elif [ $status -eq 71 ]; then
        grep -q "^${3%% *}: .*memory" "$folder.err" || problem="$problem no message"
        grep -q 'an older result' old.csv || problem="$problem the older output is gone"
    elif [ $status -eq "$(<"$base.status")" ]; then
        cmp -s "$folder.out" "$base.out" || problem="$problem another output"
        cmp -s old.csv "$base.csv" || problem="$problem another result"
    else
        problem="$problem status $status"
    fi
    [ "$(ls -A)" = "$(<"$base.files")" ] || problem="$problem other files"
    [ -z "$problem" ] || echo "allocation $2 of '$3': $problem: $(head -c 200 "$folder.err" | head -n 1)"
    cd / && rm -rf "$folder" "$folder".*
}
export -f one_allocation

# The other parts take commands whose results are tables.
dump='pnm-stationary --optimizer all --lr 0.1 --spectrum 1 --dump-config'
run=0
count=0
: >"$work/allocations"
while read -r command; do
    run=$((run + 1))
    command=$(allocation_command "$command")
    base=$work/base.$run
    prepare "$base.d"
    status=0
    # shellcheck disable=SC2086 # a list of words
    (cd "$base.d" && LD_PRELOAD=$TESTS/allocation.so PNM_ALLOCATION=0 PNM_ALLOCATION_LOG=$base.log \
        "$BIN/"$command >"$base.out" 2>"$base.err" </dev/null) || status=$?
    echo $status >"$base.status"
    cp "$base.d/old.csv" "$base.csv"
    (cd "$base.d" && ls -A) >"$base.files"
    made=0
    kept=1
    [ -e "$base.log" ] && read -r made _ kept <"$base.log"
    case $status.$kept in
        [02].0) ;;
        *) report "$command" "$made" 1; note "with all memory: status $status, $kept blocks kept: $(head -n 1 "$base.err")" ;;
    esac
    if [ "$SIZE" = once ]; then
        seq 1 "$made" | sed "s|^|$run |; s|\$| $command|"
    elif [ "$SIZE" = long ]; then
        { seq 1 "$made"; seq -f '%g+' 1 "$made"; } | sed "s|^|$run |; s|\$| $command|"
    else
        seq $((1 + run % 8)) 8 "$made" | sed "s|^|$run |; s|\$| $command|"
    fi >>"$work/allocations"
done < <(runs && echo "$dump")
count=$(wc -l <"$work/allocations")
# shellcheck disable=SC2016 # the inner shell expands it
tr '\n' '\0' <"$work/allocations" | xargs -0 -P "$(nproc)" -I LINE bash -c \
    'read -r run which command <<<"$1"; one_allocation "$run" "$which" "$command"' _ LINE >"$work/found"
report "allocations that failed, of $run commands" "$count" "$(wc -l <"$work/found")"
sort "$work/found" >"${KEEP:-$work/sorted}"
while read -r line; do
    note "$line"
done < <(head -n 20 "${KEEP:-$work/sorted}")
