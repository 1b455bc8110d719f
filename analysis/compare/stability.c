/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stability.h"

#include "base/interrupt.h"

#include <math.h>
#include <stdlib.h>

static double largest(const double *h, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, h[i]);
    return most;
}

static void written_out(const struct rule *rule, double h, struct linear_system *system)
{
    theory_system(rule, h, system);
}

int stability_margin(const struct rule *rule, const double *h, size_t n, double *margin,
                     enum exact_source *source, struct error *error)
{
    *margin = INFINITY;
    for (size_t i = 0; i < n; i++) {
        struct linear_system system;
        double own;
        const enum exact_source own_source = theory_system(rule, h[i], &system);
        int status = interrupt_check(error);
        if (status == STATUS_OK)
            status = linear_system_margin(&system, &own, error);
        if (source)
            *source = own_source;
        if (status != STATUS_OK)
            return status;
        *margin = fmin(*margin, own);
    }
    return STATUS_OK;
}

/* The bounds of the largest follow from the largest bounds. */
struct growth stability_growth(const struct rule *rule, const double *h, size_t n)
{
    struct growth growth = {-INFINITY, 0, true};
    double low = -INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        const struct growth own = growth_measure(rule, h[i]);
        if (interrupt_pending())
            return (struct growth){INFINITY, 0, false};
        growth.log_factor = fmax(growth.log_factor, own.log_factor);
        growth.settled = growth.settled && own.settled;
        low = fmax(low, own.log_factor - own.error);
        high = fmax(high, own.log_factor + own.error);
    }
    if (isfinite(growth.log_factor))
        growth.error = fmax(growth.log_factor - low, high - growth.log_factor);
    return growth;
}

/* --- the limit -------------------------------------------------------------------- */

int stability_set(const struct rule *rule, const double *h, size_t n,
                  struct stable_set *set, struct error *error)
{
    int status = STATUS_OK;
    *set = (struct stable_set){.count = 1, .interval = {{0, INFINITY}}};
    for (size_t i = 0; status == STATUS_OK && set->count > 0 && i < n; i++) {
        struct mode mode;
        struct stable_set own;
        mode_init(&mode, rule, h[i], written_out);
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = stable_set_of(&mode, &own, error);
        if (status == STATUS_OK)
            status = stable_set_intersect(set, &own, error);
    }
    return status;
}

double stability_limit_closed(const struct rule *rule, const double *h, size_t n)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double own = theory_lr_limit(rule, h[i]);
        if (isnan(own) || interrupt_pending())
            return NAN;
        least = fmin(least, own);
    }
    return least;
}

/* A rule whose learning rate is varied while chains are run. */
struct chain_scan {
    struct rule rule;
    const double *h;
    size_t n;
    double unit; /* the least inverse curvature */
};

static enum trend trend_at(struct chain_scan *scan, double lr)
{
    scan->rule.number[RULE_LR] = lr;
    return growth_trend(stability_growth(&scan->rule, scan->h, scan->n));
}

static double step_ratio(const struct chain_scan *scan, double lr)
{
    const double fine = 0x1.306fe0a31b715p0; /* 2^(1/4) */
    return lr > 0x1p20 * scan->unit ? 4 : fine;
}

/* Moves an end of the bracket to lr if the chains there tell to which side it belongs.
 */
static bool narrow(struct chain_scan *scan, double lr, double *stable, double *unstable)
{
    const enum trend trend = trend_at(scan, lr);
    if (trend == TREND_SHRINKS)
        *stable = lr;
    if (trend == TREND_GROWS)
        *unstable = lr;
    return trend != TREND_UNKNOWN;
}

/* Between a rate at which chains shrink and one at which they grow; NAN if they do not
 * tell where, to the tolerance. Right at the limit they do not. */
static double bisect(struct chain_scan *scan, double stable, double unstable)
{
    while (unstable - stable > 1e-13 * stable) {
        const double length = unstable - stable, from = stable;
        if (!narrow(scan, from + length / 2, &stable, &unstable) &&
            !narrow(scan, from + length / 4, &stable, &unstable) &&
            !narrow(scan, from + length * 3 / 4, &stable, &unstable))
            break;
    }
    return unstable - stable <= STABILITY_TOLERANCE * stable
               ? stable + (unstable - stable) / 2
               : NAN;
}

/* The rate nearest to lr, in steps down or up, at which chains have the trend; NAN if
 * they do not tell at some rates in a row, 0 or INFINITY if there is none. *passed is
 * the last rate before it at which they have the opposite trend. */
