/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/mean_square.h"

#include <stdlib.h>
#include <string.h>

enum { STATE = 1 + RULE_MAX_SLOTS };

static void step_at(const struct mean_square_run *run, struct mean_square_step *step)
{
    struct rule now = *run->rule;
    struct linear_system flat, curved;
    now.number[RULE_LR] *= schedule_factor(&now.schedule, run->t);
    now.schedule = (struct schedule){.kind = SCHEDULE_CONSTANT};
    run->system(&now, 0, &flat);
    run->system(&now, 1, &curved);
    *step = (struct mean_square_step){.dim = flat.dim};
    for (int r = 0; r < flat.dim; r++) {
        const int row = r * flat.dim;
        step->enter[r] = (double)(curved.e[row] - flat.e[row]);
        step->drift[r] = (double)flat.e[row];
        for (int c = 0; c < flat.dim; c++) {
            step->still[r][c] = (double)(flat.e[row + c] + (r == c ? 1 : 0));
            for (int k = 0; k < flat.samples; k++)
                step->push[r][c] += (double)(flat.b[k][r] * flat.b[k][c]);
        }
    }
}

/* The row of `second` that holds E s_r s_c, r <= c. */
static inline int row_of(int dim, int r, int c)
{
    return r * dim - r * (r + 1) / 2 + c;
}

/* E s s' <- A (E s s') A' + C_ii sum_k b_k b_k' for all modes; dim is a constant at
 * each call. */
__attribute__((always_inline)) static inline void
advance(struct mean_square_run *run, const struct mean_square_step *step, int dim)
{
    const size_t n = run->own.n;
    const double *restrict h = run->own.h;
    double *restrict second = run->second;
    const double level = run->own.residual + run->risk, per = 1 / run->own.batch;
    for (size_t i = 0; i < n; i++) {
        double a[STATE][STATE] = {{0}}, p[STATE][STATE] = {{0}},
               y[STATE][STATE] = {{0}};
        for (int r = 0; r < dim; r++)
            for (int c = r; c < dim; c++)
                p[r][c] = p[c][r] = second[(size_t)row_of(dim, r, c) * n + i];
        for (int r = 0; r < dim; r++)
            for (int c = 0; c < dim; c++)
                a[r][c] = step->still[r][c] + (c == 0 ? h[i] * step->enter[r] : 0);
        const double noise = h[i] * (level + h[i] * p[0][0]) * per;
        for (int r = 0; r < dim; r++)
            for (int c = 0; c < dim; c++) {
                double sum = 0;
                for (int k = 0; k < dim; k++)
                    sum += a[r][k] * p[k][c];
                y[r][c] = sum;
            }
        for (int r = 0; r < dim; r++)
            for (int c = r; c < dim; c++) {
                double sum = noise * step->push[r][c];
                for (int k = 0; k < dim; k++)
                    sum += y[r][k] * a[c][k];
                second[(size_t)row_of(dim, r, c) * n + i] = sum;
            }
    }
}

/* Adds what the drift d = drift theta* does: E s s' gains (A E s) d' + d (A E s)' + d
 * d', and E s becomes A E s + d. */
static void advance_mean(struct mean_square_run *run,
                         const struct mean_square_step *step)
{
    const size_t n = run->own.n;
    const int dim = step->dim;
    for (size_t i = 0; i < n; i++) {
        double moved[STATE], d[STATE];
        for (int r = 0; r < dim; r++) {
            moved[r] = run->own.h[i] * step->enter[r] * run->mean[i];
            for (int k = 0; k < dim; k++)
                moved[r] += step->still[r][k] * run->mean[(size_t)k * n + i];
            d[r] = step->drift[r] * run->theta_star[i];
        }
        for (int r = 0; r < dim; r++) {
            run->mean[(size_t)r * n + i] = moved[r] + d[r];
            for (int c = r; c < dim; c++)
                run->second[(size_t)row_of(dim, r, c) * n + i] +=
                    moved[r] * d[c] + d[r] * moved[c] + d[r] * d[c];
        }
    }
}

static double risk_of(const struct mean_square_run *run)
{
    double sum[4] = {0};
    const size_t n = run->own.n;
    for (size_t i = 0; i < n; i++)
        sum[i % 4] += run->own.h[i] * run->second[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void mean_square_run_step(struct mean_square_run *run)
{
    const struct mean_square_step *step = &run->step;
    if (run->rule->schedule.kind != SCHEDULE_CONSTANT)
        step_at(run, &run->step);
    if (run->own.examples) {
        example_moments_step(run, step);
        run->t++;
        run->risk = risk_of(run);
        return;
    }
    switch (step->dim) {
    case 1:
        advance(run, step, 1);
        break;
    case 2:
        advance(run, step, 2);
        break;
    case 3:
        advance(run, step, 3);
        break;
    default:
        advance(run, step, step->dim);
    }
    if (run->mean)
        advance_mean(run, step);
    run->t++;
    run->risk = risk_of(run);
}

int mean_square_run_init(struct mean_square_run *run, const struct mean_square *own,
                         const struct rule *rule, system_function *system,
                         const double *offset, const double *theta_star,
                         struct error *error)
{
    const size_t n = own->n;
    const int dim = 1 + rule->kind->slots;
    const size_t rows = (size_t)(own->examples ? dim * dim : dim * (dim + 1) / 2);
    const size_t size = mean_square_size(own);
    bool drifts = own->examples != NULL;
    for (size_t i = 0; theta_star && i < n; i++)
        drifts |= theta_star[i] != 0;
    *run = (struct mean_square_run){
        .own = *own,
        .rule = rule,
        .system = system,
        .dim = dim,
        .theta_star = theta_star,
        .second = calloc(rows * size + 1, sizeof(double)),
    };
    if (drifts)
        run->mean = calloc((size_t)dim * n + 1, sizeof *run->mean);
    if (own->examples)
        run->noise = calloc(size + 1, sizeof *run->noise);
    if (!run->second || (drifts && !run->mean) || (own->examples && !run->noise))
        return error_memory(error, "the second moments");
    for (size_t i = 0; i < n; i++) {
        run->second[i] = offset[i] * offset[i];
        for (size_t j = i + 1; own->examples && j < n; j++)
            run->second[example_moments_pair(n, i, j)] = offset[i] * offset[j];
    }
    if (run->mean)
        memcpy(run->mean, offset, n * sizeof *offset);
    run->risk = risk_of(run);
    step_at(run, &run->step);
    return STATUS_OK;
}

void mean_square_run_free(struct mean_square_run *run)
{
    free(run->second);
    free(run->mean);
    free(run->noise);
    run->second = run->mean = run->noise = NULL;
}
