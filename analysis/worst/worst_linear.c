/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_linear.h"

#include <math.h>
#include <stdlib.h>

wide *worst_linear_zeros(size_t count)
{
    return calloc(count > 0 ? count : 1, sizeof(wide));
}

wide worst_linear_dot(const wide *a, const wide *b, size_t count)
{
    wide s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    size_t k = 0;
    for (; k + 4 <= count; k += 4) {
        s0 += a[k] * b[k];
        s1 += a[k + 1] * b[k + 1];
        s2 += a[k + 2] * b[k + 2];
        s3 += a[k + 3] * b[k + 3];
    }
    for (; k < count; k++)
        s0 += a[k] * b[k];
    return (s0 + s1) + (s2 + s3);
}

void worst_linear_multiply(const wide *a, const wide *b, size_t n, wide *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            out[i * n + j] = worst_linear_dot(a + i * n, b + j * n, n);
}

void worst_linear_congruence(const wide *t, const wide *a, size_t rows, size_t n,
                             wide *half, wide *out)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++)
            half[i * n + j] = worst_linear_dot(t + i * n, a + j * n, n);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j <= i; j++)
            out[i * rows + j] = out[j * rows + i] =
                worst_linear_dot(half + i * n, t + j * n, n);
}

bool worst_linear_factor(wide *a, size_t n, bool mend)
{
    for (size_t i = 0; i < n; i++) {
        const wide before = a[i * n + i];
        for (size_t j = 0; j < i; j++)
            a[i * n + j] = (a[i * n + j] - worst_linear_dot(a + i * n, a + j * n, j)) /
                           a[j * n + j];
        wide pivot = before - worst_linear_dot(a + i * n, a + i * n, i);
        if (!(pivot > (mend ? before * 1e-19L : 0))) {
            if (!mend)
                return false;
            pivot = 1e300L;
        }
        a[i * n + i] = sqrtl(pivot);
    }
    return true;
}

void worst_linear_solve(const wide *l, size_t n, wide *b)
{
    for (size_t i = 0; i < n; i++)
        b[i] = (b[i] - worst_linear_dot(l + i * n, b, i)) / l[i * n + i];
    for (size_t i = n; i-- > 0;) {
        b[i] /= l[i * n + i];
        for (size_t j = 0; j < i; j++)
            b[j] -= l[i * n + j] * b[i];
    }
}

bool worst_linear_is_inside(const wide *a, const wide *b, wide share, size_t n,
                            wide *work)
{
    for (size_t k = 0; k < n * n; k++)
        work[k] = a[k] + share * b[k];
    return worst_linear_factor(work, n, false);
}
