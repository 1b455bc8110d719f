/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/data_kernel.h"

#include "rules/rule_loops.h"

#include <math.h>

enum { LANES = RULE_LANES };

void ISA_NAME(data_add)(size_t n, const double *restrict x, const double *restrict e,
                        const uint32_t *restrict row, const double *restrict offset,
                        double *restrict sum)
{
    double miss[LANES];
    uint64_t from[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        miss[lane] = -e[row[lane]];
        from[lane] = (uint64_t)row[lane] * n;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            miss[lane] = fma(x[from[lane] + i], offset[i * LANES + lane], miss[lane]);
    for (size_t i = 0; i < n; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            sum[i * LANES + lane] =
                fma(x[from[lane] + i], miss[lane], sum[i * LANES + lane]);
}
