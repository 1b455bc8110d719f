/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/quad_matrix.h"

void quad_matrix_multiply(int n, int m, const quad *a, const quad *x, quad *out)
{
    for (int row = 0; row < n; row++)
        for (int column = 0; column < m; column++) {
            quad sum = 0;
            for (int k = 0; k < n; k++)
                sum += a[row * n + k] * x[k * m + column];
            out[row * m + column] = sum;
        }
}

void quad_matrix_add_congruence(int n, int m, const quad *p, const quad *r,
                                const quad *x, quad *out)
{
    quad left[QUAD_MATRIX_MOST * QUAD_MATRIX_MOST];
    quad_matrix_multiply(n, m, p, x, left);
    for (int row = 0; row < n; row++)
        for (int column = 0; column < m; column++)
            for (int k = 0; k < m; k++)
                out[row * m + column] += left[row * m + k] * r[column * m + k];
}
