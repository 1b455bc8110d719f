# SPDX-License-Identifier: GPL-3.0-or-later
# same_table.awk: do two outputs show the same? usage: awk -f same_table.awk EXPECTED ACTUAL
# Rows, columns and words must be the same, numbers to 1e-5 of their size. Columns are what
# at least two blanks in all rows separate, so that a number may get longer and an empty
# cell stays one.

function is_number(text)
{
    return text ~ /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?$/
}

function size(x)
{
    return x < 0 ? -x : x
}

# Rounding leaves about 1e-15 of what would be 0.
function same_cell(a, b)
{
    if (a == b)
        return 1
    if (!is_number(a) || !is_number(b))
        return 0
    return size(a - b) <= 1e-5 * (size(a) > size(b) ? size(a) : size(b)) + 1e-14
}

# cell[which, row, column] of the rows line[which, 1..rows[which]].
function split_columns(which,    i, k, width, used, blank, from, column)
{
    for (i = 1; i <= rows[which]; i++)
        for (k = 1; k <= length(line[which, i]); k++)
            if (substr(line[which, i], k, 1) != " ") {
                used[k] = 1
                width = k > width ? k : width
            }
    from = 1
    blank = 0
    for (k = 1; k <= width + 2; k++) {
        blank = used[k] ? 0 : blank + 1
        if (blank != 2)
            continue
        column++
        for (i = 1; i <= rows[which]; i++) {
            cell[which, i, column] = substr(line[which, i], from, k - from + 1)
            gsub(/^ +| +$/, "", cell[which, i, column])
        }
        while (k < width && !used[k + 1])
            k++
        from = k + 1
        blank = 0
    }
    return column
}

FNR == 1 { file++ }
{
    which = FILENAME == ARGV[1] ? 1 : 2
    line[which, ++rows[which]] = $0
}

END {
    if (rows[1] != rows[2]) {
        printf "%d lines, expected %d\n", rows[2], rows[1]
        exit 1
    }
    columns = split_columns(1)
    found = split_columns(2)
    if (columns != found) {
        printf "%d columns, expected %d\n", found, columns
        exit 1
    }
    for (i = 1; i <= rows[1]; i++)
        for (k = 1; k <= columns; k++)
            if (!same_cell(cell[1, i, k], cell[2, i, k])) {
                printf "line %d, column %d: \"%s\", expected \"%s\"\n", i, k,
                    cell[2, i, k], cell[1, i, k]
                differ = 1
            }
    exit differ
}
