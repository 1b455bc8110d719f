#include "matrices.h"

#include "parse.h"

#include <string.h>

enum { STATE = MATRICES_STATE };

int matrices_read(const char *path, struct matrices *matrices, struct error *error)
{
    struct numbers numbers = {0};
    size_t rows, columns;
    const int status = parse_file("--system", path, &numbers, &rows, &columns, error);
    if (status != STATUS_OK)
        return status;
    if (rows > STATE || columns != 2 * rows + 1) {
        numbers_free(&numbers);
        return error_set(error, STATUS_USAGE,
                         "--system: '%.400s' holds %zu rows of %zu numbers; allowed "
                         "are k rows of 2k+1, k from 1 to %d: A0, A1 and b side by "
                         "side",
                         path, rows, columns, STATE);
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

void matrices_default(struct matrices *matrices)
{
    *matrices = (struct matrices){.a0 = {1}, .a1 = {-1}, .b = {-1}};
}

bool matrices_are_curved(const struct matrices *matrices)
{
    for (int r = 0; r < STATE; r++)
        for (int c = 0; c < STATE; c++)
            if (matrices->a1[r * STATE + c] != (c == 0 ? matrices->b[r] : 0))
                return true;
    return false;
}

bool matrices_are_pulled(const struct matrices *matrices)
{
    for (int r = 0; r < STATE; r++)
        if (matrices->a0[r * STATE] != (r == 0))
            return true;
    return false;
}
