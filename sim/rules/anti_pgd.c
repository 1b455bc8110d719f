/* SPDX-License-Identifier: GPL-3.0-or-later */
/* anti_pgd.c: gradient descent that is perturbed by anticorrelated noise.
 *
 * Orvieto et al. take exact gradients and add xi_{t+1} - xi_t with independent xi. Here
 * xi_{t+1} = -eta n_t, where n_t is the noise of the step's gradient sample, so that
 * Var xi = eta^2 c; the step takes the noise of the step before back. A rule that has
 * samples alone could not do that: to it noise and gradient are one, and what it takes
 * back of the noise it takes back of the gradient. So the rule is given the gradient
 * without noise too. */
#include "rules/parameters.h"

#define RULE anti_pgd
enum { SLOTS = 1, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR };
enum { LAST };                      /* slot: n_{t-1} */
enum { RATE = RULE_RATE, SCALARS }; /* scalars */

static const struct parameter parameters[] = {PARAMETER_LR};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = rule->number[LR];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double exact = g[SAMPLES + 1];
    *theta -= scalar[RATE] * (g[0] - slot[LAST]);
    slot[LAST] = g[0] - exact;
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "gradient descent with anticorrelated perturbations",
    .formula = "theta' = theta - eta (g_t - n_{t-1}), n_t = g_t - grad f(theta_t); "
               "xi_{t+1} = -eta n_t",
    .source = "Orvieto et al., ICML 2022",
    .linear = true,
    .equivariant = true,
    .exact_gradient = true,
};
