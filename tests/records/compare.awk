# SPDX-License-Identifier: GPL-3.0-or-later
# compare.awk RECORDED NOW: prints the first lines that differ, and fails if there are any. Numbers may
# differ by the last digits that another library's exp and log have.

function same_number(a, b,    distance, size)
{
    if (a !~ number || b !~ number)
        return 0
    distance = a > b + 0 ? a - b : b - a
    size = (a < 0 ? -a : a + 0) + (b < 0 ? -b : b + 0)
    return distance <= 1e-9 * size || distance <= 1e-14
}

# Whether two lines have the same words, and about the same numbers.
function same(recorded, now,    i, n, old, new)
{
    if (recorded == now)
        return 1
    n = split(recorded, old, /[^-+.A-Za-z0-9_]+/)
    if (split(now, new, /[^-+.A-Za-z0-9_]+/) != n)
        return 0
    for (i = 1; i <= n; i++)
        if (old[i] != new[i] && !same_number(old[i], new[i]))
            return 0
    gsub(/[-+.A-Za-z0-9_]+/, "", recorded)
    gsub(/[-+.A-Za-z0-9_]+/, "", now)
    return recorded == now
}

BEGIN {
    number = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$"
    wrong = 0
}

FILENAME == ARGV[1] {
    lines[FNR] = $0
    count = FNR
    next
}

FNR <= count && !same(lines[FNR], $0) && ++wrong <= 5 {
    printf "line %d: recorded: %s\n     and now: %s\n", FNR, lines[FNR], $0
}

END {
    if (FNR != count && ++wrong)
        printf "%d lines were recorded, now there are %d\n", count, FNR
    exit wrong > 0 || count == 0
}
