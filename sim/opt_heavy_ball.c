/* opt_heavy_ball.c: Heavy Ball momentum, Algorithm 1. */
#include "parameters.h"

#define RULE heavy_ball
enum { SLOTS = 1, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR, BETA1, BETA3 };
enum { MOMENTUM };                                      /* slots */
enum { RATE = OPTIMIZER_RATE, DECAY, WEIGHT, SCALARS }; /* scalars */

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA1,
    {.name = "beta3",
     .symbol = "beta_3",
     .doc = "weight of the new gradient; 1 is PyTorch's convention",
     .preset = "1-beta1",
     .preset_value = NAN,
     .low = 0,
     .low_open = true,
     .high = INFINITY},
};

static void complete(double *parameter)
{
    if (isnan(parameter[BETA3]))
        parameter[BETA3] = 1 - parameter[BETA1];
}

static void scalars(const double *parameter, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = parameter[LR];
    scalar[DECAY] = parameter[BETA1];
    scalar[WEIGHT] = parameter[BETA3];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double m = scalar[DECAY] * slot[MOMENTUM] + scalar[WEIGHT] * g[0];
    *theta -= scalar[RATE] * m;
    slot[MOMENTUM] = m;
}

#include "optimizer_template.h"

OPTIMIZER_DEFINE = {
    OPTIMIZER_LOOPS,
    .summary = "Heavy Ball momentum",
    .rule = "m_t = beta1 m_{t-1} + beta3 g_t; theta' = theta - eta m_t",
    .source = "Algorithm 1, eq. 2",
    .linear = true,
    .equivariant = true,
    .complete = complete,
};
