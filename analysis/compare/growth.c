#include "compare/growth.h"

#include "base/elementary.h"

#include <math.h>

enum {
    FIRST_WINDOW = 10, /* from step 2^10: transients of beta1 <= 0.9 are over */
    LAST_WINDOW = 19,
    STATE = 1 + RULE_MAX_SLOTS,
};

/* A run from each unit vector: theta[run], slot[s * runs + run]. */
struct runs {
    const struct rule *rule;
    double h;
    size_t count;
    uint64_t t;
    double theta[STATE];
    double slot[RULE_MAX_SLOTS * STATE];
};

static void runs_start(struct runs *runs, const struct rule *rule, double h)
{
    *runs = (struct runs){.rule = rule, .h = h, .count = 1 + (size_t)rule->kind->slots};
    runs->theta[0] = 1;
    for (size_t s = 0; s + 1 < runs->count; s++)
        runs->slot[s * runs->count + s + 1] = 1;
}

static void runs_step(struct runs *runs)
{
    double gradient[RULE_MAX_SAMPLES * STATE];
    for (int k = 0; k < runs->rule->kind->samples; k++)
        for (size_t i = 0; i < runs->count; i++)
            gradient[(size_t)k * runs->count + i] = runs->h * runs->theta[i];
    runs->rule->kind->step(runs->rule, runs->t++, runs->count, gradient, runs->theta,
                           runs->slot);
}

static double runs_norm(const struct runs *runs)
{
    double sum = 0;
    for (size_t i = 0; i < runs->count; i++)
        sum += runs->theta[i] * runs->theta[i];
    for (size_t i = 0; i < runs->count * (runs->count - 1); i++)
        sum += runs->slot[i] * runs->slot[i];
    return sqrt(sum);
}

/* By a power of two: the rule is linear, so nothing but the scale changes. */
static void runs_scale(struct runs *runs, double norm)
{
    const double factor = ldexp(1, -ilogb(norm));
    for (size_t i = 0; i < runs->count; i++)
        runs->theta[i] *= factor;
    for (size_t i = 0; i < runs->count * (runs->count - 1); i++)
        runs->slot[i] *= factor;
}

/* One step; the log of what it multiplies the norm by. *norm is carried on. */
static double runs_increment(struct runs *runs, double *norm)
{
    runs_step(runs);
    const double next = runs_norm(runs);
    if (next == 0)
        return -INFINITY;
    if (!isfinite(next))
        return INFINITY;
    const double increment = elementary_log(next / *norm);
    *norm = next;
    if (next > 0x1p100 || next < 0x1p-100) {
        runs_scale(runs, next);
        *norm = runs_norm(runs);
    }
    return increment;
}

/* The weighted mean of `steps` increments, or the first that is not finite. */
static double window(struct runs *runs, uint64_t steps, double *norm)
{
    double sum = 0, weights = 0;
    for (uint64_t k = 0; k < steps; k++) {
        const double x = ((double)k + 0.5) / (double)steps;
        const double from_ends = 1 / (x * (1 - x));
        const double increment = runs_increment(runs, norm);
        if (!isfinite(increment))
            return increment;
        if (from_ends < 200) { /* e^-200 adds nothing */
            const double weight = elementary_exp(4 - from_ends);
            sum += weight * increment;
            weights += weight;
        }
    }
    return sum / weights;
}

struct growth growth_measure(const struct rule *rule, double h)
{
    struct runs runs;
    runs_start(&runs, rule, h);
    double norm = runs_norm(&runs);
    double last = window(&runs, UINT64_C(1) << FIRST_WINDOW, &norm);
    for (int k = FIRST_WINDOW; isfinite(last) && k <= LAST_WINDOW; k++) {
        const double next = window(&runs, UINT64_C(1) << k, &norm);
        if (fabs(next - last) <= fmax(GROWTH_SETTLED * fabs(next), 1e-15))
            return (struct growth){next, true};
        last = next;
    }
    return (struct growth){last, !isfinite(last)};
}
