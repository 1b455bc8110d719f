/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/convergence.h"

#include "base/interrupt.h"
#include "base/ranks.h"
#include "theory/theory.h"

#include <float.h>
#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdlib.h>

enum { PILOT_CHAINS = 256, MOST_CHAINS = 1 << 24 };

double convergence_applied_rate(const struct rule *rule)
{
    double scalar[RULE_MAX_SCALARS];
    rule->kind->scalars(rule, 0, scalar);
    return scalar[RULE_RATE];
}

void convergence_set_rate(const struct convergence_task *task, uint64_t steps,
                          struct rule *rule)
{
    const struct convergence constants = {.smoothness = task->loss.smoothness,
                                          .c = task->c};
    if (!isnan(rule->number[RULE_LR]))
        return;
    /* The applied rate is proportional to the learning rate. */
    rule->number[RULE_LR] = 1;
    rule->number[RULE_LR] =
        convergence_rate(&constants, steps) / convergence_applied_rate(rule);
}

/* --- measuring -------------------------------------------------------------------- */

struct descent convergence_descent(const struct convergence_task *task,
                                   const struct rule *rule, bool pilot)
{
    const struct sampling *sampling = task->sampling;
    return (struct descent){
        .rule = rule,
        .loss = &task->loss,
        .start = task->start,
        .sigma = task->sigma,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .pilot = pilot,
        .threads = sampling->threads,
        .label = sampling_label(sampling, rule->kind->name),
        .session = sampling->session,
    };
}

static int descend(const struct convergence_task *task, const struct rule *rule,
                   bool pilot, uint64_t chains, uint64_t steps,
                   struct descent_curve *curve, struct error *error)
{
    const struct descent descent = convergence_descent(task, rule, pilot);
    return descent_run(&descent, chains, steps, curve, error);
}

/* Plans chains for the wanted precision of the minimum, which half of them measure. */
static int plan_chains(const struct convergence_task *task, const struct rule *rule,
                       uint64_t horizon, uint64_t *chains, struct error *error)
{
    const struct sampling *sampling = task->sampling;
    struct descent_curve pilot = {0};
    struct convergence_minimum minimum;
    /* The pilot has other random numbers than the chains, so that the plan does not
     * depend on what is measured. */
    const int status = descend(task, rule, true, PILOT_CHAINS, horizon, &pilot, error);
    if (status == STATUS_OK)
        convergence_minimum(&pilot, &minimum);
    descent_curve_free(&pilot);
    if (status != STATUS_OK)
        return status;
    const double relative = minimum.count > 1 && minimum.square > 0
                                ? minimum.se / minimum.square / sampling->precision
                                : 0;
    const double wanted = PILOT_CHAINS * relative * relative;
    const double each = (double)horizon * (double)task->loss.n;
    const double most = fmin(sampling->max_samples / each, MOST_CHAINS);
    *chains = plan_power_of_two(fmax(fmin(wanted, most / 2), PILOT_CHAINS));
    return STATUS_OK;
}

int convergence_measure(const struct convergence_task *task, const struct rule *rule,
                        uint64_t horizon, struct descent_curve *curve, double *needed,
                        struct error *error)
{
    const bool noisy = task->sigma > 0;
    const double least =
        (double)horizon * (double)task->loss.n * (noisy ? 2 * PILOT_CHAINS : 1);
    uint64_t chains = noisy ? task->chains : 1;
    int status = STATUS_OK;
    *needed = task->chains > 0 || least <= task->sampling->max_samples ? 0 : least;
    if (*needed > 0)
        return STATUS_OK;
    if (chains == 0)
        status = plan_chains(task, rule, horizon, &chains, error);
    return status == STATUS_OK
               ? descend(task, rule, false, chains, horizon, curve, error)
               : status;
}

void convergence_minimum(const struct descent_curve *curve,
                         struct convergence_minimum *minimum)
{
    /* A single chain has no second half; without noise it needs none. */
    const struct moments *choosing = curve->square[0];
    const struct moments *measuring =
        curve->square[1][0].count > 0 ? curve->square[1] : choosing;
    uint64_t best = 0;
    for (uint64_t k = 1; k < curve->steps; k++)
        if (choosing[k].mean < choosing[best].mean)
            best = k;
    *minimum = (struct convergence_minimum){
        .square = measuring[best].mean,
        .se = measuring == choosing ? 0 : moments_stderr(&measuring[best]),
        .count = measuring[best].count,
        .step = best,
    };
}

/* --- theorem 3.1 ------------------------------------------------------------------ */

