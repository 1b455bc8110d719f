/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stability.h"

#include "base/interrupt.h"

#include <math.h>

/* Computes the largest growth factor a step, over the whole spectrum, at a learning
 * rate.
 */
struct scan {
    struct rule rule;
    const double *h;
    size_t n;
    struct growth (*growth)(const struct rule *rule, const double *h, size_t n);
};

static double largest(const double *h, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, h[i]);
    return most;
}

double stability_radius(const struct rule *rule, const double *h, size_t n,
                        enum exact_source *source)
{
    enum exact_source own_source = EXACT_NONE;
    double radius = 0;
    for (size_t i = 0; i < n; i++) {
        struct linear_system system;
        own_source = theory_system(rule, h[i], &system);
        const double own = linear_system_radius(&system);
        if (isnan(own) || interrupt_pending())
            return NAN;
        radius = fmax(radius, own);
    }
    if (source)
        *source = own_source;
    return radius;
}

static struct growth exact_growth(const struct rule *rule, const double *h, size_t n)
{
    const double radius = stability_radius(rule, h, n, NULL);
    return (struct growth){isnan(radius) ? INFINITY : log(radius), true};
}

struct growth stability_growth(const struct rule *rule, const double *h, size_t n)
{
    struct growth growth = {-INFINITY, true};
    for (size_t i = 0; i < n; i++) {
        const struct growth own = growth_measure(rule, h[i]);
        if (interrupt_pending())
            return (struct growth){INFINITY, false};
        growth.log_factor = fmax(growth.log_factor, own.log_factor);
        growth.settled = growth.settled && own.settled;
    }
    return growth;
}

/* --- the limit -------------------------------------------------------------------- */

static struct growth growth_at(struct scan *scan, double lr)
{
    scan->rule.number[RULE_LR] = lr;
    return scan->growth(&scan->rule, scan->h, scan->n);
}

static double bisect(struct scan *scan, double stable, double unstable)
{
    while (unstable - stable > 1e-13 * stable) {
        const double middle = stable + (unstable - stable) / 2;
        const struct growth growth = growth_at(scan, middle);
        if (growth.log_factor < 0)
            stable = middle;
        else
            unstable = middle;
        if (!growth.settled && unstable - stable < 1e-7 * stable)
            break;
    }
    return stable + (unstable - stable) / 2;
}

static double limit(const struct rule *rule, const double *h, size_t n,
                    struct growth (*growth)(const struct rule *, const double *,
                                            size_t))
{
    const double ratio = 0x1.306fe0a31b715p0; /* 2^(1/4) */
    /* Weight decay acts as additional curvature. */
    const double unit = 1 / fmax(largest(h, n), rule->decay.lambda);
    struct scan scan = {*rule, h, n, growth};
    double stable = unit;
    while (!(growth_at(&scan, stable).log_factor < 0)) {
        stable /= 2;
        if (stable < 0x1p-30 * unit)
            return 0;
    }
    for (;;) {
        const double next = stable * ratio;
        if (!(growth_at(&scan, next).log_factor < 0))
            return bisect(&scan, stable, next);
        stable = next;
        if (stable > 0x1p30 * unit)
            return INFINITY;
    }
}

double stability_limit(const struct rule *rule, const double *h, size_t n)
{
    return limit(rule, h, n, exact_growth);
}

double stability_limit_measured(const struct rule *rule, const double *h, size_t n)
{
    return limit(rule, h, n, stability_growth);
}

double stability_limit_closed(const struct rule *rule, const double *h, size_t n)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double own = theory_lr_limit(rule, h[i]);
        if (isnan(own))
            return NAN;
        least = fmin(least, own);
    }
    return least;
}

/* --- the best rate ---------------------------------------------------------------- */

static double radius_at(struct scan *scan, double lr)
{
    scan->rule.number[RULE_LR] = lr;
    const double radius = stability_radius(&scan->rule, scan->h, scan->n, NULL);
    return isnan(radius) ? INFINITY : radius;
}

/* Fractions of the limit: 0, 56 from 1e-4 in ratios of 10^(1/40), then k/400; 1. */
enum { LOGARITHMIC = 56, LINEAR = 400, POINTS = LOGARITHMIC + LINEAR };

static double fraction(int k)
{
    if (k <= 0)
        return 0;
    if (k <= LOGARITHMIC)
        return 1e-4 * pow(10, (k - 1) / 40.0);
    return (double)(k - LOGARITHMIC) / LINEAR;
}

/* Radii that differ by less are equal up to rounding. */
static const double level = 1e-13;

