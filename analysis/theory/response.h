/* SPDX-License-Identifier: GPL-3.0-or-later */
/* response.h: the impulse response of theta, a_k: how far a draw of noise of size 1
 * moves theta k + 1 steps later.
 *
 * theta is the sum of a_k xi_k over all past draws, so its law follows from sums of
 * powers of a_k: with stable noise of exponent alpha it is stable, and its scale to the
 * power alpha is that of the noise times the sum of |a_k|^alpha; cumulant number m of
 * theta is that of the noise times the sum of a_k^m. */
#ifndef PNM_RESPONSE_H
#define PNM_RESPONSE_H

#include "theory/theory.h"

#include <stddef.h>

struct response {
    int samples;  /* independent gradient samples */
    size_t count; /* steps */
    double *a;    /* samples x count */
    enum exact_source source;
    /* Of what comes after them, in blocks of `count`: |a_k| is at most `largest` times
     * `decay` to the power of the block's number, from 1 on. */
    double largest, decay;
};

enum { RESPONSE_LONGEST = 1 << 24 };

/* Makes the response at curvature h, so long that the sum of |a_k|^power is known to
 * 1e-13. STATUS_USAGE for a rate so small that it takes more steps than that;
 * STATUS_MEMORY. response_free is legal after a failure. */
PNM_MUST_USE int response_init(struct response *response, const struct rule *rule,
                               double h, double power, struct error *error);
void response_free(struct response *response);

/* The sum of |a_k|^power over k < steps (all, if that is more than there are), and in
 * *left, if not NULL, a bound of what comes after the last step that there is. */
double response_sum(const struct response *response, double power, size_t steps,
                    double *left);

/* The largest |a_k|. */
double response_largest(const struct response *response);

#endif
