#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# exact.bats: --exact, by which nothing is planned or sampled.

load helpers

# takes PROGRAM OPTION: whether its help has the option
takes() {
    "$1" --help | grep -Eq -e "^ {2}(    |-., )--$2([=[]|  |\$)"
}

# The programs that take --exact.
exact_programs() {
    local program
    for program in "$PNM_BIN"/pnm-*; do
        program=${program##*/}
        if takes "$program" exact; then echo "$program"; fi
    done
}

# Options of a small run of the program: rule and problem, as far as it takes them.
problem_of() {
    takes "$1" optimizer && echo --optimizer pnm,sgd
    takes "$1" lr && echo --lr 0.1
    takes "$1" spectrum && echo --spectrum 0.5,1
    takes "$1" prior-precision && echo --prior-precision 10 --train-size 1000
    true
}

# The tables of a program that have exact values, a line of options each.
tables_of() {
    case $1 in
    pnm-stationary) printf '%s\n' '' --full --excess ;;
    pnm-noise) printf '%s\n' '' --psd ;;
    pnm-pacbayes) printf '%s\n' '' '--optimizer pnm --optimal-beta0' ;;
    pnm-stability) printf '%s\n' '' --map ;;
    pnm-convergence)
        local short='--optimizer pnm --steps 64'
        printf '%s\n' "$short --curve --loss quadratic"
        ;;
    pnm-bound) echo --optimizer pnm --steps 64 --ratio lemma-A3 --sigma 0 ;;
    *) echo "exact.bats: no setting for $1" >&2; return 1 ;;
    esac
}

# exactly FILE NAMES: of a whole result the columns with these names, without the rows of
# what is measured.
exactly() {
    body "$1" | awk -F, -v names="$2" '
        NR == 1 { n = split(names, name, ","); for (i = 1; i <= NF; i++) at[$i] = i }
        NR > 1 && at["covariance"] && $at["covariance"] == "measured" { next }
        { for (k = 1; k <= n; k++) printf "%s%s", $at[name[k]], k < n ? "," : "\n" }'
}

@test "every program whose table has a column exact takes --exact" {
    local program extra
    expect_equal "$(exact_programs | paste -sd ' ')" \
        "pnm-bound pnm-convergence pnm-noise pnm-pacbayes pnm-stability pnm-stationary"
    # pnm-verify decides claims, from what it measures; the others have nothing exact.
    for program in "$PNM_BIN"/pnm-*; do
        program=${program##*/}
        case $program in pnm-verify) continue ;; esac
        if takes "$program" exact; then continue; fi
        extra=
        if takes "$program" replicas; then
            extra="--optimizer sgd --replicas 40"
            if takes "$program" steps; then extra="$extra --steps 200"; fi
        fi
        if takes "$program" epochs; then extra="$extra --epochs 2"; fi
        if takes "$program" match; then extra="$extra --match itself --margin 50"; fi
        # shellcheck disable=SC2046,SC2086
        attempt "$program" $(problem_of "$program") $extra --format csv
        expect_status 0
        never grep -Eq '(^|,)exact(,|$)' <(header "$out")
    done
}

@test "--exact gives the exact and the paper's cells of a run that samples next to nothing, and 0" {
    local program line few names
    for program in $(exact_programs); do
        tables_of "$program" >lines
        while read -r line; do
            few=
            if takes "$program" max-samples; then few="--max-samples 1 --quiet"; fi
            # shellcheck disable=SC2046,SC2086
            "$program" $(problem_of "$program") $line $few --output whole.csv 2>"$err" ||
                [ $? -eq 2 ] || { echo "$program $line" >&2; false; }
            # shellcheck disable=SC2046,SC2086
            attempt "$program" $(problem_of "$program") $line --exact
            expect_status 0
            # No progress, no warning.
            expect_no_message .
            names=$(header "$out")
            body "$out" >exact
            exactly whole.csv "$names" >wanted
            expect_same exact wanted "$program $line"
            holds "$(wc -l <exact) > 1"
            never grep -Eq '(^|,)(measured|excess|ratio|[a-z_]*stderr|count|exact_verdict|near_zero)(,|$)' <<<"$names"
        done <lines
    done
}

@test "the bounds of theorem 3.1 need no chains" {
    attempt pnm-convergence --optimizer pnm --steps 64,1024 --replicas 4 --output whole.csv
    attempt pnm-convergence --optimizer pnm --steps 64,1024 --exact
    expect_status 0
    body "$out" >exact
    exactly whole.csv "$(header "$out")" >wanted
    expect_same exact wanted
    holds "$(column "$out" bound_corrected 1) > 1"
    attempt pnm-convergence --optimizer pnm,sgd --exact
    expect_status 0
    grep -q ',the theorem is not about this rule$' "$out"
}