static double nearest(struct chain_scan *scan, double lr, bool up, enum trend wanted,
                      double *passed)
{
    enum { IN_A_ROW = 3 };
    for (int unknown = 0; !interrupt_pending();) {
        const enum trend trend = trend_at(scan, lr);
        if (trend == wanted)
            return lr;
        unknown = trend == TREND_UNKNOWN ? unknown + 1 : 0;
        if (unknown == IN_A_ROW)
            break;
        if (unknown == 0)
            *passed = lr;
        lr = up ? lr * step_ratio(scan, lr) : lr / step_ratio(scan, lr);
        if (!up && lr < 0x1p-30 * scan->unit)
            return 0;
        if (up && lr > 0x1p64 * scan->unit)
            return INFINITY;
    }
    return NAN;
}

double stability_limit_measured(const struct rule *rule, const double *h, size_t n)
{
    /* Weight decay acts as additional curvature. */
    struct chain_scan scan = {*rule, h, n, 1 / fmax(largest(h, n), rule->decay.lambda)};
    const double lr = rule->number[RULE_LR];
    double above = NAN, stable = nearest(&scan, lr, false, TREND_SHRINKS, &above);
    if (stable == 0)
        stable = nearest(&scan, lr, true, TREND_SHRINKS, &above);
    if (isnan(stable))
        return NAN;
    if (isinf(stable))
        return 0;
    const double unstable = nearest(&scan, stable, true, TREND_GROWS, &stable);
    return isfinite(unstable) ? bisect(&scan, stable, unstable) : unstable;
}

/* --- the best rate ---------------------------------------------------------------- */

/* The modes of a rule, and the ends of the rates among which the best is searched. */
struct search {
    struct mode *modes;
    size_t n;
    struct interval interval;
    int status; /* of all margins so far, with its error */
    struct error *error;
};

/* Once a margin could not be computed, or the user has interrupted, no rate is better
 * than another, and the search ends soon. */
static double margin_at(struct search *search, double lr)
{
    double least = INFINITY, own = 0;
    for (size_t i = 0; search->status == STATUS_OK && i < search->n; i++) {
        search->status = mode_margin(&search->modes[i], lr, &own, search->error);
        if (search->status == STATUS_OK)
            search->status = interrupt_check(search->error);
        least = fmin(least, own);
    }
    return search->status == STATUS_OK ? least : -INFINITY;
}

/* Points of the scan as fractions of the interval: 0; DEEP from 1e-44 in ratios of
 * 10^(1/8); LOGARITHMIC from 1e-4 in ratios of 10^(1/40); k/400; 1. */
enum {
    DEEP = 320,
    LOGARITHMIC = 56,
    LINEAR = 400,
    POINTS = DEEP + LOGARITHMIC + LINEAR
};

static double point(const struct search *search, int k)
{
    const double from = search->interval.from, length = search->interval.to - from;
    if (k <= 0)
        return from;
    if (k <= DEEP)
        return from + length * pow(10, -44 + (k - 1) / 8.0);
    if (k <= DEEP + LOGARITHMIC)
        return from + length * 1e-4 * pow(10, (k - 1 - DEEP) / 40.0);
    return from + length * ((double)(k - DEEP - LOGARITHMIC) / LINEAR);
}

/* Whether a margin is the larger one, more than rounding explains. */
static bool exceeds(double margin, double other)
{
    return margin > other + 1e-12 * fabs(other);
}

/* The best rate between a and b. */
static struct best_rate golden_section(struct search *search, double a, double b)
{
    const double ratio = 0.6180339887498949; /* (sqrt(5) - 1) / 2 */
    double x = b - ratio * (b - a), y = a + ratio * (b - a);
    double at_x = margin_at(search, x), at_y = margin_at(search, y);
    while (b - a > 1e-13 * b) {
        if (at_x >= at_y) {
            b = y;
            y = x;
            at_y = at_x;
            x = b - ratio * (b - a);
            at_x = margin_at(search, x);
        } else {
            a = x;
            x = y;
            at_x = at_y;
            y = a + ratio * (b - a);
            at_y = margin_at(search, y);
        }
    }
    return at_x >= at_y ? (struct best_rate){x, at_x} : (struct best_rate){y, at_y};
}

/* The lower end of the interval up to lr in which no margin is worse; at a it is. */
static double lower_end(struct search *search, double a, double lr, double margin)
{
    while (lr - a > 1e-13 * lr) {
        const double middle = a + (lr - a) / 2;
        if (!exceeds(margin, margin_at(search, middle)))
            lr = middle;
        else
            a = middle;
    }
    return lr;
}

/* Margins at the points from the upper end down, until they have fallen to a thousandth
 * of the best; the index of the best. */
static int scan(struct search *search, double value[POINTS + 1])
{
    int best = POINTS - 1;
    for (int k = 0; k <= POINTS; k++)
        value[k] = 0;
    for (int k = POINTS - 1; k > 0; k--) {
        value[k] = margin_at(search, point(search, k));
        if (value[k] > value[best])
            best = k;
        /* Below 1e-6 of the interval. */
        if (k < DEEP - 16 && value[k] < 1e-3 * value[best])
            break;
    }
    return best;
}

