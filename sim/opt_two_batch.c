/* opt_two_batch.c: the positive-negative average of two independent gradient samples at
 * the same point, eq. 5: the idea that positive-negative momentum starts from. */
#include "parameters.h"

#define RULE two_batch
enum { SLOTS = 0, SAMPLES = 2, SCALARS_VARY = 0 };
enum { LR, BETA0, NORMALIZATION };
enum { RATE = OPTIMIZER_RATE, POSITIVE, NEGATIVE, SCALARS }; /* scalars */

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA0,
    PARAMETER_LR_NORMALIZATION,
};

static void scalars(const double *parameter, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] =
        normalized_lr(parameter[LR], parameter[BETA0], parameter[NORMALIZATION]);
    scalar[POSITIVE] = 1 + parameter[BETA0];
    scalar[NEGATIVE] = parameter[BETA0];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    (void)slot;
    *theta -= scalar[RATE] * (scalar[POSITIVE] * g[0] - scalar[NEGATIVE] * g[1]);
}

#include "optimizer_template.h"

OPTIMIZER_DEFINE = {
    OPTIMIZER_LOOPS,
    .summary = "positive-negative average of two independent gradients a step",
    .rule = "theta' = theta - eta0 [(1+beta0) g_a - beta0 g_b], "
            "eta0 = eta/sqrt((1+beta0)^2 + beta0^2)",
    .source = "eq. 5",
    .linear = true,
    .equivariant = true,
};
