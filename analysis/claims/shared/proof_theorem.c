/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/proof_theorem.h"

#include <math.h>

double proof_q(const struct proof_chain *c)
{
    const double alpha = proof_alpha(c), rest = 1 - c->pnm.beta;
    return alpha / rest - c->run->loss.smoothness * alpha * alpha / (rest * rest);
}

double proof_numerator(const struct proof_chain *c, enum form form)
{
    const double beta = c->pnm.beta, own = c->pnm.beta0 * (1 - beta);
    const double weights = beta + (form == FORM_CORRECTED ? fabs(beta - own) : own);
    const double g = c->run->loss.gradient_bound, sigma = c->run->sigma;
    return weights * weights * (g * g + sigma * sigma);
}

double proof_q_prime(const struct proof_chain *c, enum form form)
{
    const double l = c->run->loss.smoothness, alpha = proof_alpha(c);
    const double rest = 1 - c->pnm.beta, sigma = c->run->sigma;
    const double power = form == FORM_PRINTED ? l * l : l;
    return power * alpha * alpha * proof_numerator(c, form) / (2 * pow(rest, 4)) +
           l * alpha * alpha * sigma * sigma / (2 * rest * rest);
}

double proof_gap(const struct proof_chain *c)
{
    return c->step[0].at_theta - c->run->loss.minimum;
}

double proof_c_over_root(const struct proof_chain *c)
{
    const double rate = c->run->setting.rate;
    return (rate < 0.5 ? rate : 2 * rate) / c->run->loss.smoothness;
}
