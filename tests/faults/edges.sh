# shellcheck shell=bash disable=SC2154 # faults.sh sets part, SIZE, work
# SPDX-License-Identifier: GPL-3.0-or-later
# edges.sh: every option that takes a number, of every program, takes extreme ones, in each
# command of runs.txt. The options and the forms of their values are those that --help tells;
# the ends of what is allowed are those that the messages tell. A run ends in time, with one of
# the documented statuses and never by a signal; no number goes missing without a word in its
# row (words.c); no exact verdict fails, as the programs simulate what their theory describes.
# Every second number is tried, in the short form every twentieth; EVERY=K in the environment: every K-th.

numbers='0 1 -1 4.9e-324 2.3e-308 1e-300 1e-150 1e-20 1e20 1e100 1e150 1e300 1.7e308 -1e300
0.9999999999999999 9007199254740991 1000000000000 1000000000000000 9223372036854775807
9223372036854775808 18446744073709551615'

# value_forms PROGRAM: "name form" of each option that takes numbers; V stands for the number.
# Words like VALUE, N or T1 are numbers; FILE, PATH, NAME and the like are not.
value_forms() {
    "$BIN/$1" --help | tr -s ' \n' ' ' | sed 's/ Update rules: .*//; s/ -\(-[a-z0-9-]*=\)/\n-\1/g' |
        awk '
            function names_text(form) { return form ~ /FILE|PATH|NAME|RESULT|ID|BOUND/ }
            # A form with several numbers, each of them V in turn and the others ordinary.
            function put(name, form,    n, parts, k, i, line) {
                n = split(form, parts, ":")
                for (k = 1; k <= n; k++) {
                    if (parts[k] !~ /^[A-Z]+[0-9]*$/) continue
                    line = ""
                    for (i = 1; i <= n; i++)
                        line = line (i > 1 ? ":" : "") (i == k ? "V" : \
                            parts[i] ~ /^(N|T[0-9]*|MULTIPLE|SEED|RUN|UNIT)$/ ? 3 : \
                            parts[i] ~ /^[A-Z]+[0-9]*$/ ? 0.5 : parts[i])
                    print name, line
                }
            }
            /^--[a-z0-9-]+=/ {
                name = $1; sub(/=.*/, "", name); sub(/^--/, "", name)
                argument = $1; sub(/^[^=]*=/, "", argument); sub(/\].*/, "", argument)
                text = $0; gsub(/\[[^]]*\.\.\.\]|[][]/, "", text)
                gsub(/\[.*/, "", argument)
                count = split(argument, word, "|")
                for (w = 1; w <= count; w++)
                    if (word[w] ~ /^[A-Z]/ && !names_text(word[w]) && word[w] !~ /^(SPEC|SCHEDULE)$/)
                        put(name, word[w])
                if (argument ~ /SPEC|SCHEDULE|:|VALUES/)
                    while (match(text, /[a-z-]+(:[A-Z]+[0-9]*)+/)) {
                        form = substr(text, RSTART, RLENGTH)
                        text = substr(text, RSTART + RLENGTH)
                        if (!names_text(form)) put(name, form)
                    }
                if (argument == "SPEC" && $0 ~ / a list /) print name, "V,1"
                if (argument == "VALUES") { print name, "linear:0.5:V:3"; print name, "log:0.5:V:3" }
            }' | sort -u
}

# rule_with PROGRAM OPTION: the first rule in --help that has the option as a parameter.
rule_with() {
    "$BIN/$1" --help | sed -n '/^Update rules:/,$p' | awk -v option="--$2" '
        /^  [a-z]/ { rule = $1 }
        /^              --/ { for (i = 1; i <= NF; i++) if ($i == option) { print rule; exit } }'
}

# one_edge FILE COMMAND: what is wrong with a run, if anything; FILE.json is its ordinary result.
# Leaves "tried" in FILE.tried unless the option is none of the rule's.
one_edge() {
    local status=0 out=$1.$BASHPID limit=20 problem=
    case $2 in *1000000*) limit=300 ;; esac
    # shellcheck disable=SC2086 # a list of words
    timeout -k 5 $limit "$BIN/"$2 --format json >"$out.out" 2>"$out.err" </dev/null || status=$?
    case $status in
        0 | 2) problem=$("$WORDS" "$out.out" "$1".*json | sed 's/^[^ ]*\(is not JSON\)/the result \1/' | head -n 3) ;;
        # What is proved of one setting need not hold in another.
        1) case $2 in *--check*) ;; *) problem='an exact verdict fails' ;; esac ;;
        64 | 70 | 71)
            grep -q "^${2%% *}: " "$out.err" || problem="status $status without a message"
            [ ! -s "$out.out" ] || problem="$problem; status $status with a result"
            ;;
        124 | 137) problem="no end within $limit s" ;;
        *) problem="status $status" ;;
    esac
    if grep -Eiq '(^|[^a-z])(-?nan|inf)([^a-z]|$)' "$out.err"; then
        problem="$problem; the message: $(grep -Eim1 '(^|[^a-z])(-?nan|inf)([^a-z]|$)' "$out.err")"
    fi
    # In the short form a program has one run, so that parameters of other losses are not tried.
    [ "$SIZE" = long ] || sed -i '/not a parameter of the loss/d' "$out.err"
    grep -q 'not a parameter of' "$out.err" || : >"$1.tried"
    [ -z "$problem" ] || echo "$2: ${problem//$'\n'/; }"
    rm -f "$out.out" "$out.err"
}

