/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_setting.h"

#include "rules/linear_system.h"
#include "rules/rule_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A bound exists: a function may be far from its minimum however little its loss is. */
static int check_bounded(const struct worst_setting *setting, struct error *error)
{
    if (setting->measure == WORST_DISTANCE && setting->given == WORST_GIVEN_LOSS &&
        setting->class != WORST_STRONGLY_CONVEX)
        return error_about(error, STATUS_USAGE, "measure",
                           "the distance is unbounded: a function of this class may be "
                           "flat, so that a loss of 1 says nothing of the distance; "
                           "allowed is a start at a given distance, or a strongly "
                           "convex class");
    return STATUS_OK;
}

int worst_setting_check(const struct worst_setting *setting, struct error *error)
{
    const struct rule *rule = setting->rule;
    int status = rule_check_linear(rule, 1, "worst case", error);
    if (status == STATUS_OK)
        status = rule_check_constant(rule, 1, "worst case", error);
    if (status == STATUS_OK)
        status = rule_check_gradients(rule, 1, "the worst case", error);
    if (status == STATUS_OK)
        status = rule_check_sampled(rule, 1, "the worst case", error);
    if (status == STATUS_OK && rule->decay.lambda != 0)
        status =
            error_about(error, STATUS_USAGE, "weight-decay",
                        "%g pulls theta to 0, so that a worst case would depend on "
                        "where 0 is; allowed here is 0",
                        rule->decay.lambda);
    if (status == STATUS_OK && rule->kind->from_file &&
        matrices_are_pulled(&rule->matrices))
        status = error_about(error, STATUS_USAGE, "system",
                             "theta itself moves the state, so that a worst case would "
                             "depend on where 0 is; allowed here is a first column of "
                             "A0 of 1, 0, ...");
    return status == STATUS_OK ? check_bounded(setting, error) : status;
}

/* value[k] = theta after k noiseless steps from the state s. */
static void follow(const struct linear_system *system, quad *s, uint64_t count,
                   double *value)
{
    const int dim = system->dim;
    quad next[LINEAR_STATE] = {0};
    for (uint64_t k = 0; k < count; k++) {
        value[k] = (double)s[0];
        for (int i = 0; i < dim; i++) {
            next[i] = s[i];
            for (int j = 0; j < dim; j++)
                next[i] += system->e[i * dim + j] * s[j];
        }
        memcpy(s, next, sizeof next);
    }
}

void worst_response(const struct rule *rule, double curvature, uint64_t steps,
                    double *response)
{
    struct linear_system system;
    quad s[LINEAR_STATE] = {0};
    linear_system_probe(rule, curvature, &system);
    for (int k = 0; k < system.samples; k++)
        for (int i = 0; i < system.dim; i++)
            s[i] += system.b[k][i];
    follow(&system, s, steps, response);
}

/* decay[k], k = 0 .. N, is theta_k after theta_0 = 1 on a quadratic. */
static void set_decay(const struct rule *rule, double curvature, uint64_t steps,
                      double *decay)
{
    struct linear_system system;
    quad s[LINEAR_STATE] = {1};
    linear_system_probe(rule, curvature, &system);
    follow(&system, s, steps + 1, decay);
}

/* With gradients and positions divided by the root of what is given at the start, and
 * L = 1: f = L d f~ and x = sqrt(d) x~, where d is |x|^2, or the loss divided by L. */
double worst_setting_scale(const struct worst_setting *setting)
{
    const double l = setting->smoothness;
    const double d = setting->given == WORST_GIVEN_DISTANCE ? 1 : 1 / l;
    switch (setting->measure) {
    case WORST_DISTANCE:
        return d;
    case WORST_LAST_LOSS:
        return l * d;
    default:
        return l * l * d;
    }
}

static double lowest_curvature(const struct worst_setting *setting)
{
    switch (setting->class) {
    case WORST_SMOOTH:
        return -1;
    case WORST_CONVEX:
        return 0;
    default:
        return setting->mu / setting->smoothness;
    }
}

