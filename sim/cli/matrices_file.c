/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/matrices_file.h"

#include "base/parse.h"

#include <string.h>

enum { STATE = MATRICES_STATE };

int matrices_file_read(const char *path, struct matrices *matrices, struct error *error)
{
    struct numbers numbers = {0};
    struct parse_shape shape;
    const int status = parse_file("system", path, &numbers, &shape, error);
    if (status != STATUS_OK)
        return status;
    const size_t rows = shape.rows, columns = shape.columns;
    if (rows > STATE || columns != 2 * rows + 1) {
        numbers_free(&numbers);
        return error_about(error, STATUS_USAGE, "system",
                           "'%.400s' holds %zu rows of %zu numbers%s; "
                           "allowed are k rows of 2k+1, k from 1 to %d: A0, A1 "
                           "and b side by side%s",
                           path, rows, columns, shape.end, STATE, parse_hint(&shape));
    }
    *matrices = (struct matrices){.b = {0}};
    for (size_t r = 0; r < rows; r++) {
        const double *row = numbers.value + r * columns;
        memcpy(matrices->a0 + r * STATE, row, rows * sizeof *row);
        memcpy(matrices->a1 + r * STATE, row + rows, rows * sizeof *row);
        matrices->b[r] = row[2 * rows];
    }
    numbers_free(&numbers);
    return STATUS_OK;
}