/* Whether a local maximum may lie beside point k; on a level stretch, only at its first
 * point. */
static bool is_high(const double value[POINTS + 1], int k)
{
    return exceeds(value[k], value[k - 1]) && !exceeds(value[k + 1], value[k]);
}

static struct best_rate best_of(struct search *search)
{
    double value[POINTS + 1];
    const int highest = scan(search, value);
    struct best_rate best = {NAN, NAN};
    for (int k = 1; k < POINTS; k++) {
        if (k != highest && !is_high(value, k))
            continue;
        const struct best_rate own =
            golden_section(search, point(search, k - 1), point(search, k + 1));
        if (isnan(best.lr) || own.margin > best.margin)
            best = own;
    }
    if (exceeds(best.margin, margin_at(search, best.lr * (1 - 1e-6))))
        return best;
    int below = POINTS - 1;
    while (below > 0 &&
           (point(search, below) >= best.lr || !exceeds(best.margin, value[below])))
        below--;
    best.lr = lower_end(search, point(search, below), best.lr, best.margin);
    return best;
}

int stability_best(const struct rule *rule, const double *h, size_t n,
                   struct interval interval, struct best_rate *best,
                   struct error *error)
{
    struct search search = {malloc(n * sizeof *search.modes), n, interval, STATUS_OK,
                            error};
    *best = (struct best_rate){NAN, NAN};
    if (!search.modes)
        return error_memory(error, "the modes");
    for (size_t i = 0; i < n && !interrupt_pending(); i++)
        mode_init(&search.modes[i], rule, h[i], written_out);
    if (interval.to > interval.from && isfinite(interval.to) && !interrupt_pending())
        *best = best_of(&search);
    free(search.modes);
    return search.status;
}

double stability_steps(double margin, double accuracy)
{
    return margin > 0 ? log(accuracy) / log1p(-margin) : NAN;
}

/* --- exact and measured ----------------------------------------------------------- */

int stability_exact(struct stability *stability, const struct rule *rule,
                    const double *h, size_t n, struct error *error)
{
    struct stable_set set;
    int status = stability_set(rule, h, n, &set, error);
    if (status != STATUS_OK)
        return status;
    *stability = (struct stability){
        .interval = stable_set_around(&set, rule->number[RULE_LR]),
        .intervals = set.count,
        .limit_closed = stability_limit_closed(rule, h, n),
        .growth = {NAN, NAN, false},
        .limit_measured = NAN,
    };
    status =
        stability_margin(rule, h, n, &stability->margin, &stability->source, error);
    if (status != STATUS_OK)
        return status;
    return stability_best(rule, h, n, stability->interval, &stability->best, error);
}

void stability_measure(struct stability *stability, const struct rule *rule,
                       const double *h, size_t n)
{
    stability->growth = stability_growth(rule, h, n);
    stability->limit_measured = stability_limit_measured(rule, h, n);
}

static enum verdict judge_limit(double measured, double exact)
{
    /* Neither has a limit. */
    if (isinf(measured) && isinf(exact))
        return VERDICT_HOLDS;
    return isnan(measured) ? VERDICT_INCONCLUSIVE
                           : verdict_equal(measured - exact, STABILITY_TOLERANCE,
                                           evidence_scale(exact));
}

static enum verdict judge_radius(const struct stability *s, const char **reason)
{
    const double allowed = STABILITY_TOLERANCE * fabs(s->margin);
    if (isnan(s->margin) || s->growth.log_factor == INFINITY) {
        *reason = "the growth is beyond the range of numbers";
        return VERDICT_INCONCLUSIVE;
    }
    if (!s->growth.settled) {
        *reason = "the growth of chains did not settle within 2^20 steps";
        return VERDICT_INCONCLUSIVE;
    }
    if (allowed < 4 * GROWTH_ROUNDING) {
        *reason = "1 - rho is within the rounding of chains";
        return VERDICT_INCONCLUSIVE;
    }
    return verdict_equal(-expm1(s->growth.log_factor) - s->margin, 1, allowed);
}

enum verdict stability_judge(const struct stability *s, const char **reason)
{
    *reason = NULL;
    const enum verdict radius = judge_radius(s, reason),
                       limit = judge_limit(s->limit_measured, s->interval.to);
    const bool closed = !isnan(s->limit_closed);
    if (radius == VERDICT_FAILS || limit == VERDICT_FAILS ||
        (closed && judge_limit(s->limit_measured, s->limit_closed) == VERDICT_FAILS)) {
        *reason = NULL;
        return VERDICT_FAILS;
    }
    if (radius == VERDICT_HOLDS && limit == VERDICT_INCONCLUSIVE) {
        *reason = "chains near the limit do not tell whether they grow";
        return VERDICT_INCONCLUSIVE;
    }
    return radius;
}
