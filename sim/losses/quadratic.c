/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quadratic.c: a quadratic. Its gradient has no bound, so it serves sampling runs with
 * an exact answer, but not Theorem 3.1.
 *
 * f = sum_i h_i theta_i^2 / 2 with h from L down to L/kappa, evenly spaced in the
 * logarithm. The Hessian is diag(h), so its norm is L. */
#include "base/elementary.h"
#include "losses/loss.h"

#include <stdlib.h>

#define LOSS quadratic
enum { SMOOTHNESS, CONDITION }; /* parameters */

static const struct parameter parameters[] = {
    LOSS_PARAMETER_SMOOTHNESS,
    LOSS_PARAMETER_CONDITION,
};

static int init(struct loss *loss, struct error *error)
{
    const double decline = elementary_log(loss->number[CONDITION]);
    loss->smoothness = loss->number[SMOOTHNESS];
    loss->data = malloc(loss->n * sizeof *loss->data);
    if (!loss->data)
        return error_memory(error, "the curvatures");
    loss->rows = 1;
    for (size_t i = 0; i < loss->n; i++) {
        const double share = loss->n > 1 ? (double)i / (double)(loss->n - 1) : 0;
        loss->data[i] = loss->smoothness * elementary_exp(-share * decline);
    }
    return STATUS_OK;
}

#include "losses/diagonal.h"

LOSS_KIND = {
    LOSS_TRAITS,
    .unbounded = true,
    .quadratic = true,
    .curvatures = 2,
    .summary = "a quadratic: its transients are exact, its gradient has no bound",
    .formula = "sum_i h_i theta_i^2 / 2, h_i = L kappa^(-(i-1)/(n-1))",
    .source = "assumption 1 of the paper",
};
