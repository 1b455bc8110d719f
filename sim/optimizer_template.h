/* optimizer_template.h: the loops of an update rule, made from its update.
 *
 * A rule file defines, and then includes this header:
 *
 *   RULE                   its name, without quotes
 *   SLOTS, SAMPLES         enum constants
 *   SCALARS_VARY           enum constant: 1 if scalars() depends on t, else 0
 *   SCALARS                enum constant: how many numbers scalars() sets
 *   scalars(parameter, t, scalar)
 *   update(scalar, theta, slot, gradient), static inline: one coordinate, one step;
 *       it changes *theta and slot[0..SLOTS), may draw nothing and cannot fail.
 *       gradient[0..SAMPLES) are the samples; two more places hold the curvature h and
 *       the gradient without noise, or 0 and 0 where these are not known.
 */
#include "kernels.h"
#include "schedule.h"

#include <math.h>

/* Arrays of the state need at least one element in C. */
enum { SLOT_PLACES = SLOTS > 0 ? SLOTS : 1 };

/* The rule's scalars at the schedule's rate. */
static void scheduled_scalars(const double *parameter, uint64_t t, double *scalar)
{
    double own[OPTIMIZER_MAX_PARAMETERS];
    if (parameter[OPTIMIZER_SCHEDULE] == SCHEDULE_CONSTANT) {
        scalars(parameter, t, scalar);
        return;
    }
    for (int i = 0; i < OPTIMIZER_MAX_PARAMETERS; i++)
        own[i] = parameter[i];
    own[0] *= schedule_factor(parameter, t);
    scalars(own, t, scalar);
}

/* What decay does at step t: theta times keep, lambda theta added to the gradient. */
struct decay {
    double keep, pull;
};

static inline struct decay decay_at(const double *parameter, uint64_t t)
{
    const double lambda = parameter[OPTIMIZER_WEIGHT_DECAY];
    const double lr = parameter[0] * schedule_factor(parameter, t);
    const bool decoupled = parameter[OPTIMIZER_DECOUPLED] != 0;
    return (struct decay){decoupled ? 1 - lr * lambda : 1, decoupled ? 0 : lambda};
}

static void step(const double *parameter, uint64_t t, size_t count,
                 const double *restrict gradient, double *restrict theta,
                 double *restrict slot)
{
    double scalar[SCALARS];
    const bool decays = parameter[OPTIMIZER_WEIGHT_DECAY] != 0;
    const struct decay decay = decay_at(parameter, t);
    scheduled_scalars(parameter, t, scalar);
    for (size_t i = 0; i < count; i++) {
        double g[SAMPLES + 2] = {0}, s[SLOT_PLACES];
        for (int k = 0; k < SAMPLES; k++)
            g[k] =
                gradient[(size_t)k * count + i] + (decays ? decay.pull * theta[i] : 0);
        for (int k = 0; k < SLOTS; k++)
            s[k] = slot[(size_t)k * count + i];
        theta[i] = decays ? theta[i] * decay.keep : theta[i];
        update(scalar, &theta[i], s, g);
        for (int k = 0; k < SLOTS; k++)
            slot[(size_t)k * count + i] = s[k];
    }
}

/* What a loop over a tile does. Constant at each use below, so that every use is a loop
 * of its own. */
enum {
    RUN_UNIT_NOISE = 1,
    RUN_PATH = 2,
    RUN_MOMENTS = 4,
    RUN_VARYING = 8,
    RUN_DECAY = 16
};

/* Lanes that such a loop advances together (kernels.h). Without slots there is room for
 * all. */
enum { GROUP = SLOTS > 0 ? LANE_GROUP : OPTIMIZER_LANES };

