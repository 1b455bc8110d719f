/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/convergence.h"

#include <math.h>

double convergence_rate(const struct convergence *c, uint64_t steps)
{
    return fmin(1 / (2 * c->smoothness), c->c / sqrt((double)steps));
}

double convergence_lemma_factor(double beta0, double beta1, enum convergence_form form)
{
    const double beta = beta1 * beta1, extra = beta0 * (1 - beta);
    const double weights =
        beta + (form == CONVERGENCE_PRINTED ? extra : fabs(beta - extra));
    return weights * weights;
}

/* G^2 + sigma^2, which bounds the mean square of a stochastic gradient. */
static double gradient_square(const struct convergence *c)
{
    return c->gradient * c->gradient + c->sigma * c->sigma;
}

double convergence_lemma_bound(const struct convergence *c, double eta0,
                               enum convergence_form form)
{
    const double beta = c->beta1 * c->beta1;
    const double scale = c->smoothness * eta0 / (1 - beta);
    return scale * scale * convergence_lemma_factor(c->beta0, c->beta1, form) *
           gradient_square(c);
}

double convergence_bound(const struct convergence *c, uint64_t steps,
                         enum convergence_form form)
{
    const double beta = c->beta1 * c->beta1, root = sqrt((double)steps);
    const double factor =
        convergence_lemma_factor(c->beta0, c->beta1, form) / ((1 - beta) * (1 - beta));
    const double c1 =
        c->c * c->smoothness * (factor * gradient_square(c) + c->sigma * c->sigma);
    return 2 * c->gap / (double)steps * fmax(2 * c->smoothness, root / c->c) +
           c1 / root;
}