static bool has_star(const struct worst_setting *setting)
{
    return setting->class == WORST_STRONGLY_CONVEX ||
           setting->given == WORST_GIVEN_DISTANCE || setting->measure == WORST_DISTANCE;
}

/* How the points follow from the basis: theta_k = decay[k] theta_0 + sum_{t<k}
 * response[k-1-t] s_t. */
struct path {
    double curvature; /* mu of a strongly convex class, or 0 */
    double *decay, *response;
};

/* The basis is s_k = grad f(theta_k) - mu theta_k for k = 0 .. N, which is small where
 * f is nearly a quadratic, and, with x*, theta_anchor: without mu that of the two ends
 * which is typically nearer to x*, so that no point is a small difference of large
 * vectors. */
static void set_symbols(struct worst_problem *problem, size_t steps, size_t anchor,
                        const struct path *path, double smoothness)
{
    const size_t n = problem->basis;
    for (size_t k = 0; k <= steps; k++) {
        double *x = worst_symbol(problem, k);
        double *g = worst_symbol(problem, problem->points + k);
        if (problem->star)
            x[steps + 1] = path->decay[k] / path->decay[anchor];
        for (size_t t = 0; t < k; t++)
            x[t] = path->response[k - 1 - t] * smoothness;
        for (size_t t = 0; problem->star && t < anchor; t++)
            x[t] -= path->response[anchor - 1 - t] * smoothness;
        for (size_t i = 0; i < n; i++)
            g[i] = path->curvature / smoothness * x[i];
        g[k] += 1;
    }
}

/* The quantity that is measured at point k, as row t - size quantity <= 0. */
static int add_measure(struct worst_problem *problem,
                       const struct worst_setting *setting, size_t k, double size,
                       struct error *error)
{
    struct worst_row row = {.t_factor = 1};
    const size_t symbol = setting->measure == WORST_DISTANCE ? k : problem->points + k;
    problem->measures++;
    if (setting->measure != WORST_LAST_LOSS) {
        const int status = worst_add_row(problem, &row, error);
        return status == STATUS_OK
                   ? worst_add_term(problem, symbol, symbol, -size, error)
                   : status;
    }
    row.value[0] = k;
    row.factor[0] = -worst_pair_scale(problem);
    return worst_add_row(problem, &row, error);
}

/* The limit of |grad f|^2 in the problem's units. */
static double gradient_limit(const struct worst_setting *setting)
{
    const double l = setting->smoothness;
    return setting->gradient * setting->gradient /
           (setting->given == WORST_GIVEN_DISTANCE ? l * l : l);
}

static void enlarge(double *size, double to)
{
    *size = fmax(*size, fabs(to));
}

enum { CURVATURES = 24 }; /* from 1 down to the lowest */

/* The sizes of typical chains. */
struct sizes {
    double first, last; /* of theta_0 and theta_N */
    double measured;
};

/* Sets the sizes of the problem's vectors and values, and the others, to the largest
 * ones over functions f = h x^2/2. s holds a chain's s_k. */