# Sampling these would take more than the minute that a run has here, or gigabytes.
@test "nothing is planned or sampled, whatever the setting" {
    attempt pnm-stationary --optimizer pnm --lr 0.001 --beta0 70 --batch 128 --spectrum 1 --exact
    expect_status 0
    expect_no_message .
    holds "(1 - $(column "$out" exact 1) / 3.956061e-08)^2 < 1e-12"
    expect_equal "$(column "$out" paper_verdict 1)" fails
    attempt pnm-stationary --optimizer sgd --lr 0.1 --spectrum const:1:20000 --exact
    expect_status 0
    expect_equal "$(row_count "$out")" 20000
    attempt pnm-pacbayes --optimizer sgd --lr 0.1 --spectrum const:1:20000 --prior-precision 10 \
        --train-size 1000 --exact
    expect_status 0
    expect_equal "$(column "$out" covariance | paste -sd ' ')" "paper exact"
    attempt pnm-convergence --optimizer pnm --curve --loss quadratic --steps 16777216 --lr 1e-4 --exact
    expect_status 0
    expect_equal "$(row_count "$out")" 42
    attempt pnm-convergence --optimizer pnm --steps linear:16777116:16777216:51 --exact
    expect_status 0
    expect_equal "$(row_count "$out")" 51
    local table
    for table in "" --psd; do
        attempt pnm-noise --optimizer pnm --lr 0.1 --beta1 linear:0.98:0.999:300 --exact $table
        expect_status 0
        expect_equal "$(column "$out" beta1 | uniq | wc -l)" 300
    done
    # No pilot, which alone could tell more of such a rule.
    attempt pnm-stationary --optimizer sgd,adam --lr 0.01 --spectrum 1 --exact
    expect_status 0
    expect_equal "$(column "$out" law | paste -sd ' ')" "stationary unknown"
    expect_equal "$(column "$out" exact 2)$(column "$out" exact_source 2)" none
    # Nor does an unstable rule need chains.
    attempt pnm-stationary --optimizer sgd --lr 0.1,3 --spectrum 1 --allow-divergence --exact
    expect_status 0
    expect_equal "$(column "$out" law | paste -sd ' ')" "stationary diverges"
    expect_equal "$(column "$out" exact 2)" ''
}

@test "where nothing is exact, an error says so" {
    local none='--exact: no row has an exact value'
    refuse 64 "$none, because adam has no exact law" pnm-stationary --optimizer adam --lr 0.01 --spectrum 1 --exact
    refuse 64 "$none, because adam has no exact law" pnm-convergence --optimizer adam --exact
    refuse 64 "$none: the theorem is not about this rule" pnm-convergence --optimizer sgd --exact
    refuse 64 "$none: the theorem sets the learning rate" pnm-convergence --optimizer pnm --lr 0.1 --exact
    refuse 64 "$none: .* on the loss quadratic" pnm-convergence --optimizer pnm --curve --exact
    refuse 64 "$none: .* without noise" pnm-bound --optimizer pnm --ratio lemma-A2 --exact
    refuse 64 "$none" pnm-stationary --optimizer sgd --lr 3 --spectrum 1 --allow-divergence --exact
}

@test "options about sampling contradict --exact; those that change nothing else do not" {
    local program option plain=0
    : >saved
    for program in $(exact_programs); do
        for option in "replicas 40" "steps 200" "burn-in 8" "burn-in auto" "precision 0.001" \
            "max-samples 1e9" "max-seconds 1" "stop-at 1:1" "checkpoint new" \
            "checkpoint-every 9" "resume saved" "measure" "slope" "search 9"; do
            if ! takes "$program" "${option%% *}"; then continue; fi
            # Theory needs to know of how many steps a bound is.
            case $program:$option in pnm-bound:steps* | pnm-convergence:steps*) continue ;; esac
            # shellcheck disable=SC2046,SC2086
            refuse 64 "--${option%% *}: .*cannot be combined with --exact" "$program" \
                $(problem_of "$program") --exact --$option
            plain=$((plain + 1))
        done
    done
    holds "$plain >= 40"
    all_refused
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1 --exact
    body "$out" >first
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1 --exact --seed 7 --rng philox --threads 2 --quiet
    expect_status 0
    body "$out" >second
    expect_same first second
}

@test "--exact in headers and files of options; on the command line it rules out files' sampling" {
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1,2 --full --exact --output exact.csv
    expect_status 0
    grep -qx '# exact: on' exact.csv
    attempt pnm-stationary --rerun exact.csv --output again.csv
    expect_status 0
    expect_same exact.csv again.csv
    attempt pnm-stationary --rerun exact.csv --dump-config
    cp "$out" config
    grep -q '^exact' config
    attempt pnm-stationary --config config --output again.csv
    expect_status 0
    expect_same exact.csv again.csv
    attempt pnm-stationary --config config --precision 0.1
    expect_status 64
    expect_message '--precision: .*--exact'
    # A result that was measured.
    attempt pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1,2 --full --replicas 40 --steps 300 \
        --precision 0.01 --quiet --output measured.csv
    attempt pnm-stationary --rerun measured.csv --exact --output again.csv
    expect_status 0
    expect_same exact.csv again.csv
    # In one file they contradict each other.
    echo 'precision = 0.1' >>config
    attempt pnm-stationary --config config
    expect_status 64
    expect_message 'config, line .*--precision: .*--exact'
}

@test "--plot draws exact and paper alone" {
    local curve="--optimizer pnm --spectrum 1 --lr 0.1,0.2,0.3,0.4"
    # shellcheck disable=SC2086
    attempt pnm-stationary $curve --exact --plot out.txt
    expect_status 0
    grep -q 'lines: exact' out.txt
    never grep -q measured out.txt
}
