/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/sampling.h"

#include "base/interrupt.h"
#include "base/lines.h"
#include "base/ranks.h"
#include "engine/minibatch.h"
#include "rules/rule_check.h"
#include "rules/stable_set.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sampling_warn(const struct sampling *sampling, const char *format, ...)
{
    va_list arguments;
    if (sampling->quiet)
        return;
    char text[2000] = "warning: ";
    const size_t begin = strlen(text);
    va_start(arguments, format);
    vsnprintf(text + begin, sizeof text - begin, format, arguments);
    va_end(arguments);
    lines_say(text);
}

void sampling_warn_rest(const struct sampling *sampling, size_t warnings)
{
    if (warnings > SAMPLING_WARNINGS)
        sampling_warn(sampling, "%zu more rows like these",
                      warnings - SAMPLING_WARNINGS);
}

const char *sampling_label(const struct sampling *sampling, const char *label)
{
    return sampling->quiet || ranks_mine() > 0 ? NULL : label;
}

void sampling_row(const struct sampling *sampling, const char *what, const char *label,
                  size_t row, size_t rows)
{
    if (sampling->session)
        progress_row(&sampling->session->command, what, strcmp(what, "row") == 0,
                     sampling_label(sampling, label), row, rows);
}

void sampling_scale_precision(struct sampling *sampling, double factor)
{
    sampling->precision *= factor;
    sampling->fine *= factor;
}

struct ensemble sampling_ensemble(const struct sampling *sampling,
                                  const struct rule *rule,
                                  const struct problem *problem, const char *label)
{
    return (struct ensemble){
        .kernels = sampling->kernels,
        .rule = rule,
        .problem = problem,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .label = sampling_label(sampling, label),
        .session = sampling->session,
    };
}

/* Where the curvature is not positive it is no learning rate's fault. */
static int refuse_flat(const struct rule *rule, size_t mode, double h,
                       struct error *error)
{
    return error_about(error, STATUS_USAGE, "spectrum",
                       "curvature %zu is %g, where %s has no stationary law; flat drop "
                       "leaves such modes out, pnm-stationary with at gives their laws "
                       "at fixed steps, and allow-divergence with replicas and steps "
                       "runs them",
                       mode + 1, h, rule->kind->name);
}

static int refuse_unstable(const struct rule *rule, double h, double margin,
                           struct error *error)
{
    struct text parameters = {0};
    char limit[200], radius[40] = "beyond the range of numbers";
    struct mode mode;
    struct stable_set set;
    mode_init(&mode, rule, h, linear_system_probe);
    const int status = stable_set_of(&mode, &set, error);
    if (status != STATUS_OK)
        return status;
    const struct interval stable = stable_set_around(&set, rule->number[RULE_LR]);
    rule_describe(rule, &parameters);
    if (isfinite(margin))
        snprintf(radius, sizeof radius, "%.6g", 1 - margin);
    if (set.count == 0)
        snprintf(limit, sizeof limit,
                 "no learning rate makes it stable at these parameters");
    else if (stable.from == 0)
        snprintf(limit, sizeof limit,
                 "it is stable for learning rates below %.6g at these other parameters",
                 stable.to);
    else
        snprintf(limit, sizeof limit,
                 "it is stable for learning rates from %.6g to %.6g at these other "
                 "parameters",
                 stable.from, stable.to);
    error_write_about(
        error, "lr",
        "%g is unstable for %s with %s at curvature %g (spectral radius "
        "%s, allowed is < 1): %s; allow-divergence with replicas and steps "
        "runs it nevertheless",
        rule->number[RULE_LR], rule->kind->name, text_get(&parameters), h, radius,
        limit);
    text_free(&parameters);
    return STATUS_USAGE;
}

int sampling_systems(const struct sampling *sampling, const struct rule *rule,
                     const struct problem *problem, struct linear_system **systems,
                     double **margins, struct error *error)
{
    size_t worst = 0;
    double least = INFINITY;
    *systems = calloc(problem->n, sizeof **systems);
    *margins = calloc(problem->n, sizeof **margins);
    if (!*systems || !*margins)
        return error_memory(error, "the modes");
    if (problem->rotation || problem->examples > 0) {
        const int status = rule_check_gradients(
            rule, 1, problem->rotation ? "a rotation" : "least squares", error);
        if (status != STATUS_OK)
            return status;
    }
    for (size_t i = 0; i < problem->n; i++) {
        int status = interrupt_check(error);
        if (status != STATUS_OK)
            return status;
        (*margins)[i] = NAN;
        if (!rule_has_law(rule))
            continue;
        linear_system_probe(rule, problem->h[i], &(*systems)[i]);
        status = linear_system_margin(&(*systems)[i], &(*margins)[i], error);
        if (status != STATUS_OK)
            return status;
        if ((*margins)[i] < least) {
            least = (*margins)[i];
            worst = i;
        }
    }
    if (problem->examples > 0 && rule_has_law(rule))
        return minibatch_check(sampling, rule, problem, *systems, *margins, error);
    if (least > 0 || sampling->allow_divergence)
        return STATUS_OK;
    return problem->h[worst] > 0
               ? refuse_unstable(rule, problem->h[worst], least, error)
               : refuse_flat(rule, worst, problem->h[worst], error);
}