/* f(theta_0) - f*, from the loss itself. */
static int initial_gap(const struct convergence_task *task, double *gap,
                       struct error *error)
{
    const struct loss *loss = &task->loss;
    double *point = calloc(2 * loss->n, sizeof *point);
    if (!point)
        return error_memory(error, "a point of the loss");
    for (size_t i = 0; i < loss->n; i++)
        point[i] = task->start;
    *gap = loss->kind->evaluate_one(loss, point, point + loss->n) - loss->minimum;
    free(point);
    return STATUS_OK;
}

int convergence_constants(const struct convergence_task *task, const struct rule *rule,
                          struct convergence *constants, struct error *error)
{
    *constants = (struct convergence){
        .beta0 = rule_parameter(rule, "beta0"),
        .beta1 = rule_parameter(rule, "beta1"),
        .smoothness = task->loss.smoothness,
        .gradient = task->loss.gradient_bound,
        .sigma = task->sigma,
        .c = task->c,
    };
    return initial_gap(task, &constants->gap, error);
}

bool convergence_has_theorem(const struct rule *rule)
{
    const struct theory *theory = theory_find(rule->kind->name);
    return theory && theory->converges;
}

int convergence_bounds(const struct convergence_task *task, const struct rule *rule,
                       const struct rule *own, uint64_t horizon, double bounds[2],
                       struct error *error)
{
    struct convergence constants;
    const int status = convergence_constants(task, own, &constants, error);
    bounds[CONVERGENCE_PRINTED] = bounds[CONVERGENCE_CORRECTED] = NAN;
    if (status != STATUS_OK || !convergence_has_theorem(own) ||
        !isnan(rule->number[RULE_LR]) || constants.beta0 < 0 ||
        own->decay.lambda != 0 || rule_is_scheduled(own))
        return status;
    for (int form = 0; form < 2; form++)
        bounds[form] =
            convergence_bound(&constants, horizon, (enum convergence_form)form);
    return STATUS_OK;
}

int convergence_slope(const double *horizon, const struct convergence_minimum *minimum,
                      size_t count, double *slope, double *se, struct error *error)
{
    double *x = malloc(3 * count * sizeof *x);
    double intercept, c00, c01, c11, rest;
    bool known = true, exact = true;
    *slope = *se = NAN;
    if (!x)
        return error_memory(error, "the points of a slope");
    double *y = x + count, *weight = y + count;
    for (size_t k = 0; known && k < count; k++) {
        const double relative = minimum[k].se / minimum[k].square;
        x[k] = log(horizon[k]);
        y[k] = log(minimum[k].square);
        weight[k] = 1 / (relative * relative);
        known = minimum[k].count > 0 && minimum[k].square > 0;
        exact = exact && minimum[k].se == 0;
        known = known && (exact || isfinite(weight[k]));
    }
    if (known && exact)
        gsl_fit_linear(x, 1, y, 1, count, &intercept, slope, &c00, &c01, &c11, &rest);
    else if (known)
        gsl_fit_wlinear(x, 1, weight, 1, y, 1, count, &intercept, slope, &c00, &c01,
                        &c11, &rest);
    if (known)
        *se = sqrt(c11);
    free(x);
    return STATUS_OK;
}

double convergence_doubling(double slope, double slope_se, double *se)
{
    const double factor = exp2(slope);
    *se = log(2) * factor * slope_se;
    return factor;
}

/* --- exact transients ------------------------------------------------------------- */

bool convergence_has_exact(const struct loss *loss, const struct rule *rule)
{
    return loss->examples > 0 ? rule->kind->linear
                              : loss->kind->quadratic && rule_has_law(rule);
}

/* Brings the transient of minibatches to a step: on from where it is, or from the
 * start.
 */
static int follow(const struct convergence_task *task, const struct rule *rule,
                  uint64_t step, struct error *error)
{
    const struct loss *loss = &task->loss;
    const struct mean_square setting = {.n = loss->n,
                                        .h = loss->data,
                                        .batch = (double)loss->examples,
                                        .residual = loss->residual};
    struct mean_square_run *run = task->transient;
    int status = STATUS_OK;
    if (!run->second || run->t > step) {
        double *offset = malloc(loss->n * sizeof *offset);
        if (!offset)
            return error_memory(error, "the exact transient");
        for (size_t i = 0; i < loss->n; i++)
            offset[i] = task->start;
        mean_square_run_free(run);
        status = mean_square_run_init(run, &setting, rule, least_squares_system, offset,
                                      NULL, error);
        free(offset);
    }
    while (status == STATUS_OK && run->t < step) {
        mean_square_run_step(run);
        if (run->t % 64 == 0)
            status = interrupt_check(error);
    }
    return status;
}

