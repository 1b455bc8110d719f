/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/trajectory.h"

#include "base/interrupt.h"
#include "theory/theory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int trajectory_init(struct trajectory *pnm, long steps, size_t n,
                           struct error *error)
{
    const size_t points = (size_t)steps * n;
    pnm->steps = steps;
    pnm->n = n;
    pnm->theta = calloc(3 * points + n, sizeof *pnm->theta);
    if (!pnm->theta)
        return error_memory(error, "a trajectory");
    pnm->m = pnm->theta + points + n;
    pnm->g = pnm->m + points;
    return STATUS_OK;
}

void trajectory_free(struct trajectory *pnm)
{
    free(pnm->theta);
    *pnm = (struct trajectory){0};
}

static int trajectory_of(const struct descent *descent, uint64_t steps,
                         struct trajectory *pnm, struct error *error)
{
    const struct rule *rule = descent->rule;
    *pnm = (struct trajectory){
        .beta = pow(rule_parameter(rule, "beta1"), 2),
        .beta0 = rule_parameter(rule, "beta0"),
        .eta0 = theory_normalized_lr(rule),
    };
    return trajectory_init(pnm, (long)steps, descent->loss->n, error);
}

int trajectory_measured(const struct descent *descent, uint64_t chain, uint64_t steps,
                        struct trajectory *pnm, struct error *error)
{
    struct descent_record record = {.theta = NULL};
    const size_t n = descent->loss->n, points = (size_t)steps * n;
    int status = trajectory_of(descent, steps, pnm, error);
    if (status == STATUS_OK)
        status = descent_record(descent, chain, steps, &record, error);
    if (status == STATUS_OK) {
        memcpy(pnm->theta, record.theta, (points + n) * sizeof *pnm->theta);
        memcpy(pnm->g, record.sample, points * sizeof *pnm->g);
        /* The rule's slot 0 before step t + 1 is m_t. */
        for (size_t t = 0; t < steps; t++)
            memcpy(pnm->m + t * n, record.slot + (t + 1) * record.slots * n,
                   n * sizeof *pnm->m);
    }
    descent_record_free(&record);
    return status;
}

static void observe_unit(void *context, uint64_t t, const struct descent_block *block)
{
    struct trajectory *pnm = context;
    for (size_t lane = 0; lane < LOSS_LANES; lane++) {
        struct trajectory *own = &pnm[lane];
        for (size_t i = 0; i < own->n; i++) {
            const size_t k = (size_t)t * own->n + i, at = i * LOSS_LANES + lane;
            own->theta[k] = block->theta[at];
            if (t > 0)
                own->m[k - own->n] = block->slot[at];
            if ((long)t < own->steps)
                own->g[k] = block->sample[at];
        }
    }
}

int trajectory_measured_unit(const struct descent *descent, uint64_t unit,
                             uint64_t steps, struct trajectory *pnm,
                             struct error *error)
{
    int status = STATUS_OK;
    for (size_t lane = 0; lane < LOSS_LANES; lane++)
        pnm[lane] = (struct trajectory){0};
    for (size_t lane = 0; status == STATUS_OK && lane < LOSS_LANES; lane++)
        status = trajectory_of(descent, steps, &pnm[lane], error);
    if (status == STATUS_OK)
        status = descent_unit(descent, unit, steps, observe_unit, pnm, error);
    if (status == STATUS_OK)
        status = interrupt_check(error);
    return status;
}

double trajectory_m(const struct trajectory *pnm, long t, size_t i)
{
    return t < 0 ? 0 : pnm->m[(size_t)t * pnm->n + i];
}

/* Computes m_t and theta_{t+1} by Algorithm 2 for given g_t. */
static void written_step(struct trajectory *pnm, long t)
{
    const double beta = pnm->beta, beta0 = pnm->beta0;
    for (size_t i = 0; i < pnm->n; i++) {
        const size_t k = (size_t)t * pnm->n + i;
        pnm->m[k] = beta * trajectory_m(pnm, t - 2, i) + (1 - beta) * pnm->g[k];
        pnm->theta[k + pnm->n] =
            pnm->theta[k] -
            pnm->eta0 * ((1 + beta0) * pnm->m[k] - beta0 * trajectory_m(pnm, t - 1, i));
    }
}

int trajectory_written(const struct trajectory *from, struct trajectory *pnm,
                       struct error *error)
{
    *pnm = *from;
    const int status = trajectory_init(pnm, from->steps, from->n, error);
    if (status != STATUS_OK)
        return status;
    memcpy(pnm->theta, from->theta, from->n * sizeof *pnm->theta);
    memcpy(pnm->g, from->g, (size_t)from->steps * from->n * sizeof *pnm->g);
    for (long t = 0; t < pnm->steps; t++)
        written_step(pnm, t);
    return STATUS_OK;
}

int trajectory_noiseless(const struct descent *descent, uint64_t steps,
                         struct trajectory *pnm, struct error *error)
{
    const size_t n = descent->loss->n;
    int status = trajectory_of(descent, steps, pnm, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        pnm->theta[i] = descent->start;
    for (size_t t = 0; status == STATUS_OK && t < steps; t++) {
        status = interrupt_check(error);
        descent->loss->kind->evaluate_one(descent->loss, pnm->theta + t * n,
                                          pnm->g + t * n);
        written_step(pnm, (long)t);
    }
    return status;
}

double trajectory_x(const struct trajectory *pnm, enum x_form form, long t, size_t i)
{
    const double theta = pnm->theta[(size_t)(t < 0 ? 0 : t) * pnm->n + i];
    const double shift = pnm->beta0 * trajectory_m(pnm, t - 1, i);
    switch (form) {
    case X_MAIN_TEXT:
        return theta - shift;
    case X_APPENDIX:
        return theta - pnm->eta0 * shift;
    default:
        return theta + pnm->eta0 * shift;
    }
}

double trajectory_z(const struct trajectory *pnm, enum x_form form, long t, size_t i)
{
    return (trajectory_x(pnm, form, t, i) -
            pnm->beta * trajectory_x(pnm, form, t - 2, i)) /
           (1 - pnm->beta);
}