int sampling_diverges(const struct sampling *sampling, const struct rule *rule,
                      const struct problem *problem, bool *diverges,
                      struct error *error)
{
    struct sampling checked = *sampling;
    struct linear_system *systems = NULL;
    double *margins = NULL;
    checked.allow_divergence = false;
    int status = sampling_systems(&checked, rule, problem, &systems, &margins, error);
    *diverges = status == STATUS_USAGE && strcmp(error->quantity, "lr") == 0;
    free(systems);
    free(margins);
    return *diverges ? STATUS_OK : status;
}

/* Refuses a rule that is to be run although it diverges, if it is not said how long. */
static int check_divergent(const struct sampling *sampling, const struct rule *rule,
                           const struct problem *problem, struct error *error)
{
    struct linear_system *systems = NULL;
    struct chains chains;
    double *margins = NULL;
    bool stable = true;
    int status = sampling_systems(sampling, rule, problem, &systems, &margins, error);
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++)
        stable = stable && margins[i] > 0;
    if (status == STATUS_OK && rule_has_law(rule) && !stable && !sampling->exact_only)
        status = sampling_given_chains(sampling, rule, &chains, error);
    free(systems);
    free(margins);
    return status;
}

int sampling_check_points(const struct sampling *sampling, const struct rule *rules,
                          size_t count, const struct problem *problem, bool **lost,
                          struct error *error)
{
    *lost = calloc(count + 1, sizeof **lost);
    int status = *lost ? STATUS_OK : error_memory(error, "the rules");
    for (size_t k = 0; status == STATUS_OK && count > 1 && k < count; k++) {
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = sampling->allow_divergence
                         ? check_divergent(sampling, &rules[k], problem, error)
                         : sampling_diverges(sampling, &rules[k], problem, &(*lost)[k],
                                             error);
    }
    return status;
}

struct sampling sampling_of_divergence(const struct sampling *sampling)
{
    struct sampling own = *sampling;
    own.exact_only = own.allow_divergence = true;
    return own;
}

struct plan_request sampling_request(const struct sampling *sampling, double target)
{
    return (struct plan_request){
        .chains = sampling->chains,
        .steps = sampling->steps,
        .burn_in = sampling->burn_in,
        .target = target,
        .max_samples = sampling->max_samples,
    };
}

int sampling_given_chains(const struct sampling *sampling, const struct rule *rule,
                          struct chains *chains, struct error *error)
{
    *chains = (struct chains){
        .count = sampling->chains,
        .steps = sampling->steps,
        .burn_in = sampling->burn_in == PLAN_AUTO ? 0 : sampling->burn_in,
    };
    if (chains->count > 0 && chains->steps > 0)
        return STATUS_OK;
    if (rule_is_scheduled(rule))
        return error_about(error, STATUS_USAGE, "schedule",
                           "nothing can be planned for a learning rate that "
                           "changes; give replicas and steps");
    if (rule->unsolved)
        return error_about(error, STATUS_USAGE, "data",
                           "nothing can be planned for a data set that is too large "
                           "for exact theory; give replicas and steps");
    if (!rule->kind->linear)
        return error_about(error, STATUS_USAGE, "optimizer",
                           "nothing can be planned for %s, which is not "
                           "linear; give replicas and steps",
                           rule->kind->name);
    return error_about(error, STATUS_USAGE, "allow-divergence",
                       "nothing can be planned for unstable "
                       "parameters; give replicas and steps");
}

bool sampling_divides_zero(const struct rule *rule, const struct problem *problem,
                           uint64_t steps, size_t *mode)
{
    const uint64_t within = problem->rotation ? 1 : steps;
    for (size_t i = 0; i < problem->n && !interrupt_pending(); i++)
        if (problem_noise(problem, i, i) == 0 &&
            rule_divides_zero(rule, problem->h[i], problem->start[i],
                              problem->theta_star[i], within)) {
            if (mode)
                *mode = i;
            return true;
        }
    return false;
}
