# shellcheck shell=bash disable=SC2154 # faults.sh sets part, SIZE, work
# SPDX-License-Identifier: GPL-3.0-or-later
# calls.sh: in turn, each dealing with files of every command fails, in several ways. The command
# ends with the documented status (64 for an input, 70 for a text of its own, 71 without memory,
# 74 for an output) and a message that begins with its name and names the file; each output is the
# older one or the whole new one; nothing is left behind. Or the result is the same. What a
# program that was killed at a call leaves, the next run clears away. After every failure the next
# run, from the checkpoint if there is one, gives the same bytes as if nothing had happened.
#
# call.c lists the calls of an undisturbed run, and each of them makes several trials. In the
# short form a share of the trials is run.

# Many thousand trials: what follows reads and compares small files without starting programs.
shopt -s dotglob nullglob

# list_files: sets listing to the names of the files here.
list_files() {
    local names=(*)
    listing="${names[*]} "
}

# read_file FILE: sets text to what it holds, up to a zero byte.
read_file() {
    text=
    [ ! -e "$1" ] || IFS= read -r -d '' text <"$1" || true
}

# same_file A B: both are there with the same bytes, or neither is there.
same_file() {
    local text own
    [ -e "$1" ] || { [ ! -e "$2" ]; return; }
    [ -e "$2" ] || return
    case $1 in *.ck) cmp -s "$1" "$2"; return ;; esac
    read_file "$1"
    own=$text
    read_file "$2"
    [ "$own" = "$text" ]
}

# has PROGRAM OPTION
has() {
    grep -q -e "--$2[=[ ]" "$work/help.$1"
}

# add_form NAME CALLS COMMAND...: a form of the command, of which the CALLS fail. The folder
# $work/form.NAME has what the command reads; what it writes undisturbed is in $work/done.NAME.
add_form() {
    local form=$1 base=$work/done.$1 status=0
    shift
    forms=$((forms + 1))
    calls_of[$form]=$1
    command_of[$form]=$2
    cp -r "$work/form.$form" "$base"
    : >"$base.log"
    # shellcheck disable=SC2086 # a list of words
    (cd "$base" && LD_PRELOAD=$TESTS/call.so PNM_FAULT_LOG=$base.log timeout 60 \
        "$BIN/"$2 >"$base.out" 2>"$base.err" </dev/null) || status=$?
    status_of[$form]=$status
    files_of[$form]=$(cd "$base" && list_files && echo "$listing")
    outputs_of[$form]=$(cd "$base" && for file in *; do
        same_file "$file" "$work/form.$form/$file" || echo "$file"
    done)
    case $status.$(grep -vc '^warning: ' "$base.err") in
        [02].0) ;;
        *) echo "undisturbed '$2': status $status: $(head -n 1 "$base.err")" ;;
    esac
    synced "$base.log" || echo "undisturbed '$2': a file is not synced"
}

# synced LOG: whether every file that was written was synced before it was closed, and its folder.
synced() {
    awk '/ .*\/#[0-9]+ / { if ($1 == "write") open[$2] = 1
                           if ($1 == "fsync") delete open[$2]
                           if ($1 == "close" && $2 in open) bad = 1
                           files += $1 == "close" }
         $1 == "fsync-folder" { folders++ }
         END { exit bad || folders < files }' "$1"
}