__attribute__((always_inline)) static inline void
run_group(int mode, const double *parameter, uint64_t t, size_t steps,
          const double *restrict normal, struct tile *restrict tile, size_t first,
          double *restrict path, double *restrict sum, double *restrict square)
{
    /* For no steps the compiler would keep the state on the stack as well. */
    if (steps == 0)
        return;
    double theta[GROUP], slot[SLOT_PLACES][GROUP], h[GROUP];
    double own_sum[GROUP] = {0}, own_square[GROUP] = {0};
    double scalar[SCALARS];
    struct decay decay = decay_at(parameter, t);
    scheduled_scalars(parameter, t, scalar);
    for (size_t lane = 0; lane < GROUP; lane++) {
        theta[lane] = tile->theta[first + lane];
        h[lane] = tile->h[first + lane];
        for (int j = 0; j < SLOTS; j++)
            slot[j][lane] = tile->slot[j][first + lane];
    }
    for (size_t k = 0; k < steps; k++) {
        const double *restrict xi = normal + k * SAMPLES * OPTIMIZER_LANES + first;
        double *restrict out =
            mode & RUN_PATH ? path + k * OPTIMIZER_LANES + first : NULL;
        if ((SCALARS_VARY || mode & RUN_VARYING) && k > 0)
            scheduled_scalars(parameter, t + k, scalar);
        if (mode & RUN_VARYING && mode & RUN_DECAY)
            decay = decay_at(parameter, t + k);
        /* Vectorised by the compiler on its own; `omp simd` would keep g and s in
         * memory and be four times slower. */
        for (size_t lane = 0; lane < GROUP; lane++) {
            double g[SAMPLES + 2], s[SLOT_PLACES], x = theta[lane];
            g[SAMPLES] = h[lane];
            g[SAMPLES + 1] = mode & RUN_UNIT_NOISE
                                 ? h[lane] * x
                                 : h[lane] * (x - tile->centre[first + lane]) +
                                       tile->slope[first + lane];
            for (size_t j = 0; j < SAMPLES; j++) {
                const double noise = xi[j * OPTIMIZER_LANES + lane];
                g[j] = mode & RUN_UNIT_NOISE
                           ? fma(h[lane], x, noise)
                           : fma(tile->noise_sd[first + lane], noise,
                                 h[lane] * (x - tile->centre[first + lane]) +
                                     tile->slope[first + lane]);
                if (mode & RUN_DECAY)
                    g[j] += decay.pull * x;
            }
            if (mode & RUN_DECAY)
                x *= decay.keep;
            for (int j = 0; j < SLOTS; j++)
                s[j] = slot[j][lane];
            update(scalar, &x, s, g);
            theta[lane] = x;
            for (int j = 0; j < SLOTS; j++)
                slot[j][lane] = s[j];
            if (mode & RUN_PATH)
                out[lane] = x;
            if (mode & RUN_MOMENTS) {
                own_sum[lane] += x;
                own_square[lane] = fma(x, x, own_square[lane]);
            }
        }
    }
    for (size_t lane = 0; lane < GROUP; lane++) {
        tile->theta[first + lane] = theta[lane];
        for (int j = 0; j < SLOTS; j++)
            tile->slot[j][first + lane] = slot[j][lane];
    }
    for (size_t lane = 0; mode & RUN_MOMENTS && lane < GROUP; lane++) {
        sum[first + lane] += own_sum[lane];
        square[first + lane] += own_square[lane];
    }
}

/* The loop for a mode, and one for the same with scalars or decay that change. */
#define RUN_GROUPS(mode, path, sum, square)                                            \
    for (size_t first = 0; first < OPTIMIZER_LANES; first += GROUP)                    \
    run_group(mode, parameter, t, steps, normal, tile, first, path, sum, square)

static bool is_scheduled(const double *parameter)
{
    return parameter[OPTIMIZER_SCHEDULE] != SCHEDULE_CONSTANT;
}

static void advance(const double *parameter, uint64_t t, size_t steps,
                    const double *restrict normal, struct tile *restrict tile,
                    double *restrict path)
{
    if (is_scheduled(parameter) || parameter[OPTIMIZER_WEIGHT_DECAY] != 0)
        RUN_GROUPS(RUN_PATH | RUN_VARYING | RUN_DECAY, path, NULL, NULL);
    else
        RUN_GROUPS(RUN_PATH, path, NULL, NULL);
}

static void advance_unit(const double *parameter, uint64_t t, size_t steps,
                         const double *restrict normal, struct tile *restrict tile,
                         double *restrict path)
{
    if (is_scheduled(parameter))
        RUN_GROUPS(RUN_UNIT_NOISE | RUN_PATH | RUN_VARYING, path, NULL, NULL);
    else
        RUN_GROUPS(RUN_UNIT_NOISE | RUN_PATH, path, NULL, NULL);
}

static void moments_unit(const double *parameter, uint64_t t, size_t steps,
                         const double *restrict normal, struct tile *restrict tile,
                         double *restrict sum, double *restrict square)
{
    if (is_scheduled(parameter))
        RUN_GROUPS(RUN_UNIT_NOISE | RUN_MOMENTS | RUN_VARYING, NULL, sum, square);
    else
        RUN_GROUPS(RUN_UNIT_NOISE | RUN_MOMENTS, NULL, sum, square);
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
    .scalars = scheduled_scalars, .step = step, .advance = advance,                    \
    .advance_unit = advance_unit, .moments_unit = moments_unit
#define OPTIMIZER_DEFINE const struct optimizer OPTIMIZER_SYMBOL(RULE)

_Static_assert((int)SLOTS <= (int)OPTIMIZER_MAX_SLOTS, "too many slots");
_Static_assert((int)SAMPLES <= (int)OPTIMIZER_MAX_SAMPLES, "too many gradient samples");
_Static_assert((int)SCALARS <= (int)OPTIMIZER_MAX_SCALARS, "too many scalars");
_Static_assert(sizeof parameters / sizeof *parameters <= OPTIMIZER_OWN_PARAMETERS,
               "too many parameters");
extern OPTIMIZER_DEFINE;
