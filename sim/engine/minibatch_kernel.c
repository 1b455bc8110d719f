/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/minibatch_kernel.h"

#include "rules/rule_loops.h"

#include <math.h>

enum { LANES = RULE_LANES };

void ISA_NAME(minibatch_add)(size_t n, size_t examples, double residual_sd,
                             const double *restrict offset,
                             const double *restrict normal, double *restrict sum)
{
    for (size_t k = 0; k < examples; k++, normal += (n + 1) * LANES) {
        double miss[LANES];
        for (size_t lane = 0; lane < LANES; lane++)
            miss[lane] = -residual_sd * normal[n * LANES + lane];
        for (size_t i = 0; i < n; i++)
            for (size_t lane = 0; lane < LANES; lane++)
                miss[lane] =
                    fma(normal[i * LANES + lane], offset[i * LANES + lane], miss[lane]);
        for (size_t i = 0; i < n; i++)
            for (size_t lane = 0; lane < LANES; lane++)
                sum[i * LANES + lane] =
                    fma(normal[i * LANES + lane], miss[lane], sum[i * LANES + lane]);
    }
}
