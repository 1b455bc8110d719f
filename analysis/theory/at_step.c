/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/at_step.h"

#include "base/quad_matrix.h"

#include <math.h>
#include <string.h>

/* The map of 2^k steps is (power, part); maps of different numbers of steps commute. */
void at_step_move(const struct linear_system *system, const quad *d, uint64_t t,
                  quad *state)
{
    const int n = system->dim;
    quad power[LINEAR_SIZE] = {0}, part[LINEAR_STATE] = {0}, next[LINEAR_SIZE];
    for (int k = 0; k < n * n; k++)
        power[k] = system->e[k] + (k % (n + 1) == 0);
    memcpy(part, d, (size_t)n * sizeof *part);
    for (; t > 0; t >>= 1) {
        if (t & 1) {
            quad_matrix_multiply(n, 1, power, state, next);
            for (int k = 0; k < n; k++)
                state[k] = next[k] + part[k];
        }
        quad_matrix_multiply(n, 1, power, part, next);
        for (int k = 0; k < n; k++)
            part[k] += next[k];
        quad_matrix_multiply(n, n, power, power, next);
        memcpy(power, next, sizeof power);
    }
}

/* At theta* nothing pulls but the decay, as at curvature 0. */
bool at_step_drift(const struct rule *rule, double theta_star, quad *d)
{
    struct linear_system flat;
    memset(d, 0, LINEAR_STATE * sizeof *d);
    if (theta_star == 0 || (theory_find(rule->kind->name) && rule->decay.lambda == 0))
        return false;
    theory_system(rule, 0, &flat);
    for (int row = 0; row < flat.dim; row++)
        d[row] = flat.e[row * flat.dim] * theta_star;
    return true;
}

enum exact_source at_step_law(const struct rule *rule, const struct at_step *at,
                              double *mean, double *covariance)
{
    struct linear_system i, j;
    quad d[LINEAR_STATE], moved[LINEAR_STATE] = {0};
    const enum exact_source source = theory_system(rule, at->h_i, &i);
    theory_system(rule, at->h_j, &j);
    linear_system_at(&i, &j, at->c, at->offset, at->step, mean, covariance);
    if (!at_step_drift(rule, at->theta_star, d))
        return source;
    at_step_move(&i, d, at->step, moved);
    *mean += (double)moved[0];
    return source;
}
