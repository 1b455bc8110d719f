#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Begins an update rule: writes sim/rules/NAME.c from the template and lists it.
# usage: new_rule.sh NAME    (make new-optimizer NAME=foo)
set -eu
LC_ALL=C
export LC_ALL
name=${1-}
cd "$(dirname "$0")"

refuse() {
    echo "new-optimizer: $*" >&2
    exit 64
}

usage="NAME is the new rule's name, as in make new-optimizer NAME=foo"
[ -n "$name" ] || refuse "NAME is missing: $usage"
case $name in
[!a-z]* | *[!a-z0-9_]*)
    refuse "NAME: '$name' is not allowed; allowed are a to z, 0 to 9 and _, a letter first"
    ;;
esac
[ ${#name} -le 24 ] || refuse "NAME: '$name' is too long; allowed are 24 letters"
file=$name.c
[ ! -e "$file" ] || refuse "NAME: sim/rules/$file is there already; choose another name"
# The tests hold that sim/ names no rule outside the rule's own file and the list.
rules=$(sed -n 's/^ *RULE(\([a-z0-9_]*\)).*/ \1.c /p' list.h)
for other in ../*.c ../*/*.[ch]; do
    case $other in
    ../rules/adam.h) continue ;;
    ../rules/*) case $rules in *" ${other##*/} "*) continue ;; esac ;;
    esac
    if grep -qwF -e "$name" "$other"; then
        refuse "NAME: sim/${other#../} uses the word '$name'; choose another name"
    fi
done

new=.$file.new
list=.list.h.new
trap 'rm -f "$new" "$list"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
sed "s/NAME/$name/" new_rule.template >"$new"
awk -v name="$name" '
    { line[NR] = $0 }
    /^    RULE\(/ { last = NR }
    END {
        if (!last)
            exit 1
        for (i = 1; i <= NR; i++) {
            if (i != last) {
                print line[i]
                continue
            }
            printf "%-87s\\\n    RULE(%s)\n", line[i], name
        }
    }' list.h >"$list" || {
    echo "new-optimizer: no RULE(...) in sim/rules/list.h" >&2
    exit 1
}
mv "$new" "$file"
mv "$list" list.h || {
    rm -f "$file"
    exit 1
}
echo "sim/rules/$file: state your update there, then make"
echo "sim/rules/list.h: lists it"
