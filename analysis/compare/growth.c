/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/growth.h"

#include "base/elementary.h"

#include <math.h>

enum {
    FIRST_WINDOW = 10, /* from step 2^10 on, when transients of beta1 <= 0.9 are over */
    LAST_WINDOW = 19,
    STATE = 1 + RULE_MAX_SLOTS,
};

/* One chain from each unit vector of the state: theta[chain], slot[s * chains + chain].
 */
struct basis_chains {
    const struct rule *rule;
    double h;
    size_t count;
    uint64_t t;
    double theta[STATE];
    double slot[RULE_MAX_SLOTS * STATE];
};

static void chains_start(struct basis_chains *chains, const struct rule *rule, double h)
{
    *chains = (struct basis_chains){
        .rule = rule, .h = h, .count = 1 + (size_t)rule->kind->slots};
    chains->theta[0] = 1;
    for (size_t s = 0; s + 1 < chains->count; s++)
        chains->slot[s * chains->count + s + 1] = 1;
}

static void chains_step(struct basis_chains *chains)
{
    double gradient[RULE_MAX_GRADIENTS * STATE];
    for (int k = 0; k < rule_gradients(chains->rule->kind); k++)
        for (size_t i = 0; i < chains->count; i++)
            gradient[(size_t)k * chains->count + i] = chains->h * chains->theta[i];
    chains->rule->kind->step(chains->rule, chains->t++, chains->count, gradient,
                             chains->theta, chains->slot);
}

static double chains_norm(const struct basis_chains *chains)
{
    double sum = 0;
    for (size_t i = 0; i < chains->count; i++)
        sum += chains->theta[i] * chains->theta[i];
    for (size_t i = 0; i < chains->count * (chains->count - 1); i++)
        sum += chains->slot[i] * chains->slot[i];
    return sqrt(sum);
}

/* Scales all states by a power of two, which changes nothing else: the rule is linear.
 */
static void chains_scale(struct basis_chains *chains, double norm)
{
    const double factor = ldexp(1, -ilogb(norm));
    for (size_t i = 0; i < chains->count; i++)
        chains->theta[i] *= factor;
    for (size_t i = 0; i < chains->count * (chains->count - 1); i++)
        chains->slot[i] *= factor;
}

/* Runs one step and returns the logarithm of the norm's growth; *norm is updated. */
static double chains_increment(struct basis_chains *chains, double *norm)
{
    chains_step(chains);
    const double next = chains_norm(chains);
    if (next == 0)
        return -INFINITY;
    if (!isfinite(next))
        return INFINITY;
    const double increment = elementary_log(next / *norm);
    *norm = next;
    if (next > 0x1p100 || next < 0x1p-100) {
        chains_scale(chains, next);
        *norm = chains_norm(chains);
    }
    return increment;
}

/* The weighted mean of `steps` increments, or the first that is not finite. */
static double window(struct basis_chains *chains, uint64_t steps, double *norm)
{
    double sum = 0, weights = 0;
    for (uint64_t k = 0; k < steps; k++) {
        const double x = ((double)k + 0.5) / (double)steps;
        const double from_ends = 1 / (x * (1 - x));
        const double increment = chains_increment(chains, norm);
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
    struct basis_chains chains;
    chains_start(&chains, rule, h);
    double norm = chains_norm(&chains);
    double last = window(&chains, UINT64_C(1) << FIRST_WINDOW, &norm);
    struct growth growth = {last, 0, !isfinite(last)};
    for (int k = FIRST_WINDOW; isfinite(last) && !growth.settled && k <= LAST_WINDOW;
         k++) {
        growth.log_factor = window(&chains, UINT64_C(1) << k, &norm);
        if (!isfinite(growth.log_factor))
            return (struct growth){growth.log_factor, 0, true};
        growth.error = fmax(fabs(growth.log_factor - last), GROWTH_ROUNDING);
        growth.settled = growth.error <= fmax(GROWTH_SETTLED * fabs(growth.log_factor),
                                              GROWTH_ROUNDING);
        last = growth.log_factor;
    }
    return growth;
}

enum trend growth_trend(struct growth growth)
{
    if (!(fabs(growth.log_factor) > 3 * growth.error))
        return TREND_UNKNOWN;
    return growth.log_factor < 0 ? TREND_SHRINKS : TREND_GROWS;
}
