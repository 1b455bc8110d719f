/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_lemma.h"

#include <math.h>
#include <stdlib.h>

/* A limit of f_0 - f* that excludes nothing: f* may be taken as low as the points ask
 * for, and values differ by less along so few steps with gradients of at most 1. */
static const double any_loss = 64;

/* The rows before the measure. */
static int add_first(struct worst_problem *problem, struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < problem->values; k++)
        status = worst_add_floor(problem, k, error);
    problem->measures = 1;
    return status == STATUS_OK ? worst_add_start(problem, any_loss, error) : status;
}

/* size (|u|^2 - 2 <u, v> + |v|^2), subtracted in the last row. */
static int subtract_square(struct worst_problem *problem, size_t u, size_t v,
                           double size, struct error *error)
{
    int status = worst_add_term(problem, u, u, -size, error);
    if (status == STATUS_OK)
        status = worst_add_term(problem, u, v, 2 * size, error);
    return status == STATUS_OK ? worst_add_term(problem, v, v, -size, error) : status;
}

/* z_N - theta_N = -eta0 sum_k beta^k {[beta - beta0 (1 - beta)] g_{N-1-2k} + beta
 * g_{N-2-2k}}, added to x; its size if all gradients are aligned. */
static double add_distance(const struct rule *rule, size_t steps, double *x)
{
    const double beta = pow(rule_parameter(rule, "beta1"), 2);
    const double beta0 = rule_parameter(rule, "beta0");
    double response;
    worst_response(rule, 0, 1, &response);
    /* The first step is -eta0 (1 + beta0) (1 - beta) times the gradient. */
    const double eta0 = -response / ((1 + beta0) * (1 - beta));
    const double weights[] = {beta - beta0 * (1 - beta), beta};
    double power = eta0, size = 0;
    for (size_t k = 0; k < steps; k++) {
        x[steps - 1 - k] -= power * weights[k % 2];
        size += power * fabs(weights[k % 2]);
        if (k % 2 == 1)
            power *= beta;
    }
    return size;
}

int worst_lemma_distance(const struct rule *rule, uint64_t steps,
                         struct worst_case *worst, struct error *error)
{
    struct worst_problem *problem = &worst->problem;
    const size_t n = (size_t)steps, z = n + 1;
    const struct worst_row measure = {.t_factor = 1};
    double *response = calloc(n + 1, sizeof *response);
    *worst = (struct worst_case){0};
    int status = worst_problem_init(problem, n + 2, false, 0, n + 2, -1, error);
    if (status == STATUS_OK && !response)
        status = error_memory(error, "a worst case");
    if (status != STATUS_OK)
        goto out;
    worst_response(rule, 0, steps, response);
    for (size_t k = 0; k <= z; k++) {
        worst_symbol(problem, problem->points + k)[k] = 1;
        for (size_t t = 0; t < (k == z ? n : k); t++)
            worst_symbol(problem, k)[t] = response[(k == z ? n : k) - 1 - t];
    }
    const double distance = add_distance(rule, n, worst_symbol(problem, z));
    problem->unit = distance > 0 ? exp2(-round(2 * log2(distance))) : 1;
    status = add_first(problem, error);
    if (status == STATUS_OK)
        status = worst_add_row(problem, &measure, error);
    if (status == STATUS_OK)
        status = subtract_square(problem, problem->points + z, problem->points + n,
                                 problem->unit, error);
    for (size_t k = 0; status == STATUS_OK && k <= z; k++)
        status = worst_add_norm(problem, problem->points + k, 1, error);
    if (status == STATUS_OK)
        status = worst_add_pairs(problem, error);
    if (status == STATUS_OK)
        status = worst_case_reserve(worst, 1, true, error);
    if (status == STATUS_OK)
        status = worst_case_solve(worst, error);
out:
    free(response);
    return status;
}

int worst_lemma_descent(double eta0, struct worst_case *worst, struct error *error)
{
    enum { BEFORE, AFTER, GRADIENT_BEFORE, GRADIENT_AFTER, STEP };
    struct worst_problem *problem = &worst->problem;
    *worst = (struct worst_case){0};
    int status = worst_problem_init(problem, 2, false, 1, 3, -1, error);
    if (status != STATUS_OK)
        return status;
    const double scale = worst_pair_scale(problem);
    const struct worst_row measure = {
        .value = {AFTER, BEFORE}, .factor = {-scale, scale}, .t_factor = 1};
    /* The basis is grad f(z), grad f(z') and g. */
    for (size_t k = 0; k < 3; k++)
        worst_symbol(problem, GRADIENT_BEFORE + k)[k] = 1;
    worst_symbol(problem, AFTER)[2] = -eta0;
    problem->unit = scale;
    status = add_first(problem, error);
    if (status == STATUS_OK)
        status = worst_add_row(problem, &measure, error);
    if (status == STATUS_OK)
        status = worst_add_term(problem, STEP, STEP, -scale * eta0, error);
    /* + |grad f(z) - g|^2/2 */
    if (status == STATUS_OK)
        status = subtract_square(problem, GRADIENT_BEFORE, STEP, -scale / 2, error);
    if (status == STATUS_OK)
        status = worst_add_norm(problem, STEP, 1, error);
    if (status == STATUS_OK)
        status = worst_add_pairs(problem, error);
    if (status == STATUS_OK)
        status = worst_case_reserve(worst, 1, false, error);
    return status == STATUS_OK ? worst_case_solve(worst, error) : status;
}