# add_forms COMMAND: all forms of a command; the first command of a program has more in the
# short form.
add_forms() {
    local program=${1%% *} first=no plain=$1 run=$commands folder=$work/inputs.$commands
    [ -e "$work/help.$program" ] || first=yes
    [ $first = no ] || "$BIN/$program" --help >"$work/help.$program"
    prepare "$folder"
    case $plain in *--explain* | *--list*)
        mv "$folder" "$work/form.$run.text"
        add_form "$run.text" "open read write" "$plain"
        return
        ;;
    esac
    has "$program" quiet && plain="$plain --quiet"
    has "$program" threads && plain="$plain --threads 1"
    echo 'an older result' | tee "$folder/old.json" "$folder/old.gp" "$folder/old.svg" >"$folder/old.ck"
    cp -r "$folder" "$work/form.$run.write"
    local command="$plain --output old.csv,old.json,new.csv"
    [ "$program" != pnm-simulate ] || command="$command,new.npy"
    has "$program" plot && command="$command --plot old.gp"
    has "$program" checkpoint && command="$command --checkpoint old.ck --checkpoint-every 0"
    add_form "$run.write" "open read write close fsync fsync-folder link rename" "$command"
    [ "$SIZE$first" != shortno ] || return
    cp -r "$folder" "$work/form.$run.print"
    add_form "$run.print" write "$plain"
    if has "$program" plot && [ $first = yes ]; then
        cp -r "$folder" "$work/form.$run.draw"
        add_form "$run.draw" "open read write spawn" "$plain --plot old.svg --output old.csv"
    fi
    if has "$program" checkpoint; then
        cp -r "$folder" "$work/form.$run.resume"
        # shellcheck disable=SC2086 # a list of words
        (cd "$work/form.$run.resume" && "$BIN/"${plain%--stop-at*} --stop-at 1:1 --checkpoint from.ck \
            --checkpoint-every 0 --output new.json --quiet; rm new.json)
        add_form "$run.resume" "open read write close fsync link rename" \
            "$plain --resume from.ck --checkpoint from.ck --checkpoint-every 0 --output old.csv"
    fi
    local kind
    for kind in csv json; do
        cp -r "$folder" "$work/form.$run.$kind"
        cp "$work/done.$run.write/old.$kind" "$work/form.$run.$kind/earlier.$kind"
        add_form "$run.$kind" "open read" "$program --rerun earlier.$kind --output old.csv"
    done
}

# trials FORM: its faults, a line each. Of many reads from a file the first, the last and some
# between them are taken.
trials() {
    awk -v form="$1" -v calls="${calls_of[$1]}" '
        BEGIN {
            how["open"] = "EIO EINTR ENOMEM"
            how["read"] = "EIO EINTR short"
            how["write"] = "EIO ENOSPC EINTR short kill"
            how["close"] = "EIO EINTR kill"
            how["fsync"] = "EIO ENOSPC EINTR kill"
            how["fsync-folder"] = "EIO EINTR kill"
            how["link"] = "EIO ENOSPC EINTR ENOMEM EOPNOTSUPP kill"
            how["rename"] = "EIO ENOSPC EINTR kill"
            how["spawn"] = "EIO ENOMEM"
            split(calls, list, " ")
            for (k in list) taken[list[k]] = 1
        }
        {
            path = $0
            sub(/^[^ ]* /, "", path)
            sub(/#[0-9]+/, "#", path)
            sub(/\.pnm-[0-9a-f]+$/, ".pnm-", path)
            at[NR] = ++count[$1]
            what[NR] = $1
            name[NR] = $1 " " path
            place[NR] = ++times[name[NR]]
        }
        END {
            for (k = 1; k <= NR; k++) {
                n = times[name[k]]
                step = n <= 4 ? 1 : int(n / 3)
                if (!(what[k] in taken) || place[k] % step && place[k] > 2 && place[k] < n - 1)
                    continue
                ways = how[what[k]]
                # What is cut short is known of these files.
                if (name[k] ~ /^read .*(from\.ck|earlier\.(csv|json))$/)
                    ways = ways " end"
                split(ways, list, " ")
                for (j = 1; j in list; j++)
                    print form, what[k], at[k], list[j]
                if (at[k] == 1)
                    print form, what[k], "1+", "EIO"
            }
        }' "$work/done.$1.log"
}

# wrong_files FORM: adds to problem what went wrong with the outputs.
wrong_files() {
    local form=$1 file text
    read_file "$folder.err"
    for file in ${outputs_of[$form]}; do
        if same_file "$file" "$work/form.$form/$file"; then
            [[ $text != *"'$file' is written, "* ]] || problem+="; told as written: $file"
        elif same_file "$file" "$work/done.$form/$file"; then
            case $file in *.ck) continue ;; esac
            [[ $text != *"cannot write '$file': "* ]] || problem+="; told as not written: $file"
        else
            # A checkpoint of half the work is whole as well: the next run resumes it.
            case $file in *.ck) ;; *) problem+="; neither the older result nor the new: $file" ;; esac
        fi
    done
}

