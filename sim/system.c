#include "system.h"

#include "parse.h"

#include <string.h>

enum { STATE = OPTIMIZER_SYSTEM_STATE };

int system_read(const char *path, double *parameter, struct error *error)
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
    double *a0 = parameter + OPTIMIZER_SYSTEM, *a1 = a0 + STATE * STATE,
           *b = a1 + STATE * STATE;
    memset(a0, 0, OPTIMIZER_SYSTEM_NUMBERS * sizeof *a0);
    for (size_t r = 0; r < rows; r++) {
        const double *row = numbers.value + r * columns;
        memcpy(a0 + r * STATE, row, rows * sizeof *a0);
        memcpy(a1 + r * STATE, row + rows, rows * sizeof *a1);
        b[r] = row[2 * rows];
    }
    numbers_free(&numbers);
    return STATUS_OK;
}

void system_default(double *parameter)
{
    double *a0 = parameter + OPTIMIZER_SYSTEM;
    memset(a0, 0, OPTIMIZER_SYSTEM_NUMBERS * sizeof *a0);
    a0[0] = 1;
    a0[STATE * STATE] = a0[2 * STATE * STATE] = -1;
}

bool system_is_curved(const double *parameter)
{
    const double *a1 = parameter + OPTIMIZER_SYSTEM + STATE * STATE,
                 *b = a1 + STATE * STATE;
    for (int r = 0; r < STATE; r++)
        for (int c = 0; c < STATE; c++)
            if (a1[r * STATE + c] != (c == 0 ? b[r] : 0))
                return true;
    return false;
}

bool system_is_pulled(const double *parameter)
{
    const double *a0 = parameter + OPTIMIZER_SYSTEM;
    for (int r = 0; r < STATE; r++)
        if (a0[r * STATE] != (r == 0))
            return true;
    return false;
}
