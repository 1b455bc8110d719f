/* SPDX-License-Identifier: GPL-3.0-or-later */
/* radam.c: rectified Adam: momentum alone until the denominator's variance is
 * finite, then Adam times a factor r_t that grows to 1. The paper begins at
 * rho_t > 4, PyTorch at rho_t > 5. The paper prints no epsilon, which is added as in
 * Adam here; PyTorch adds it before it corrects the bias. */
#include "rules/parameters.h"

#define RULE radam
enum { SLOTS = 2, SAMPLES = 1, SCALARS_VARY = 1 };
enum { LR, BETA1, BETA2, EPSILON, CONVENTION };
enum { MEAN, SQUARE }; /* slots */
/* Scalars; RECTIFY is r_t, 0 while there is no adaptive step. */
enum { RATE = RULE_RATE, DECAY1, DECAY2, SCALE1, ROOT_SCALE2, SMALL, RECTIFY, SCALARS };

static const struct parameter parameters[] = {
    PARAMETER_LR,      PARAMETER_BETA1,      PARAMETER_BETA2,
    PARAMETER_EPSILON, PARAMETER_CONVENTION,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    const bool torch = rule->word[CONVENTION] == CONVENTION_TORCH;
    const double steps = 1 + (double)t, beta2 = rule->number[BETA2];
    const double power = integer_power(beta2, t + 1), weight2 = 1 - power;
    const double limit = 2 / (1 - beta2) - 1; /* rho_inf */
    const double rho = limit - 2 * steps * power / weight2;
    scalar[RATE] = rule->number[LR];
    scalar[DECAY1] = rule->number[BETA1];
    scalar[DECAY2] = beta2;
    scalar[SCALE1] = 1 / mean_weight(rule->number[BETA1], t);
    scalar[ROOT_SCALE2] = 1 / sqrt(weight2);
    scalar[SMALL] =
        torch ? rule->number[EPSILON] * scalar[ROOT_SCALE2] : rule->number[EPSILON];
    scalar[RECTIFY] =
        rho > (torch ? 5 : 4)
            ? sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
            : 0;
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    slot[MEAN] = mean_next(scalar[DECAY1], slot[MEAN], g[0]);
    slot[SQUARE] = mean_next(scalar[DECAY2], slot[SQUARE], g[0] * g[0]);
    const double mean = slot[MEAN] * scalar[SCALE1];
    const double below = sqrt(slot[SQUARE]) * scalar[ROOT_SCALE2] + scalar[SMALL];
    *theta -=
        scalar[RATE] * (scalar[RECTIFY] > 0 ? scalar[RECTIFY] * mean / below : mean);
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "rectified Adam",
    .formula =
        "m_t, v_t, mhat, vhat as adam; rho_inf = 2/(1-beta2) - 1, rho_t = rho_inf - "
        "2t beta2^t/(1-beta2^t); theta' = theta - eta mhat until rho_t > 4 (torch: "
        "5), then theta - eta r_t mhat/(sqrt(vhat) + epsilon) (torch: epsilon/"
        "sqrt(1-beta2^t)), r_t^2 = (rho_t-4)(rho_t-2)rho_inf/((rho_inf-4)(rho_inf-2)"
        "rho_t)",
    .source = "Liu et al. 2020, Algorithm 2; torch.optim.RAdam",
    .linear = false,
    .equivariant = false,
};
