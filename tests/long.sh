#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# long.sh [PART...]: what is too long for make test, one part after the other; all of them take about an
# hour on two quiet cores. Each part's output goes to build/long/PART.log and its last line, which has its
# counts, to the table that is printed at the end. A part that fails or did not run is red, and then the
# exit status is 1. (make test-long; tests/README.md says what the parts do)
set -eu
cd "$(dirname "$0")/.."
logs=build/long
parts=${*:-lint coverage mutants fuzz calibration bits}
mkdir -p $logs
rm -f $logs/*.log $logs/mutants.csv
red=0

run() {
    case $1 in
    lint) make -s lint ;;
    coverage) make -s coverage ;;
    mutants) python3 -B tests/drawn_mutants.py --count 25 --table $logs/mutants.csv ;;
    fuzz) make -s fuzz ;;
    calibration) make -s calibration ;;
    bits) make -s test-bits-long ;;
    *)
        echo "long: no part is called '$1'"
        return 1
        ;;
    esac
}

for part in $parts; do
    echo "$part ..." >&2
    begin=$(date +%s)
    status=0
    run "$part" >"$logs/$part.log" 2>&1 || status=$?
    took=$(($(date +%s) - begin))
    verdict=ok
    if [ "$status" -ne 0 ] || [ ! -s "$logs/$part.log" ]; then
        verdict=RED
        red=$((red + 1))
    fi
    printf '| %s | %s | %d:%02d | %s |\n' "$part" "$verdict" $((took / 60)) $((took % 60)) \
        "$(tail -n 1 "$logs/$part.log")" >>"$logs/table.log"
done
echo '| part | verdict | minutes | counts |'
echo '| --- | --- | ---: | --- |'
cat $logs/table.log
echo "$(echo "$parts" | wc -w) parts, $red red"
[ $red -eq 0 ]