# compare FORM: sets other to what differs from the undisturbed run.
compare() {
    local form=$1 file listing
    other=
    [ "$status" -eq "${status_of[$form]}" ] || other+="; status $status"
    same_file "$folder.out" "$work/done.$form.out" || other+="; another output"
    for file in ${outputs_of[$form]}; do
        same_file "$file" "$work/done.$form/$file" || other+="; another $file"
    done
    list_files
    [ "$listing" = "${files_of[$form]} " ] || [ "$listing" = "${files_of[$form]}" ] || other+="; other files: $listing"
}

# told STATUS REGEX: adds to problem if the program did not end so, or did not say so.
told() {
    local text
    read_file "$folder.err"
    [ "$status" = "$1" ] || problem+="; status $status where $1 is due"
    [[ $'\n'$text =~ $'\n'"$program: "[^$'\n']*($2) ]] || problem+="; no message about $2"
}

# expect WHAT PATH HOW: the status and message that this failure asks for.
expect() {
    local name=${2##*/}
    case $3,$2 in
        kill,*) [ "$status" = 137 ] || problem+="; status $status after kill" ;;
        # That the folder of a file that is there cannot be synced is told as such.
        ENOMEM,.) told "$status" memory ;;
        ENOMEM,*) told 71 memory ;;
        *,*/share/pnmlab/*)
            case $status in
                70 | 74) told "$status" "${name%.*}|claim|--plot" ;;
                *) told 70 "$name" ;;
            esac
            ;;
        *,*memfd:* | *,plot | *,gnuplot) told 74 --plot ;;
        *,"$folder.out") told 74 'standard output' ;;
        *,*h.txt | *,*h.npy | *,*c.txt | *,*q.txt | *,*two.txt | *,*data.csv | *,*examples.csv | *,*rule.txt | *,*run.ini | *,*worst.json | *,*earlier.*) told 64 "$name" ;;
        *,*from.ck)
            case $1 in open | read) told 64 "'$name'" ;; *) told 74 "'$name'" ;; esac
            ;;
        *) told 74 "'(old|new|from|proof)\.(csv|json|npy|gp|svg|ck)'" ;;
    esac
}

# next_run FORM: adds to problem what differs after a run in which nothing fails.
next_run() {
    local form=$1 command=${command_of[$1]} status=0 other
    read_file "$folder.err"
    message=${text:0:300}
    if [ -e old.ck ] && ! cmp -s old.ck "$work/form.$form/old.ck"; then
        command="$command --resume old.ck"
    fi
    # shellcheck disable=SC2086 # a list of words
    timeout 60 "$BIN/"$command >"$folder.out" 2>"$folder.err" </dev/null || status=$?
    compare "$form"
    [ -z "$other" ] || problem+="; after the next run$other"
}

# must_tell WHAT PATH HOW: whether the result being the same is no excuse, since the next time it
# may not be: what was to be read or kept may not have been.
must_tell() {
    case $3 in EIO | ENOSPC | short) ;; *) return 1 ;; esac
    case $1.$3,$2 in
        read.short,*) return 1 ;;
        read.* | write.* | fsync.* | fsync-folder.* | rename.* | close.*,*/#*) ;;
        *) return 1 ;;
    esac
}

