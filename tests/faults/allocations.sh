# shellcheck shell=bash disable=SC2154 # faults.sh sets part, SIZE, work
# SPDX-License-Identifier: GPL-3.0-or-later
# allocations.sh: every allocation of every command fails once, and from then on all fail. The
# command ends with 71 and a message that begins with its name, leaves the older output and
# nothing besides, and frees what it allocated; or its result is the same as with all memory.
# (libgomp has an end of its own: a message "libgomp: ...", status 1.) In the short form one
# allocation of each place in a program's code fails, and only once.

# What is printed goes to standard output, and so do the results beside a plot, since a plot that
# fails keeps no result back; the others write into old.csv.
allocation_command() {
    case $1 in
        *--explain* | *--list* | *--help* | *-h | terminal*) echo "$1" ;;
        *--plot*) echo "$1 --quiet --threads 1" ;;
        pnm-rules*) echo "$1 --output old.csv" ;;
        pnm-stability* | pnm-worst-case*) echo "$1 --quiet --output old.csv" ;;
        *) echo "$1 --quiet --threads 1 --output old.csv" ;;
    esac
}

# run_in FILE COMMAND: what it prints is in FILE.out and FILE.err. The terminal of "terminal COMMAND"
# is narrow.
run_in() {
    # shellcheck disable=SC2086 # a list of words
    case $2 in
        terminal*) COLUMNS=40 timeout 60 script -qec "'$BIN/'${2#terminal } 2>$1.err" /dev/null >"$1.out" </dev/null ;;
        *) timeout 60 "$BIN/"$2 >"$1.out" 2>"$1.err" </dev/null ;;
    esac
}
export -f run_in

# one_allocation RUN WHICH COMMAND: a line if what it does is wrong.
one_allocation() {
    local folder=$work/run.$1.$2 status=0 base=$work/base.$1 made failed kept command problem=
    prepare "$folder"
    cd "$folder" || return 1
    LD_PRELOAD=$TESTS/allocation.so PNM_ALLOCATION=$2 PNM_ALLOCATION_LOG=$folder.log run_in "$folder" "$3" || status=$?
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
        command=${3#terminal }
        grep -q "^${command%% *}: .*memory" "$folder.err" || problem="$problem no message"
        diff -rq . "$top/inputs" >/dev/null || problem="$problem another output than the older one"
    elif [ $status -eq "$(<"$base.status")" ]; then
        cmp -s "$folder.out" "$base.out" || problem="$problem another output"
        diff -rq . "$base.d" >/dev/null || problem="$problem another result"
    else
        problem="$problem status $status"
    fi
    [ -z "$problem" ] || echo "allocation $2 of '$3': $problem: $(head -c 200 "$folder.err" | head -n 1)"
    cd / && rm -rf "$folder" "$folder".*
}
export -f one_allocation

# The other parts take commands whose results are tables, and write them in every format.
more_runs() {
    cat <<'END'
pnm-stationary --optimizer all --lr 0.1 --spectrum 1 --dump-config
pnm-stationary --help
pnm-stationary --help=pnm
pnm-stationary -h
pnm-stationary --rerun earlier.csv
pnm-stationary --rerun earlier.json
pnm-simulate --optimizer sgd --lr 0.1 --spectrum 0.5,1 --replicas 40 --steps 20 --resume earlier.ckpt
pnm-simulate --optimizer sgd --lr 0.1 --spectrum 0,1 --flat drop --noise file:c.txt --replicas 40 --steps 20
terminal pnm-stationary --optimizer sgd,pnm --lr 0.1,0.2 --spectrum 0.5,1 --exact
pnm-simulate --optimizer sgd --lr 0.1 --spectrum 0.5,1 --replicas 40 --steps 20 --format json
pnm-simulate --optimizer sgd --lr 0.1 --spectrum 0.5,1 --replicas 40 --steps 20 --format markdown
pnm-stationary --optimizer sgd,pnm --lr 0.1,0.2,1.9,2.5 --spectrum 0.5,1 --exact --format table
pnm-stationary --optimizer sgd,pnm --lr 0.1,0.2 --spectrum 0.5,1 --exact --plot old.svg
pnm-stationary --optimizer sgd,pnm --lr 0.1,0.2 --spectrum 0.5,1 --exact --plot old.txt
pnm-stationary --optimizer sgd --lr 0.1 --spectrum 0.1,0.2,0.4,0.8 --exact --plot old.gp
pnm-stationary --optimizer pnm --lr linear:0.1:0.9:13 --beta0 linear:0:2:13 --spectrum 1 --exact --plot old.gp
pnm-stationary --optimizer pnm --lr 0.1,0.2 --beta0 0,1 --beta1 0.5,0.9 --spectrum 1 --exact --plot old.gp
pnm-simulate --optimizer sgd --lr 0.1 --spectrum 0.5,1 --replicas 2 --steps 9 --record trajectory --plot old.gp
END
}

# The files that they read and replace besides.
make_more_files() {
    local earlier='pnm-stationary --optimizer sgd,pnm --lr 0.1 --spectrum 0.5,1 --exact --quiet'
    echo 'an older result' | tee "$inputs/old.svg" "$inputs/old.txt" >"$inputs/old.gp"
    # shellcheck disable=SC2086 # a list of words
    (cd "$inputs" && "$BIN/"$earlier --output earlier.csv,earlier.json)
    earlier='pnm-simulate --optimizer sgd --lr 0.1 --spectrum 0.5,1 --replicas 40 --steps 20 --stop-at 1:1'
    # shellcheck disable=SC2086 # a list of words
    (cd "$inputs" && "$BIN/"$earlier --quiet --checkpoint earlier.ckpt >/dev/null)
}
make_more_files
run=0
count=0
: >"$work/allocations"
: >"$work/seen" # the places where an allocation is going to fail
while read -r command; do
    run=$((run + 1))
    command=$(allocation_command "$command")
    base=$work/base.$run
    prepare "$base.d"
    status=0
    (cd "$base.d" && LD_PRELOAD=$TESTS/allocation.so PNM_ALLOCATION=0 PNM_ALLOCATION_LOG=$base.log \
        PNM_ALLOCATION_PLACES=$base.places run_in "$base" "$command") || status=$?
    echo $status >"$base.status"
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
        name=${command#terminal }
        awk -v program="${name%% *}" 'FILENAME == ARGV[1] { seen[$0]; next }
            !((program " " $2) in seen) { seen[program " " $2]; print $1; print program " " $2 >>ARGV[1] }
            ' "$work/seen" "$base.places" | sed "s|^|$run |; s|\$| $command|"
    fi >>"$work/allocations"
done < <(runs && more_runs)
count=$(wc -l <"$work/allocations")
# shellcheck disable=SC2016 # the inner shell expands it
tr '\n' '\0' <"$work/allocations" | xargs -0 -P "$(nproc)" -I LINE bash -c \
    'read -r run which command <<<"$1"; one_allocation "$run" "$which" "$command"' _ LINE >"$work/found"
report "allocations that failed, of $run commands" "$count" "$(wc -l <"$work/found")"
sort "$work/found" >"${KEEP:-$work/sorted}"
while read -r line; do
    note "$line"
done < <(head -n 20 "${KEEP:-$work/sorted}")
