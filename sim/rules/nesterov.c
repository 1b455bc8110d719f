/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nesterov.c: Nesterov's momentum in PyTorch's form: the gradient is taken at theta
 * and the momentum's next step is added to it. */
#include "rules/parameters.h"

#define RULE nesterov
enum { SLOTS = 1, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR, BETA1 };
enum { MOMENTUM };                         /* slots */
enum { RATE = RULE_RATE, DECAY, SCALARS }; /* scalars */

static const struct parameter parameters[] = {PARAMETER_LR, PARAMETER_BETA1};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = rule->number[LR];
    scalar[DECAY] = rule->number[BETA1];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double d = scalar[DECAY] * slot[MOMENTUM] + g[0];
    *theta -= scalar[RATE] * (g[0] + scalar[DECAY] * d);
    slot[MOMENTUM] = d;
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "Nesterov momentum, PyTorch's form",
    .formula = "d_t = beta1 d_{t-1} + g_t; theta' = theta - eta (g_t + beta1 d_t)",
    .source = "Sutskever et al. 2013, eqs. 3-4, as torch.optim.SGD(nesterov=True)",
    .linear = true,
    .equivariant = true,
};
