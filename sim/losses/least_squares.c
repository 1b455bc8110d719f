/* SPDX-License-Identifier: GPL-3.0-or-later */
/* least_squares.c: linear regression on fresh examples. Its risk is a quadratic, whose
 * gradient has no bound; its gradient samples are those of minibatches.
 *
 * Features x ~ N(0, H), residuals e ~ N(0, V): an example's loss is (x'theta - e)^2/2,
 * so the risk without its constant V/2 is f = sum_i h_i theta_i^2 / 2, and a gradient
 * is the mean of x (x'theta - e) over B examples. h falls from L to L/kappa, evenly
 * spaced in the logarithm, or as L i^-P. */
#include "base/elementary.h"
#include "losses/loss.h"

#include <stdlib.h>

#define LOSS least_squares
enum { SMOOTHNESS, CONDITION, POWER, BATCH, RESIDUAL }; /* parameters */

static const struct parameter parameters[] = {
    LOSS_PARAMETER_SMOOTHNESS,
    LOSS_PARAMETER_CONDITION,
    {
        .name = "power",
        .symbol = "P",
        .doc = "exponent of curvatures L i^-P; 0: they fall to L/kappa",
        .preset = "0",
        .preset_value = 0,
        .low = 0,
        .high = 20,
    },
    {
        .name = "batch",
        .aliases = "batch-size",
        .symbol = "B",
        .doc = "examples of a minibatch, a whole number",
        .preset = "1",
        .preset_value = 1,
        .low = 1,
        .high = 1e9,
    },
    {
        .name = "residual-variance",
        .symbol = "V",
        .doc = "variance of the residuals",
        .preset = "1",
        .preset_value = 1,
        .low = 0,
        .low_open = true,
        .high = INFINITY,
    },
};

static int check(const struct loss *loss, struct error *error)
{
    const double batch = loss->number[BATCH];
    if (batch != rint(batch))
        return error_about(error, STATUS_USAGE, "batch",
                           "%g is not allowed; allowed are whole numbers from 1 to 1e9",
                           batch);
    if (loss->number[POWER] > 0 && loss->number[CONDITION] != 1)
        return error_about(
            error, STATUS_USAGE, "power",
            "%g is not allowed beside a condition of %g; allowed is one of "
            "the two",
            loss->number[POWER], loss->number[CONDITION]);
    return STATUS_OK;
}

static int init(struct loss *loss, struct error *error)
{
    const double decline = elementary_log(loss->number[CONDITION]);
    const size_t n = loss->n;
    const int status = check(loss, error);
    if (status != STATUS_OK)
        return status;
    loss->smoothness = loss->number[SMOOTHNESS];
    loss->examples = (size_t)loss->number[BATCH];
    loss->residual = loss->number[RESIDUAL];
    loss->data = malloc(n * sizeof *loss->data);
    if (!loss->data)
        return error_memory(error, "the curvatures");
    loss->rows = 1;
    for (size_t i = 0; i < n; i++) {
        const double share = n > 1 ? (double)i / (double)(n - 1) : 0;
        const double exponent =
            -share * decline - loss->number[POWER] * elementary_log((double)(i + 1));
        loss->data[i] = loss->smoothness * elementary_exp(exponent);
    }
    return STATUS_OK;
}

#include "losses/diagonal.h"

LOSS_KIND = {
    LOSS_TRAITS,
    .unbounded = true,
    .curvatures = 3,
    .summary = "linear regression on fresh examples: gradients of minibatches, exact "
               "transients of the risk",
    .formula = "E (x'theta - e)^2/2, x ~ N(0, diag(h)), e ~ N(0, V); "
               "h_i = L kappa^(-(i-1)/(n-1)) or L i^-P",
    .source = "fourth moments of normal numbers; sim/rules/mean_square.h",
};