# begin_trial FORM: in a folder of its own.
begin_trial() {
    command=${command_of[$1]}
    program=${command%% *}
    folder=$work/trial.$BASHPID
    status=0
    problem=
    message=
    cp -r "$work/form.$1" "$folder"
    cd "$folder" || exit 1
}

# left_behind FORM: adds to problem which files an undisturbed run does not leave.
left_behind() {
    local name
    for name in *; do
        [[ " ${files_of[$1]} " = *" $name "* ]] || problem+="; left behind: $name"
    done
}

# end_trial FORM TRIAL: a line if something is wrong.
end_trial() {
    [ -z "$problem" ] || echo "$2 in '$command'$problem: $message" | tr '\n' ' ' | sed 's/ *$/\n/'
    cd / && rm -rf "$folder" "$folder".*
}

# one_call FORM WHAT WHICH HOW: a line if what the command does is wrong.
one_call() {
    local form=$1 what=$2 which=$3 how=$4 path='' other listing command program folder status problem message text calls
    begin_trial "$form"
    # shellcheck disable=SC2086 # a list of words
    { LD_PRELOAD=$TESTS/call.so PNM_FAULT=$what:$which:$how PNM_FAULT_LOG=$folder.log timeout 60 \
        "$BIN/"$command >"$folder.out" 2>"$folder.err" </dev/null; } 2>/dev/null || status=$?
    compare "$form"
    if [ ! -e "$folder.log" ]; then
        echo "$what:$which:$how in '$command'" >>"$work/missed"
        problem=$other
    elif [ -z "$other" ]; then
        read_file "$folder.log"
        path=${text#* }
        path=${path%%$'\n'*}
        ! must_tell "$what" "$path" "$how" || problem="; not told"
    else
        # Of several failures the message tells one.
        mapfile -t calls <"$folder.log"
        for path in "${calls[@]#* }"; do
            problem=
            expect "$what" "$path" "$how"
            [ -n "$problem" ] || break
        done
        [ "$how" = kill ] || left_behind "$form"
        wrong_files "$form"
        next_run "$form"
    fi
    end_trial "$form" "$what:$which:$how of ${path##*/}"
}

# one_limit FORM LIMIT VALUE: the same with a limit of the system's, fsize or nofile.
one_limit() {
    local form=$1 other listing command program folder status problem message text
    begin_trial "$form"
    # Messages go through a pipe, which is no file with a size. What make coverage has counted is.
    # shellcheck disable=SC2086 # a list of words
    GCOV_PREFIX=$work/counts prlimit "--$2=$3" timeout 60 "$BIN/"$command 2>&1 >"$folder.out" </dev/null | cat >"$folder.err"
    status=${PIPESTATUS[0]}
    compare "$form"
    if [ -n "$other" ]; then
        case $2.$status in
            nofile.64 | nofile.70 | nofile.71) told "$status" "." ;;
            *) told 74 "'(old|new|from|proof)\.(csv|json|npy|gp|svg|ck)'|--plot|standard output" ;;
        esac
        left_behind "$form"
        wrong_files "$form"
        next_run "$form"
    fi
    end_trial "$form" "$2 $3"
}

# one_closing FORM: with the standard streams closed the files are those of the undisturbed run,
# and what cannot be printed is told.
one_closing() {
    local form=$1 other listing command program folder status problem message text
    begin_trial "$form"
    : >"$folder.out"
    if [ -n "${outputs_of[$form]}" ]; then
        # shellcheck disable=SC2086 # a list of words
        timeout 60 "$BIN/"$command <&- >&- 2>&- || status=$?
        compare "$form"
        problem=$other
    else
        # shellcheck disable=SC2086 # a list of words
        timeout 60 "$BIN/"$command <&- >&- 2>"$folder.err" || status=$?
        told 74 'standard output'
    fi
    end_trial "$form" "closed streams"
}

