# shellcheck shell=bash disable=SC2154 # faults.sh sets part, SIZE, work, BIN, TESTS
# SPDX-License-Identifier: GPL-3.0-or-later
# forge.sh: checkpoints of which one field was changed and the checksum mended. A run that is to
# go on from one refuses it, with status 64 and a message, or gives the bytes of an undisturbed
# run. A number that was replaced by another finite one cannot be told from the right one: only
# the run itself knows its sums. Then the run still ends with a documented status and shows no
# "nan" and no "inf". (The programs that train keep numbers of replicas, which are not finite
# where a training diverges: there a number that is not finite says so.)
#
# Of each command's changes some are taken, at equal distances: 40 (long) or 3 (short), the last of
# each of the words of forge.c among them.

forge=$TESTS/faults/forge
each=40
[ "$SIZE" = long ] || each=3

# came_of WORD RIGHT_STATUS STATUS PROGRAM: what came of a change: refused, same, other or wrong.
came_of() {
    if [ "$3" -eq 64 ] && [ ! -e new.json ] && grep -q "^$4: --resume: " err; then
        echo refused
    elif [ "$3" -eq "$2" ] && cmp -s new.json right.json; then
        echo same
    elif [ "$3" -le 2 ] && [ "$1" = replica ]; then
        echo other
    elif [ "$3" -le 2 ] && [ "$1" = number ] && "$TESTS/faults/words" new.json right.json >words 2>&1; then
        echo other
    elif [ "$3" -ge 70 ] && [ "$3" -le 71 ] && [ "$1" = number ] && [ ! -e new.json ] && grep -q "^$4: " err; then
        echo refused
    else
        echo wrong
    fi
}

# forge_command NUMBER COMMAND: writes "changed WORD CAME" and what is wrong, a line each, to a file.
forge_command() {
    local own=$work/forge.$1 command status runs units changes last at k word told result came
    command=$(sed 's/ --stop-at [0-9:]*//; s/ --precision 0\.01\b/ --precision 0.05/' <<<"$2")
    command="$command --quiet --threads 1"
    prepare "$own"
    cd "$own" || return 1
    # shellcheck disable=SC2086 # a list of words
    {
        status=0
        "$BIN/"$command --output right.json --checkpoint whole --checkpoint-every 0 >out 2>err </dev/null || status=$?
        if [ ! -s whole ]; then
            echo "wrong $2: no checkpoint"
            return
        fi
        read -r runs units changes < <("$forge" whole)
        last="whole"
        # The last sampling run is cut in its midst, if it can be.
        if [ "$units" -gt 1 ] && [ "$runs" -gt 0 ]; then
            "$BIN/"$command --output cut.json --checkpoint cut --stop-at "$runs:$((units / 2))" >out 2>err </dev/null
            last="cut"
        fi
        read -r runs units changes < <("$forge" "$last")
        # What was not changed gives the right result.
        "$BIN/"$command --output again.json --resume "$last" >out 2>err </dev/null
        cmp -s right.json again.json || echo "wrong $2: another result from the checkpoint as it is"
        for ((k = 0; k < each; k++)); do
            at=$(((changes - 1) * (2 * k + 1) / (2 * each)))
            told=$("$forge" "$last" $at forged) || {
                echo "wrong $2: change $at cannot be made: $told"
                continue
            }
            word=${told%% *}
            case $word.$2 in finite.pnm-train* | finite.pnm-generalize* | finite.pnm-margin*) word=replica ;; esac
            rm -f new.json words
            result=0
            timeout 60 "$BIN/"$command --output new.json --resume forged >out 2>err </dev/null || result=$?
            came=$(came_of "$word" "$status" $result "${2%% *}")
            echo "changed $word $came"
            # A number that was changed would be noticed if nothing like it could be.
            [ "$word.$came" != number.other ] || echo "control $(came_of never "$status" $result "${2%% *}")"
            [ "$came" != wrong ] ||
                echo "wrong $2: status $result, $told: $(head -qn 1 err words 2>/dev/null | head -c 300 | tr '\n' ' ')"
        done
    } >"$own.found"
    cd / && rm -rf "$own"
}
export -f came_of forge_command
export forge each

number=0
while read -r command; do
    takes "$command" resume || continue
    case $command in *" --list"*) continue ;; esac
    number=$((number + 1))
    printf '%d\t%s\n' $number "$command"
done < <(runs) >"$work/forged"
run_lines forge_command <"$work/forged"
cat "$work"/forge.*.found >"$work/all"
commands=$(wc -l <"$work/forged")
[ "$commands" -eq "$(find "$work" -name 'forge.*.found' | wc -l)" ] || echo "wrong: not all commands ran" >>"$work/all"
report "forged checkpoints of $commands commands, changes" \
    "$(grep -c '^changed ' "$work/all")" "$(grep -c '^wrong' "$work/all")"
report "results that differ, held to be the right ones, are noticed" \
    "$(grep -c '^control wrong' "$work/all")" "$(grep -c '^control [^w]' "$work/all")"
# "never: 3 refused, 2 same" and the others.
sort "$work/all" | uniq -c | awk '$2 == "changed" { if ($3 != word) printf "%s%s:", word ? "\n" : "", $3; else printf ","
        word = $3
        printf " %d %s", $1, $4 }
    END { print "" }' | while read -r line; do
    note "$line"
done
sed -n 's/^wrong //p' "$work/all" | head -n 20 | while read -r line; do
    note "$line"
done
