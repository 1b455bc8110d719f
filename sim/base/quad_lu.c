/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/quad_lu.h"

#include <string.h>

/* 1 / the largest element of each row; false if a row is 0 or not finite. */
static bool row_weights(const struct quad_lu *lu, quad *weight)
{
    for (int r = 0; r < lu->size; r++) {
        quad largest = 0;
        for (int c = 0; c < lu->size; c++) {
            const quad size = quad_abs(lu->matrix[r * lu->size + c]);
            if (!quad_is_finite(size))
                return false;
            largest = quad_max(largest, size);
        }
        if (largest == 0)
            return false;
        weight[r] = 1 / largest;
    }
    return true;
}

static void swap_rows(struct quad_lu *lu, quad *weight, int a, int b)
{
    const int n = lu->size, row = lu->order[a];
    const quad own = weight[a];
    for (int c = 0; c < n; c++) {
        const quad element = lu->matrix[a * n + c];
        lu->matrix[a * n + c] = lu->matrix[b * n + c];
        lu->matrix[b * n + c] = element;
    }
    lu->order[a] = lu->order[b];
    lu->order[b] = row;
    weight[a] = weight[b];
    weight[b] = own;
}

bool quad_lu_decompose(struct quad_lu *lu)
{
    const int n = lu->size;
    quad weight[QUAD_LU_MOST], *m = lu->matrix;
    if (!row_weights(lu, weight))
        return false;
    for (int k = 0; k < n; k++)
        lu->order[k] = k;
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int r = k + 1; r < n; r++)
            if (quad_abs(m[r * n + k]) * weight[r] >
                quad_abs(m[pivot * n + k]) * weight[pivot])
                pivot = r;
        if (m[pivot * n + k] == 0 || !quad_is_finite(m[pivot * n + k]))
            return false;
        if (pivot != k)
            swap_rows(lu, weight, k, pivot);
        for (int r = k + 1; r < n; r++) {
            if (m[r * n + k] == 0)
                continue;
            m[r * n + k] /= m[k * n + k];
            for (int c = k + 1; c < n; c++)
                m[r * n + c] -= m[r * n + k] * m[k * n + c];
        }
    }
    return true;
}

void quad_lu_solve(const struct quad_lu *lu, quad *x)
{
    const int n = lu->size;
    quad y[QUAD_LU_MOST] = {0};
    for (int r = 0; r < n; r++) {
        y[r] = x[lu->order[r]];
        for (int c = 0; c < r; c++)
            y[r] -= lu->matrix[r * n + c] * y[c];
    }
    for (int r = n - 1; r >= 0; r--) {
        for (int c = r + 1; c < n; c++)
            y[r] -= lu->matrix[r * n + c] * y[c];
        y[r] /= lu->matrix[r * n + r];
    }
    memcpy(x, y, (size_t)n * sizeof *x);
}

void quad_lu_solve_transposed(const struct quad_lu *lu, quad *x)
{
    const int n = lu->size;
    for (int r = 0; r < n; r++) {
        for (int c = 0; c < r; c++)
            x[r] -= lu->matrix[c * n + r] * x[c];
        x[r] /= lu->matrix[r * n + r];
    }
    for (int r = n - 1; r >= 0; r--)
        for (int c = r + 1; c < n; c++)
            x[r] -= lu->matrix[c * n + r] * x[c];
    quad y[QUAD_LU_MOST] = {0};
    for (int r = 0; r < n; r++)
        y[lu->order[r]] = x[r];
    memcpy(x, y, (size_t)n * sizeof *x);
}
