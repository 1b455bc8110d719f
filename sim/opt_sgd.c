/* opt_sgd.c: stochastic gradient descent, eq. 1. */
#include "parameters.h"

#define RULE sgd
enum { SLOTS = 0, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR };
enum { RATE = OPTIMIZER_RATE, SCALARS }; /* scalars */

static const struct parameter parameters[] = {PARAMETER_LR};

static void scalars(const double *parameter, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = parameter[LR];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    (void)slot;
    *theta -= scalar[RATE] * g[0];
}

#include "optimizer_template.h"

OPTIMIZER_DEFINE = {
    OPTIMIZER_LOOPS,
    .summary = "stochastic gradient descent",
    .rule = "theta' = theta - eta g",
    .source = "eq. 1",
    .linear = true,
    .equivariant = true,
};