# one_full PROGRAM ARGUMENT...: standard output has no room.
one_full() {
    local program=$1 folder=$work/full.$BASHPID status=0 problem=
    cd "$work/inputs.full" || exit 1
    # shellcheck disable=SC2086,SC2048 # a list of words
    timeout 60 "$BIN/"$* >/dev/full 2>"$folder.err" </dev/null || status=$?
    told 74 'standard output'
    [ -z "$problem" ] || echo "$*$problem"
}

declare -A calls_of command_of status_of files_of outputs_of
forms=0
commands=0
while read -r command; do
    commands=$((commands + 1))
    add_forms "$command"
done < <(runs) >"$work/undisturbed" 2>&1
tell "forms of $commands commands, undisturbed" $forms "$work/undisturbed"
: >"$work/missed"

# some N FILE: in the short form every N-th line.
some() {
    awk -v n="$1" -v size="$SIZE" 'size == "long" || NR % n == 1' "$2"
}

# Calls that do nothing, and say that they did it, must be noticed.
control=${command_of[1.write]:+1.write}
for what in write link rename; do
    echo "$control $what 1+ lost"
done >"$work/trials"
side_by_side one_call "$work/trials" >"$work/found"
noticed=$(wc -l <"$work/found")
report "calls that lie, each noticed" 3 $((3 - noticed))
: >"$work/missed"

for form in "${!command_of[@]}"; do
    trials "$form"
done | sort -V >"$work/all"
total=0
for what in open read write close fsync fsync-folder link rename spawn; do
    grep " $what " "$work/all" >"$work/all.$what"
    # Where a file system has no files without a name, nothing is linked.
    if [ "$what" = link ] && ! grep -q '/#[0-9]' "$work"/done.*.log; then
        continue
    fi
    some 60 "$work/all.$what" >"$work/trials"
    side_by_side one_call "$work/trials" >"$work/found"
    tell "$what that fails" "$(wc -l <"$work/trials")" "$work/found"
    total=$((total + $(wc -l <"$work/trials")))
done
# How often a run saves its work may depend on the time that it takes.
missed=$(wc -l <"$work/missed")
report "failures that came" $((total - missed)) $((missed > total / 50 ? missed : 0))

for form in "${!command_of[@]}"; do
    largest=$(cd "$work/done.$form" && find . "$work/done.$form.out" -type f -printf '%s\n' | sort -n | tail -n 1)
    for k in 0 1 3 8 16 32 48 56 63; do
        echo "$form fsize $((largest * k / 64))"
    done
done | sort -V >"$work/all"
some 60 "$work/all" >"$work/trials"
side_by_side one_limit "$work/trials" >"$work/found"
tell "limits of the size of files" "$(wc -l <"$work/trials")" "$work/found"

for form in "${!command_of[@]}"; do
    seq -f "$form nofile %g" 4 11
done | sort -V >"$work/all"
some 60 "$work/all" >"$work/trials"
side_by_side one_limit "$work/trials" >"$work/found"
tell "limits of the number of open files" "$(wc -l <"$work/trials")" "$work/found"

printf '%s\n' "${!command_of[@]}" | sort -V >"$work/all"
some 8 "$work/all" >"$work/trials"
side_by_side one_closing "$work/trials" >"$work/found"
tell "standard streams that are closed" "$(wc -l <"$work/trials")" "$work/found"

{
    for program in "${programs[@]##*/}"; do
        printf "$program %s\n" --help --version --help=man --help=bash --help=zsh
    done
    for form in "${!command_of[@]}"; do
        case $form in *.print | *.text) echo "${command_of[$form]}" ;; esac
    done
    runs | grep -v -e --explain -e --list -e '^pnm-rules' | sed 's/$/ --dump-config/'
} | sort >"$work/all"
some 6 "$work/all" >"$work/trials"
prepare "$work/inputs.full"
side_by_side one_full "$work/trials" >"$work/found"
tell "standard output without room" "$(wc -l <"$work/trials")" "$work/found"