/* The learning rate with the least radius between a and b; *radius is that radius. */
static double golden_section(struct scan *scan, double a, double b, double *radius)
{
    const double ratio = 0.6180339887498949; /* (sqrt(5) - 1) / 2 */
    double x = b - ratio * (b - a), y = a + ratio * (b - a);
    double at_x = radius_at(scan, x), at_y = radius_at(scan, y);
    while (b - a > 1e-13 * b) {
        if (at_x <= at_y) {
            b = y;
            y = x;
            at_y = at_x;
            x = b - ratio * (b - a);
            at_x = radius_at(scan, x);
        } else {
            a = x;
            x = y;
            at_x = at_y;
            y = a + ratio * (b - a);
            at_y = radius_at(scan, y);
        }
    }
    *radius = fmin(at_x, at_y);
    return at_x <= at_y ? x : y;
}

/* The lower end of the interval up to lr in which the radius is within `level` of the
 * least; at a it is above that. */
static double lower_end(struct scan *scan, double a, double lr, double least)
{
    while (lr - a > 1e-13 * lr) {
        const double middle = a + (lr - a) / 2;
        if (radius_at(scan, middle) <= least + level)
            lr = middle;
        else
            a = middle;
    }
    return lr;
}

/* Whether a local minimum may lie beside point k; on a level stretch, only at its first
 * point. */
static bool is_low(const double value[POINTS + 1], int k)
{
    return value[k] < value[k - 1] - level && value[k] <= value[k + 1] + level;
}

double stability_best_lr(const struct rule *rule, const double *h, size_t n,
                         double *radius)
{
    const double end = stability_limit(rule, h, n);
    struct scan scan = {.rule = *rule, .h = h, .n = n};
    double value[POINTS + 1], best = NAN;
    int lowest = 1;
    *radius = NAN;
    if (end == 0 || isinf(end))
        return NAN;
    value[0] = value[POINTS] = 1;
    for (int k = 1; k < POINTS; k++) {
        value[k] = radius_at(&scan, end * fraction(k));
        if (value[k] < value[lowest])
            lowest = k;
    }
    for (int k = 1; k < POINTS; k++) {
        double own;
        if (k != lowest && !is_low(value, k))
            continue;
        const double lr =
            golden_section(&scan, end * fraction(k - 1), end * fraction(k + 1), &own);
        if (isnan(best) || own < *radius) {
            best = lr;
            *radius = own;
        }
    }
    if (isnan(best) || radius_at(&scan, best * (1 - 1e-6)) > *radius + level)
        return best;
    int below = POINTS - 1;
    while (below > 0 &&
           (end * fraction(below) >= best || value[below] <= *radius + level))
        below--;
    return lower_end(&scan, end * fraction(below), best, *radius);
}

double stability_steps(double radius, double accuracy)
{
    return radius < 1 ? log(accuracy) / log(radius) : NAN;
}

/* --- exact and measured ----------------------------------------------------------- */

void stability_exact(struct stability *stability, const struct rule *rule,
                     const double *h, size_t n)
{
    *stability = (struct stability){
        .limit = stability_limit(rule, h, n),
        .limit_closed = stability_limit_closed(rule, h, n),
        .radius_measured = NAN,
        .limit_measured = NAN,
    };
    stability->radius = stability_radius(rule, h, n, &stability->source);
    stability->best_lr = stability_best_lr(rule, h, n, &stability->best_radius);
}

void stability_measure(struct stability *stability, const struct rule *rule,
                       const double *h, size_t n)
{
    const struct growth growth = stability_growth(rule, h, n);
    stability->radius_measured = exp(growth.log_factor);
    stability->settled = growth.settled;
    stability->limit_measured = stability_limit_measured(rule, h, n);
}

static enum verdict judge_limit(double measured, double exact)
{
    /* Neither has a limit. */
    if (isinf(measured) && isinf(exact))
        return VERDICT_HOLDS;
    return verdict_equal(measured - exact, STABILITY_TOLERANCE, evidence_scale(exact));
}

static enum verdict judge_radius(const struct stability *s)
{
    if (isnan(s->radius) || isinf(s->radius_measured))
        return VERDICT_INCONCLUSIVE;
    const enum verdict verdict =
        verdict_equal(s->radius_measured - s->radius, STABILITY_TOLERANCE,
                      fabs(1 - s->radius) + 1e-9 / STABILITY_TOLERANCE);
    return verdict == VERDICT_FAILS && !s->settled ? VERDICT_INCONCLUSIVE : verdict;
}

enum verdict stability_judge(const struct stability *s)
{
    const enum verdict radius = judge_radius(s);
    const bool closed = !isnan(s->limit_closed);
    if (radius == VERDICT_FAILS ||
        judge_limit(s->limit_measured, s->limit) == VERDICT_FAILS ||
        (closed && judge_limit(s->limit_measured, s->limit_closed) == VERDICT_FAILS))
        return VERDICT_FAILS;
    return radius;
}