/* E|grad f|^2 = sum h^2 M_ii, E f - f* = tr(H M)/2, to what the rounding of a step does
 * each time. */
static int minibatch_value(const struct convergence_task *task, const struct rule *rule,
                           uint64_t step, enum descent_quantity quantity, double *value,
                           double *bound, struct error *error)
{
    const struct loss *loss = &task->loss;
    const int status = follow(task, rule, step, error);
    if (status != STATUS_OK)
        return status;
    double sum = 0;
    for (size_t i = 0; i < loss->n; i++)
        sum += loss->data[i] * loss->data[i] * task->transient->second[i];
    *value = quantity == DESCENT_SQUARE ? sum : task->transient->risk / 2;
    *bound = 8 * DBL_EPSILON * (double)(step + 1) * *value;
    return STATUS_OK;
}

/* Whether f of the chains is too skewed for a standard error (ESTIMATE_SKEWED). */
static bool is_skewed(const struct descent_curve *curve, uint64_t step)
{
    if (!curve || !curve->cubes || step == 0)
        return false;
    const struct skewed_moments own = {curve->excess[step], curve->cubes[step]};
    return estimate_is_skewed(skewed_moments_skewness(&own), own.moments.count);
}

/* On a quadratic with curvatures h: E|grad f|^2 = sum h^2 E theta^2, E f - f* = sum h
 * E theta^2 / 2. */
static double exact_value(const struct convergence_task *task, const struct rule *rule,
                          uint64_t step, enum descent_quantity quantity)
{
    const struct loss *loss = &task->loss;
    const double noise = task->sigma * task->sigma / (double)loss->n;
    double sum = 0;
    if (!convergence_has_exact(loss, rule))
        return NAN;
    for (size_t i = 0; i < loss->n; i++) {
        const double h = loss->data[i];
        struct linear_system system;
        double mean, variance;
        theory_system(rule, h, &system);
        linear_system_at(&system, &system, noise, task->start, step, &mean, &variance);
        const double square = mean * mean + variance;
        sum += quantity == DESCENT_SQUARE ? h * h * square : h * square / 2;
    }
    return sum;
}

/* NAN if there are no chains. */
static double error_of(const struct moments *moments, bool noiseless)
{
    return moments->count == 0 ? NAN : noiseless ? 0 : moments_stderr(moments);
}

int convergence_point(const struct convergence_task *task, const struct rule *rule,
                      const struct descent_curve *curve, uint64_t step,
                      enum descent_quantity quantity, struct convergence_point *point,
                      struct error *error)
{
    struct moments plain = {0};
    if (curve && quantity == DESCENT_EXCESS) {
        plain = curve->excess[step];
    } else if (curve) {
        plain = curve->square[0][step];
        moments_merge(&plain, &curve->square[1][step]);
    }
    const struct moments *controlled =
        curve ? descent_curve_controlled(curve, step, quantity) : NULL;
    const struct moments moments = controlled ? *controlled : plain;
    /* At step 0 nothing is random. */
    const bool noiseless = task->sigma == 0 || step == 0;
    double exact = NAN, bound = 0;
    int status = STATUS_OK;
    if (task->loss.examples == 0)
        exact = exact_value(task, rule, step, quantity);
    else if (convergence_has_exact(&task->loss, rule) && task->transient)
        status = minibatch_value(task, rule, step, quantity, &exact, &bound, error);
    if (status != STATUS_OK)
        return status;
    point->evidence = (struct evidence){
        .paper = NAN,
        .exact = exact,
        .exact_error = bound,
        .measured = moments.count > 0 ? moments.mean : NAN,
        .se = error_of(&moments, noiseless),
        .plain = plain.count > 0 ? plain.mean : NAN,
        .plain_se = error_of(&plain, noiseless),
        .count = moments.count,
        .sampled = moments.count > 0,
        .noiseless = noiseless,
    };
    point->evidence.exact_scale = evidence_scale(point->evidence.exact);
    /* Squares of normal numbers have a skewed law, so many samples are needed
     * (noise.c). */
    const double effective = pow(point->evidence.exact_scale / point->evidence.se, 2);
    const uint64_t fewest = controlled ? PLAN_FEWEST : ESTIMATE_MIN_CHAINS;
    point->evidence.decisive =
        noiseless || (moments.count >= fewest && effective >= ESTIMATE_MIN_SAMPLES &&
                      !is_skewed(curve, step));
    point->evidence.paper_scale = NAN;
    point->verdicts = evidence_judge(&point->evidence);
    return STATUS_OK;
}