static void set_sizes(const struct worst_setting *setting, const struct path *path,
                      struct worst_problem *problem, double *s, struct sizes *sizes)
{
    const size_t steps = (size_t)setting->steps;
    for (size_t k = 0; k <= steps; k++)
        problem->vector_size[k] = problem->value_size[k] = 0;
    *sizes = (struct sizes){0};
    const double lowest = fmax(problem->lowest, 0x1p-10);
    for (int i = 0; i <= CURVATURES; i++) {
        const double h = pow(lowest, (double)i / CURVATURES);
        const double start = setting->given == WORST_GIVEN_LOSS ? sqrt(2 / h) : 1;
        double x = start, least = INFINITY;
        for (size_t k = 0; k <= steps; k++) {
            x = path->decay[k] * start;
            for (size_t t = 0; t < k; t++)
                x += path->response[k - 1 - t] * setting->smoothness * s[t];
            s[k] = (h - path->curvature / setting->smoothness) * x;
            least = fmin(least, h * h * x * x);
            enlarge(&problem->vector_size[k], s[k]);
            enlarge(&problem->value_size[k], h * x * x / 2);
        }
        const double own[] = {
            [WORST_MIN_GRADIENT] = least,
            [WORST_LAST_GRADIENT] = h * h * x * x,
            [WORST_LAST_LOSS] = h * x * x / 2,
            [WORST_DISTANCE] = x * x,
        };
        enlarge(&sizes->measured, own[setting->measure]);
        enlarge(&sizes->first, start);
        enlarge(&sizes->last, x);
    }
}

/* Sizes that a solver may divide by. */
static void limit_sizes(double *size, size_t count)
{
    for (size_t k = 0; k < count; k++)
        size[k] = fmin(fmax(size[k], 1e-100), 1e100);
}

/* A power of two that makes the measured quantity a number near 1. */
static double measure_size(double measured)
{
    return exp2(-round(log2(fmin(fmax(measured, 1e-100), 1e100))));
}

static int add_rows(struct worst_problem *problem, const struct worst_setting *setting,
                    double size, struct error *error)
{
    const size_t n = problem->values;
    const bool all = setting->measure == WORST_MIN_GRADIENT;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < n; k++)
        status = problem->star && problem->lowest >= 0
                     ? worst_add_pair(problem, k, n, error)
                     : worst_add_floor(problem, k, error);
    if (status == STATUS_OK)
        status = setting->given == WORST_GIVEN_LOSS
                     ? worst_add_start(problem, 1, error)
                     : worst_add_norm(problem, 0, 1, error);
    for (size_t k = all ? 0 : n - 1; status == STATUS_OK && k < n; k++)
        status = add_measure(problem, setting, k, size, error);
    for (size_t k = 0; status == STATUS_OK && setting->gradient > 0 && k < n; k++)
        status = worst_add_norm(problem, problem->points + k, gradient_limit(setting),
                                error);
    return status == STATUS_OK ? worst_add_pairs(problem, error) : status;
}

int worst_setting_problem(const struct worst_setting *setting,
                          struct worst_problem *problem, struct error *error)
{
    const size_t steps = (size_t)setting->steps;
    const bool star = has_star(setting);
    double *room = calloc(3 * (steps + 1), sizeof *room);
    const struct path path = {
        .curvature = setting->class == WORST_STRONGLY_CONVEX ? setting->mu : 0,
        .decay = room,
        .response = room ? room + steps + 1 : NULL,
    };
    struct sizes sizes;
    int status = worst_problem_init(problem, steps + 1 + star, star, 0,
                                    steps + 1 + star, lowest_curvature(setting), error);
    if (status == STATUS_OK && !room)
        status = error_memory(error, "a worst case");
    if (status == STATUS_OK) {
        worst_response(setting->rule, path.curvature, setting->steps, path.response);
        set_decay(setting->rule, path.curvature, setting->steps, path.decay);
        set_sizes(setting, &path, problem, room + 2 * (steps + 1), &sizes);
        const bool last = path.curvature == 0 && sizes.last < sizes.first;
        const size_t anchor = last ? steps : 0;
        set_symbols(problem, steps, anchor, &path, setting->smoothness);
        if (star)
            problem->vector_size[steps + 1] = last ? sizes.last : sizes.first;
        limit_sizes(problem->vector_size, problem->basis);
        limit_sizes(problem->value_size, problem->values);
        const double size = measure_size(sizes.measured);
        problem->unit =
            setting->measure == WORST_LAST_LOSS ? worst_pair_scale(problem) : size;
        status = add_rows(problem, setting, size, error);
    }
    free(room);
    return status;
}
