/* optimizer_template.h: the loops of an update rule, made from its update.
 *
 * A rule file defines, and then includes this header:
 *
 *   RULE                   its name, without quotes
 *   SLOTS, SAMPLES         enum constants
 *   SCALARS_VARY           enum constant: 1 if scalars() depends on t, else 0
 *   scalars(parameter, t, scalar)
 *   update(scalar, theta, slot, gradient), static inline: one coordinate, one step;
 *       it changes *theta and slot[0..SLOTS), may draw nothing and cannot fail.
 */
#include "kernels.h"

#include <math.h>

/* Arrays of the state need at least one element in C. */
enum { SLOT_PLACES = SLOTS > 0 ? SLOTS : 1 };

static void step(const double *parameter, uint64_t t, size_t count,
                 const double *restrict gradient, double *restrict theta,
                 double *restrict slot)
{
    double scalar[OPTIMIZER_MAX_SCALARS];
    scalars(parameter, t, scalar);
    for (size_t i = 0; i < count; i++) {
        double g[SAMPLES], s[SLOT_PLACES];
        for (int k = 0; k < SAMPLES; k++)
            g[k] = gradient[(size_t)k * count + i];
        for (int k = 0; k < SLOTS; k++)
            s[k] = slot[(size_t)k * count + i];
        update(scalar, &theta[i], s, g);
        for (int k = 0; k < SLOTS; k++)
            slot[(size_t)k * count + i] = s[k];
    }
}

static void advance(const double *parameter, uint64_t t, size_t steps,
                    const double *restrict normal, struct tile *restrict tile,
                    double *restrict path)
{
    double scalar[OPTIMIZER_MAX_SCALARS];
    scalars(parameter, t, scalar);
    for (size_t k = 0; k < steps; k++) {
        const double *restrict xi = normal + k * SAMPLES * OPTIMIZER_LANES;
        double *restrict out = path + k * OPTIMIZER_LANES;
        if (SCALARS_VARY && k > 0)
            scalars(parameter, t + k, scalar);
        /* Vectorised by the compiler on its own; `omp simd` would keep g and s in
         * memory and be four times slower. */
        for (int lane = 0; lane < OPTIMIZER_LANES; lane++) {
            double g[SAMPLES], s[SLOT_PLACES];
            double theta = tile->theta[lane];
            const double mean =
                tile->h[lane] * (theta - tile->centre[lane]) + tile->slope[lane];
            for (int j = 0; j < SAMPLES; j++)
                g[j] = fma(tile->noise_sd[lane], xi[j * OPTIMIZER_LANES + lane], mean);
            for (int j = 0; j < SLOTS; j++)
                s[j] = tile->slot[j][lane];
            update(scalar, &theta, s, g);
            tile->theta[lane] = theta;
            for (int j = 0; j < SLOTS; j++)
                tile->slot[j][lane] = s[j];
            out[lane] = theta;
        }
    }
}

#define OPTIMIZER_SYMBOL_(rule) ISA_NAME(optimizer_##rule)
#define OPTIMIZER_SYMBOL(rule) OPTIMIZER_SYMBOL_(rule)
#define OPTIMIZER_TEXT_(rule) #rule
#define OPTIMIZER_TEXT(rule) OPTIMIZER_TEXT_(rule)

/* The first members of a rule's struct optimizer. */
#define OPTIMIZER_LOOPS                                                                \
    .name = OPTIMIZER_TEXT(RULE), .slots = SLOTS, .samples = SAMPLES,                  \
    .parameters = parameters,                                                          \
    .parameter_count = (int)(sizeof parameters / sizeof *parameters),                  \
    .scalars = scalars, .step = step, .advance = advance
#define OPTIMIZER_DEFINE const struct optimizer OPTIMIZER_SYMBOL(RULE)

_Static_assert((int)SLOTS <= (int)OPTIMIZER_MAX_SLOTS, "too many slots");
_Static_assert((int)SAMPLES <= (int)OPTIMIZER_MAX_SAMPLES, "too many gradient samples");
_Static_assert(sizeof parameters / sizeof *parameters <= OPTIMIZER_MAX_PARAMETERS,
               "too many parameters");
extern OPTIMIZER_DEFINE;
