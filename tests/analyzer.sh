#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs gcc's analyzer (-fanalyzer) over sim/ and analysis/. It follows paths through the code and tells
# what may leak, be read before it is set, or be a null pointer. Where it is known to err, one of the
# lines below says in which function and why; a line that it no longer needs is told, too.
# usage: analyzer.sh    (make lint)
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# FILE FUNCTION WARNING: what the analyzer (of gcc 12) takes for a defect, and why it is none.
known() {
    # The place behind a pointer in an array, which it does not follow: the caller's array owns each.
    echo 'sim/cli/option_names.c put malloc-leak'
    echo 'sim/engine/session.c read_records malloc-leak'
    echo 'analysis/compare/trajectory.c trajectory_init malloc-leak'
}

find sim analysis -name '*.c' | sort | xargs -P "$(nproc)" -I FILE \
    gcc -std=c11 -D_POSIX_C_SOURCE=200809L -fopenmp -DISA=base -DPNM_VERSION='"x"' \
    -Isim -Ianalysis -O1 -fanalyzer -c -o /dev/null FILE 2>"$said"
# "FILE: In function 'F':" goes before the warnings of F.
found=$(sed -n "s/^\([^ :]*\): In function '\(.*\)':$/in \2/p
    s/^\([^ :]*\):[0-9:]* warning: .*\[-W\(analyzer-\)*\([a-z-]*\)\]$/\1 \3/p" "$said" |
    awk '$1 == "in" { name = $2; next } { print $1, name, $2 }' | sort -u)
other=$(known | sort | { printf '%s\n' "$found" | grep -v '^$' | comm -3 - /dev/fd/3; } 3<<END
$(known | sort)
END
)
if [ -n "$other" ]; then
    grep -E "warning:" "$said"
    echo "analyzer: found, or (behind the tab) no longer found:"
    echo "$other"
    exit 1
fi >&2
echo "analyzer: nothing in $(find sim analysis -name '*.c' | wc -l) files but what is known ($(known | wc -l))"
