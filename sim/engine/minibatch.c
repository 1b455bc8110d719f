/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/minibatch.h"

#include "base/interrupt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mean_square minibatch_setting(const struct problem *problem)
{
    return (struct mean_square){.n = problem->n,
                                .h = problem->h,
                                .batch = (double)problem->examples,
                                .residual = problem->residual,
                                .examples = problem_moments(problem)};
}

static int unit_by(const struct linear_system *own, const struct linear_system *other,
                   double *unit, struct error *error)
{
    double q[LINEAR_SIZE], s[LINEAR_SIZE];
    linear_system_noise(own, other, 1, q);
    const int status = linear_system_stationary(own, other, q, s, error);
    *unit = s[0];
    return status;
}

static int unit_of(const struct rule *rule, double h_i, double h_j, double *unit,
                   struct error *error)
{
    struct linear_system own, other;
    linear_system_probe(rule, h_i, &own);
    linear_system_probe(rule, h_j, &other);
    return unit_by(&own, &other, unit, error);
}

/* --- the limit -------------------------------------------------------------------- */

/* The rates at which the rule is stable without noise, in all modes. */
static int stable_rates(const struct rule *rule, const struct problem *problem,
                        struct interval *stable, struct error *error)
{
    struct stable_set all = {.count = 1, .interval = {{0, INFINITY}}};
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && all.count > 0 && i < problem->n; i++) {
        struct mode mode;
        struct stable_set own;
        mode_init(&mode, rule, problem->h[i], linear_system_probe);
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = stable_set_of(&mode, &own, error);
        if (status == STATUS_OK)
            status = stable_set_intersect(&all, &own, error);
    }
    *stable = stable_set_around(&all, rule->number[RULE_LR]);
    return status;
}

static int refuse(const struct rule *rule, const struct problem *problem, double gain,
                  struct error *error)
{
    const struct mean_square setting = minibatch_setting(problem);
    struct text parameters = {0};
    struct interval stable;
    double limit = 0;
    int status = stable_rates(rule, problem, &stable, error);
    if (status == STATUS_OK)
        status = mean_square_limit(&setting, rule, unit_of, stable, &limit, error);
    if (status != STATUS_OK)
        return status;
    char why[80] = "it is unstable without noise";
    if (isfinite(gain))
        snprintf(why, sizeof why,
                 "the noise of minibatches feeds itself with gain %.4g, allowed is < 1",
                 gain);
    rule_describe(rule, &parameters);
    error_write_about(error, "lr",
                      "%g is unstable in mean square for %s with %s at batch %zu (%s): "
                      "at these other parameters second moments stay bounded for "
                      "learning rates below %.6g, and without noise theta converges "
                      "below %.6g; allow-divergence with replicas and steps runs it "
                      "nevertheless",
                      rule->number[RULE_LR], rule->kind->name, text_get(&parameters),
                      problem->examples, why, limit, stable.to);
    text_free(&parameters);
    return STATUS_USAGE;
}

int minibatch_check(const struct sampling *sampling, const struct rule *rule,
                    const struct problem *problem, const struct linear_system *systems,
                    double *margins, struct error *error)
{
    const struct mean_square setting = minibatch_setting(problem);
    const size_t n = problem->n;
    double *unit = calloc(mean_square_size(&setting), sizeof *unit), gain = INFINITY;
    bool stable = true;
    int status = unit ? STATUS_OK : error_memory(error, "the modes");
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        stable = stable && margins[i] > 0;
        status = interrupt_check(error);
        if (status == STATUS_OK && stable)
            status = unit_by(&systems[i], &systems[i], &unit[i], error);
        for (size_t j = 0; setting.examples && stable && status == STATUS_OK && j < i;
             j++)
            status = unit_by(&systems[j], &systems[i],
                             &unit[example_moments_pair(n, j, i)], error);
    }
    if (status == STATUS_OK && stable)
        status = mean_square_gain(&setting, unit, &gain, error);
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 0; stable && !(gain < 1) && i < n; i++)
        margins[i] = fmin(margins[i], 1 - gain);
    if (!(gain < 1) && !sampling->allow_divergence)
        status = refuse(rule, problem, gain, error);
out:
    free(unit);
    return status;
}

/* --- the stationary noise and the start ------------------------------------------- */

int minibatch_noise(const struct rule *rule, const struct problem *problem,
                    const double *mean, double *noise, struct error *error)
{
    const struct mean_square setting = minibatch_setting(problem);
    const size_t n = problem->n;
    const size_t size = mean_square_size(&setting);
    double *unit = malloc((2 * size + n) * sizeof *unit), total;
    if (!unit)
        return error_memory(error, "the modes");
    double *all = unit + size, *moved = all + size;
    int status = mean_square_units(&setting, rule, unit_of, unit, error);
    for (size_t i = 0; i < n; i++)
        moved[i] = mean[i] - problem->theta_star[i];
    if (status == STATUS_OK)
        status = mean_square_noise(&setting, unit, moved, all, &total, error);
    memcpy(noise, all, n * sizeof *noise);
    free(unit);
    return status;
}

uint64_t minibatch_longest(const struct problem *problem)
{
    const struct example_moments *moments = problem_moments(problem);
    const uint64_t most = UINT64_C(1) << 22, work = UINT64_C(1) << 31;
    const uint64_t numbers =
        moments ? problem->n + moments->pairs * moments->pairs / 8 : problem->n;
    return numbers > work / most ? work / numbers : most;
}

/* E (theta_i - mean_i)^2 - variance_i. */
static double difference(const struct mean_square_run *run, size_t i, double moved,
                         double variance)
{
    const double mean = run->mean ? run->mean[i] : 0;
    return run->second[i] - moved * (2 * mean - moved) - variance;
}

int minibatch_burn_in(const struct rule *rule, const struct problem *problem,
                      system_function *system, const double *mean,
                      const double *variance, const double *tolerance, uint64_t given,
                      uint64_t *burn_in, double *left, struct error *error)
{
    enum { FEWEST = 16 };
    const struct mean_square setting = minibatch_setting(problem);
    const size_t n = problem->n;
    struct mean_square_run run = {.second = NULL};
    uint64_t from = given == PLAN_AUTO ? 1 : given;
    double *offset = malloc(2 * n * sizeof *offset);
    if (!offset)
        return error_memory(error, "the modes");
    double *moved = offset + n;
    for (size_t i = 0; i < n; i++) {
        offset[i] = problem->start[i] - problem->theta_star[i];
        moved[i] = mean[i] - problem->theta_star[i];
        left[i] = 0;
    }
    int status = mean_square_run_init(&run, &setting, rule, system, offset,
                                      problem->theta_star, error);
    while (status == STATUS_OK && run.t / 2 < from + FEWEST / 2 &&
           run.t < minibatch_longest(problem)) {
        mean_square_run_step(&run);
        bool late = false;
        for (size_t i = 0; i < n; i++) {
            const double own = fabs(difference(&run, i, moved[i], variance[i]));
            left[i] = run.t > from ? fmax(left[i], own) : own;
            late |= !(own <= tolerance[i]);
        }
        if (late && given == PLAN_AUTO) {
            from = run.t + 1;
            for (size_t i = 0; i < n; i++)
                left[i] = 0;
        }
        if (run.t % 64 == 0)
            status = interrupt_check(error);
    }
    *burn_in = given == PLAN_AUTO && run.t / 2 < from + FEWEST / 2 ? UINT64_MAX : from;
    mean_square_run_free(&run);
    free(offset);
    return status;
}
