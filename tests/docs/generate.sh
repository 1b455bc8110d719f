#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes anew what README.md, sim/README.md and analysis/README.md have between the lines
# "<!-- make docs: NAME -->" and "<!-- end -->": part() knows the names.
# usage: generate.sh [--check] [FILE...]    (make docs; --check only compares)
# The programs are taken from PNM_BIN, build/bin if that is not set.
set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/../.."
check=
[ "${1:-}" != --check ] || { check=1; shift; }
[ $# -gt 0 ] || set -- README.md sim/README.md analysis/README.md
PATH=$(cd "${PNM_BIN:-build/bin}" && pwd):$PATH
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

# An exit status of 2 says that some rows are undecided.
verify() {
    pnm-verify --quiet "$@" || [ $? -eq 2 ]
}

# Variances in the limit of small steps, as printed and exact; the ledger has more settings.
limits() {
    echo '| claim | setting | paper | limit | paper_verdict |'
    echo '| --- | --- | --- | --- | --- |'
    verify --claim eq15,eq17,eq18-19 --max-samples 1 --output "$made/limits.json"
    awk '
        function field(name) {
            if (!match($0, "\"" name "\": (\"[^\"]*\"|[^,}]*)")) return ""
            text = substr($0, RSTART, RLENGTH)
            sub(/^[^:]*: /, "", text)
            gsub(/"/, "", text)
            return text
        }
        field("variable") == "eta h" {
            setting = field("setting")
            sub(/; limit.*/, "", setting)
            if (setting ~ /corrected|beta1=0(\.5|,|$)/) next
            printf "| %s | %s | %.4g | %.4g | %s |\n", field("id"), setting,
                field("paper"), field("exact"), field("paper_verdict")
        }' "$made/limits.json"
}

rules() {
    echo '    $ build/bin/pnm-rules --format table'
    pnm-rules --format table | sed 's/^/    /; s/ *$//'
}

findings() {
    verify --explain all
}

part() {
    case $1 in
    limits) limits ;;
    rules) rules ;;
    findings) findings ;;
    *) echo "generate.sh: there is no part '$1'; allowed are limits, rules, findings" >&2; return 1 ;;
    esac
}

status=0
for file in "$@"; do
    part=
    while IFS= read -r line; do
        case $line in
        '<!-- make docs: '*' -->')
            part=${line#<!-- make docs: }
            part=${part% -->}
            printf '%s\n\n' "$line"
            part "$part" </dev/null
            echo
            ;;
        '<!-- end -->') part= ;;
        esac
        [ "$part" ] || printf '%s\n' "$line"
    done <"$file" >"$made/new"
    if [ -z "$check" ]; then
        cmp -s "$made/new" "$file" || { cat "$made/new" >"$file"; echo "$file is written anew"; }
    elif ! diff "$file" "$made/new"; then
        echo "$file is not what it is made from: make docs" >&2
        status=1
    fi
done
exit $status
