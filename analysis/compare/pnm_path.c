#include "compare/pnm_path.h"

#include "base/interrupt.h"
#include "theory/theory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int path_init(struct pnm_path *path, long steps, size_t n, struct error *error)
{
    const size_t points = (size_t)steps * n;
    path->steps = steps;
    path->n = n;
    path->theta = calloc(3 * points + n, sizeof *path->theta);
    if (!path->theta)
        return error_memory(error, "a path");
    path->m = path->theta + points + n;
    path->g = path->m + points;
    return STATUS_OK;
}

void pnm_path_free(struct pnm_path *path)
{
    free(path->theta);
    *path = (struct pnm_path){0};
}

static int path_of(const struct descent *descent, uint64_t steps, struct pnm_path *path,
                   struct error *error)
{
    const struct rule *rule = descent->rule;
    *path = (struct pnm_path){
        .beta = pow(rule_parameter(rule, "beta1"), 2),
        .beta0 = rule_parameter(rule, "beta0"),
        .eta0 = theory_normalized_lr(rule),
    };
    return path_init(path, (long)steps, descent->loss->n, error);
}

int pnm_path_measured(const struct descent *descent, uint64_t replica, uint64_t steps,
                      struct pnm_path *path, struct error *error)
{
    struct descent_record record = {.theta = NULL};
    const size_t n = descent->loss->n, points = (size_t)steps * n;
    int status = path_of(descent, steps, path, error);
    if (status == STATUS_OK)
        status = descent_record(descent, replica, steps, &record, error);
    if (status == STATUS_OK) {
        memcpy(path->theta, record.theta, (points + n) * sizeof *path->theta);
        memcpy(path->g, record.sample, points * sizeof *path->g);
        /* The rule's slot 0 before step t + 1 is m_t. */
        for (size_t t = 0; t < steps; t++)
            memcpy(path->m + t * n, record.slot + (t + 1) * record.slots * n,
                   n * sizeof *path->m);
    }
    descent_record_free(&record);
    return status;
}

double pnm_path_m(const struct pnm_path *path, long t, size_t i)
{
    return t < 0 ? 0 : path->m[(size_t)t * path->n + i];
}

/* Step t of Algorithm 2 for given g_t: m_t and theta_{t+1}. */
static void written_step(struct pnm_path *path, long t)
{
    const double beta = path->beta, beta0 = path->beta0;
    for (size_t i = 0; i < path->n; i++) {
        const size_t k = (size_t)t * path->n + i;
        path->m[k] = beta * pnm_path_m(path, t - 2, i) + (1 - beta) * path->g[k];
        path->theta[k + path->n] =
            path->theta[k] - path->eta0 * ((1 + beta0) * path->m[k] -
                                           beta0 * pnm_path_m(path, t - 1, i));
    }
}

int pnm_path_written(const struct pnm_path *from, struct pnm_path *path,
                     struct error *error)
{
    *path = *from;
    const int status = path_init(path, from->steps, from->n, error);
    if (status != STATUS_OK)
        return status;
    memcpy(path->theta, from->theta, from->n * sizeof *path->theta);
    memcpy(path->g, from->g, (size_t)from->steps * from->n * sizeof *path->g);
    for (long t = 0; t < path->steps; t++)
        written_step(path, t);
    return STATUS_OK;
}

int pnm_path_noiseless(const struct descent *descent, uint64_t steps,
                       struct pnm_path *path, struct error *error)
{
    const size_t n = descent->loss->n;
    int status = path_of(descent, steps, path, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        path->theta[i] = descent->start;
    for (size_t t = 0; status == STATUS_OK && t < steps; t++) {
        if (interrupt_pending())
            status = error_set(error, STATUS_INTERRUPTED, "interrupted");
        descent->loss->kind->evaluate_one(descent->loss, path->theta + t * n,
                                          path->g + t * n);
        written_step(path, (long)t);
    }
    return status;
}

double pnm_path_x(const struct pnm_path *path, enum x_form form, long t, size_t i)
{
    const double theta = path->theta[(size_t)(t < 0 ? 0 : t) * path->n + i];
    const double shift = path->beta0 * pnm_path_m(path, t - 1, i);
    switch (form) {
    case X_MAIN_TEXT:
        return theta - shift;
    case X_APPENDIX:
        return theta - path->eta0 * shift;
    default:
        return theta + path->eta0 * shift;
    }
}

double pnm_path_z(const struct pnm_path *path, enum x_form form, long t, size_t i)
{
    return (pnm_path_x(path, form, t, i) -
            path->beta * pnm_path_x(path, form, t - 2, i)) /
           (1 - path->beta);
}
