#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the programs answer, kept to be compared with what they answer after a change that
# must leave every number as it is.
# usage: answers.sh record BUILD FOLDER    runs the commands of every README.md, of the manual
#                                          pages, of the notebooks, of plots/tables.sh and
#                                          of tests/same_bits.sh, and pnm-verify, with the
#                                          programs in BUILD/bin
#        answers.sh compare OLD NEW        says which answers of two such folders differ
# The same answer: the same exit status, and lines that are the same or go on further to
# the right; a column that was added is no difference.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

# A stand-in for a program that keeps a copy of what the program prints.
# $answers/KEY.command is what was run, KEY.answer what came out, of files written too.
write_stand_in() {
    cat >"$2" <<STAND_IN
#!/bin/sh
name=\${0##*/}
folder=\$(mktemp -d)
status=0
"$1/\$name" "\$@" >"\$folder/answer" || status=\$?
cat "\$folder/answer"
output=
for word in "\$@"; do
    case \$output in --output) cat "\$word" >>"\$folder/answer" ;; esac
    output=\$word
done
echo "exit status \$status" >>"\$folder/answer"
{ printf '%s' "\${PNM_ISA:+PNM_ISA=\$PNM_ISA }\$name"; printf ' %s' "\$@"; echo; } |
    sed "s|/tmp/[^ ,/]*/|/tmp/|g" >"\$folder/command"
sed "s|/tmp/[^ ,/]*/|/tmp/|g; /^# version/d; /^# program/d" "\$folder/answer" >"\$folder/plain"
key=\$(cksum <"\$folder/command" | tr ' ' _)
mv "\$folder/command" "$answers/\$key.command"
mv "\$folder/plain" "$answers/\$key.answer"
rm -rf "\$folder"
exit \$status
STAND_IN
    chmod +x "$2"
}

record() {
    build=$(cd "$1" && pwd)
    mkdir -p "$2"
    answers=$(cd "$2" && pwd)
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    cd "$root"
    git ls-files | tar -cf - -T - | tar -xf - -C "$copy"
    mkdir -p "$copy/build/bin" "$copy/results" "$copy/commands" "$copy/pages" "$copy/tmp"
    for program in "$build"/bin/pnm-*; do
        write_stand_in "$build/bin" "$copy/build/bin/${program##*/}"
    done
    cp "$build/bin/pnmlab" "$copy/build/bin"
    cd "$copy"
    for page in README.md */README.md; do
        mkdir -p "commands/$page"
        awk -v folder="commands/$page" -f tests/docs/commands.awk "$page"
    done
    for page in "$build"/man/*.1; do
        mkdir "pages/${page##*/}"
        awk -v folder="pages/${page##*/}" -f tests/docs/commands.awk "$page"
    done
    # Neither a rule that a reader adds nor what a reader installs is an answer.
    for command in commands/*.md/*.command commands/*/*.md/*.command pages/*/*.command; do
        ! grep -q 'make \|two_step\|--plot\|^cat' "$command" || continue
        sed "s|/tmp/|$copy/tmp/|g" "$command" >tmp/run
        PATH=$copy/build/bin:$PATH sh tmp/run >tmp/out 2>tmp/err </dev/null ||
            [ $? -le 2 ] || { cat "$command" tmp/err >&2 && exit 1; }
    done
    build/bin/pnm-verify --quiet --format csv >results/ledger.csv || [ $? -le 2 ]
    sh plots/tables.sh "$copy/build/bin" results >tmp/out
    sh tests/same_bits.sh "$copy/build/bin" "$copy/build/bin" >tmp/out
    # The notebook on a rule of one's own builds programs that are not kept here.
    rm -f notebooks/5_*
    if ! /usr/bin/python3 -B notebooks/run.py >tmp/out 2>&1; then
        cat tmp/out >&2
    fi
    set -- "$answers"/*.answer
    echo "$# answers in $answers"
}

compare() {
    same=0
    differ=0
    for old in "$1"/*.answer; do
        new=$2/${old##*/}
        if [ ! -f "$new" ]; then
            echo "no answer to: $(cat "${old%.answer}.command")"
        elif awk '
            { gsub(/ +/, " "); sub(/ $/, "") }
            NR == FNR { line[FNR] = $0; lines = FNR; next }
            { here = FNR }
            index($0, line[FNR]) != 1 { exit differ = 1 }
            END { exit differ || here != lines }' "$old" "$new"; then
            same=$((same + 1))
            continue
        else
            echo "another answer to: $(cat "${old%.answer}.command")"
            diff "$old" "$new" | head -n 6
        fi
        differ=$((differ + 1))
    done
    echo "$same answers are the same, $differ are not"
    [ "$differ" -eq 0 ] && [ "$same" -gt 0 ]
}

case $#:${1-} in
3:record) record "$2" "$3" ;;
3:compare) compare "$2" "$3" ;;
*)
    sed -n 's/^# usage:/usage:/p; s/^#        //p' "$0" >&2
    exit 64
    ;;
esac
