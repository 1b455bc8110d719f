#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# records.sh BIN FOLDER: writes what the programs in the folder BIN print now into five files of FOLDER:
#
#     runs.txt     results, messages and files of the commands of tests/faults/runs.txt
#     answers.txt  those of the commands of tests/records/commands.txt
#     terminal.txt what a terminal shows of some commands, by its width
#     refused.txt  the answers to values that most options do not allow
#     claims.txt   the ledger of every claim, in which only what hardly costs anything is sampled
#
# tests/cli/records.bats compares them with those in tests/records (`make records` writes these anew).
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
BIN=$(cd "$1" && pwd) && to=$(cd "$2" && pwd) || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without the data of make data, which is not in every build.
mkdir -p "$work/bin" "$work/share"
cp "$BIN"/pnm-* "$work/bin"
cp -r "$BIN/../share/pnmlab" "$work/share"
rm -f "$work/share/pnmlab/"*.csv
PATH=$work/bin:$PATH
# shellcheck source=tests/inputs.sh
. "$here/inputs.sh"
make_inputs "$BIN" "$work/inputs"

# enter NAME: a folder of its own with the files that commands read.
enter() {
    cp -r "$work/inputs" "$work/$1" && cd "$work/$1" || exit 1
}

# answer COMMAND...: the command, the first lines of its output, its messages, its status and the files
# that it writes, which go. The version may change.
answer() {
    local status=0 file
    "$@" >"../$part.out" 2>"../$part.err" </dev/null || status=$?
    printf '\n$ %s\n' "$*"
    told 1500 "../$part.out"
    sed 's/^/! /' "../$part.err"
    echo "= $status"
    for file in *; do
        cmp -s "$file" "../inputs/$file" && continue
        echo "> $file"
        told 300 "$file"
        cp "../inputs/$file" "$file" 2>"../$part.err" || rm "$file"
    done
}

# told COUNT FILE: the first lines.
told() {
    sed "/pnmlab [0-9]\|[vV]ersion/d; $1q" "$2"
}

# Results as comma-separated values, unless the command asks for another form.
answers() {
    while read -r command; do
        case $command in *' --format '* | *' --help'* | *' --list' | *' --explain '*) ;; *) command="$command --format csv" ;; esac
        # shellcheck disable=SC2086 # a list of words
        answer $command
    done
}

record_runs() {
    enter runs
    { runs; slow_runs; } | answers
}

record_answers() {
    enter answers
    grep -v '^#' "$here/records/commands.txt" | answers
}

# Nothing is sampled, so that no progress is shown; its colours stand as in ^[[1m.
record_terminal() {
    enter terminal
    for width in 40 60 80 120; do
        while read -r command; do
            printf '\n%d$ %s\n' $width "$command"
            env -u COLUMNS -u NO_COLOR TERM=xterm script -qec "stty cols $width rows 24; $command" ../terminal.raw \
                </dev/null >/dev/null
            sed '1d; /^Script done/d' ../terminal.raw | tr -d '\r' | cat -v
        done <<'END'
pnm-stationary --optimizer sgd,pnm --lr 0.1 --spectrum 0.5,1 --exact
pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 --exact
pnm-stationary --optimizer sgd,pnm --lr 0.1,3 --spectrum 0.5,1 --exact --color always
pnm-pacbayes --optimizer sgd,pnm --lr 0.1 --spectrum 0.5,1 --prior-precision 3 --train-size 50 --exact
pnm-stability --optimizer sgd,heavy_ball,pnm --lr 0.1 --spectrum 0.5,1
pnm-noise --optimizer sgd,pnm --lr 0.1 --exact
pnm-verify --claim eq12,eq15 --max-samples 1 --quiet
pnm-verify --list --paper momentum
pnm-rules
pnm-stationary --optimizer sgd,pnm --lr log:0.01:1:9 --spectrum 0.5,1 --exact --plot=text
pnm-simulate --help=pnm
END
    done
}

# Adds each option of a program, with three values, to the program's first command. Options that are
# parameters of other rules are left out.
record_refused() {
    enter refused
    for program in "$BIN"/pnm-*; do
        program=${program##*/}
        command=$(runs | grep -m 1 "^$program\b")
        while read -r option; do
            for value in x -1 0; do
                status=0
                # shellcheck disable=SC2086 # a list of words
                timeout 20 $command "--$option=$value" >/dev/null 2>../refused.err </dev/null || status=$?
                printf '%s --%s=%s: %s %s\n' "$program" "$option" "$value" $status "$(cat ../refused.err)"
            done
        done < <("$program" --help | grep -o -e '^[ a-z,-]* --[a-z0-9-]*=' | sed 's/.*--\(.*\)=/\1/')
    done | grep -v -e 'not a parameter of' -e 'no rule of'
}

# columns NAME...: these columns of a table of comma-separated values, in which texts are in quotes.
columns() {
    awk -v names="$*" '
        function fields(line,    n) {
            for (n = 0; match(line, /^("([^"]|"")*"|[^,]*)(,|$)/); n++) {
                field[n + 1] = substr(line, 1, RLENGTH)
                sub(/,$/, "", field[n + 1])
                if (RLENGTH == length(line) && line !~ /,$/)
                    return n + 1
                line = substr(line, RLENGTH + 1)
            }
        }
        /^[$!=#]/ || !NF { print; next }
        {
            n = fields($0)
            if (!count) {
                count = split(names, wanted, " ")
                for (i = 1; i <= n; i++)
                    place[field[i]] = i
            }
            for (i = 1; i <= count; i++)
                printf "%s%s", field[place[wanted[i]]], i < count ? "," : "\n"
        }'
}

record_claims() {
    enter claims
    for paper in pnm neighbours momentum analogues; do
        answer pnm-verify --paper $paper --max-samples 1 --format csv |
            columns id form setting paper exact measured stderr count paper_verdict exact_verdict samples
    done
}

for part in claims answers runs refused terminal; do
    (record_$part) >"$to/$part.txt" &
done
wait
