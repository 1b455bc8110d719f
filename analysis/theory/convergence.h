/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convergence.h: theorem 3.1 and the lemmas under it, as printed and corrected.
 *
 * beta = beta1^2, eta0 = eta/sqrt((1+beta0)^2 + beta0^2), alpha = eta0 (1-beta). The
 * theorem assumes an L-smooth f with |grad f| <= G, noise E|xi|^2 <= sigma^2, and a
 * chain of t+1 steps at the constant rate eta0 = min{1/(2L), C/sqrt(t+1)}. */
#ifndef PNM_THEORY_CONVERGENCE_H
#define PNM_THEORY_CONVERGENCE_H

#include <stdbool.h>
#include <stdint.h>

/* The constants of the bounds. */
struct convergence {
    double beta0, beta1;
    double smoothness; /* L */
    double gradient;   /* G */
    double sigma;      /* sqrt(E|xi|^2) over all coordinates */
    double gap;        /* f(theta_0) - f* */
    double c;          /* C */
};

enum convergence_form { CONVERGENCE_PRINTED, CONVERGENCE_CORRECTED };

/* eta0 for a chain of `steps` = t+1 steps. */
double convergence_rate(const struct convergence *c, uint64_t steps);

/* The factor of L^2 eta0^2 (G^2 + sigma^2)/(1-beta)^2 in lemma A.3. Printed:
 * [beta + beta0 (1-beta)]^2. Corrected: (beta + |beta - beta0 (1-beta)|)^2, because
 *
 *     z_t - theta_t = -eta0/(1-beta) {[beta - beta0 (1-beta)] m_{t-1} + beta m_{t-2}}
 *
 * and m is a mean of gradients with weights (1-beta) beta^k. The two agree at beta0 =
 * beta/(2(1-beta)); below it the printed one is too small, by a factor of up to 4,
 * above it larger than necessary. */
double convergence_lemma_factor(double beta0, double beta1, enum convergence_form form);

/* The right-hand side of lemma A.3 at the rate eta0. */
double convergence_lemma_bound(const struct convergence *c, double eta0,
                               enum convergence_form form);

/* The right-hand side of theorem 3.1 for a chain of `steps` steps. */
double convergence_bound(const struct convergence *c, uint64_t steps,
                         enum convergence_form form);

#endif
