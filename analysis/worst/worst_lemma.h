/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_lemma.h: lemmas A.2 and A.3 of the paper without noise as worst cases over
 * L-smooth functions, L = 1. z_t is that of lemma A.1 with the x_t for which it holds.
 */
#ifndef PNM_WORST_LEMMA_H
#define PNM_WORST_LEMMA_H

#include "worst/worst_case.h"

/* Lemma A.3: the largest |grad f(z_N) - grad f(theta_N)|^2 over chains of pnm from
 * theta_0 with |grad f| <= 1 at theta_0, ..., theta_N and z_N. Points 0 .. N are
 * theta_k, point N + 1 is z_N. A gradient bound at these points alone is a relaxation.
 * `rule` is pnm. STATUS_MEMORY; worst_case_free(worst) is legal after a failure. */
PNM_MUST_USE int worst_lemma_distance(const struct rule *rule, uint64_t steps,
                                      struct worst_case *worst, struct error *error);

/* Lemma A.2 as its proof means it: the largest
 *     f(z') - f(z) - |grad f(z) - g|^2/2 + eta0 |g|^2,   z' = z - eta0 g,
 * for |g| <= 1, which is at most eta0^2. Points 0 and 1 are z and z', vector 4 is g:
 * any vector is the gradient at a theta that is far enough from z. STATUS_MEMORY;
 * worst_case_free(worst) is legal after a failure. */
PNM_MUST_USE int worst_lemma_descent(double eta0, struct worst_case *worst,
                                     struct error *error);

#endif
