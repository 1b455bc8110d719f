/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/bound_space.h"

#include "base/elementary.h"
#include "theory/theory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The theorem's condition eta0 L <= 1/2 must hold after rounding to five digits too. */
static const double largest_rate = 0.49999;

/* --- points ----------------------------------------------------------------------- */

static double five_digits(double x)
{
    char text[40];
    snprintf(text, sizeof text, "%.5g", x);
    return strtod(text, NULL);
}

struct bound_point bound_search_point(const struct bound_search *search,
                                      const struct loss *loss, double beta0,
                                      double beta1, double rate, double sigma,
                                      double initial, uint64_t horizon)
{
    const double l = loss->smoothness, g = loss->gradient_bound;
    struct rule rule = *search->rule;
    struct bound_point point = {
        .loss = loss,
        .beta0 = five_digits(beta0),
        .beta1 = five_digits(beta1),
        .lr = NAN,
        .c = five_digits(rate / l),
        .sigma = five_digits(sigma * g),
        .initial = five_digits(initial * g / (l * sqrt((double)loss->n))),
        .horizon = horizon,
    };
    if (search->bound != BOUND_THEOREM) {
        rule_set(&rule, "beta0", point.beta0);
        rule_set(&rule, "beta1", point.beta1);
        rule_set(&rule, "lr", 1);
        point.c = 1;
        point.lr = five_digits(rate / l / theory_normalized_lr(&rule));
    }
    return point;
}

void bound_search_instance(struct bound_instance *instance,
                           const struct bound_search *search,
                           const struct bound_point *point)
{
    instance->task = (struct convergence_task){
        .sampling = search->sampling,
        .loss = *point->loss,
        .sigma = point->sigma,
        .start = point->initial,
        .c = point->c,
    };
    instance->rule = *search->rule;
    rule_set(&instance->rule, "beta0", point->beta0);
    rule_set(&instance->rule, "beta1", point->beta1);
    rule_set(&instance->rule, "lr", point->lr);
    convergence_set_rate(&instance->task, point->horizon, &instance->rule);
    instance->ensemble = (struct bound_ensemble){search->bound, &instance->task,
                                                 &instance->rule, point->horizon};
}

/* --- the space that is searched --------------------------------------------------- */

/* Has the same bits on every processor, unlike libm's pow. */
static double power_of(double base, double exponent)
{
    return elementary_exp(exponent * elementary_log(base));
}

static double logarithm(double base, double x)
{
    return elementary_log(x) / elementary_log(base);
}

/* The longest horizon. The theorem's bound is tightest when its first term, which falls
 * as 1/T, is gone. Near the limit of stability, where the lemmas are sharp without
 * noise, chains settle slowly. */
uint64_t bound_space_longest(const struct bound_search *search)
{
    const bool quiet = !search->free[BOUND_FREE_SIGMA] && search->fixed.sigma == 0;
    if (search->bound == BOUND_THEOREM)
        return 1024;
    return quiet ? 2048 : 128;
}

void bound_space_ranges(const struct bound_search *search, struct bound_range *range)
{
    const enum bound bound = search->bound;
    const bool theorem = bound == BOUND_THEOREM;
    range[BOUND_FREE_BETA0] = (struct bound_range){0, 3.2, 0};
    range[BOUND_FREE_BETA1] = (struct bound_range){0, 4, 0};
    /* Lemma A.2's left-hand side is a small difference, lost in rounding at small
     * rates. */
    range[BOUND_FREE_RATE] = bound == BOUND_LEMMA_A2
                                 ? (struct bound_range){-2, -0.31, -0.31}
                             : theorem ? (struct bound_range){-2, -0.1, -0.3}
                                       : (struct bound_range){-3, -0.31, -3};
    range[BOUND_FREE_SIGMA] = (struct bound_range){-2, 1, NAN};
    range[BOUND_FREE_INITIAL] = (struct bound_range){-2.5, 2.5, NAN};
    range[BOUND_FREE_HORIZON] = (struct bound_range){
        0, logarithm(2, (double)bound_space_longest(search)) - 1, NAN};
}

static double clamp(double x, double low, double high)
{
    return fmin(fmax(x, low), high);
}

struct bound_point bound_space_point(const struct bound_search *search,
                                     const struct loss *loss,
                                     const double u[BOUND_FREE_COUNT])
{
    const bool theorem = search->bound == BOUND_THEOREM;
    const double slowest = search->bound == BOUND_LEMMA_A2 ? 0.01 : 1e-6;
    const double b1 = u[BOUND_FREE_BETA1] * u[BOUND_FREE_BETA1];
    const double start = u[BOUND_FREE_INITIAL];
    const double rate = power_of(10, u[BOUND_FREE_RATE]);
    const double length = power_of(2, u[BOUND_FREE_HORIZON]);
    const bool *free = search->free;
    const uint64_t horizon =
        free[BOUND_FREE_HORIZON]
            ? (uint64_t)rint(clamp(length, 1, (double)bound_space_longest(search)))
            : search->fixed.horizon;
    const double beta0 = clamp(u[BOUND_FREE_BETA0] * u[BOUND_FREE_BETA0], 0, 100);
    const double beta1 = clamp(b1 / (1 + b1), 0, 0.999);
    struct bound_point point = bound_search_point(
        search, loss, free[BOUND_FREE_BETA0] ? beta0 : search->fixed.beta0,
        free[BOUND_FREE_BETA1] ? beta1 : search->fixed.beta1,
        theorem ? clamp(rate, slowest, 0.5) * sqrt((double)horizon)
                : clamp(rate, slowest, largest_rate),
        clamp(power_of(10, u[BOUND_FREE_SIGMA]), 1e-3, 100),
        clamp(start * fabs(start), -1e3, 1e3), horizon);
    /* Fixed numbers stay as given, without rounding. */
    if (!free[BOUND_FREE_BETA0])
        point.beta0 = search->fixed.beta0;
    if (!free[BOUND_FREE_BETA1])
        point.beta1 = search->fixed.beta1;
    if (!free[BOUND_FREE_RATE]) {
        point.lr = search->fixed.lr;
        point.c = search->fixed.c;
    }
    if (!free[BOUND_FREE_SIGMA])
        point.sigma = search->fixed.sigma;
    if (!free[BOUND_FREE_INITIAL])
        point.initial = search->fixed.initial;
    return point;
}

void bound_space_coordinates(const struct bound_search *search,
                             const struct bound_point *point,
                             double u[BOUND_FREE_COUNT])
{
    const struct loss *loss = point->loss;
    const double l = loss->smoothness, g = loss->gradient_bound;
    const double start = point->initial * l * sqrt((double)loss->n) / g;
    struct bound_instance instance;
    bound_search_instance(&instance, search, point);
    /* For the theorem this is min(1/2, C L/sqrt(T)). */
    const double rate = theory_normalized_lr(&instance.rule) * l;
    u[BOUND_FREE_BETA0] = sqrt(point->beta0);
    u[BOUND_FREE_BETA1] = sqrt(point->beta1 / (1 - point->beta1));
    u[BOUND_FREE_RATE] = logarithm(10, rate);
    u[BOUND_FREE_SIGMA] = logarithm(10, fmax(point->sigma / g, 1e-3));
    u[BOUND_FREE_INITIAL] = copysign(sqrt(fabs(start)), start);
    u[BOUND_FREE_HORIZON] = logarithm(2, (double)point->horizon);
}