# edges FILE COMMAND OPTION FORM: one_edge with every number in the form's V.
edges() {
    local number count=0 extra=
    cd "$work/edge" || return 1
    # The ends of what is allowed, as the message about "x" tells them.
    # shellcheck disable=SC2086 # a list of words
    extra=$("$BIN/"$2 "--$3=${4//V/x}" 2>&1 >/dev/null | sed -n 's/.*allowed//p' |
        grep -oE -e '-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?' | sort -u | tr '\n' ' ')
    for number in $numbers $extra; do
        # So many modes are tried below.
        case $3.$number in spectrum.1000000* | dim.1000000*) continue ;; esac
        [ $(((count + ${#2} + ${#3}) % EVERY)) -eq 0 ] || { count=$((count + 1)); continue; }
        count=$((count + 1))
        echo "run" >>"$1.runs"
        one_edge "$1" "$2 --$3=${4//V/$number}"
    done
}
export -f one_edge edges
export numbers WORDS="$TESTS/faults/words"

# --- does the check notice? ------------------------------------------------------------

# expect_words STATUS ROWS: what words.c says of a table with these rows.
expect_words() {
    local status=0
    printf '{"provenance": {\n"a": "b"},\n"columns": ["a"],\n"rows": [%b]}\n' "$2" >"$work/control.json"
    "$WORDS" "$work/control.json" "$work/ordinary.json" >/dev/null || status=$?
    controls=$((controls + 1))
    [ $status -eq "$1" ] || { missed=$((missed + 1)); note "words.c ends with $status, not $1: $2"; }
}

# expect_edge TEXT SCRIPT: what one_edge says of a program that does this.
expect_edge() {
    local said
    printf '#!/bin/sh\n%s\n' "$2" >"$work/control/pnm-x"
    said=$(BIN=$work/control one_edge "$work/control/x" pnm-x)
    controls=$((controls + 1))
    case $said in
        *"$1"*) [ -n "$1" ] || [ -z "$said" ] && return ;;
    esac
    missed=$((missed + 1))
    note "a program that does '$2': '$said'"
}

controls=0
missed=0
printf '{"provenance": {},\n"columns": ["a"],\n"rows": [\n%s]}\n' \
    '{"optimizer": "sgd", "beta1": null, "exact": 1.0, "exact_verdict": "holds"}' >"$work/ordinary.json"
expect_words 0 '\n{"optimizer": "sgd", "beta1": null, "exact": 2.0, "exact_verdict": "holds"}'
expect_words 1 '\n{"optimizer": "sgd", "beta1": null, "exact": null, "exact_verdict": "holds"}'
expect_words 1 '\n{"optimizer": "pnm", "beta1": null, "exact": 2.0, "exact_verdict": "holds"}'
expect_words 0 '\n{"optimizer": "sgd", "beta1": null, "exact": null, "exact_verdict": "no claim"}'
expect_words 0 '\n{"optimizer": "sgd", "beta1": null, "exact": null, "exact_verdict": "holds", "reason": "why"}'
expect_words 1 '\n{"optimizer": "sgd", "beta1": null, "exact": "inf", "exact_verdict": "holds"}'
expect_words 1 '\n{"optimizer": "sgd", "beta1": null, "exact": "-nan", "exact_verdict": "holds"}'
expect_words 1 '\n{"optimizer": "sgd", "exact": 1.0},\n{"optimizer": "sgd", "exact": null}'
expect_words 2 '\n{"optimizer": "sgd", "beta1": null, "exact": nan, "exact_verdict": "holds"}'
expect_words 2 '\n{"optimizer": "sgd", "beta1": null, "exact": 1.0'
mkdir "$work/control"
cp "$work/ordinary.json" "$work/control/x.json"
touch "$work/control/pnm-x"
chmod +x "$work/control/pnm-x"
expect_edge '' "cat $work/ordinary.json"
expect_edge 'not JSON' 'echo a,b'
expect_edge 'is not JSON' ":"
expect_edge 'status 139' 'kill -SEGV $$'
expect_edge 'status 134' 'kill -ABRT $$'
expect_edge 'status 3' 'exit 3'
expect_edge 'verdict fails' 'exit 1'
expect_edge 'without a message' 'exit 70'
expect_edge 'the message' 'echo "pnm-x: off by nan" >&2; exit 70'
expect_edge '' 'echo "pnm-x: information of nanny" >&2; exit 70'
report "planted defects that this check notices" $controls $missed

# --- the programs ----------------------------------------------------------------------

prepare "$work/edge"
: >"$work/edges"
index=0
last=
while read -r command; do
    program=${command%% *}
    case $command in *--list* | *--explain*) continue ;; esac
    [ "$SIZE" = long ] || [ "$program" != "$last" ] || continue
    first=$([ "$program" = "$last" ] || echo yes)
    last=$program
    [ -e "$work/forms.$program" ] || value_forms "$program" >"$work/forms.$program"
    for word in --quiet "--max-seconds 0.2"; do
        ! "$BIN/$program" --help | grep -q -e " ${word%% *}[ =]" || command="$command $word"
    done
    while read -r option form; do
        rule=
        run=$command
        if [ "$SIZE" != long ]; then
            case $option.$form in *:*) continue ;; esac
        fi
        # shellcheck disable=SC2086 # a list of words
        if (cd "$work/edge" && "$BIN/"$command "--$option=${form//V/x}" 2>&1 >/dev/null </dev/null) |
            grep -q 'not a parameter of'; then
            [ -n "$first" ] || continue
            rule=$(rule_with "$program" "$option")
            run="$command --optimizer $rule"
        fi
        index=$((index + 1))
        echo "$work/edge.$index $option $form $run" >>"$work/edges"
        echo "$program --$option" >"$work/edge.$index.option"
        # The ordinary result that the others are held against.
        # shellcheck disable=SC2086 # a list of words
        (cd "$work/edge" && "$BIN/"$run --format json >"$work/edge.$index.json" 2>/dev/null </dev/null)
        # A grid adds a column, which rules that lack the parameter leave empty, and a step
        # asks for another table.
        # shellcheck disable=SC2086 # a list of words
        case $option.$form in
            *.linear:0.5:V:3 | *.log:0.5:V:3 | at.V)
                plain=0.6
                [ "$option" != at ] || plain=5
                (cd "$work/edge" && "$BIN/"$run "--$option=${form//V/$plain}" --format json >"$work/edge.$index.grid.json" \
                    2>/dev/null </dev/null) || [ -s "$work/edge.$index.grid.json" ] || rm "$work/edge.$index.grid.json"
                ;;
        esac
    done <"$work/forms.$program"
