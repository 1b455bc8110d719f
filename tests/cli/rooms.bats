#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# rooms.bats: which folder may use which. A file of a room includes, and its object calls,
# only what lies in the rooms that may_use names, so that a file that is put into the wrong
# room to please this test is seen by what it needs.

load helpers

root=$BATS_TEST_DIRNAME/../..
rooms="sim/base sim/rules sim/losses sim/engine sim/cli analysis/theory analysis/worst
    analysis/compare analysis/verdict analysis/claims analysis/claims/shared sim analysis
    plots/explorer"

# The rooms that a room may use; sim and analysis are the programs.
may_use() {
    case $1 in
    sim/base) echo sim/base ;;
    sim/rules) echo sim/base sim/rules ;;
    sim/losses) echo sim/base sim/rules sim/losses ;;
    sim/engine) echo sim/base sim/rules sim/losses sim/engine ;;
    sim/cli | sim) echo sim/base sim/rules sim/losses sim/engine sim/cli ;;
    analysis/theory) echo sim/base sim/rules analysis/theory ;;
    analysis/worst) echo sim/base sim/rules analysis/worst ;;
    analysis/verdict) echo sim/base analysis/verdict ;;
    analysis/compare)
        echo sim/base sim/rules sim/losses sim/engine analysis/theory analysis/verdict \
            analysis/compare
        ;;
    analysis/claims | analysis/claims/shared)
        echo "$(may_use analysis/compare)" analysis/worst analysis/claims \
            analysis/claims/shared
        ;;
    analysis) echo "$(may_use analysis/claims)" sim/cli analysis ;;
    plots/explorer) echo "$(may_use sim/engine)" analysis/theory ;;
    esac
}

# The headers that a room's files include, without those of the programs beside it.
included_by() {
    cat "$root/$1"/*.[ch] | sed -n 's/^#include "\([^"]*\)"$/\1/p' | sort -u
}

# The room of a header as it is included: base/error.h lies in sim/base.
room_of() {
    local folder
    for folder in sim analysis; do
        [ ! -f "$root/$folder/$1" ] || dirname "$folder/$1"
    done
}

@test "every header is included from a room that may use it" {
    local room header of wrong=
    for room in $rooms; do
        for header in $(included_by "$room"); do
            of=$(room_of "$header")
            case " $(may_use "$room") " in
            *" $of "*) ;;
            *) wrong="$wrong
$room includes \"$header\" of ${of:-no room}" ;;
            esac
        done
    done
    expect_equal "$wrong" ''
}

# objects ROOM: of one instruction set where there are several; programs are no library.
objects() {
    local build=$PNM_BIN/../obj file
    for file in "$build/$1"/*.o "$build/base/$1"/*.o; do
        case $file in */pnm-*.o) continue ;; esac
        # An object of a file that has moved may be left over.
        file=${file%.o}
        [ ! -f "$root/$1/${file##*/}.c" ] || echo "$file.o"
    done
}

@test "every object calls what lies in a room that it may use" {
    [ -d "$PNM_BIN/../obj" ] || skip "no objects beside the programs"
    local room
    for room in $rooms; do
        # shellcheck disable=SC2046  # several objects
        set -- $(objects "$room")
        [ $# -gt 0 ] || continue
        nm -g "$@" | awk -v room="$room" -v may=" $(may_use "$room") " '
            NF == 3 && $2 != "w" { print "has", room, $3 }
            NF == 2 && $1 == "U" { print "needs", room, $2, may }'
    done >symbols
    awk '$1 == "has" { of[$3] = $2 }
        $1 == "needs" { line[++lines] = $0 }
        END {
            for (i = 1; i <= lines; i++) {
                split(line[i], word, " ")
                home = of[word[3]]
                if (home != "" && index(line[i] " ", " " home " ") == 0) {
                    print word[2] " calls " word[3] " of " home
                    wrong = 1
                }
            }
            exit wrong || lines < 500
        }' symbols
}

@test "base knows no rules, losses or options" {
    run grep -nwE 'struct (rule|rule_kind|loss|loss_kind|option_spec|options|request|table)' \
        "$root"/sim/base/*.[ch]
    expect_equal "$output" ''
}

# The front desk alone writes --name, and a command that a reader is to type.
@test "inside, quantities have names and options have none" {
    run grep -nE '"[^"]*--[a-z]' "$root"/sim/{base,rules,losses,engine}/*.c \
        "$root"/analysis/{theory,worst,verdict}/*.c \
        $(ls "$root"/analysis/compare/*.c | grep -v 'command\.c$')
    expect_equal "$output" ''
}

@test "sim has few entries, and tests have the same rooms" {
    local file room
    [ "$(ls "$root/sim" | wc -l)" -le 12 ]
    for file in "$root"/tests/sim/*/test_*.c "$root"/tests/analysis/*/test_*.c; do
        room=${file#"$root/tests/"}
        [ -d "$root/${room%/*}" ]
    done
    # A unit test that lies elsewhere is not run.
    expect_equal "$(find "$root/tests" -name 'test_*.c' | wc -l)" \
        "$(ls "$root"/tests/sim/*/test_*.c "$root"/tests/analysis/*/test_*.c | wc -l)"
}

@test "a file holds one thing, and a function fits a screen" {
    run awk '
        FNR == 1 { at = 0 }
        /^[A-Za-z_].*\(/ && !/;$/ { at = FNR; name = $0 }
        /^}/ && at { if (FNR - at >= 60) print FILENAME ": " name; at = 0 }
        FNR == 501 { print FILENAME " has more than 500 lines" }' \
        "$root"/sim/*.c "$root"/sim/*/*.[ch] "$root"/analysis/*.[ch] "$root"/analysis/*/*.[ch] \
        "$root"/analysis/*/*/*.[ch] "$root"/plots/explorer/*.c
    expect_equal "$output" ''
}

@test "every source says its licence in its first lines" {
    local file without=
    while read -r file; do
        head -n 2 "$root/$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
            without="$without $file"
    done < <(cd "$root" && find Makefile sim analysis plots notebooks tests -type f \
        \( -name Makefile -o -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name '*.gp' \
        -o -name '*.awk' -o -name '*.bats' -o -name '*.bash' -o -name '*.js' -o -name '*.css' \) \
        ! -path '*/.ipynb_checkpoints/*')
    expect_equal "$without" ''
}
