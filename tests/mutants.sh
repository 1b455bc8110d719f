#!/bin/sh
# mutants.sh: breaks one line of every rule and every theory file in a copy of the tree and
# shows what notices: pnm-stationary's numbers, verdict and exit status, and how many unit
# tests fail. Exits 1 if a mutant goes unnoticed. Prints a Markdown table (tests/README.md
# holds one).
set -eu
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -a Makefile sim analysis tests build "$copy"
tests="test_rules test_theory test_stationary"
unnoticed=0

# mutant FILE SED_EXPRESSION RULE OPTIONS...
mutant() {
    file=$1
    expression=$2
    rule=$3
    shift 3
    sed "$expression" "$file" >"$copy/$file"
    if cmp -s "$file" "$copy/$file"; then
        echo "mutants: '$expression' changes nothing in $file" >&2
        exit 1
    fi
    make -s -C "$copy" build/bin/pnm-stationary >/dev/null
    status=0
    row=$("$copy/build/bin/pnm-stationary" --quiet --format csv --optimizer "$rule" \
        --lr 0.3 --spectrum 1 "$@" 2>/dev/null) || status=$?
    row=$(echo "$row" | tail -n 1 |
        awk -F, '{printf "%.5g | %.5g | %s", $11, $14, $17}')
    failed=0
    for test in $tests; do
        make -s -C "$copy" "build/tests/$test" >/dev/null
        output=$(cd "$copy" && "build/tests/$test" 2>&1) || true
        # cmocka names a failed test twice: where it ran and in its summary.
        failed=$((failed + $(echo "$output" | grep '^\[  FAILED  \] [a-z_0-9]*$' | sort -u | wc -l)))
    done
    echo "| \`$file\` | \`$expression\` | $row | $status | $failed |"
    [ "$status" -eq 1 ] && [ "$failed" -gt 0 ] || unnoticed=$((unnoticed + 1))
    cp -p "$file" "$copy/$file"
    touch "$copy/$file"
}

# Rules at beta0 = 1, beta1 = 0.9, eta h = 0.3 where nothing else is said.
echo "| file | slip | measured | exact | exact_verdict | exit | failing tests |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
mutant sim/opt_sgd.c 's/-= scalar/-= 1.02 * scalar/' sgd
mutant sim/opt_heavy_ball.c 's/scalar\[DECAY\] \* slot/scalar[DECAY] * scalar[DECAY] * slot/' heavy_ball
mutant sim/opt_heavy_ball.c 's/scalar\[WEIGHT\] = .*/scalar[WEIGHT] = 1;/' heavy_ball
mutant sim/opt_pnm.c 's/ - scalar\[NEGATIVE\] \* slot\[LAST\]//' pnm
mutant sim/opt_pnm.c 's/parameter\[BETA1\] \* parameter\[BETA1\]/parameter[BETA1]/' pnm
mutant sim/opt_pnm_eq7.c 's/resting = decay \* slot/resting = slot/' pnm_eq7
mutant sim/opt_two_batch.c 's/g\[1\]/g[0]/' two_batch
mutant sim/parameters.h 's/lr \/ sqrt(gamma)/lr \/ gamma/' two_batch
mutant analysis/theory_sgd.c 's/(h_i + h_j - lr \* h_i \* h_j)/(h_i + h_j)/' sgd
mutant analysis/theory_heavy_ball.c 's/a \* c \* (1 + beta1)/a * c/' heavy_ball
mutant analysis/theory_pnm.c 's/beta0 \* (1 - 3 \* beta)/beta0 * (1 - beta)/' pnm
mutant analysis/theory_pnm_eq7.c 's/lr \* beta0 \* beta1/lr * beta0/' pnm_eq7
mutant analysis/theory_two_batch.c 's/ \* theory_gamma(rule) \* c/ * c/' two_batch
mutant analysis/theory.c 's/sqrt(theory_gamma(rule))/theory_gamma(rule)/' two_batch
[ "$unnoticed" -eq 0 ] || { echo "mutants: $unnoticed unnoticed" >&2; exit 1; }