done < <(runs)
case $SIZE in
    long) export EVERY=${EVERY:-2} ;;
    *) export EVERY=${EVERY:-20} ;;
esac
# shellcheck disable=SC2016 # the inner shell expands it
tr '\n' '\0' <"$work/edges" | xargs -0 -P "$(nproc)" -I LINE bash -c \
    'read -r file option form run <<<"$1"; edges "$file" "$run" "$option" "$form"' _ LINE >"$work/found"
sort -u "$work"/edge.*.option >"$work/options"
untried=$(for file in "$work"/edge.*.option; do
    [ ! -e "${file%.option}.tried" ] || cat "$file"
done | sort -u | comm -13 - "$work/options")
report "options that take a number, as --help tells" "$(wc -l <"$work/options")" "$(wc -w <<<"$untried")"
[ -z "$untried" ] || note "$untried"
report "runs with extreme numbers" "$(cat "$work"/edge.*.runs | wc -l)" "$(wc -l <"$work/found")"
while read -r line; do
    note "$line"
done < <(sort "$work/found" | head -n "${SHOW:-20}")
[ -z "${KEEP:-}" ] || cp "$work/found" "$KEEP"

# A million modes, in each program that has a number of them.
if [ "$SIZE" = long ]; then
    count=0
    : >"$work/found"
    for forms in "$work"/forms.*; do
        program=${forms##*forms.}
        while read -r option form; do
            case $option.$form in spectrum.const:*:V | dim.V) ;; *) continue ;; esac
            command=$(runs | grep -m 1 "^$program ")
            for word in "--replicas 4" "--steps 9" --quiet "--burn-in 1"; do
                ! "$BIN/$program" --help | grep -q -e " ${word%% *}[ =]" || command="$command $word"
            done
            # pnm-bound is about pnm, which it takes by default.
            [ "$program" = pnm-bound ] || command="$command --optimizer sgd"
            # shellcheck disable=SC2086 # a list of words
            (cd "$work/edge" && "$BIN/"$command --format json >"$work/many.json" 2>"$work/many.err" </dev/null) ||
                [ $? -eq 2 ] || cat "$work/many.err" >>"$work/found"
            count=$((count + 1))
            (cd "$work/edge" && one_edge "$work/many" "$command --$option=${form//V/1000000}") >>"$work/found"
        done <"$forms"
    done
    report "runs with a million modes" $count "$(wc -l <"$work/found")"
    while read -r line; do
        note "$line"
    done <"$work/found"
fi
